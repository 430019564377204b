#include "services/housing/file.h"

#include <algorithm>

#include "services/housing/findings.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

v1::LivingSituation Situation(v1::LivingSituation situation) {
  switch (situation) {
    case v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH:
    case v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH:
      return v1::LIVING_SITUATION_OTHER_HOMELESS;
    default:
      return situation;
  }
}

// Whether a flag tells of housing alone. NONE is left out too: its absence would tell that there is something else.
bool TellsOfHousingAlone(v1::RiskFlag flag) {
  return flag == v1::RISK_FLAG_EVICTION_NOTICE || flag == v1::RISK_FLAG_RELATION_BREAKDOWN || flag == v1::RISK_FLAG_LOST_TEMPORARY_STAY;
}

// What goes on beside the screening; the standing holds it as the file shows it.
void AddSections(const stored::Standing& standing, v1::HousingFile* file) {
  if (standing.has_application()) *file->mutable_application() = standing.application();
  if (standing.has_offer()) *file->mutable_offer() = standing.offer();
  if (standing.has_home()) *file->mutable_home() = standing.home();
  if (standing.has_eviction()) *file->mutable_eviction() = standing.eviction();
  for (const stored::OpenSupport& s : standing.support()) *file->add_support() = s.in_file();
  for (const stored::Period& stay : standing.shelter_stays()) {
    if (stay.id() == standing.open_shelter_stay()) *file->mutable_shelter_since() = stay.first_day();
  }
  if (standing.has_statements()) *file->mutable_statements() = standing.statements();
}

}  // namespace

v1::HousingFile BuildFile(const v1::HomelessnessScreening* current, const stored::Standing& standing, absl::CivilDay today) {
  v1::HousingFile file;
  if (standing.has_next_appointment() && ToDay(standing.next_appointment().date()) >= today) {
    *file.mutable_next_appointment() = standing.next_appointment();
  }
  AddSections(standing, &file);
  if (current == nullptr) return file;
  const v1::ScreeningAnswers& answers = current->answers();
  const v1::ScreeningFindings& findings = current->findings();
  file.set_living_situation(Situation(answers.living_situation()));
  if (answers.has_since_date()) *file.mutable_since_date() = answers.since_date();
  file.set_since(findings.since());
  file.set_result(findings.result());
  file.set_age_band(findings.age_band());
  file.set_suggested_track(findings.suggested_track());
  file.set_preference(answers.preference());
  for (int flag : answers.risk_flags()) {
    if (TellsOfHousingAlone(static_cast<v1::RiskFlag>(flag))) file.add_risk_flags(static_cast<v1::RiskFlag>(flag));
  }
  std::sort(file.mutable_risk_flags()->begin(), file.mutable_risk_flags()->end());
  file.set_on_housing_list(answers.on_housing_list());
  *file.mutable_screened_on() = answers.screened_on();
  file.set_rent_arrears(HasFlag(answers, v1::RISK_FLAG_RENT_ARREARS));
  file.set_release_within_1_month(NamesRelease(answers));
  file.set_discharge_within_1_month(NamesDischarge(answers));
  if (answers.has_leaving_on() && NamesRelease(answers)) *file.mutable_release_on() = answers.leaving_on();
  if (answers.has_leaving_on() && NamesDischarge(answers)) *file.mutable_discharge_on() = answers.leaving_on();
  if (answers.own_words_for_sharing()) file.set_own_words(answers.own_words());
  return file;
}

}  // namespace brobygger::housing
