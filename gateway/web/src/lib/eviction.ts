import { EvictionStage, type EvictionPreventionCase } from "../gen/brobygger/housing/v1/eviction_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { arrearsFrom } from "./arrears";
import { compareDays, monthsFrom } from "./civil";
import { today } from "./dates";
import { t } from "./i18n.svelte";
import type { Words } from "./messages";

/** The stages in which the home can still be kept, in their order. */
export const openStages = [EvictionStage.ARREARS, EvictionStage.REMINDER, EvictionStage.TERMINATION, EvictionStage.BAILIFF_DATE_SET];

export const isOpen = (one: EvictionPreventionCase): boolean => openStages.includes(one.stage);

/** What is wrong with what a case has to tell wherever it stands. */
export function checkCase(stage: EvictionStage | null, bailiff: CivilDate | null, next: CivilDate | null, arrears: string): { id: string; text: string }[] {
  const found: { id: string; text: string }[] = [];
  const now = today();
  if (stage === EvictionStage.BAILIFF_DATE_SET && (!bailiff || compareDays(bailiff, now) < 0)) found.push({ id: "bailiff", text: t("eviction.bailiff.bad") });
  if (!next || compareDays(next, now) < 0 || compareDays(next, monthsFrom(now, 12)) > 0) found.push({ id: "next", text: t("eviction.next.bad") });
  if (arrearsFrom(arrears) === null) found.push({ id: "arrears", text: t("eviction.arrears.bad") });
  return found;
}

/** Where the service's field names stand in these forms. */
export const evictionPlaces = () => ({
  stage: { id: "stage", label: t("eviction.stage") },
  bailiff_date: { id: "bailiff", label: t("eviction.bailiff.said") },
  next_step_on: { id: "next", label: t("eviction.next.said") },
  arrears_dkk: { id: "arrears", label: t("eviction.arrears.said") },
});

/** A refusal in the words of these pages: the case is shown anew with it. */
export const evictionWords: Words = {
  DUPLICATE: { title: "eviction.duplicate.title", text: "eviction.duplicate.text", next: "eviction.duplicate.next" },
  WRONG_STATE: { title: "eviction.state.title", text: "eviction.state.text", next: "eviction.state.next" },
  ETAG_MISMATCH: { title: "eviction.state.title", text: "eviction.state.text", next: "eviction.state.next" },
};
