#include "services/housing/file.h"

#include <gtest/gtest.h>

#include "brobygger/policy/v1/policy.pb.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

class FileTest : public ::testing::Test {
 protected:
  // Rebuilds every file from its records and compares; nobody else has a file.
  void CheckFiles(absl::CivilDay today) {
    size_t standings = 0;
    for (const auto& [id, standing] : office.store.All<stored::Standing>()) {
      ++standings;
      const v1::HomelessnessScreening* current = nullptr;
      for (const auto& [sid, s] : office.store.All<v1::HomelessnessScreening>()) {
        if (s->citizen() == "citizens/" + id && s->state() == v1::SCREENING_STATE_COMPLETED) {
          EXPECT_EQ(current, nullptr) << "one current screening";
          EXPECT_EQ(standing->current_screening(), sid);
          current = s;
        }
      }
      const v1::HousingFile* file = office.store.Find<v1::HousingFile>(id);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(file->SerializeAsString(), BuildFile(current, *standing, today).SerializeAsString());
    }
    EXPECT_EQ(office.store.All<v1::HousingFile>().size(), standings);
  }
  v1::HousingFile FileOf(const v1::ScreeningAnswers& answers) {
    auto done = office.CreateAndFinish(answers);
    EXPECT_TRUE(done.ok()) << done.status();
    CheckFiles(absl::CivilDay(2026, 11, 21));
    return *office.store.Find<v1::HousingFile>(CitizenId());
  }
  Office office;
};

TEST_F(FileTest, HoldsTheScreeningAndTheAppointment) {
  v1::ScreeningAnswers answers = Complete();
  answers.clear_since_band();
  *answers.mutable_since_date() = Day(2026, 6, 1);
  answers.add_risk_flags(v1::RISK_FLAG_EVICTION_NOTICE);
  answers.set_on_housing_list(v1::ON_HOUSING_LIST_YES);
  v1::HousingFile file = FileOf(answers);
  EXPECT_EQ(file.living_situation(), v1::LIVING_SITUATION_WITH_OTHERS);
  EXPECT_EQ(ToDay(file.since_date()), absl::CivilDay(2026, 6, 1));
  EXPECT_EQ(file.since(), v1::SITUATION_SINCE_1_TO_6_MONTHS);
  EXPECT_EQ(file.result(), v1::SCREENING_RESULT_HOMELESS);
  EXPECT_EQ(file.age_band(), v1::AGE_BAND_UNDER_25);
  EXPECT_EQ(file.suggested_track(), v1::SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING);
  EXPECT_EQ(file.preference(), v1::HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON);
  EXPECT_EQ(file.on_housing_list(), v1::ON_HOUSING_LIST_YES);
  ASSERT_EQ(file.risk_flags_size(), 2);
  EXPECT_EQ(file.risk_flags(0), v1::RISK_FLAG_EVICTION_NOTICE);
  EXPECT_FALSE(file.has_next_appointment());
  ASSERT_TRUE(office.Appoint(Day(2026, 11, 24)).ok());
  CheckFiles(absl::CivilDay(2026, 11, 21));
  file = *office.store.Find<v1::HousingFile>(CitizenId());
  EXPECT_EQ(file.next_appointment().place(), v1::APPOINTMENT_PLACE_DROP_IN_CENTRE);
  EXPECT_EQ(file.result(), v1::SCREENING_RESULT_HOMELESS) << "the rest stays";
}

TEST_F(FileTest, OwnWordsOnlyIfWrittenForSharing) {
  v1::ScreeningAnswers answers = Complete();
  answers.set_own_words("Et sted, hvor hunden må være.");
  EXPECT_EQ(FileOf(answers).own_words(), "");
  answers.set_own_words_for_sharing(true);
  EXPECT_EQ(FileOf(answers).own_words(), "Et sted, hvor hunden må være.");
}

