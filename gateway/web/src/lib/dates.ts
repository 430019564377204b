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

/** An amount in whole kroner. */
export function kroner(amount: number): string {
  return `${new Intl.NumberFormat(locale()).format(amount)} kr.`;
}

/** An amount in øre, as kroner: "40 kr.", "39,50 kr." */
export function oreText(ore: number | bigint): string {
  const amount = Number(ore) / 100;
  const digits = Number.isInteger(amount) ? 0 : 2;
  return `${new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount)} kr.`;
}

/** Minutes after midnight in Copenhagen. */
export function minuteNow(): number {
  const [hour, minute] = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone }).format(new Date()).split(":").map(Number);
  return ((hour ?? 0) % 24) * 60 + (minute ?? 0);
}

/** Monday 1 to Sunday 7, as the contracts count. */
export function weekdayOf(date: CivilDate): number {
  return ((new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay() + 6) % 7) + 1;
}
