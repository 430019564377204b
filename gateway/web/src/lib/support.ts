import type { SupportFocus, SupportTeam } from "../gen/brobygger/housing/v1/support_pb";
import { CtiPhase, SupportMethod, type SupportEpisode } from "../gen/brobygger/housing/v1/support_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { civilText } from "./dates";
import { t, type Key } from "./i18n.svelte";
import type { Words } from "./messages";

/** Who can be in an ACT team, and what support can be about, as the contract calls them. */
export const disciplines = ["social", "psychiatry", "substances", "job", "nurse"] as const satisfies (keyof SupportTeam)[];
export const dimensions = ["home", "finances", "physicalHealth", "mentalHealth", "substances", "network", "dailyActivities", "educationWork"] as const satisfies (keyof SupportFocus)[];

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const disciplineLabel = (name: (typeof disciplines)[number]): string => t(`brobygger.housing.v1.SupportTeam.${name}` as Key);
export const dimensionLabel = (name: (typeof dimensions)[number]): string => t(`brobygger.housing.v1.SupportFocus.${snake(name)}` as Key);

/** Which methods can follow Housing First, and which have an end of their own, or none. */
export const canBeHousingFirst = (method: SupportMethod | null): boolean => method === SupportMethod.CTI || method === SupportMethod.ICM || method === SupportMethod.ACT;
export const takesEnd = (method: SupportMethod | null): boolean => method !== null && method !== SupportMethod.CTI && method !== SupportMethod.ICM;

/** The phase after the one that an episode is in, and the day for which it is planned. */
export function nextPhase({ phase, tryOutFrom, transferFrom }: SupportEpisode): { phase: CtiPhase; day: CivilDate | undefined } | null {
  if (phase === CtiPhase.TRANSITION) return { phase: CtiPhase.TRY_OUT, day: tryOutFrom };
  if (phase === CtiPhase.TRY_OUT) return { phase: CtiPhase.TRANSFER_OF_CARE, day: transferFrom };
  return null;
}

/** What comes next in an episode, in a sentence; "" if nothing is planned. */
export function whatComes(episode: SupportEpisode): string {
  const next = nextPhase(episode);
  if (next) return t("support.next.phase", { day: civilText(next.day) });
  return episode.plannedEnd ? t("support.next.end", { day: civilText(episode.plannedEnd) }) : "";
}

/** A refusal in the words of these pages: support is shown anew with it. */
export const supportWords: Words = {
  DUPLICATE: { title: "support.duplicate.title", text: "support.duplicate.text", next: "support.duplicate.next" },
  WRONG_STATE: { title: "support.state.title", text: "support.state.text", next: "support.state.next" },
};
