// Places: never more than there are, the waiting list in its order, by alias or without a name.
#include "services/dropin/place.h"

#include <set>

#include <gtest/gtest.h>

#include "services/dropin/activity_records.h"
#include "services/dropin/together_testing.h"

namespace brobygger::dropin {
namespace {

class PlaceTest : public TogetherTest {};

TEST_F(PlaceTest, ByAliasByWhatIsWrittenOrWithoutAName) {
  const std::string trip = Create().name();
  const std::string lion = Alias("Løve", kToday - 100);
  auto by_alias = SignUp(trip, lion, false, v1::ACTIVITY_ROLE_TRAINER);
  ASSERT_TRUE(by_alias.ok()) << by_alias.status();
  EXPECT_EQ(by_alias->place().alias(), "Løve");
  EXPECT_EQ(by_alias->place().ticket().size(), 8u);
  EXPECT_EQ(ToDay(Participant(lion).last_use()), kToday) << "a place is a use";
  auto written = Take(trip, "Mor med hunden");
  ASSERT_TRUE(written.ok());
  auto unnamed = Take(trip);
  ASSERT_TRUE(unnamed.ok());
  EXPECT_EQ(unnamed->activity().taken(), 3);
  const auto places = Places(trip);
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].participant(), lion);
  EXPECT_EQ(places[1].alias(), "Mor med hunden");
  EXPECT_EQ(places[1].participant(), "");
  EXPECT_EQ(places[2].alias(), "");
  EXPECT_EQ(unnamed->activity().DebugString().find("Mor"), std::string::npos) << "an activity is numbers";
}

TEST_F(PlaceTest, EveryRoleTakesAPlace) {
  const std::string trip = Create(Trip(6)).name();
  for (int role = v1::ACTIVITY_ROLE_PLAYER; role <= v1::ACTIVITY_ROLE_JUST_ALONG; ++role) {
    ASSERT_TRUE(Take(trip, "", false, static_cast<v1::ActivityRole>(role)).ok());
  }
  EXPECT_EQ(Get(trip).state(), v1::ACTIVITY_STATE_FULL);
  EXPECT_EQ(Get(trip).roles_size(), 6);
}

TEST_F(PlaceTest, NeverMoreThanThereAre) {
  const std::string trip = Create(Trip(2)).name();
  ASSERT_TRUE(Take(trip).ok());
  ASSERT_TRUE(Take(trip).ok());
  EXPECT_EQ(Get(trip).state(), v1::ACTIVITY_STATE_FULL);
  EXPECT_EQ(ReasonOf(Take(trip).status()), "CAPACITY_FULL");
  EXPECT_EQ(ReasonOf(SignUp(trip, Alias("Løve")).status()), "CAPACITY_FULL");
  std::set<std::string> tickets;
  for (int i = 0; i < kLongestWaitingList; ++i) {
    auto waiting = Take(trip, "", true);
    ASSERT_TRUE(waiting.ok());
    EXPECT_TRUE(waiting->waiting());
    tickets.insert(waiting->ticket());
  }
  EXPECT_EQ(tickets.size(), static_cast<size_t>(kLongestWaitingList));
  EXPECT_EQ(ReasonOf(Take(trip, "", true).status()), "CAPACITY_FULL");
  EXPECT_EQ(Get(trip).taken(), 2);
  EXPECT_EQ(Get(trip).waiting(), kLongestWaitingList);
}

TEST_F(PlaceTest, TheWaitingListMovesUpInItsOrder) {
  const std::string trip = Create(Trip(1)).name();
  const std::string first = Take(trip)->ticket();
  const std::string second = Take(trip, "nummer to", true)->ticket();
  ASSERT_TRUE(Take(trip, "nummer tre", true).ok());
  ASSERT_TRUE(Cancel(trip, first).ok());
  auto places = Places(trip);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].alias(), "nummer to");
  EXPECT_FALSE(places[0].waiting());
  EXPECT_EQ(ToDay(places[0].moved_up_on()), kToday) << "somebody should tell them";
  EXPECT_TRUE(places[1].waiting());
  EXPECT_EQ(Get(trip).state(), v1::ACTIVITY_STATE_FULL);
  EXPECT_EQ(ReasonOf(Cancel(trip, first).status()), "NOT_FOUND");
  ASSERT_TRUE(Cancel(trip, places[1].ticket()).ok()) << "one can also leave the waiting list";
  ASSERT_TRUE(Cancel(trip, second).ok());
  EXPECT_EQ(Get(trip).state(), v1::ACTIVITY_STATE_OPEN);
  EXPECT_EQ(Get(trip).taken(), 0);
}

TEST_F(PlaceTest, OnceForEachAlias) {
  const std::string trip = Create(Trip(1)).name();
  const std::string lion = Alias("Løve");
  const std::string ticket = SignUp(trip, lion)->place().ticket();
  EXPECT_EQ(ReasonOf(SignUp(trip, lion, true).status()), "DUPLICATE");
  ASSERT_TRUE(Cancel(trip, ticket).ok());
  EXPECT_TRUE(SignUp(trip, lion).ok());
}