// A housing consent alone must not tell of a release, a discharge or a debt.
TEST_F(FileTest, OtherCategoriesStandInFieldsOfTheirOwn) {
  struct Row { v1::LivingSituation situation; std::vector<v1::RiskFlag> flags; bool debt, release, discharge; };
  const Row rows[] = {
      {v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH, {v1::RISK_FLAG_NONE}, false, true, false},
      {v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH, {v1::RISK_FLAG_NONE}, false, false, true},
      {v1::LIVING_SITUATION_OTHER_HOMELESS, {v1::RISK_FLAG_NONE}, false, false, false},
      {v1::LIVING_SITUATION_OTHER_HOMELESS, {v1::RISK_FLAG_RENT_ARREARS}, true, false, false},
      {v1::LIVING_SITUATION_OTHER_HOMELESS, {v1::RISK_FLAG_RELEASE_WITHIN_1_MONTH}, false, true, false},
      {v1::LIVING_SITUATION_OTHER_HOMELESS, {v1::RISK_FLAG_DISCHARGE_WITHIN_1_MONTH}, false, false, true},
  };
  std::string housing_part;
  for (const Row& row : rows) {
    v1::ScreeningAnswers answers = Complete();
    answers.set_living_situation(row.situation);
    answers.clear_risk_flags();
    for (v1::RiskFlag f : row.flags) answers.add_risk_flags(f);
    v1::HousingFile file = FileOf(answers);
    EXPECT_EQ(file.rent_arrears(), row.debt);
    EXPECT_EQ(file.release_within_1_month(), row.release);
    EXPECT_EQ(file.discharge_within_1_month(), row.discharge);
    // What is left under HOUSING is the same for all of them.
    file.clear_rent_arrears();
    file.clear_release_within_1_month();
    file.clear_discharge_within_1_month();
    if (housing_part.empty()) housing_part = file.SerializeAsString();
    EXPECT_EQ(file.SerializeAsString(), housing_part) << answers.ShortDebugString();
  }
}

TEST_F(FileTest, CategoriesOfTheSensitiveFields) {
  auto category = [](const char* field) {
    return v1::HousingFile::descriptor()->FindFieldByName(field)->options().GetExtension(policy::v1::category);
  };
  EXPECT_EQ(category("rent_arrears"), type::v1::DATA_CATEGORY_FINANCES);
  EXPECT_EQ(category("release_within_1_month"), type::v1::DATA_CATEGORY_JUSTICE);
  EXPECT_EQ(category("discharge_within_1_month"), type::v1::DATA_CATEGORY_HEALTH);
  EXPECT_EQ(category("own_words"), type::v1::DATA_CATEGORY_SUPPORT_PLAN);
  EXPECT_EQ(category("next_appointment"), type::v1::DATA_CATEGORY_APPOINTMENTS);
}

TEST_F(FileTest, TheFileFollowsANewScreening) {
  FileOf(Complete());
  v1::ScreeningAnswers later = Complete();
  later.set_living_situation(v1::LIVING_SITUATION_SHELTER);
  EXPECT_EQ(FileOf(later).living_situation(), v1::LIVING_SITUATION_SHELTER);
}

TEST_F(FileTest, AppointmentWithoutAScreening) {
  ASSERT_TRUE(office.Appoint(Day(2026, 11, 21)).ok()) << "today counts";
  CheckFiles(absl::CivilDay(2026, 11, 21));
  office.RunDue(StartOfDay(absl::CivilDay(2026, 11, 22)));
  CheckFiles(absl::CivilDay(2026, 11, 22));
  EXPECT_EQ(office.store.Find<v1::HousingFile>(CitizenId())->ByteSizeLong(), 0u);
}

TEST_F(FileTest, AppointmentsSetClearedAndRead) {
  EXPECT_EQ(ReasonOf(office.Appoint(Day(2026, 11, 20)).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(office.Appoint(Day(2027, 11, 23)).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(office.Appoint(Day(2027, 11, 22)).ok());
  ASSERT_TRUE(office.Appoint(Day(2026, 11, 24)).ok());
  v1::GetNextAppointmentRequest get;
  get.set_citizen("citizens/" + CitizenId());
  EXPECT_TRUE(office.Ask<v1::GetNextAppointmentResponse>("GetNextAppointment", get)->has_appointment());
  EXPECT_FALSE(office.Ask<v1::GetNextAppointmentResponse>("GetNextAppointment", get, Noon(absl::CivilDay(2026, 11, 25)))->has_appointment())
      << "past, also before the timer has come round";
  v1::SetNextAppointmentRequest clear;
  clear.set_citizen("citizens/" + CitizenId());
  EXPECT_FALSE(office.Ask<v1::SetNextAppointmentResponse>("SetNextAppointment", clear)->has_appointment());
  EXPECT_FALSE(office.Ask<v1::GetNextAppointmentResponse>("GetNextAppointment", get)->has_appointment());
  CheckFiles(absl::CivilDay(2026, 11, 21));
}

TEST(BuildFile, NothingKnownIsAnEmptyFile) {
  EXPECT_EQ(BuildFile(nullptr, stored::Standing(), absl::CivilDay(2026, 11, 21)).ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace brobygger::housing
