import type { HousingUnit } from "../gen/brobygger/housing/v1/house_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";

/** "houses/perron-4/units/2-4" -> where it is. */
export function placeOf(unit: string): { house: string; code: string; floor: number; flat: number } {
  const [, house = "", , code = ""] = unit.split("/");
  const [floor = 0, flat = 0] = code.split("-").map(Number);
  return { house, code, floor, flat };
}

export interface Floor {
  floor: number;
  units: HousingUnit[];
}

/** As the house stands: the highest floor first, its flats in their order. */
export function floorsOf(units: HousingUnit[]): Floor[] {
  const floors = new Map<number, HousingUnit[]>();
  for (const unit of units) {
    const { floor } = placeOf(unit.name);
    floors.set(floor, [...(floors.get(floor) ?? []), unit]);
  }
  return [...floors].map(([floor, flats]) => ({ floor, units: flats.toSorted((a, b) => placeOf(a.name).flat - placeOf(b.name).flat) })).sort((a, b) => b.floor - a.floor);
}

const midnight = (date: CivilDate) => Date.UTC(date.year, date.month - 1, date.day);

/** How many days from one to the other; negative if the other comes before. */
export function daysBetween(one: CivilDate, other: CivilDate): number {
  return Math.round((midnight(other) - midnight(one)) / 86_400_000);
}

/** Why somebody stands where they stand in the line: nobody asked before, so many did, or the lot decided within a day. */
export function whyHere(days: (CivilDate | undefined)[], index: number): { why: "first" | "after" | "lot"; ahead: number } {
  const [own, before] = [days[index], days[index - 1]];
  if (index === 0) return { why: "first", ahead: 0 };
  return { why: own && before && daysBetween(before, own) === 0 ? "lot" : "after", ahead: index };
}

/** A short name for addresses, from what people say: "Blok 7, Søndergade" -> "blok-7-soendergade". */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("æ", "ae")
    .replaceAll("ø", "oe")
    .replaceAll("å", "aa")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

/** A short name as people say it. */
export function saidOf(slug: string): string {
  const words = slug.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The page on which one can act on a record, by its name: those of the road into a home stand on one page. */
const pages: [RegExp, string][] = [
  [/^(referrals|offers|tenancies)\//, "/bolig"],
  [/^screenings\//, "/screening"],
  [/^evictionCases\//, "/udsaettelse"],
  [/^supportEpisodes\//, "/stoette"],
  [/^shelterStays\//, "/forsorg"],
];

export function pageOf(about: string, citizen: string): string {
  return `/borger/${citizen}${pages.find(([kind]) => kind.test(about))?.[1] ?? ""}`;
}
