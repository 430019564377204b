import type { Words } from "./messages";

/** What the activity page says where it knows more than the reason tells. */
export const atSignUp: Words = {
  CAPACITY_FULL: { title: "place.full.title", text: "place.full.text", next: "place.full.next", calm: true },
  DUPLICATE: { title: "place.twice.title", text: "place.twice.text", calm: true },
};
export const atChange: Words = { CAPACITY_FULL: { title: "activity.small.title", text: "activity.small.text", next: "activity.small.next" } };
export const atFee: Words = { DUPLICATE: { title: "place.paid.title", text: "place.paid.text", calm: true } };
