// Activities from the board to their end, and that nobody is remembered for having been on a trip.
#include "services/dropin/activity.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/together_testing.h"

namespace brobygger::dropin {
namespace {

class ActivityTest : public TogetherTest {
 protected:
  absl::StatusOr<v1::UpdateActivityResponse> Update(const std::string& name, const v1::ActivityPlan& plan, const std::string& etag = "",
                                                    absl::CivilDay day = kToday) {
    v1::UpdateActivityRequest request;
    request.set_name(name);
    *request.mutable_plan() = plan;
    request.set_etag(etag);
    return Ask<v1::UpdateActivityResponse>("UpdateActivity", request, day);
  }
  std::vector<std::string> List(bool over) {
    v1::ListActivitiesRequest request;
    request.set_over(over);
    std::vector<std::string> titles;
    const auto response = *Ask<v1::ListActivitiesResponse>("ListActivities", request);
    for (const v1::Activity& a : response.activities()) titles.push_back(a.plan().title());
    return titles;
  }
};

TEST_F(ActivityTest, HangsOnTheBoard) {
  const v1::Activity created = Create();
  EXPECT_EQ(created.name().substr(0, 11), "activities/");
  EXPECT_EQ(created.state(), v1::ACTIVITY_STATE_OPEN);
  EXPECT_EQ(created.taken(), 0);
  EXPECT_EQ(Get(created.name()).DebugString(), created.DebugString());
  ASSERT_THAT(house.Announced(), ::testing::ElementsAre(v1::HOUSE_EVENT_TYPE_ACTIVITY_PUBLISHED));
  EXPECT_EQ(static_cast<const v1::HouseEvent&>(*house.store.events()[0]).about(), created.name());
}

TEST_F(ActivityTest, WhatAPlanMustBe) {
  struct Row { const char* field; std::function<void(v1::ActivityPlan*)> change; };
  const Row rows[] = {
      {"plan.date", [](auto* p) { *p->mutable_date() = ToDate(kToday - 1); }},
      {"plan.date", [](auto* p) { *p->mutable_date() = ToDate(kToday + 367); }},
      {"plan.last_day", [](auto* p) { *p->mutable_last_day() = ToDate(kToday + 6); }},
      {"plan.last_day", [](auto* p) { *p->mutable_last_day() = ToDate(kToday + 7 + 31); }},
      {"plan.fee_waiver_allowed", [](auto* p) { p->set_fee_dkk(0); }},
      {"plan.activity_group", [](auto* p) { p->set_planned_by(v1::PLANNED_BY_ACTIVITY_GROUP); }},
      {"plan.activity_group", [](auto* p) { p->set_activity_group("activityGroups/" + std::string(26, 'a')); }},
  };
  for (const Row& row : rows) {
    v1::ActivityPlan plan = Trip();
    row.change(&plan);
    const absl::Status refused = TryCreate(plan).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << row.field;
    EXPECT_NE(ToRpc(refused).DebugString().find(row.field), std::string::npos) << refused << row.field;
  }
  v1::ActivityPlan good = Trip();
  *good.mutable_date() = ToDate(kToday);
  *good.mutable_last_day() = ToDate(kToday + 30);
  EXPECT_TRUE(TryCreate(good).ok());
  good = Trip();
  good.set_planned_by(v1::PLANNED_BY_ACTIVITY_GROUP);
  good.set_activity_group("activityGroups/" + std::string(26, 'a'));
  EXPECT_EQ(ReasonOf(TryCreate(good).status()), "NOT_FOUND") << "no such group";
}

TEST_F(ActivityTest, TheNextFirst) {
  const auto at = [](const char* title, int days) {
    v1::ActivityPlan plan = Trip();
    plan.set_title(title);
    *plan.mutable_date() = ToDate(kToday + days);
    return plan;
  };
  Create(at("om tre uger", 21));
  const std::string soon = Create(at("i morgen", 1)).name();
  const std::string now = Create(at("i dag", 0)).name();
  EXPECT_EQ(List(false), (std::vector<std::string>{"i dag", "i morgen", "om tre uger"}));
  ASSERT_TRUE(Hold(now, 3, kToday).ok());
  ASSERT_TRUE(CallOff(soon).ok());
  EXPECT_EQ(List(false), (std::vector<std::string>{"i morgen", "om tre uger"})) << "what was called off hangs there until its day has passed";
  EXPECT_EQ(List(true), (std::vector<std::string>{"i dag"}));
  house.RunDue(StartOfDay(kToday + 2));
  EXPECT_EQ(List(false), (std::vector<std::string>{"om tre uger"}));
  EXPECT_EQ(List(true), (std::vector<std::string>{"i morgen", "i dag"})) << "the latest first";
}

TEST_F(ActivityTest, HeldLeavesNumbersAndNobody) {
  const v1::Activity activity = Create();
  const std::string lion = Alias("Løve");
  ASSERT_TRUE(SignUp(activity.name(), lion, false, v1::ACTIVITY_ROLE_CAKE_BAKER).ok());
  ASSERT_TRUE(Take(activity.name(), "Tiger", false, v1::ACTIVITY_ROLE_CHEERER).ok());
  EXPECT_EQ(ReasonOf(Hold(activity.name(), 2, kToday + 6).status()), "TOO_EARLY");
  ASSERT_TRUE(Holds<stored::ActivityRecord>("Tiger"));
  auto held = Hold(activity.name(), 3, kToday + 7);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->activity().state(), v1::ACTIVITY_STATE_HELD);
  EXPECT_EQ(held->activity().came(), 3) << "somebody turned up";
  EXPECT_EQ(held->activity().taken(), 2);
  ASSERT_EQ(held->activity().roles_size(), 2);
  EXPECT_EQ(held->activity().roles(0).role(), v1::ACTIVITY_ROLE_CHEERER);
  EXPECT_EQ(held->activity().roles(1).role(), v1::ACTIVITY_ROLE_CAKE_BAKER);
  EXPECT_FALSE(Holds<stored::ActivityRecord>("Tiger"));
  EXPECT_FALSE(Holds<stored::ActivityRecord>(IdOf(lion)));
  EXPECT_TRUE(Places(activity.name()).empty());
  EXPECT_EQ(ReasonOf(Hold(activity.name(), 3, kToday + 7).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(CallOff(activity.name()).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Update(activity.name(), Trip()).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Take(activity.name()).status()), "WRONG_STATE");
}

TEST_F(ActivityTest, NobodyClosedIt) {
  v1::ActivityPlan camp = Trip();
  *camp.mutable_last_day() = ToDate(kToday + 9);
  const std::string name = Create(camp).name();
  ASSERT_TRUE(Take(name, "Tiger").ok());
  const absl::Time over = StartOfDay(kToday + 9 + 1 + 7);
  house.RunDue(over - absl::Seconds(1));
  EXPECT_EQ(Get(name).state(), v1::ACTIVITY_STATE_OPEN);
  house.RunDue(over);
  const v1::Activity closed = Get(name);
  EXPECT_EQ(closed.state(), v1::ACTIVITY_STATE_HELD);
  EXPECT_TRUE(closed.closed_by_itself());
  EXPECT_EQ(closed.came(), 1);
  EXPECT_FALSE(Holds<stored::ActivityRecord>("Tiger"));
}

TEST_F(ActivityTest, CalledOffIsToldAndThenForgotten) {
  const std::string name = Create().name();
  ASSERT_TRUE(Take(name, "Tiger").ok());
  ASSERT_TRUE(CallOff(name).ok());
  ASSERT_EQ(Places(name).size(), 1u) << "somebody has to tell them";
  EXPECT_EQ(ReasonOf(Take(name).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Hold(name, 1, kToday + 7).status()), "WRONG_STATE");
  house.RunDue(StartOfDay(kToday + 8) - absl::Seconds(1));
  EXPECT_EQ(Places(name).size(), 1u);
  house.RunDue(StartOfDay(kToday + 8));
  EXPECT_TRUE(Places(name).empty());
  EXPECT_EQ(Get(name).state(), v1::ACTIVITY_STATE_CANCELLED);
  EXPECT_TRUE(house.store.Due(absl::FromUnixSeconds(32503680000)).empty()) << "nothing comes after that";
  // Called off afterwards: there is nobody left to tell.
  const std::string late = Create().name();
  ASSERT_TRUE(Take(late, "Bjørn").ok());
  ASSERT_TRUE(CallOff(late, kToday + 8).ok());
  EXPECT_TRUE(Places(late).empty());
}

TEST_F(ActivityTest, ChangesOfThePlan) {
  const v1::Activity activity = Create(Trip(2));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Take(activity.name()).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Take(activity.name(), absl::StrCat("venter ", i), true).ok());
  EXPECT_EQ(ReasonOf(Update(activity.name(), Trip(1)).status()), "CAPACITY_FULL");
  EXPECT_EQ(ReasonOf(Update(activity.name(), Trip(3), activity.etag()).status()), "ETAG_MISMATCH");
  auto more = Update(activity.name(), Trip(3));
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_EQ(more->activity().taken(), 3);
  EXPECT_EQ(more->activity().waiting(), 1);
  EXPECT_EQ(more->activity().state(), v1::ACTIVITY_STATE_FULL);
  const auto places = Places(activity.name());
  EXPECT_FALSE(places[2].waiting());
  EXPECT_EQ(ToDay(places[2].moved_up_on()), kToday);
  EXPECT_TRUE(places[3].waiting()) << "the first of the waiting list, not any";
  // Once its day has passed the plan can still be written right, but not moved into the past.
  v1::ActivityPlan plan = Trip(5);
  plan.set_note("Vi var i regnvejr");
  EXPECT_TRUE(Update(activity.name(), plan, "", kToday + 8).ok());
  *plan.mutable_date() = ToDate(kToday + 6);
  EXPECT_EQ(ReasonOf(Update(activity.name(), plan, "", kToday + 8).status()), "OUT_OF_RANGE");
}

TEST_F(ActivityTest, AFeeThatWasWaivedStands) {
  const v1::Activity activity = Create();
  ASSERT_TRUE(Waive(activity.name(), Take(activity.name())->ticket(), v1::FEE_WAIVER_HOUSE).ok());
  EXPECT_EQ(ReasonOf(Update(activity.name(), Trip(10, 50)).status()), "FEE_WAIVED");
  v1::ActivityPlan strict = Trip();
  strict.set_fee_waiver_allowed(false);
  EXPECT_EQ(ReasonOf(Update(activity.name(), strict).status()), "FEE_WAIVED");
  EXPECT_TRUE(Update(activity.name(), Trip(12)).ok());
}

}  // namespace
}  // namespace brobygger::dropin
