import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { today } from "./dates";
import { daysBetween } from "./homes";
import { t } from "./i18n.svelte";

/** How long there is until a last day: "3 dage tilbage", "sidste dag er i dag", "2 dage over tiden". */
export function clockText(last: CivilDate): string {
  const days = daysBetween(today(), last);
  if (days === 0) return t("clock.today");
  if (Math.abs(days) === 1) return t(days > 0 ? "clock.one" : "clock.over-one");
  return t(days > 0 ? "clock.days" : "clock.over", { days: Math.abs(days) });
}

/** How near it is, for the mark beside the words. */
export function nearness(last: CivilDate): "over" | "soon" | "later" {
  const days = daysBetween(today(), last);
  return days < 0 ? "over" : days <= 3 ? "soon" : "later";
}

/** A day from today, such as the usual last day to answer. */
export function daysAhead(days: number): CivilDate {
  const now = today();
  const then = new Date(Date.UTC(now.year, now.month - 1, now.day + days));
  return { ...now, year: then.getUTCFullYear(), month: then.getUTCMonth() + 1, day: then.getUTCDate() };
}
