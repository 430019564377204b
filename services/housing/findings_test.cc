#include "services/housing/findings.h"

#include <gtest/gtest.h>

#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using S = v1::LivingSituation;

TEST(Findings, AgeBandOnTheDayOfTheTalk) {
  struct Row { absl::CivilDay birth, talk; v1::AgeBand band; };
  using D = absl::CivilDay;
  const Row rows[] = {
      {D(2001, 11, 22), D(2026, 11, 21), v1::AGE_BAND_UNDER_25},      // the day before the 25th birthday
      {D(2001, 11, 21), D(2026, 11, 21), v1::AGE_BAND_AGE_25_PLUS},   // the 25th birthday counts as 25
      {D(2001, 11, 20), D(2026, 11, 21), v1::AGE_BAND_AGE_25_PLUS},
      {D(2000, 2, 29), D(2025, 2, 28), v1::AGE_BAND_UNDER_25},
      {D(2000, 2, 29), D(2025, 3, 1), v1::AGE_BAND_AGE_25_PLUS},
      {D(2011, 11, 21), D(2026, 11, 21), v1::AGE_BAND_UNDER_25},
      {D(1940, 1, 1), D(2026, 11, 21), v1::AGE_BAND_AGE_25_PLUS},
  };
  for (const Row& row : rows) {
    v1::ScreeningAnswers answers;
    *answers.mutable_birth_date() = ToDate(row.birth);
    EXPECT_EQ(AgeBandOf(answers), v1::AGE_BAND_UNSPECIFIED) << "the day of the talk is not known yet";
    *answers.mutable_screened_on() = ToDate(row.talk);
    EXPECT_EQ(AgeBandOf(answers), row.band) << row.birth << " " << row.talk;
  }
  v1::ScreeningAnswers stated;
  EXPECT_EQ(AgeBandOf(stated), v1::AGE_BAND_UNSPECIFIED);
  stated.set_stated_age_band(v1::AGE_BAND_UNDER_25);
  EXPECT_EQ(AgeBandOf(stated), v1::AGE_BAND_UNDER_25);
}

TEST(Findings, SinceBands) {
  using D = absl::CivilDay;
  struct Row { D since, talk; v1::SituationSince band; };
  const Row rows[] = {
      {D(2026, 11, 21), D(2026, 11, 21), v1::SITUATION_SINCE_UNDER_1_MONTH},
      {D(2026, 10, 22), D(2026, 11, 21), v1::SITUATION_SINCE_UNDER_1_MONTH},
      {D(2026, 10, 21), D(2026, 11, 21), v1::SITUATION_SINCE_1_TO_6_MONTHS},
      {D(2026, 5, 22), D(2026, 11, 21), v1::SITUATION_SINCE_1_TO_6_MONTHS},
      {D(2026, 5, 21), D(2026, 11, 21), v1::SITUATION_SINCE_6_TO_12_MONTHS},
      {D(2025, 11, 22), D(2026, 11, 21), v1::SITUATION_SINCE_6_TO_12_MONTHS},
      {D(2025, 11, 21), D(2026, 11, 21), v1::SITUATION_SINCE_1_TO_2_YEARS},
      {D(2024, 11, 22), D(2026, 11, 21), v1::SITUATION_SINCE_1_TO_2_YEARS},
      {D(2024, 11, 21), D(2026, 11, 21), v1::SITUATION_SINCE_OVER_2_YEARS},
      {D(2026, 1, 31), D(2026, 2, 27), v1::SITUATION_SINCE_UNDER_1_MONTH},
      {D(2026, 1, 31), D(2026, 2, 28), v1::SITUATION_SINCE_1_TO_6_MONTHS},  // no 31 February: its last day
      {D(1990, 1, 1), D(2026, 11, 21), v1::SITUATION_SINCE_OVER_2_YEARS},
  };
  for (const Row& row : rows) EXPECT_EQ(SinceBand(row.since, row.talk), row.band) << row.since << " " << row.talk;
  v1::ScreeningAnswers answers;
  answers.set_since_band(v1::SITUATION_SINCE_UNKNOWN);
  EXPECT_EQ(FindingsOf(answers).since(), v1::SITUATION_SINCE_UNKNOWN);
}

