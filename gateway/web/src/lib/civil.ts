import { create } from "@bufbuild/protobuf";
import { DateSchema, type Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";

/** The same day of the month some months on, or that month's last day. */
export function monthsFrom(date: CivilDate, months: number): CivilDate {
  const index = date.year * 12 + (date.month - 1) + months;
  const year = Math.floor(index / 12);
  const month = index % 12;
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return create(DateSchema, { year, month: month + 1, day: Math.min(date.day, last) });
}

export function toIso(date: CivilDate | undefined): string {
  if (!date || date.year === 0) return "";
  return `${String(date.year).padStart(4, "0")}-${String(date.month).padStart(2, "0")}-${String(date.day).padStart(2, "0")}`;
}

/** "2026-11-22" as a date; no date if it is none. */
export function fromIso(text: string): CivilDate | undefined {
  const [year = "", month = "", day = ""] = text.split("-");
  return civilFrom(day, month, year) ?? undefined;
}

/** From the three boxes of a date; null if it is no date. */
export function civilFrom(dayText: string, monthText: string, yearText: string): CivilDate | null {
  const [year, month, dayNumber] = [yearText, monthText, dayText].map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  if (year === undefined || month === undefined || dayNumber === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, dayNumber));
  if (Number.isNaN(date.getTime()) || year < 1900 || year > 2200) return null;
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayNumber) return null;
  return create(DateSchema, { year, month, day: dayNumber });
}

/** Negative, 0 or positive, as dates come one after the other. */
export function compareDays(one: CivilDate, other: CivilDate): number {
  return (one.year - other.year) * 400 + (one.month - other.month) * 32 + (one.day - other.day);
}