TEST_F(PlaceTest, AForgottenAliasIsRefusedClearly) {
  const std::string trip = Create().name();
  const std::string lion = Alias("Løve");
  ASSERT_TRUE(Forget(lion).ok());
  const absl::Status refused = SignUp(trip, lion).status();
  EXPECT_EQ(ReasonOf(refused), "ALIAS_FORGOTTEN");
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound);
}

TEST_F(PlaceTest, NotOnceItsDayHasPassed) {
  v1::ActivityPlan camp = Trip();
  *camp.mutable_last_day() = ToDate(kToday + 9);
  const std::string name = Create(camp).name();
  EXPECT_TRUE(Take(name, "", false, v1::ACTIVITY_ROLE_HELPER, kToday + 9).ok()) << "one can come later to a camp";
  EXPECT_EQ(ReasonOf(Take(name, "", false, v1::ACTIVITY_ROLE_HELPER, kToday + 10).status()), "ACTIVITY_OVER");
  EXPECT_EQ(ReasonOf(Take("activities/" + std::string(26, 'a')).status()), "NOT_FOUND");
}

TEST_F(PlaceTest, TheHousePaysTheFee) {
  const std::string trip = Create(Trip(1)).name();
  const std::string lion = Alias("Løve");
  const std::string ticket = SignUp(trip, lion)->place().ticket();
  auto waived = Waive(trip, ticket, v1::FEE_WAIVER_HOUSE);
  ASSERT_TRUE(waived.ok()) << waived.status();
  EXPECT_EQ(waived->place().waiver(), v1::FEE_WAIVER_HOUSE);
  EXPECT_EQ(waived->place().alias(), "Løve");
  EXPECT_EQ(ReasonOf(Waive(trip, ticket, v1::FEE_WAIVER_HOUSE).status()), "DUPLICATE");
  EXPECT_EQ(ReasonOf(Waive(trip, "aaaaaaaa", v1::FEE_WAIVER_HOUSE).status()), "NOT_FOUND");
  const std::string waiting = Take(trip, "", true)->ticket();
  EXPECT_EQ(ReasonOf(Waive(trip, waiting, v1::FEE_WAIVER_HOUSE).status()), "WRONG_STATE");
  const std::string free = Create(Trip(1, 0)).name();
  EXPECT_EQ(ReasonOf(Waive(free, Take(free)->ticket(), v1::FEE_WAIVER_HOUSE).status()), "WAIVER_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Waive(trip, ticket, v1::FEE_WAIVER_BUDGET).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Waive(trip, ticket, v1::FEE_WAIVER_HOUSE, "budgets/" + std::string(26, 'a')).status()), "OUT_OF_RANGE");
}

TEST_F(PlaceTest, ABudgetPaysTheFeeAndGetsItBack) {
  const std::string budget = OpenBudget(Alias("Superbruger"), 10000)->budget().name();
  const std::string trip = Create().name();
  const std::string a = Take(trip)->ticket(), b = Take(trip)->ticket(), c = Take(trip)->ticket();
  ASSERT_TRUE(Waive(trip, a, v1::FEE_WAIVER_BUDGET, budget).ok());
  ASSERT_TRUE(Waive(trip, b, v1::FEE_WAIVER_BUDGET, budget).ok());
  EXPECT_EQ(ReasonOf(Waive(trip, c, v1::FEE_WAIVER_BUDGET, budget).status()), "BUDGET_OVERSPENT") << "40 twice leaves 20";
  EXPECT_EQ(Places(trip)[2].waiver(), v1::FEE_WAIVER_UNSPECIFIED);
  EXPECT_EQ(Budgets()[0].spent_ore(), 8000);
  EXPECT_EQ(Budgets()[0].left_ore(), 2000);
  EXPECT_EQ(Budgets()[0].receipts(0).activity(), trip);
  EXPECT_EQ(Budgets()[0].receipts(0).text(), "Tur til Den Gamle By");
  ASSERT_TRUE(Cancel(trip, a).ok());
  EXPECT_EQ(Budgets()[0].spent_ore(), 4000);
  ASSERT_TRUE(Waive(trip, c, v1::FEE_WAIVER_BUDGET, budget).ok());
  ASSERT_TRUE(CallOff(trip).ok());
  EXPECT_EQ(Budgets()[0].spent_ore(), 0) << "nobody goes, nobody pays";
  EXPECT_EQ(Places(trip)[0].waiver(), v1::FEE_WAIVER_UNSPECIFIED);
}

TEST_F(PlaceTest, WhatWasHeldWasPaid) {
  const std::string budget = OpenBudget(Alias("Superbruger"), 10000)->budget().name();
  const std::string trip = Create().name();
  ASSERT_TRUE(Waive(trip, Take(trip)->ticket(), v1::FEE_WAIVER_BUDGET, budget).ok());
  ASSERT_TRUE(Hold(trip, 1, kToday + 7).ok());
  EXPECT_EQ(Budgets()[0].spent_ore(), 4000);
}

}  // namespace
}  // namespace brobygger::dropin