// Every living situation with every single risk flag, with NONE, and not asked yet.
TEST(Findings, ResultOfEverySituationAndFlag) {
  for (int s = v1::LivingSituation_MIN; s <= v1::LivingSituation_MAX; ++s) {
    for (int f = v1::RiskFlag_MIN; f <= v1::RiskFlag_MAX; ++f) {
      v1::ScreeningAnswers answers;
      answers.set_living_situation(static_cast<S>(s));
      if (f != v1::RISK_FLAG_UNSPECIFIED) answers.add_risk_flags(static_cast<v1::RiskFlag>(f));
      v1::ScreeningResult want = v1::SCREENING_RESULT_UNSPECIFIED;
      if (s >= 1 && s <= 9) want = v1::SCREENING_RESULT_HOMELESS;
      if (s >= 10 && s <= 13 && f == v1::RISK_FLAG_NONE) want = v1::SCREENING_RESULT_HOUSED;
      if (s >= 10 && s <= 13 && f >= 1 && f < v1::RISK_FLAG_NONE) want = v1::SCREENING_RESULT_AT_RISK;
      if (s == 14) want = v1::SCREENING_RESULT_UNKNOWN;
      EXPECT_EQ(ResultOf(answers), want) << s << " " << f;
    }
  }
}

TEST(Findings, Track) {
  EXPECT_EQ(TrackOf(v1::AGE_BAND_UNDER_25), v1::SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING);
  EXPECT_EQ(TrackOf(v1::AGE_BAND_AGE_25_PLUS), v1::SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE);
  EXPECT_EQ(TrackOf(v1::AGE_BAND_UNSPECIFIED), v1::SUGGESTED_TRACK_UNSPECIFIED);
}

TEST(Findings, AgeLimits) {
  using D = absl::CivilDay;
  struct Row { D birth; std::string reason; };
  const Row rows[] = {{D(2011, 11, 22), "AGE_OUT_OF_RANGE"}, {D(2011, 11, 21), ""}, {D(1915, 11, 22), ""}, {D(1915, 11, 21), "AGE_OUT_OF_RANGE"}};
  for (const Row& row : rows) {
    v1::ScreeningAnswers answers = Complete();
    *answers.mutable_birth_date() = ToDate(row.birth);
    EXPECT_EQ(ReasonOf(CheckAge(answers)), row.reason) << row.birth;
  }
  v1::ScreeningAnswers no_talk_yet;
  *no_talk_yet.mutable_birth_date() = Day(2020, 1, 1);
  EXPECT_TRUE(CheckAge(no_talk_yet).ok());
}

std::vector<std::string> FieldsOf(const std::vector<Violation>& violations) {
  std::vector<std::string> out;
  for (const Violation& v : violations) out.push_back(absl::StrCat(v.field, " ", v.reason));
  return out;
}

