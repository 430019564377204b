// Values that requests are made of.
import { randomBytes } from "node:crypto";

export const requestId = () => randomBytes(16).toString("hex");

// A civil date in Copenhagen, `days` from today: { year, month, day }.
export function date(days = 0) {
  const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Copenhagen" }).format(new Date(Date.now() + days * 86_400_000)).split("-").map(Number);
  return { year, month, day };
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
