import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { HousingService } from "../gen/brobygger/housing/v1/housing_service_pb";
import {
  AgeBand, HousingPreference, LivingSituation, OnHousingList, RiskFlag, ScreeningAnswersSchema, SituationSince,
  type HomelessnessScreening, type ScreeningAnswers,
} from "../gen/brobygger/housing/v1/screening_pb";
import type { Date as CivilDate } from "../gen/brobygger/type/v1/type_pb";
import { client, newRequestId } from "./api";
import { failureOf, type Failure } from "./errors";
import { t, type Key } from "./i18n.svelte";
import { fieldMessage } from "./messages";

/** The questions, in the order of the talk: the citizen's own words first. */
export const questions = ["own-words", "on", "age", "situation", "since", "nights", "risks", "leaving", "preference", "list"] as const;
export type Question = (typeof questions)[number];

export const questionText = (question: Question): string => t(`screening.${question}` as Key);

/** Chosen beside the bands of the contract: by birth date, since a day. */
export const byDate = 100;

/** The question that a field of the contract belongs to. */
const questionOf: Record<string, Question> = {
  screened_on: "on", birth_date: "age", stated_age_band: "age", living_situation: "situation", since_date: "since", since_band: "since",
  nights_without_roof_last_30: "nights", risk_flags: "risks", leaving_on: "leaving", preference: "preference", own_words: "own-words",
};

/** An answer that the service does not take, and why. */
export interface Refused {
  question: Question;
  text: string;
}

export type Saving = "saved" | "saving" | "waiting" | "refused" | "stopped";

const same = (one: ScreeningAnswers, other: ScreeningAnswers): boolean => String(toBinary(ScreeningAnswersSchema, one)) === String(toBinary(ScreeningAnswersSchema, other));

/**
 * One talk, saved as it goes. 1. The draft stands with the service; nothing is kept in the browser. 2. One request is under way at
 * a time, and the same one is sent again until the service has answered it: it counts once. 3. Without a connection the
 * answers wait on the page. 4. What the service refuses waits until it is put right.
 */
export class Talk {
  ownWords = $state("");
  forSharing = $state(false);
  on = $state<CivilDate | null>(null);
  age = $state<number | null>(null);
  birth = $state<CivilDate | null>(null);
  situation = $state<LivingSituation | null>(null);
  since = $state<number | null>(null);
  sinceDay = $state<CivilDate | null>(null);
  nights = $state("");
  risks = $state<RiskFlag[]>([]);
  leaving = $state<CivilDate | null>(null);
  noLeaving = $state(true);
  preference = $state<HousingPreference | null>(null);
  list = $state<OnHousingList | null>(null);
  saving = $state<Saving>("saved");
  refused = $state<Refused[]>([]);
  /** Why nothing more can be saved: another has changed or ended the draft, or the session is over. */
  failure = $state<unknown>(null);
  /** The draft as the service has it, and the answers that it took last. */
  kept: HomelessnessScreening;
  private taken: ScreeningAnswers;
  private sending: { answers: ScreeningAnswers; requestId: string } | null = null;
  private run: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly leaves = $derived(
    this.situation === LivingSituation.PRISON_RELEASE_WITHIN_1_MONTH ||
      this.situation === LivingSituation.HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH ||
      this.risks.includes(RiskFlag.RELEASE_WITHIN_1_MONTH) ||
      this.risks.includes(RiskFlag.DISCHARGE_WITHIN_1_MONTH),
  );
  /** "None of them" is an answer alone. */
  readonly risksFit = $derived(!this.risks.includes(RiskFlag.NONE) || this.risks.length === 1);
  readonly nightsFit = $derived(/^\d{1,2}$/.test(this.nights.trim()) && Number(this.nights) <= 30);

  constructor(draft: HomelessnessScreening) {
    this.kept = draft;
    const start = (this.taken = draft.answers ?? create(ScreeningAnswersSchema));
    this.ownWords = start.ownWords;
    this.forSharing = start.ownWordsForSharing;
    this.on = start.screenedOn ?? null;
    this.age = start.birthDate ? byDate : start.statedAgeBand || null;
    this.birth = start.birthDate ?? null;
    this.situation = start.livingSituation || null;
    this.since = start.sinceDate ? byDate : start.sinceBand || null;
    this.sinceDay = start.sinceDate ?? null;
    this.nights = start.nightsWithoutRoofLast30 === undefined ? "" : String(start.nightsWithoutRoofLast30);
    this.risks = start.riskFlags;
    this.leaving = start.leavingOn ?? null;
    this.noLeaving = this.leaving === null;
    this.preference = start.preference || null;
    this.list = start.onHousingList || null;
  }

