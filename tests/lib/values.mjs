// Values that requests are made of.
import { randomBytes } from "node:crypto";

export const requestId = () => randomBytes(16).toString("hex");

// A civil date in Copenhagen, `days` from today: { year, month, day }.
export function date(days = 0) {
  const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Copenhagen" }).format(new Date(Date.now() + days * 86_400_000)).split("-").map(Number);
  return { year, month, day };
}

// The civil date `months` after that one: the same day of the month, or the month's last.
export function monthsAfter({ year, month, day }, months) {
  const from = month - 1 + months;
  const last = new Date(Date.UTC(year, from + 1, 0));
  return { year: last.getUTCFullYear(), month: last.getUTCMonth() + 1, day: Math.min(day, last.getUTCDate()) };
}

// A number of the right form that no person can have: its check digit fails, and its birth date is none of those given out without one.
export function nobodysNumber() {
  const two = (from, to) => String(from + Math.floor(Math.random() * (to - from + 1))).padStart(2, "0");
  for (;;) {
    const number = `${two(2, 28)}${two(1, 12)}${two(70, 89)}${two(10, 39)}${two(0, 99)}`;
    if ([4, 3, 2, 7, 6, 5, 4, 3, 2, 1].reduce((sum, weight, i) => sum + weight * Number(number[i]), 0) % 11 !== 0) return number;
  }
}

// The birth date of somebody who is `years` today; the birthday is today.
export function born(years) {
  const today = date();
  const leapDay = today.month === 2 && today.day === 29;
  return { year: today.year - years, month: today.month, day: leapDay ? 28 : today.day };
}

// A presence stated by the caller.
export const stated = (method = "IN_PERSON") => ({ stated: { method: `PRESENCE_METHOD_${method}`, time: new Date(Date.now() - 1000).toISOString() } });

export const categories = (...names) => names.map((name) => `DATA_CATEGORY_${name}`);
export const purpose = (name) => `PURPOSE_${name}`;

// A reference of the right form that nobody has.
export const strangerReference = () => `citizens/${[...randomBytes(26)].map((b) => "abcdefghijklmnopqrstuvwxyz234567"[b & 31]).join("")}`;

// The same moment as protobuf JSON writes it, without fractions.
export const seconds = (timestamp) => timestamp?.slice(0, 19);
