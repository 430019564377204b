/** A time of day as people write it: 480 -> "8.00". */
export function timeText(minute: number): string {
  return `${Math.floor(minute / 60)}.${String(minute % 60).padStart(2, "0")}`;
}

export function stretchText(one: { fromMinute: number; toMinute: number }): string {
  return `${timeText(one.fromMinute)}–${timeText(one.toMinute)}`;
}

/** "9", "9.30", "09:30" and "0930" as minutes after midnight; null if it is no time of day. 24.00 ends a day. */
export function minuteOf(text: string): number | null {
  const found = /^(\d{1,2})(?:[.:]?(\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  const all = hours * 60 + minutes;
  return minutes < 60 && all <= 1440 ? all : null;
}

/** "40", "39,5" and "1.250,50" as øre; null if it is no amount. */
export function oreOf(text: string): number | null {
  const found = /^(\d{1,3}(?:\.\d{3})+|\d{1,6})(?:,(\d{1,2}))?$/.exec(text.trim().replace(/ ?kr\.?$/i, ""));
  if (!found) return null;
  return Number((found[1] ?? "").replaceAll(".", "")) * 100 + Number((found[2] ?? "0").padEnd(2, "0"));
}

/** A whole number in a range; null if it is none. */
export function numberOf(text: string, from: number, to: number): number | null {
  const trimmed = text.trim();
  if (!/^\d{1,6}$/.test(trimmed)) return null;
  const value = Number(trimmed);
  return value >= from && value <= to ? value : null;
}

/** A Danish number with its country code: "12 34 56 78" -> "+4512345678". What has one keeps it. */
export function phoneOf(text: string): string {
  const bare = text.replace(/[\s().-]/g, "");
  return /^\d{8}$/.test(bare) ? `+45${bare}` : bare.replace(/^00/, "+");
}
