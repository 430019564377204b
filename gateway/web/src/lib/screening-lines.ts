import type { ScreeningAnswers, ScreeningFindings } from "../gen/brobygger/housing/v1/screening_pb";
import { civilText } from "./dates";
import { t } from "./i18n.svelte";
import type { Question } from "./screening.svelte";
import { word } from "./words";

/** What was answered to one question, in words; nothing where it was not. */
export function answerTo(question: Question, answers: ScreeningAnswers, findings?: ScreeningFindings): string[] {
  const said = ((): string[] => {
    switch (question) {
      case "own-words": return [answers.ownWords, answers.ownWordsForSharing ? t("screening.for-sharing") : ""];
      case "on": return [civilText(answers.screenedOn)];
      case "age": return [civilText(answers.birthDate), word("AgeBand", answers.birthDate ? 0 : answers.statedAgeBand || findings?.ageBand)];
      case "situation": return [word("LivingSituation", answers.livingSituation)];
      case "since": return [civilText(answers.sinceDate), word("SituationSince", answers.sinceDate ? findings?.since : answers.sinceBand)];
      case "nights": return [answers.nightsWithoutRoofLast30 === undefined ? "" : String(answers.nightsWithoutRoofLast30)];
      case "risks": return answers.riskFlags.map((flag) => word("RiskFlag", flag));
      case "leaving": return [civilText(answers.leavingOn)];
      case "preference": return [word("HousingPreference", answers.preference)];
      case "list": return [word("OnHousingList", answers.onHousingList)];
    }
  })();
  return said.filter((text) => text !== "");
}