TEST(Answers, WhatMayNeverStand) {
  const absl::CivilDay today(2026, 11, 21);
  auto check = [&](auto change) {
    v1::ScreeningAnswers answers = Complete();
    change(answers);
    return FieldsOf(CheckAnswers(answers, today));
  };
  using A = v1::ScreeningAnswers;
  using V = std::vector<std::string>;
  EXPECT_EQ(check([](A&) {}), V{});
  EXPECT_EQ(check([](A& a) { *a.mutable_screened_on() = Day(2026, 11, 22); }), V{"answers.screened_on BAD_DATE_ORDER"});
  EXPECT_EQ(check([](A& a) { a.set_stated_age_band(v1::AGE_BAND_UNDER_25); }), V{"answers.stated_age_band OUT_OF_RANGE"});
  EXPECT_EQ(check([](A& a) { *a.mutable_since_date() = Day(2026, 1, 1); }), V{"answers.since_band OUT_OF_RANGE"});
  EXPECT_EQ(check([](A& a) { a.clear_since_band(); *a.mutable_since_date() = Day(2026, 11, 22); }), V{"answers.since_date BAD_DATE_ORDER"});
  EXPECT_EQ(check([](A& a) { a.clear_since_band(); *a.mutable_since_date() = Day(2026, 11, 21); }), V{});
  EXPECT_EQ(check([](A& a) { a.add_risk_flags(v1::RISK_FLAG_NONE); }), V{"answers.risk_flags OUT_OF_RANGE"});
  EXPECT_EQ(check([](A& a) { a.clear_risk_flags(); a.add_risk_flags(v1::RISK_FLAG_NONE); }), V{});
  // All at once.
  EXPECT_EQ(check([](A& a) {
              *a.mutable_screened_on() = Day(2026, 11, 22);
              a.set_stated_age_band(v1::AGE_BAND_UNDER_25);
              a.add_risk_flags(v1::RISK_FLAG_NONE);
            }).size(),
            3u);
  EXPECT_EQ(FieldsOf(CheckAnswers(v1::ScreeningAnswers(), today)), V{}) << "an empty draft is fine";
}

TEST(Answers, LeavingWithin31Days) {
  const absl::CivilDay today(2026, 11, 21);
  struct Row { S situation; v1::RiskFlag flag; type::v1::Date leaving; std::vector<std::string> wrong; };
  const Row rows[] = {
      {v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH, v1::RISK_FLAG_NONE, Day(2026, 11, 21), {}},
      {v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH, v1::RISK_FLAG_NONE, Day(2026, 12, 22), {}},
      {v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH, v1::RISK_FLAG_NONE, Day(2026, 12, 23), {"answers.leaving_on OUT_OF_RANGE"}},
      {v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH, v1::RISK_FLAG_NONE, Day(2026, 11, 20), {"answers.leaving_on BAD_DATE_ORDER"}},
      {v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH, v1::RISK_FLAG_NONE, Day(2026, 12, 22), {}},
      {v1::LIVING_SITUATION_OWN_TENANCY, v1::RISK_FLAG_RELEASE_WITHIN_1_MONTH, Day(2026, 12, 1), {}},
      {v1::LIVING_SITUATION_OWN_TENANCY, v1::RISK_FLAG_DISCHARGE_WITHIN_1_MONTH, Day(2026, 12, 1), {}},
      {v1::LIVING_SITUATION_OWN_TENANCY, v1::RISK_FLAG_RENT_ARREARS, Day(2026, 12, 1), {"answers.leaving_on OUT_OF_RANGE"}},
  };
  for (const Row& row : rows) {
    v1::ScreeningAnswers answers = Complete();
    answers.set_living_situation(row.situation);
    answers.clear_risk_flags();
    answers.add_risk_flags(row.flag);
    *answers.mutable_leaving_on() = row.leaving;
    EXPECT_EQ(FieldsOf(CheckAnswers(answers, today)), row.wrong) << answers.ShortDebugString();
  }
}

TEST(Answers, MissingOnesAreNamedAtOnce) {
  EXPECT_EQ(FieldsOf(CheckComplete(v1::ScreeningAnswers())),
            (std::vector<std::string>{"answers.screened_on FIELD_REQUIRED", "answers.stated_age_band FIELD_REQUIRED",
                                      "answers.living_situation FIELD_REQUIRED", "answers.since_band FIELD_REQUIRED",
                                      "answers.risk_flags FIELD_REQUIRED", "answers.preference FIELD_REQUIRED"}));
  EXPECT_TRUE(CheckComplete(Complete()).empty());
}

}  // namespace
}  // namespace brobygger::housing
