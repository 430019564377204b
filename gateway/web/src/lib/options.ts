import { t, type Key } from "./i18n.svelte";

/** The values of an enum as choices, in their order, without the one that is not set. Their words are those of "enum.<name>.<number>". */
export function optionsOf<T extends number>(name: string, values: Record<string, T | string>, but: T[] = []): { value: T; label: string }[] {
  return Object.values(values)
    .filter((value): value is T => typeof value === "number" && value !== 0 && !but.includes(value))
    .map((value) => ({ value, label: t(`enum.${name}.${value}` as Key) }));
}
