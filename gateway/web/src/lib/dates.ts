import { create } from "@bufbuild/protobuf";
import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { DateSchema, type Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { currentLanguage, type Language } from "./i18n.svelte";

const zone = "Europe/Copenhagen";
const locale = (language: Language = currentLanguage()) => (language === "da" ? "da-DK" : "en-GB");

export function day(date: Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: zone }).format(date);
}

export function dayAndTime(time: Timestamp | undefined): string {
  if (!time) return "";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short", timeZone: zone }).format(timestampDate(time));
}

export function dayOf(time: Timestamp | undefined): string {
  return time ? day(timestampDate(time)) : "";
}

/** The last day before an exclusive end. */
export function lastDayBefore(time: Timestamp | undefined): string {
  return time ? day(new Date(timestampDate(time).getTime() - 1)) : "";
}

export function civilText(date: CivilDate | undefined, language: Language = currentLanguage()): string {
  if (!date || date.year === 0) return "";
  return new Intl.DateTimeFormat(locale(language), { dateStyle: "long", timeZone: "UTC" }).format(new Date(Date.UTC(date.year, date.month - 1, date.day)));
}

export function civilOf(date: Date): CivilDate {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .format(date)
    .split("-")
    .map(Number);
  return create(DateSchema, { year: parts[0] ?? 0, month: parts[1] ?? 0, day: parts[2] ?? 0 });
}

/** Today in Copenhagen. */
export function today(): CivilDate {
  return civilOf(new Date());
}

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

/** From the three boxes of a date; null if it is no date. */
export function civilFrom(dayText: string, monthText: string, yearText: string): CivilDate | null {
  const [year, month, dayNumber] = [yearText, monthText, dayText].map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  if (year === undefined || month === undefined || dayNumber === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, dayNumber));
  if (Number.isNaN(date.getTime()) || year < 1900 || year > 2200) return null;
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayNumber) return null;
  return create(DateSchema, { year, month, day: dayNumber });
}
