#include "services/housing/findings.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

constexpr int kYoungest = 15;
constexpr int kOldest = 110;
constexpr int kAdultTrackFrom = 25;
constexpr int kLeavingWithinDays = 31;

}  // namespace

bool HasFlag(const v1::ScreeningAnswers& answers, v1::RiskFlag flag) {
  return std::find(answers.risk_flags().begin(), answers.risk_flags().end(), flag) != answers.risk_flags().end();
}

bool NamesRelease(const v1::ScreeningAnswers& answers) {
  return answers.living_situation() == v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH ||
         HasFlag(answers, v1::RISK_FLAG_RELEASE_WITHIN_1_MONTH);
}

bool NamesDischarge(const v1::ScreeningAnswers& answers) {
  return answers.living_situation() == v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH ||
         HasFlag(answers, v1::RISK_FLAG_DISCHARGE_WITHIN_1_MONTH);
}

v1::AgeBand AgeBandOf(const v1::ScreeningAnswers& answers) {
  if (!answers.has_birth_date()) return answers.stated_age_band();
  if (!answers.has_screened_on()) return v1::AGE_BAND_UNSPECIFIED;
  const int age = AgeOn(ToDay(answers.birth_date()), ToDay(answers.screened_on()));
  return age >= kAdultTrackFrom ? v1::AGE_BAND_AGE_25_PLUS : v1::AGE_BAND_UNDER_25;
}

v1::SituationSince SinceBand(absl::CivilDay since, absl::CivilDay screened_on) {
  if (screened_on < AddMonths(since, 1)) return v1::SITUATION_SINCE_UNDER_1_MONTH;
  if (screened_on < AddMonths(since, 6)) return v1::SITUATION_SINCE_1_TO_6_MONTHS;
  if (screened_on < AddMonths(since, 12)) return v1::SITUATION_SINCE_6_TO_12_MONTHS;
  if (screened_on < AddMonths(since, 24)) return v1::SITUATION_SINCE_1_TO_2_YEARS;
  return v1::SITUATION_SINCE_OVER_2_YEARS;
}

v1::ScreeningResult ResultOf(const v1::ScreeningAnswers& answers) {
  switch (answers.living_situation()) {
    case v1::LIVING_SITUATION_ROUGH_SLEEPING:
    case v1::LIVING_SITUATION_EMERGENCY_NIGHT_PLACE:
    case v1::LIVING_SITUATION_SHELTER:
    case v1::LIVING_SITUATION_HOTEL_HOSTEL:
    case v1::LIVING_SITUATION_WITH_OTHERS:
    case v1::LIVING_SITUATION_TRANSITIONAL:
    case v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH:
    case v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH:
    case v1::LIVING_SITUATION_OTHER_HOMELESS:
      return v1::SCREENING_RESULT_HOMELESS;
    case v1::LIVING_SITUATION_OWN_TENANCY:
    case v1::LIVING_SITUATION_CROOKED_HOME:
    case v1::LIVING_SITUATION_RESIDENTIAL_107_108:
    case v1::LIVING_SITUATION_OTHER_STABLE:
      if (answers.risk_flags().empty()) return v1::SCREENING_RESULT_UNSPECIFIED;  // not asked yet
      return HasFlag(answers, v1::RISK_FLAG_NONE) ? v1::SCREENING_RESULT_HOUSED : v1::SCREENING_RESULT_AT_RISK;
    case v1::LIVING_SITUATION_PREFER_NOT_TO_SAY:
      return v1::SCREENING_RESULT_UNKNOWN;
    default:
      return v1::SCREENING_RESULT_UNSPECIFIED;
  }
}

v1::SuggestedTrack TrackOf(v1::AgeBand band) {
  switch (band) {
    case v1::AGE_BAND_UNDER_25: return v1::SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING;
    case v1::AGE_BAND_AGE_25_PLUS: return v1::SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE;
    default: return v1::SUGGESTED_TRACK_UNSPECIFIED;
  }
}