  /** The questions of this talk: the day of leaving is asked only of those who leave. */
  asked(): Question[] {
    return questions.filter((question) => question !== "leaving" || this.leaves);
  }

  answered(question: Question): boolean {
    switch (question) {
      case "own-words": return this.ownWords.trim() !== "";
      case "on": return this.on !== null;
      case "age": return this.age === byDate ? this.birth !== null : this.age !== null;
      case "situation": return this.situation !== null;
      case "since": return this.since === byDate ? this.sinceDay !== null : this.since !== null;
      case "nights": return this.nightsFit;
      case "risks": return this.risks.length > 0 && this.risksFit;
      case "leaving": return this.leaving !== null;
      case "preference": return this.preference !== null;
      case "list": return this.list !== null;
    }
  }

  /** Where one was: after the last answer. The day is written from the start and tells nothing. */
  where(): number {
    return this.asked().findLastIndex((question) => question !== "on" && this.answered(question)) + 1;
  }

  /** What is missing before the screening can be completed. */
  missing(): Question[] {
    return (["on", "age", "situation", "since", "risks", "preference"] as const).filter((question) => !this.answered(question));
  }

  answers(): ScreeningAnswers {
    return create(ScreeningAnswersSchema, {
      screenedOn: this.on ?? undefined,
      birthDate: this.age === byDate ? (this.birth ?? undefined) : undefined,
      statedAgeBand: this.age === null || this.age === byDate ? AgeBand.UNSPECIFIED : (this.age as AgeBand),
      livingSituation: this.situation ?? LivingSituation.UNSPECIFIED,
      sinceDate: this.since === byDate ? (this.sinceDay ?? undefined) : undefined,
      sinceBand: this.since === null || this.since === byDate ? SituationSince.SITUATION_SINCE_UNSPECIFIED : (this.since as SituationSince),
      nightsWithoutRoofLast30: this.nightsFit ? Number(this.nights) : undefined,
      riskFlags: this.risksFit ? this.risks : [],
      preference: this.preference ?? HousingPreference.UNSPECIFIED,
      onHousingList: this.list ?? OnHousingList.UNSPECIFIED,
      ownWords: this.ownWords.trim(),
      ownWordsForSharing: this.forSharing && this.ownWords.trim() !== "",
      leavingOn: this.leaves ? (this.leaving ?? undefined) : undefined,
    });
  }

  /** Something may have changed: it is saved in a moment. */
  touch(answers: ScreeningAnswers): void {
    if (this.saving === "stopped" || (same(answers, this.taken) && !this.sending)) return;
    this.saving = this.saving === "waiting" ? "waiting" : "saving";
    this.later(300);
  }

  /** Saves now. Settles when everything is saved, refused, or nobody can tell: then it is tried again by itself. */
  save(): Promise<void> {
    clearTimeout(this.timer);
    this.run ??= this.send().finally(() => (this.run = null));
    return this.run;
  }

  private later(after: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), after);
  }

  private async send(): Promise<void> {
    while (this.saving !== "stopped") {
      const answers = this.answers();
      if (!this.sending && same(answers, this.taken)) {
        this.refused = [];
        this.saving = "saved";
        return;
      }
      this.sending ??= { answers, requestId: newRequestId() };
      try {
        const { screening } = await client(HousingService).updateScreening({ name: this.kept.name, etag: this.kept.etag, ...this.sending });
        if (screening) this.kept = screening;
        this.taken = this.sending.answers;
        this.sending = null;
      } catch (thrown) {
        return this.failed(thrown, failureOf(thrown));
      }
    }
  }

  private failed(thrown: unknown, failure: Failure): void {
    if ([Code.Unavailable, Code.DeadlineExceeded, Code.Aborted].includes(failure.code) && failure.reason !== "ETAG_MISMATCH") {
      this.saving = "waiting";
      return this.later(3000);
    }
    this.sending = null;
    this.refused = failure.fields.flatMap(({ field, reason }) => {
      const question = questionOf[field.replace(/^answers\./, "")];
      return question ? [{ question, text: `${questionText(question)} ${fieldMessage(reason)}` }] : [];
    });
    if (failure.reason === "AGE_OUT_OF_RANGE") this.refused = [{ question: "age", text: t("fail.age.text") }];
    this.saving = this.refused.length > 0 ? "refused" : "stopped";
    if (this.saving === "stopped") this.failure = thrown;
  }
}
