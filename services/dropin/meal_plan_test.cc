// The meal scheme: its states, its numbers, and that an ended plan goes.
#include "services/dropin/meal_plan.h"

#include <gtest/gtest.h>

#include "services/dropin/together_testing.h"

namespace brobygger::dropin {
namespace {

class MealPlanTest : public TogetherTest {
 protected:
  absl::StatusOr<v1::StartMealPlanResponse> Start(const std::string& who, int meals = 5, absl::CivilDay from = kToday, absl::CivilDay today = kToday) {
    v1::StartMealPlanRequest request;
    request.set_participant(who);
    *request.mutable_from() = ToDate(from);
    request.set_meals_a_week(meals);
    request.set_price_ore(17500);
    return Ask<v1::StartMealPlanResponse>("StartMealPlan", request, today);
  }
  absl::StatusOr<v1::ChangeMealPlanResponse> Change(const std::string& who, int meals, const std::string& etag = "") {
    v1::ChangeMealPlanRequest request;
    request.set_participant(who);
    request.set_meals_a_week(meals);
    request.set_etag(etag);
    return Ask<v1::ChangeMealPlanResponse>("ChangeMealPlan", request);
  }
  absl::Status Pause(const std::string& who) {
    v1::PauseMealPlanRequest request;
    request.set_participant(who);
    return Ask<v1::PauseMealPlanResponse>("PauseMealPlan", request).status();
  }
  absl::Status Resume(const std::string& who) {
    v1::ResumeMealPlanRequest request;
    request.set_participant(who);
    return Ask<v1::ResumeMealPlanResponse>("ResumeMealPlan", request).status();
  }
  absl::Status End(const std::string& who, absl::CivilDay day = kToday) {
    v1::EndMealPlanRequest request;
    request.set_participant(who);
    return Ask<v1::EndMealPlanResponse>("EndMealPlan", request, day).status();
  }
  absl::StatusOr<v1::GetMealPlanResponse> Plan(const std::string& who) {
    v1::GetMealPlanRequest request;
    request.set_participant(who);
    return Ask<v1::GetMealPlanResponse>("GetMealPlan", request);
  }
  std::vector<int> Numbers() {
    const auto n = Ask<v1::GetMealNumbersResponse>("GetMealNumbers", v1::GetMealNumbersRequest())->numbers();
    return {n.active(), n.paused(), n.meals_a_week()};
  }
};

TEST_F(MealPlanTest, FromStartToEnd) {
  const std::string lion = Alias("Løve", kToday - 30);
  auto started = Start(lion);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->plan().alias(), "Løve");
  EXPECT_EQ(started->plan().state(), v1::MEAL_PLAN_STATE_ACTIVE);
  EXPECT_EQ(ToDay(started->plan().forgotten_on()), AddMonths(kToday, 12)) << "starting is a use";
  EXPECT_EQ(Plan(lion)->plan().DebugString(), started->plan().DebugString());
  EXPECT_EQ(Numbers(), (std::vector<int>{1, 0, 5}));
  ASSERT_TRUE(Pause(lion).ok());
  EXPECT_EQ(Numbers(), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(ReasonOf(Pause(lion)), "WRONG_STATE");
  ASSERT_TRUE(Resume(lion).ok());
  EXPECT_EQ(ReasonOf(Resume(lion)), "WRONG_STATE");
  ASSERT_TRUE(Change(lion, 21, Plan(lion)->plan().etag()).ok());
  EXPECT_EQ(Numbers(), (std::vector<int>{1, 0, 21}));
  EXPECT_EQ(ReasonOf(Change(lion, 3, started->plan().etag()).status()), "ETAG_MISMATCH");
  EXPECT_EQ(ReasonOf(Start(lion).status()), "WRONG_STATE") << "one plan each";
  ASSERT_TRUE(End(lion).ok());
  EXPECT_EQ(Numbers(), (std::vector<int>{0, 0, 0}));
  for (const absl::Status& s : {End(lion), Pause(lion), Resume(lion), Change(lion, 4).status()}) EXPECT_EQ(ReasonOf(s), "WRONG_STATE");
  ASSERT_TRUE(Start(lion, 7).ok()) << "who comes back starts anew";
  EXPECT_EQ(Numbers(), (std::vector<int>{1, 0, 7}));
}

TEST_F(MealPlanTest, OnlyAnAliasStartsAndNobodyForgotten) {
  const std::string lion = Alias("Løve");
  EXPECT_EQ(ReasonOf(Plan(lion).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Pause(lion)), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Start(lion, 5, kToday - 32).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Start(lion, 5, kToday + 93).status()), "OUT_OF_RANGE");
  ASSERT_TRUE(Forget(lion).ok());
  EXPECT_EQ(ReasonOf(Start(lion).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(ReasonOf(Plan(lion).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(ReasonOf(Pause(lion)), "ALIAS_FORGOTTEN");
}

TEST_F(MealPlanTest, AnEndedPlanGoes) {
  const std::string lion = Alias("Løve");
  ASSERT_TRUE(Start(lion).ok());
  ASSERT_TRUE(End(lion, kToday + 1).ok());
  const absl::Time due = StartOfDay(kToday + 1 + 92);
  house.RunDue(due - absl::Seconds(1));
  EXPECT_TRUE(Plan(lion).ok());
  house.RunDue(due);
  EXPECT_EQ(ReasonOf(Plan(lion).status()), "NOT_FOUND");
  EXPECT_EQ(Participant(lion).alias(), "Løve");
}

TEST_F(MealPlanTest, ForgettingKeepsTheNumbersRight) {
  const std::string lion = Alias("Løve"), tiger = Alias("Tiger"), bear = Alias("Bjørn");
  ASSERT_TRUE(Start(lion, 5).ok());
  ASSERT_TRUE(Start(tiger, 7).ok());
  ASSERT_TRUE(Start(bear, 9).ok());
  ASSERT_TRUE(Pause(tiger).ok());
  ASSERT_TRUE(End(bear).ok());
  for (const std::string& who : {bear, tiger}) ASSERT_TRUE(Forget(who).ok());
  EXPECT_EQ(Numbers(), (std::vector<int>{1, 0, 5}));
  // By itself, too.
  house.RunDue(StartOfDay(AddMonths(kToday, 12)));
  EXPECT_EQ(Numbers(), (std::vector<int>{0, 0, 0}));
}

TEST_F(MealPlanTest, ListsByState) {
  const std::string lion = Alias("Løve"), tiger = Alias("Tiger");
  ASSERT_TRUE(Start(lion).ok());
  ASSERT_TRUE(Start(tiger).ok());
  ASSERT_TRUE(Pause(tiger).ok());
  const auto list = [&](v1::MealPlanState state) {
    v1::ListMealPlansRequest request;
    request.set_state(state);
    std::vector<std::string> out;
    const auto response = *Ask<v1::ListMealPlansResponse>("ListMealPlans", request);
    for (const v1::MealPlan& p : response.plans()) out.push_back(p.alias());
    return out;
  };
  EXPECT_EQ(list(v1::MEAL_PLAN_STATE_UNSPECIFIED), std::vector<std::string>{"Løve"});
  EXPECT_EQ(list(v1::MEAL_PLAN_STATE_PAUSED), std::vector<std::string>{"Tiger"});
}

TEST_F(MealPlanTest, LooseContactIsAnEstimate) {
  v1::EstimateLooseContactRequest request;
  request.set_loose_contact_estimate(100);
  auto response = Ask<v1::EstimateLooseContactResponse>("EstimateLooseContact", request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->numbers().loose_contact_estimate(), 100);
  ASSERT_TRUE(Start(Alias("Løve")).ok());
  EXPECT_EQ(Ask<v1::GetMealNumbersResponse>("GetMealNumbers", v1::GetMealNumbersRequest())->numbers().loose_contact_estimate(), 100);
}

}  // namespace
}  // namespace brobygger::dropin
