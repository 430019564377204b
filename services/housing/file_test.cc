#include "services/housing/file.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "brobygger/housing/v1/eviction_requests.pb.h"
#include "brobygger/housing/v1/shelter.pb.h"
#include "brobygger/housing/v1/support_requests.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/housing/common.h"
#include "services/housing/file_sections.h"
#include "services/housing/testing.h"
#include "services/runtime/filter.h"

namespace brobygger::housing {
namespace {

// The newest of a citizen's records; nullptr if there is none.
template <class Record>
const Record* Newest(const Office& office, const std::string& citizen) {
  const Record* newest = nullptr;
  for (const auto& [id, r] : office.store.All<Record>()) {
    if (r->citizen() == citizen && (newest == nullptr || Milliseconds(r->create_time()) >= Milliseconds(newest->create_time()))) newest = r;
  }
  return newest;
}

// The id of the one record of the citizen that shows in the file, with what it shows; "" if there is none.
template <class Record>
auto OpenOne(const Office& office, const std::string& citizen) {
  std::pair<std::string, decltype(InFile(std::declval<Record>()))> open;
  for (const auto& [id, r] : office.store.All<Record>()) {
    if (r->citizen() != citizen || !InFile(*r)) continue;
    EXPECT_EQ(open.first, "") << "more than one of a kind";
    open = {id, InFile(*r)};
  }
  return open;
}

class FileTest : public ::testing::Test {
 protected:
  // Rebuilds every standing and file from the records beside them and compares; nobody else has a file.
  void CheckFiles(absl::CivilDay today) {
    size_t standings = 0;
    for (const auto& [id, standing] : office.store.All<stored::Standing>()) {
      ++standings;
      const std::string citizen = "citizens/" + id;
      const v1::HomelessnessScreening* current = nullptr;
      for (const auto& [sid, s] : office.store.All<v1::HomelessnessScreening>()) {
        if (s->citizen() == citizen && s->state() == v1::SCREENING_STATE_COMPLETED) {
          EXPECT_EQ(current, nullptr) << "one current screening";
          EXPECT_EQ(standing->current_screening(), sid);
          current = s;
        }
      }
      const stored::Standing rebuilt = Rebuild(*standing, citizen);
      EXPECT_EQ(rebuilt.DebugString(), standing->DebugString());
      const v1::HousingFile* file = office.store.Find<v1::HousingFile>(id);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(file->SerializeAsString(), BuildFile(current, rebuilt, today).SerializeAsString());
    }
    EXPECT_EQ(office.store.All<v1::HousingFile>().size(), standings);
  }
  // The standing with everything that follows from other records replaced by what they say.
  stored::Standing Rebuild(const stored::Standing& standing, const std::string& citizen) {
    stored::Standing out = standing;
    out.clear_open_referral();
    out.clear_application();
    if (const auto* referral = Newest<v1::HousingReferral>(office, citizen)) {
      if (auto section = InFile(*referral)) *out.mutable_application() = *section;
    }
    for (const auto& [id, r] : office.store.All<v1::HousingReferral>()) {
      const bool over = r->state() == v1::REFERRAL_STATE_NOT_ELIGIBLE || r->state() == v1::REFERRAL_STATE_MOVED_IN || r->state() == v1::REFERRAL_STATE_WITHDRAWN;
      if (r->citizen() == citizen && !over) out.set_open_referral(id);
    }
    out.clear_offer();
    if (auto [id, section] = OpenOne<v1::HousingOffer>(office, citizen); section) *out.mutable_offer() = *section;
    out.clear_home();
    auto [tenancy, home] = OpenOne<v1::Tenancy>(office, citizen);
    out.set_open_tenancy(tenancy);
    if (home) *out.mutable_home() = *home;
    out.clear_eviction();
    auto [eviction_case, risk] = OpenOne<v1::EvictionPreventionCase>(office, citizen);
    out.set_open_eviction_case(eviction_case);
    if (risk) *out.mutable_eviction() = *risk;
    for (stored::Period& p : *out.mutable_tenancies()) {
      const v1::Tenancy* t = office.store.Find<v1::Tenancy>(p.id());
      *p.mutable_first_day() = t->start();
      p.clear_last_day();
      if (t->has_last_day()) *p.mutable_last_day() = t->last_day();
    }
    size_t open_support = 0, stays = 0;
    for (stored::OpenSupport& s : *out.mutable_support()) {
      const v1::SupportEpisode* episode = office.store.Find<v1::SupportEpisode>(s.id());
      s.set_method(episode->method());
      *s.mutable_in_file() = InFile(*episode).value_or(v1::SupportInFile());
    }
    for (const auto& [id, e] : office.store.All<v1::SupportEpisode>()) open_support += e->citizen() == citizen && InFile(*e);
    EXPECT_EQ(open_support, static_cast<size_t>(out.support_size()));
    out.clear_open_shelter_stay();
    for (const auto& [id, s] : office.store.All<v1::ShelterStay>()) {
      stays += s->citizen() == citizen;
      if (s->citizen() == citizen && s->state() == v1::SHELTER_STAY_STATE_CHECKED_IN) out.set_open_shelter_stay(id);
    }
    EXPECT_EQ(stays, static_cast<size_t>(out.shelter_stays_size()));
    return out;
  }
  const v1::HousingFile& File() { return *office.store.Find<v1::HousingFile>(CitizenId()); }
  // What another agency sees under a consent.
  v1::HousingFile Seen(type::v1::Purpose purpose, std::vector<type::v1::DataCategory> categories, bool limited = false) {
    CategoryMask mask = 0;
    for (type::v1::DataCategory c : categories) mask |= Bit(c);
    v1::HousingFile file = File();
    EXPECT_TRUE(FilterByReflection(&file, purpose, mask, limited).ok());
    return file;
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

// The file is current after every change: from the referral to the home, with what goes on beside it.
TEST_F(FileTest, FollowsEveryChange) {
  const absl::CivilDay today(2026, 11, 21);
  const auto check = [&](const absl::Status& done) {
    EXPECT_TRUE(done.ok()) << done;
    CheckFiles(today);
  };
  office.AddPerron4();
  check(office.CreateAndFinish(Complete()).status());
  auto referral = office.Submit();
  check(referral.status());
  EXPECT_EQ(File().application().state(), v1::REFERRAL_STATE_SUBMITTED);
  check(office.Assess(*referral).status());
  check(office.Join(referral->name()).status());
  auto declined = office.Offer(referral->name(), "1-1");
  check(declined.status());
  EXPECT_EQ(File().offer().unit(), "houses/perron-4/units/1-1");
  check(office.Decline(declined->name()).status());
  EXPECT_FALSE(File().has_offer());
  auto offer = office.Offer(referral->name());
  check(office.Accept(offer->name()).status());
  EXPECT_EQ(File().offer().state(), v1::OFFER_STATE_ACCEPTED);
  auto tenancy = office.MoveIn(offer->name());
  check(tenancy.status());
  EXPECT_EQ(File().home().unit(), "houses/perron-4/units/2-4");
  EXPECT_FALSE(File().has_application() || File().has_offer());

  v1::StartSupportEpisodeRequest support;
  support.set_citizen("citizens/" + CitizenId());
  support.set_method(v1::SUPPORT_METHOD_CTI);
  *support.mutable_start() = ToDate(today);
  check(office.Ask<v1::StartSupportEpisodeResponse>("StartSupportEpisode", support).status());
  support.set_method(v1::SUPPORT_METHOD_MASTERING_ADVISER);
  auto adviser = office.Ask<v1::StartSupportEpisodeResponse>("StartSupportEpisode", support);
  check(adviser.status());
  EXPECT_EQ(File().support_size(), 2);
  v1::EndSupportEpisodeRequest end;
  end.set_name(adviser->episode().name());
  check(office.Ask<v1::EndSupportEpisodeResponse>("EndSupportEpisode", end).status());
  v1::OpenEvictionCaseRequest eviction;
  eviction.set_citizen("citizens/" + CitizenId());
  eviction.set_tenancy(tenancy->name());
  eviction.set_received_from(v1::EVICTION_SOURCE_HOUSING_ASSOCIATION);
  eviction.set_stage(v1::EVICTION_STAGE_ARREARS);
  *eviction.mutable_next_step_on() = ToDate(today);
  check(office.Ask<v1::OpenEvictionCaseResponse>("OpenEvictionCase", eviction).status());
  v1::CheckInToShelterRequest shelter;
  shelter.set_citizen("citizens/" + CitizenId());
  *shelter.mutable_check_in() = ToDate(today);
  shelter.set_leader_decided(true);
  check(office.Ask<v1::CheckInToShelterResponse>("CheckInToShelter", shelter).status());
  EXPECT_TRUE(File().has_shelter_since());
  check(office.GiveNotice(tenancy->name(), today).status());
  EXPECT_EQ(File().home().status(), v1::TENANCY_STATUS_NOTICE);
  office.RunDue(StartOfDay(today + 1));
  CheckFiles(today + 1);
  EXPECT_FALSE(File().has_home());
  EXPECT_EQ(File().result(), v1::SCREENING_RESULT_HOMELESS) << "the screening stays beside them";
}

// D5: the housing association sees the case and its dates; not the money, not what was agreed, not the treatment.
TEST_F(FileTest, WhatAHousingAssociationSees) {
  office.AddPerron4();
  const v1::Tenancy tenancy = office.House();
  v1::OpenEvictionCaseRequest request;
  request.set_citizen("citizens/" + CitizenId());
  request.set_tenancy(tenancy.name());
  request.set_received_from(v1::EVICTION_SOURCE_HOUSING_ASSOCIATION);
  request.set_stage(v1::EVICTION_STAGE_BAILIFF_DATE_SET);
  request.set_arrears_dkk(14200);
  *request.mutable_bailiff_date() = Day(2026, 12, 1);
  *request.mutable_next_step_on() = Day(2026, 11, 25);
  auto opened = office.Ask<v1::OpenEvictionCaseResponse>("OpenEvictionCase", request);
  ASSERT_TRUE(opened.ok()) << opened.status();
  for (auto kind : {v1::MEASURE_KIND_PAYMENT_PLAN, v1::MEASURE_KIND_COMPANION}) {
    v1::AddMeasureRequest add;
    add.set_name(opened->eviction_case().name());
    add.set_kind(kind);
    ASSERT_TRUE(office.Ask<v1::AddMeasureResponse>("AddMeasure", add).ok());
  }
  using namespace type::v1;
  const v1::HousingFile seen = Seen(PURPOSE_FIND_AND_KEEP_HOME, {DATA_CATEGORY_CONTACT, DATA_CATEGORY_HOUSING, DATA_CATEGORY_APPOINTMENTS});
  EXPECT_EQ(seen.eviction().stage(), v1::EVICTION_STAGE_BAILIFF_DATE_SET);
  EXPECT_TRUE(seen.eviction().has_bailiff_date() && seen.eviction().has_next_step_on());
  EXPECT_EQ(seen.home().status(), v1::TENANCY_STATUS_AT_RISK);
  EXPECT_FALSE(seen.eviction().has_arrears_dkk());
  EXPECT_EQ(seen.eviction().finance_measures_size() + seen.eviction().support_measures_size(), 0);
  const v1::HousingFile money = Seen(PURPOSE_FIND_AND_KEEP_HOME, {DATA_CATEGORY_FINANCES});
  EXPECT_EQ(money.eviction().arrears_dkk(), 14200);
  EXPECT_EQ(money.eviction().stage(), v1::EVICTION_STAGE_UNSPECIFIED);
  EXPECT_FALSE(money.has_home()) << "nothing in it is money";
  EXPECT_EQ(Seen(PURPOSE_FIND_AND_KEEP_HOME, {DATA_CATEGORY_CONTACT}).ByteSizeLong(), 0u);
}

// D6: the release date is JUSTICE alone.
TEST_F(FileTest, TheDayOfAReleaseIsJustice) {
  v1::ScreeningAnswers answers = Complete();
  answers.set_living_situation(v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH);
  *answers.mutable_leaving_on() = Day(2026, 12, 20);
  const v1::HousingFile file = FileOf(answers);
  EXPECT_EQ(ToDay(file.release_on()), absl::CivilDay(2026, 12, 20));
  EXPECT_FALSE(file.has_discharge_on());
  using namespace type::v1;
  EXPECT_FALSE(Seen(PURPOSE_FIND_AND_KEEP_HOME, {DATA_CATEGORY_HOUSING, DATA_CATEGORY_SUPPORT_PLAN, DATA_CATEGORY_FINANCES}).has_release_on());
  EXPECT_TRUE(Seen(PURPOSE_FIND_AND_KEEP_HOME, {DATA_CATEGORY_JUSTICE}).has_release_on());
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
