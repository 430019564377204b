import type { DataCategory, Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { compareDays } from "./civil";

/** What a consent is about, as far as it can be made less. */
export interface Extent {
  categories: DataCategory[];
  lastDay: CivilDate;
}

export type NarrowWrong = "nothing-left" | "no-change" | "bad-day";

/** What is asked of NarrowConsent: only what changes; or why it is no narrowing. */
export type Narrowing = { wrong: NarrowWrong } | { wrong: null; categories: DataCategory[]; lastDay: CivilDate | undefined };

/** From what there is now to the kinds that stay and, if it ends earlier, the new last day. */
export function narrowing(present: Extent, kept: DataCategory[], earlier: { lastDay: CivilDate | null } | null, today: CivilDate): Narrowing {
  const stay = present.categories.filter((category) => kept.includes(category));
  if (stay.length === 0) return { wrong: "nothing-left" };
  const day = earlier?.lastDay ?? null;
  if (earlier && (!day || compareDays(day, today) < 0 || compareDays(day, present.lastDay) > 0)) return { wrong: "bad-day" };
  const fewer = stay.length < present.categories.length;
  const sooner = day !== null && compareDays(day, present.lastDay) < 0;
  if (!fewer && !sooner) return { wrong: "no-change" };
  return { wrong: null, categories: fewer ? stay : [], lastDay: sooner ? day : undefined };
}
