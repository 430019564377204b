#include "services/dropin/regular.h"

#include <gtest/gtest.h>

#include "services/dropin/file.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {
namespace {

const std::string kId(26, 'c');
const std::string kCitizen = "citizens/" + kId;

v1::CentreAppointment At(type::v1::Date date, v1::PartOfDay part, bool companion = false) {
  v1::CentreAppointment a;
  *a.mutable_date() = date;
  a.set_part_of_day(part);
  a.set_companion_wanted(companion);
  return a;
}

v1::UpdateRegularRequest Full() {
  v1::UpdateRegularRequest request;
  request.set_citizen(kCitizen);
  request.add_wishes("ikke fortælle min søster det");
  v1::DropinFile* shared = request.mutable_shared();
  shared->set_goals("Et sted at bo, med plads til hunden.");
  shared->set_how_to_meet("Efter kl. 10, ved kaffebordet.");
  *shared->add_appointments() = At(Day(2026, 11, 25), v1::PART_OF_DAY_AFTERNOON);
  *shared->add_appointments() = At(Day(2026, 11, 25), v1::PART_OF_DAY_MORNING, true);
  *shared->add_appointments() = At(Day(2026, 11, 21), v1::PART_OF_DAY_EVENING);
  shared->add_daily_life(v1::DAILY_LIFE_ITEM_LETTER_HELP);
  shared->add_daily_life(v1::DAILY_LIFE_ITEM_BREAKFAST);
  return request;
}

class RegularTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::UpdateRegularResponse> Update(const v1::UpdateRegularRequest& request, absl::Time at = Noon()) {
    return house.Ask<v1::UpdateRegularResponse>("UpdateRegular", request, at);
  }
  absl::StatusOr<v1::GetRegularResponse> Get(absl::Time at = Noon()) {
    v1::GetRegularRequest request;
    request.set_citizen(kCitizen);
    return house.Ask<v1::GetRegularResponse>("GetRegular", request, at);
  }
  // Rebuilds every file from its record and compares; nothing else has a file.
  void CheckFiles(absl::CivilDay today) {
    size_t regulars = 0;
    for (const auto& [id, regular] : house.store.All<v1::Regular>()) {
      ++regulars;
      const v1::DropinFile* file = house.store.Find<v1::DropinFile>(id);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(file->SerializeAsString(), BuildFile(*regular, today).SerializeAsString());
    }
    EXPECT_EQ(house.store.All<v1::DropinFile>().size(), regulars);
  }
  House house;
};

TEST_F(RegularTest, TheFileFollowsTheRecord) {
  auto updated = Update(Full());
  ASSERT_TRUE(updated.ok()) << updated.status();
  CheckFiles(absl::CivilDay(2026, 11, 21));
  const v1::DropinFile* file = house.store.Find<v1::DropinFile>(kId);
  EXPECT_EQ(file->goals(), "Et sted at bo, med plads til hunden.");
  ASSERT_EQ(file->appointments_size(), 3);
  EXPECT_EQ(file->appointments(0).part_of_day(), v1::PART_OF_DAY_EVENING) << "today's, first";
  EXPECT_TRUE(file->appointments(1).companion_wanted()) << "morning before afternoon";
  ASSERT_EQ(file->daily_life_size(), 2);
  EXPECT_EQ(file->daily_life(0), v1::DAILY_LIFE_ITEM_BREAKFAST);
  EXPECT_EQ(file->DebugString().find("søster"), std::string::npos) << "the house's own wishes stay in the house";
  EXPECT_EQ(Get()->regular().DebugString(), updated->regular().DebugString());
  EXPECT_EQ(updated->regular().name(), "regulars/" + kId);
}

TEST_F(RegularTest, WhatIsNotSentEnds) {
  ASSERT_TRUE(Update(Full()).ok());
  v1::UpdateRegularRequest empty;
  empty.set_citizen(kCitizen);
  empty.mutable_shared();
  ASSERT_TRUE(Update(empty).ok());
  CheckFiles(absl::CivilDay(2026, 11, 21));
  EXPECT_EQ(house.store.Find<v1::DropinFile>(kId)->ByteSizeLong(), 0u);
}

TEST_F(RegularTest, PassedAppointmentsGoByThemselves) {
  ASSERT_TRUE(Update(Full()).ok());
  const absl::CivilDay next(2026, 11, 22);
  EXPECT_EQ(Get(Noon(next))->regular().shared().appointments_size(), 2) << "at once for who looks";
  house.RunDue(StartOfDay(next) - absl::Seconds(1));
  EXPECT_EQ(house.store.Find<v1::DropinFile>(kId)->appointments_size(), 3);
  house.RunDue(StartOfDay(next));
  EXPECT_EQ(house.store.Find<v1::DropinFile>(kId)->appointments_size(), 2);
  CheckFiles(next);
  house.RunDue(Noon(absl::CivilDay(2026, 11, 26)));
  EXPECT_EQ(house.store.Find<v1::DropinFile>(kId)->appointments_size(), 0);
  CheckFiles(absl::CivilDay(2026, 11, 26));
  EXPECT_TRUE(house.store.Due(Noon(absl::CivilDay(2099, 1, 1))).empty());
}

TEST_F(RegularTest, AppointmentsAheadAndOnce) {
  struct Row { type::v1::Date date; std::string reason; };
  const Row rows[] = {{Day(2026, 11, 20), "OUT_OF_RANGE"}, {Day(2026, 11, 21), ""}, {Day(2027, 11, 22), ""}, {Day(2027, 11, 23), "OUT_OF_RANGE"}};
  for (const Row& row : rows) {
    v1::UpdateRegularRequest request;
    request.set_citizen(kCitizen);
    *request.mutable_shared()->add_appointments() = At(row.date, v1::PART_OF_DAY_MORNING);
    EXPECT_EQ(ReasonOf(Update(request).status()), row.reason) << row.date.ShortDebugString();
  }
  v1::UpdateRegularRequest twice = Full();
  *twice.mutable_shared()->add_appointments() = At(Day(2026, 11, 25), v1::PART_OF_DAY_MORNING);
  EXPECT_EQ(ReasonOf(Update(twice).status()), "DUPLICATE_ITEM");
}

TEST_F(RegularTest, Etags) {
  v1::UpdateRegularRequest request = Full();
  request.set_etag("r1");
  EXPECT_EQ(ReasonOf(Update(request).status()), "ETAG_MISMATCH") << "there is nothing yet";
  request.clear_etag();
  request.set_etag(Update(request)->regular().etag());
  ASSERT_TRUE(Update(request).ok());
  EXPECT_EQ(ReasonOf(Update(request).status()), "ETAG_MISMATCH");
}

TEST_F(RegularTest, ListsInPages) {
  for (char c : {'a', 'b', 'd'}) {
    v1::UpdateRegularRequest request = Full();
    request.set_citizen("citizens/" + std::string(26, c));
    ASSERT_TRUE(Update(request).ok());
  }
  v1::ListRegularsRequest request;
  request.set_page_size(2);
  auto first = house.Ask<v1::ListRegularsResponse>("ListRegulars", request);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->regulars_size(), 2);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(house.Ask<v1::ListRegularsResponse>("ListRegulars", request)->regulars_size(), 1);
}

TEST_F(RegularTest, NobodyKnown) { EXPECT_EQ(ReasonOf(Get().status()), "NOT_FOUND"); }

}  // namespace
}  // namespace brobygger::dropin
