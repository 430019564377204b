import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { compareDays } from "./civil";
import { daysAhead } from "./clock";

/** "9.30" or "09:30" as minutes after midnight; null if it is no time. */
export function minuteOf(text: string): number | null {
  const parts = /^(\d{1,2})[.:](\d{2})$/.exec(text.trim());
  if (!parts) return null;
  const [hours, minutes] = [Number(parts[1]), Number(parts[2])];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}

/** 570 -> "9.30". */
export function timeText(minute: number): string {
  return `${Math.floor(minute / 60)}.${String(minute % 60).padStart(2, "0")}`;
}

/** Whether the day is one of these, both ends included. */
export function isWithin(date: CivilDate | null, first: CivilDate, last: CivilDate): date is CivilDate {
  return date !== null && compareDays(date, first) >= 0 && compareDays(date, last) <= 0;
}

/** Today, or within a year. */
export function isAhead(date: CivilDate | null): date is CivilDate {
  return isWithin(date, daysAhead(0), daysAhead(366));
}

/** One line for each that is wrong. */
export function wrong(...checks: [bad: boolean, id: string, text: string][]): { id: string; text: string }[] {
  return checks.filter(([bad]) => bad).map(([, id, text]) => ({ id, text }));
}
