import { t, type Key } from "./i18n.svelte";
import { strings } from "./strings";

/** What a value of a contract's enum is called on the pages; "" for one that is not set. */
export function word(name: string, value: number | undefined): string {
  const key = `enum.${name}.${value ?? 0}`;
  return key in strings ? t(key as Key) : "";
}
