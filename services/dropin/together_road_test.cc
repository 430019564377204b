// What people do together, as it runs: gRPC over mutual TLS, tokens, a real Redis. Many people at the same moment for a few places, and
// somebody who is forgotten while they hold one.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/activity_place.pb.h"
#include "brobygger/dropin/v1/activity_requests.pb.h"
#include "brobygger/dropin/v1/budget.pb.h"
#include "brobygger/dropin/v1/meal_plan.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "services/dropin/testing_road.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"

namespace brobygger::dropin {
namespace {

constexpr char kActivities[] = "ActivityService/", kDropin[] = "DropinService/", kMeals[] = "MealService/";

class TogetherRoad : public RunningHouse {
 protected:
  static std::string Trip(int capacity) {
    v1::CreateActivityRequest request;
    v1::ActivityPlan* plan = request.mutable_plan();
    plan->set_title("Tur til Den Gamle By");
    plan->set_kind(v1::ACTIVITY_KIND_TRIP);
    *plan->mutable_date() = ToDate(CopenhagenDay(absl::Now()) + 7);
    plan->set_place("Perron 4");
    plan->set_capacity(capacity);
    plan->set_fee_dkk(40);
    plan->set_fee_waiver_allowed(true);
    plan->set_planned_by(v1::PLANNED_BY_HOUSE);
    auto response = Act<v1::CreateActivityResponse>(absl::StrCat(kActivities, "CreateActivity"), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->activity().name() : "";
  }
  static v1::ListPlacesResponse Places(const std::string& activity) {
    v1::ListPlacesRequest request;
    request.set_activity(activity);
    auto response = Ask<v1::ListPlacesResponse>(absl::StrCat(kActivities, "ListPlaces"), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::ListPlacesResponse());
  }
};

TEST_F(TogetherRoad, NobodyTakesAPlaceThatIsTaken) {
  const std::string trip = Trip(10);
  std::atomic<int> got{0}, full{0}, other{0};
  std::vector<std::thread> people;
  for (int i = 0; i < 32; ++i) {
    people.emplace_back([&] {
      v1::TakePlaceRequest request;
      request.set_activity(trip);
      request.set_role(v1::ACTIVITY_ROLE_JUST_ALONG);
      const absl::Status s = Act<v1::TakePlaceResponse>(absl::StrCat(kActivities, "TakePlace"), request, "USER_VOLUNTEER").status();
      ++(s.ok() ? got : ReasonOf(s) == "CAPACITY_FULL" ? full : other);
    });
  }
  for (std::thread& t : people) t.join();
  EXPECT_EQ(got, 10);
  EXPECT_EQ(full, 22);
  EXPECT_EQ(other, 0);
  const v1::ListPlacesResponse places = Places(trip);
  EXPECT_EQ(places.activity().state(), v1::ACTIVITY_STATE_FULL);
  std::set<std::string> tickets;
  for (const v1::ActivityPlace& p : places.places()) tickets.insert(p.ticket());
  EXPECT_EQ(tickets.size(), 10u);
}

TEST_F(TogetherRoad, ForgottenInAllOfIt) {
  const std::string lion = Alias("Kattekongen"), tiger = Alias("Tiger"), trip = Trip(1);
  v1::SignUpRequest sign;
  sign.set_activity(trip);
  sign.set_participant(lion);
  sign.set_role(v1::ACTIVITY_ROLE_CAKE_BAKER);
  sign.set_request_id(crypto::NewId());
  auto place = Ask<v1::SignUpResponse>(absl::StrCat(kActivities, "SignUp"), sign);
  ASSERT_TRUE(place.ok()) << place.status();
  v1::SignUpRequest waits;
  waits.set_activity(trip);
  waits.set_participant(tiger);
  waits.set_role(v1::ACTIVITY_ROLE_CHEERER);
  waits.set_accept_waiting(true);
  ASSERT_TRUE(Act<v1::SignUpResponse>(absl::StrCat(kActivities, "SignUp"), waits).ok());
  v1::OpenBudgetRequest open;
  open.set_super_user(lion);
  *open.mutable_first_day() = ToDate(CopenhagenDay(absl::Now()));
  *open.mutable_last_day() = ToDate(CopenhagenDay(absl::Now()) + 30);
  open.set_amount_ore(10000);
  auto budget = Act<v1::OpenBudgetResponse>(absl::StrCat(kActivities, "OpenBudget"), open);
  ASSERT_TRUE(budget.ok()) << budget.status();
  v1::WaiveFeeRequest waive;
  waive.set_activity(trip);
  waive.set_ticket(place->place().ticket());
  waive.set_waiver(v1::FEE_WAIVER_BUDGET);
  waive.set_budget(budget->budget().name());
  ASSERT_TRUE(Act<v1::WaiveFeeResponse>(absl::StrCat(kActivities, "WaiveFee"), waive).ok());
  v1::StartMealPlanRequest meals;
  meals.set_participant(lion);
  *meals.mutable_from() = ToDate(CopenhagenDay(absl::Now()));
  meals.set_meals_a_week(5);
  ASSERT_TRUE(Act<v1::StartMealPlanResponse>(absl::StrCat(kMeals, "StartMealPlan"), meals).ok());

  v1::ForgetParticipantRequest forget;
  forget.set_name(lion);
  ASSERT_TRUE(Act<v1::ForgetParticipantResponse>(absl::StrCat(kDropin, "ForgetParticipant"), forget).ok());
  const v1::ListPlacesResponse places = Places(trip);
  ASSERT_EQ(places.places_size(), 1);
  EXPECT_EQ(places.places(0).alias(), "Tiger");
  EXPECT_FALSE(places.places(0).waiting());
  auto settled = Ask<v1::ListBudgetsResponse>(absl::StrCat(kActivities, "ListBudgets"), [] {
    v1::ListBudgetsRequest request;
    request.set_settled(true);
    return request;
  }());
  ASSERT_TRUE(settled.ok()) << settled.status();
  ASSERT_EQ(settled->budgets_size(), 1);
  EXPECT_EQ(settled->budgets(0).super_user(), "");
  EXPECT_EQ(settled->budgets(0).spent_ore(), 0);
  auto numbers = Ask<v1::GetMealNumbersResponse>(absl::StrCat(kMeals, "GetMealNumbers"), v1::GetMealNumbersRequest(), "LEADER");
  ASSERT_TRUE(numbers.ok()) << numbers.status();
  EXPECT_EQ(numbers->numbers().active(), 0);
  EXPECT_EQ(ReasonOf(Ask<v1::SignUpResponse>(absl::StrCat(kActivities, "SignUp"), sign).status()), "ERASED") << "the answer went with the alias";
  sign.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(Ask<v1::SignUpResponse>(absl::StrCat(kActivities, "SignUp"), sign).status()), "ALIAS_FORGOTTEN");
}

}  // namespace
}  // namespace brobygger::dropin
