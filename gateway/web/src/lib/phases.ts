import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { daysBetween } from "./homes";

/** One part of a bar: where it begins and how wide it is, in thousandths of the whole. */
export interface Part {
  from: number;
  width: number;
}

/**
 * Days one after the other as parts of a bar, the last day as its end; and where a day stands on it. A phase that began early has a
 * part as long as it took. Days out of order have no width.
 */
export function partsOf(days: CivilDate[], now: CivilDate): { parts: Part[]; now: number } {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return { parts: [], now: 0 };
  const whole = Math.max(1, daysBetween(first, last));
  const at = (day: CivilDate) => Math.min(1000, Math.max(0, Math.round((daysBetween(first, day) / whole) * 1000)));
  const parts = days.slice(0, -1).map((day, index) => ({ from: at(day), width: Math.max(0, at(days[index + 1] ?? last) - at(day)) }));
  return { parts, now: at(now) };
}
