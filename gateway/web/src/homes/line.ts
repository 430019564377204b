import type { whyHere } from "../lib/homes";
import { t } from "../lib/i18n.svelte";

/** Why somebody stands where they stand in the line, in one sentence. */
export function whyText({ why, ahead }: ReturnType<typeof whyHere>): string {
  if (why === "first") return t("waiting.first");
  if (why === "lot") return t("waiting.lot");
  return ahead === 1 ? t("waiting.after-one") : t("waiting.after", { count: ahead });
}
