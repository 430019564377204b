import { HomesService } from "../gen/brobygger/housing/v1/homes_service_pb";
import { client } from "./api";
import { placeOf, saidOf } from "./homes";
import { t } from "./i18n.svelte";

/** What people call the agency's houses. Other records name a house by its short name alone. */
let names = $state.raw<Record<string, string>>({});
let asked = false;

async function load(): Promise<void> {
  try {
    const { houses } = await client(HomesService).getCapacity({});
    names = Object.fromEntries(houses.map((line) => [line.house.slice("houses/".length), line.displayName]));
  } catch {
    // The short name is readable too, and the page has asked for what it is about by itself.
    asked = false;
  }
}

/** Asked for when a page begins that names houses: one may have been entered since. */
export function loadHouseNames(): void {
  if (asked) return;
  asked = true;
  void load().finally(() => (asked = false));
}

export function houseName(slug: string): string {
  return names[slug] ?? saidOf(slug);
}

/** "Perron 4, bolig 2-4". */
export function homeText(unit: string): string {
  const { house, code } = placeOf(unit);
  return `${houseName(house)}, ${t("house.unit", { code }).toLowerCase()}`;
}
