// What follows from a screening's answers. Pure tables: no clock, no records. A finding starts a dialogue; it decides nothing.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/runtime/status.h"

namespace brobygger::housing {

// Of the birth date on the day of the talk, where both are given; else as stated. UNSPECIFIED if neither is known.
v1::AgeBand AgeBandOf(const v1::ScreeningAnswers& answers);
// How long it had lasted on `screened_on`.
v1::SituationSince SinceBand(absl::CivilDay since, absl::CivilDay screened_on);
v1::ScreeningResult ResultOf(const v1::ScreeningAnswers& answers);
v1::SuggestedTrack TrackOf(v1::AgeBand band);
// All of them, as far as the answers go.
v1::ScreeningFindings FindingsOf(const v1::ScreeningAnswers& answers);

// What may never stand in a screening, finished or not. Paths start with "answers.".
std::vector<Violation> CheckAnswers(const v1::ScreeningAnswers& answers, absl::CivilDay today);
// FAILED_PRECONDITION AGE_OUT_OF_RANGE unless the age, where it is known, is 15 to 110 on the day of the talk.
absl::Status CheckAge(const v1::ScreeningAnswers& answers);
// What is missing to complete it.
std::vector<Violation> CheckComplete(const v1::ScreeningAnswers& answers);

// Situations and flags of somebody who is about to leave an institution.
bool NamesRelease(const v1::ScreeningAnswers& answers);
bool NamesDischarge(const v1::ScreeningAnswers& answers);
bool HasFlag(const v1::ScreeningAnswers& answers, v1::RiskFlag flag);

}  // namespace brobygger::housing