v1::ScreeningFindings FindingsOf(const v1::ScreeningAnswers& answers) {
  v1::ScreeningFindings findings;
  findings.set_age_band(AgeBandOf(answers));
  if (!answers.has_since_date()) findings.set_since(answers.since_band());
  else if (answers.has_screened_on()) findings.set_since(SinceBand(ToDay(answers.since_date()), ToDay(answers.screened_on())));
  findings.set_result(ResultOf(answers));
  findings.set_suggested_track(TrackOf(findings.age_band()));
  return findings;
}

std::vector<Violation> CheckAnswers(const v1::ScreeningAnswers& answers, absl::CivilDay today) {
  std::vector<Violation> out;
  const absl::CivilDay talk = answers.has_screened_on() ? ToDay(answers.screened_on()) : today;
  if (talk > today) out.push_back({"answers.screened_on", "want a day not after today", "BAD_DATE_ORDER"});
  if (answers.has_birth_date() && answers.stated_age_band() != v1::AGE_BAND_UNSPECIFIED) {
    out.push_back({"answers.stated_age_band", "want at most one of birth_date and stated_age_band"});
  }
  if (answers.has_since_date()) {
    if (answers.since_band() != v1::SITUATION_SINCE_UNSPECIFIED) {
      out.push_back({"answers.since_band", "want at most one of since_date and since_band"});
    }
    if (ToDay(answers.since_date()) > talk) out.push_back({"answers.since_date", "want a day not after the talk", "BAD_DATE_ORDER"});
  }
  if (HasFlag(answers, v1::RISK_FLAG_NONE) && answers.risk_flags_size() > 1) {
    out.push_back({"answers.risk_flags", "want NONE alone, or without it"});
  }
  if (answers.has_leaving_on()) {
    const absl::CivilDay leaving = ToDay(answers.leaving_on());
    if (!NamesRelease(answers) && !NamesDischarge(answers)) {
      out.push_back({"answers.leaving_on", "want none unless a release or discharge is among situation or risk flags"});
    } else if (leaving < talk) {
      out.push_back({"answers.leaving_on", "want a day not before the talk", "BAD_DATE_ORDER"});
    } else if (leaving > talk + kLeavingWithinDays) {
      out.push_back({"answers.leaving_on", absl::StrCat("want a day at most ", kLeavingWithinDays, " days after the talk")});
    }
  }
  return out;
}

absl::Status CheckAge(const v1::ScreeningAnswers& answers) {
  if (!answers.has_birth_date() || !answers.has_screened_on()) return absl::OkStatus();
  const int age = AgeOn(ToDay(answers.birth_date()), ToDay(answers.screened_on()));
  if (age >= kYoungest && age <= kOldest) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "AGE_OUT_OF_RANGE",
                 absl::StrCat("want an age of ", kYoungest, " to ", kOldest, " on the day of the talk"));
}

std::vector<Violation> CheckComplete(const v1::ScreeningAnswers& answers) {
  std::vector<Violation> out;
  auto want = [&](bool answered, absl::string_view field) {
    if (!answered) out.push_back({absl::StrCat("answers.", field), "want an answer before the screening is completed", "FIELD_REQUIRED"});
  };
  want(answers.has_screened_on(), "screened_on");
  want(answers.has_birth_date() || answers.stated_age_band() != v1::AGE_BAND_UNSPECIFIED, "stated_age_band");
  want(answers.living_situation() != v1::LIVING_SITUATION_UNSPECIFIED, "living_situation");
  want(answers.has_since_date() || answers.since_band() != v1::SITUATION_SINCE_UNSPECIFIED, "since_band");
  want(!answers.risk_flags().empty(), "risk_flags");
  want(answers.preference() != v1::HOUSING_PREFERENCE_UNSPECIFIED, "preference");
  return out;
}

}  // namespace brobygger::housing
