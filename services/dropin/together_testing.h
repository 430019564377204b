// A house in which people do things together, for the pure tests of activities, places, groups, budgets and meals.
#pragma once

#include <string>
#include <vector>

#include "brobygger/dropin/v1/activity_group.pb.h"
#include "brobygger/dropin/v1/activity_place.pb.h"
#include "brobygger/dropin/v1/activity_requests.pb.h"
#include "brobygger/dropin/v1/budget.pb.h"
#include "brobygger/dropin/v1/meal_plan.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {

// 21 November 2026, a Saturday.
inline const absl::CivilDay kToday(2026, 11, 21);

class TogetherTest : public ::testing::Test {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request, absl::CivilDay day = kToday) {
    return house.Ask<Response>(method, request, Noon(day));
  }
  // A trip in a week, with `capacity` places, for 40 kroner.
  static v1::ActivityPlan Trip(int capacity = 10, int fee = 40) {
    v1::ActivityPlan plan;
    plan.set_title("Tur til Den Gamle By");
    plan.set_kind(v1::ACTIVITY_KIND_TRIP);
    *plan.mutable_date() = ToDate(kToday + 7);
    plan.set_from_minute(9 * 60);
    plan.set_place("Bussen holder ved Perron 4");
    plan.set_note("Madpakke og drikkelse er med");
    plan.set_capacity(capacity);
    plan.set_fee_dkk(fee);
    plan.set_fee_waiver_allowed(fee > 0);
    plan.set_planned_by(v1::PLANNED_BY_HOUSE);
    return plan;
  }
  absl::StatusOr<v1::CreateActivityResponse> TryCreate(const v1::ActivityPlan& plan) {
    v1::CreateActivityRequest request;
    *request.mutable_plan() = plan;
    return Ask<v1::CreateActivityResponse>("CreateActivity", request);
  }
  v1::Activity Create(const v1::ActivityPlan& plan = Trip()) {
    auto response = TryCreate(plan);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->activity() : v1::Activity();
  }
  v1::Activity Get(const std::string& activity) {
    v1::GetActivityRequest request;
    request.set_name(activity);
    auto response = Ask<v1::GetActivityResponse>("GetActivity", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->activity() : v1::Activity();
  }
  std::string Alias(const std::string& alias, absl::CivilDay day = kToday) {
    v1::CreateParticipantRequest request;
    request.set_alias(alias);
    auto response = Ask<v1::CreateParticipantResponse>("CreateParticipant", request, day);
    EXPECT_TRUE(response.ok()) << response.status();
    return response->participant().name();
  }
  v1::Participant Participant(const std::string& name) {
    v1::GetParticipantRequest request;
    request.set_name(name);
    auto response = Ask<v1::GetParticipantResponse>("GetParticipant", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->participant() : v1::Participant();
  }
  absl::Status Forget(const std::string& participant) {
    v1::ForgetParticipantRequest request;
    request.set_name(participant);
    return Ask<v1::ForgetParticipantResponse>("ForgetParticipant", request).status();
  }
  absl::StatusOr<v1::SignUpResponse> SignUp(const std::string& activity, const std::string& participant, bool accept_waiting = false,
                                            v1::ActivityRole role = v1::ACTIVITY_ROLE_PLAYER, absl::CivilDay day = kToday) {
    v1::SignUpRequest request;
    request.set_activity(activity);
    request.set_participant(participant);
    request.set_role(role);
    request.set_accept_waiting(accept_waiting);
    return Ask<v1::SignUpResponse>("SignUp", request, day);
  }
  absl::StatusOr<v1::TakePlaceResponse> Take(const std::string& activity, const std::string& called = "", bool accept_waiting = false,
                                             v1::ActivityRole role = v1::ACTIVITY_ROLE_JUST_ALONG, absl::CivilDay day = kToday) {
    v1::TakePlaceRequest request;
    request.set_activity(activity);
    request.set_called(called);
    request.set_role(role);
    request.set_accept_waiting(accept_waiting);
    return Ask<v1::TakePlaceResponse>("TakePlace", request, day);
  }
  absl::StatusOr<v1::CancelPlaceResponse> Cancel(const std::string& activity, const std::string& ticket) {
    v1::CancelPlaceRequest request;
    request.set_activity(activity);
    request.set_ticket(ticket);
    return Ask<v1::CancelPlaceResponse>("CancelPlace", request);
  }
  absl::StatusOr<v1::WaiveFeeResponse> Waive(const std::string& activity, const std::string& ticket, v1::FeeWaiver waiver,
                                             const std::string& budget = "", absl::CivilDay day = kToday) {
    v1::WaiveFeeRequest request;
    request.set_activity(activity);
    request.set_ticket(ticket);
    request.set_waiver(waiver);
    request.set_budget(budget);
    return Ask<v1::WaiveFeeResponse>("WaiveFee", request, day);
  }
  std::vector<v1::ActivityPlace> Places(const std::string& activity) {
    v1::ListPlacesRequest request;
    request.set_activity(activity);
    auto response = Ask<v1::ListPlacesResponse>("ListPlaces", request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->places().begin(), response->places().end()};
  }
  absl::StatusOr<v1::HoldActivityResponse> Hold(const std::string& activity, int came, absl::CivilDay day) {
    v1::HoldActivityRequest request;
    request.set_name(activity);
    request.set_came(came);
    return Ask<v1::HoldActivityResponse>("HoldActivity", request, day);
  }
  absl::StatusOr<v1::CancelActivityResponse> CallOff(const std::string& activity, absl::CivilDay day = kToday) {
    v1::CancelActivityRequest request;
    request.set_name(activity);
    return Ask<v1::CancelActivityResponse>("CancelActivity", request, day);
  }
  absl::StatusOr<v1::OpenBudgetResponse> OpenBudget(const std::string& super_user, std::int64_t ore, absl::CivilDay first = kToday,
                                                    absl::CivilDay last = kToday + 90) {
    v1::OpenBudgetRequest request;
    request.set_super_user(super_user);
    *request.mutable_first_day() = ToDate(first);
    *request.mutable_last_day() = ToDate(last);
    request.set_amount_ore(ore);
    return Ask<v1::OpenBudgetResponse>("OpenBudget", request);
  }
  absl::StatusOr<v1::AddReceiptResponse> Spend(const std::string& budget, std::int64_t ore, absl::CivilDay day = kToday, absl::CivilDay today = kToday) {
    v1::AddReceiptRequest request;
    request.set_budget(budget);
    *request.mutable_date() = ToDate(day);
    request.set_amount_ore(ore);
    request.set_text("Kage til turen");
    return Ask<v1::AddReceiptResponse>("AddReceipt", request, today);
  }
  std::vector<v1::SuperUserBudget> Budgets(bool settled = false) {
    v1::ListBudgetsRequest request;
    request.set_settled(settled);
    auto response = Ask<v1::ListBudgetsResponse>("ListBudgets", request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->budgets().begin(), response->budgets().end()};
  }
  absl::StatusOr<v1::CreateActivityGroupResponse> Group(const std::vector<std::string>& members, int staff = 2) {
    v1::CreateActivityGroupRequest request;
    request.set_title("Turgruppen");
    for (const std::string& m : members) request.add_members(m);
    for (int i = 0; i < staff; ++i) request.add_staff(absl::StrCat("perron-4-", i + 1));
    return Ask<v1::CreateActivityGroupResponse>("CreateActivityGroup", request);
  }
  std::vector<v1::ActivityGroup> Groups(absl::CivilDay day = kToday) {
    auto response = Ask<v1::ListActivityGroupsResponse>("ListActivityGroups", v1::ListActivityGroupsRequest(), day);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    return {response->groups().begin(), response->groups().end()};
  }
  // Whether the text stands in any record of the house but the participant's own.
  template <class Record>
  bool Holds(const std::string& text) {
    for (const auto& [id, record] : house.store.All<Record>()) {
      if (absl::StrCat(id, record->DebugString()).find(text) != std::string::npos) return true;
    }
    return false;
  }

  House house;
};

}  // namespace brobygger::dropin
