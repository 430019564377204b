#include "services/dropin/meal_plan.h"

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/participant.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Plan = v1::MealPlan;
using Numbers = v1::MealNumbers;

constexpr char kNumbersId[] = "meals";
constexpr int kBackDays = 31;
constexpr int kAheadDays = 92;
constexpr int kEndedKeptDays = 92;

absl::Time DroppedAt(const Plan& plan) {
  return plan.state() == v1::MEAL_PLAN_STATE_ENDED ? StartOfDay(ToDay(plan.state_since()) + kEndedKeptDays) : absl::InfiniteFuture();
}

Plan Shown(Plan plan, const std::string& id, const v1::Participant& participant, const std::string& etag) {
  plan.set_participant(absl::StrCat("participants/", id));
  plan.set_alias(participant.alias());
  *plan.mutable_forgotten_on() = ToDate(ForgottenOn(participant));
  plan.set_etag(etag);
  return plan;
}

// Adds the plan to the numbers, or takes it out of them.
void Count(const Plan& plan, int sign, Numbers* numbers) {
  if (plan.state() == v1::MEAL_PLAN_STATE_ACTIVE) {
    numbers->set_active(numbers->active() + sign);
    numbers->set_meals_a_week(numbers->meals_a_week() + sign * plan.meals_a_week());
  } else if (plan.state() == v1::MEAL_PLAN_STATE_PAUSED) {
    numbers->set_paused(numbers->paused() + sign);
  }
}

// What was (null: nothing) becomes `after` (null: nothing), in the numbers.
absl::Status Recount(const Plan* before, const Plan* after, View& view, Decision* decision) {
  BB_ASSIGN_OR_RETURN(const Numbers* known, view.Find<Numbers>(kNumbersId));
  Numbers numbers = known == nullptr ? Numbers() : *known;
  if (before != nullptr) Count(*before, -1, &numbers);
  if (after != nullptr) Count(*after, +1, &numbers);
  decision->Put(Entities(), kNumbersId, numbers);
  return absl::OkStatus();
}

template <class Response>
absl::StatusOr<Decision> Stored(const std::string& id, const Plan* before, const Plan& plan, const v1::Participant& participant, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Plan>(id));
  Response response;
  *response.mutable_plan() = Shown(plan, id, participant, etag);
  Decision decision(response);
  BB_RETURN_IF_ERROR(Recount(before, &plan, view, &decision));
  decision.Put(Entities(), id, plan);
  decision.Put(Entities(), id, participant);
  return decision;
}

template <class Response, class Request>
absl::StatusOr<Decision> Move(const Call& call, const Request& request, v1::MealPlanState to, View& view) {
  const std::string id = IdOf(request.participant());
  const absl::StatusOr<const Plan*> before = view.Get<Plan>(id);
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, id, view));
  BB_RETURN_IF_ERROR(before.status());
  BB_RETURN_IF_ERROR(CheckMove((*before)->state(), to));
  Plan plan = **before;
  plan.set_state(to);
  *plan.mutable_state_since() = ToDate(CopenhagenDay(call.now));
  return Stored<Response>(id, *before, plan, participant, view);
}

}  // namespace

std::vector<EntityType> MealEntities() {
  return {
      EntityOf<Plan>("meal-plan", {.owner = [](absl::string_view id, const Plan&) { return absl::StrCat("participants/", id); },
                                   .indexes =
                                       [](absl::string_view, const Plan& p) {
                                         return std::vector<IndexEntry>{{"by-state", Word(p.state()), DayNumber(p.state_since())}};
                                       },
                                   .due = [](absl::string_view, const Plan& p) { return DroppedAt(p); }}),
      EntityOf<Numbers>("meal-numbers", {}),
  };
}

absl::StatusOr<Decision> StartMealPlan(const Call& call, const v1::StartMealPlanRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), from = ToDay(request.from());
  if (from < today - kBackDays || from > today + kAheadDays) {
    return Invalid({{"from", absl::StrCat("want a day from ", kBackDays, " days ago to ", kAheadDays, " days ahead")}});
  }
  const std::string id = IdOf(request.participant());
  const absl::StatusOr<const Plan*> before = view.Find<Plan>(id);
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, id, view));
  BB_RETURN_IF_ERROR(before.status());
  if (*before != nullptr && (*before)->state() != v1::MEAL_PLAN_STATE_ENDED) return WrongState(Word((*before)->state()), "ENDED, or no plan");
  Plan plan;
  *plan.mutable_from() = request.from();
  plan.set_meals_a_week(request.meals_a_week());
  plan.set_price_ore(request.price_ore());
  plan.set_state(v1::MEAL_PLAN_STATE_ACTIVE);
  *plan.mutable_state_since() = ToDate(today);
  return Stored<v1::StartMealPlanResponse>(id, *before, plan, participant, view);
}

absl::StatusOr<Decision> ChangeMealPlan(const Call& call, const v1::ChangeMealPlanRequest& request, View& view) {
  const std::string id = IdOf(request.participant());
  const absl::StatusOr<const Plan*> before = view.Get<Plan>(id);
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, id, view));
  BB_RETURN_IF_ERROR(before.status());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Plan>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  if ((*before)->state() == v1::MEAL_PLAN_STATE_ENDED) return WrongState("ENDED", "ACTIVE or PAUSED");
  Plan plan = **before;
  plan.set_meals_a_week(request.meals_a_week());
  plan.set_price_ore(request.price_ore());
  return Stored<v1::ChangeMealPlanResponse>(id, *before, plan, participant, view);
}

absl::StatusOr<Decision> PauseMealPlan(const Call& call, const v1::PauseMealPlanRequest& request, View& view) {
  return Move<v1::PauseMealPlanResponse>(call, request, v1::MEAL_PLAN_STATE_PAUSED, view);
}

absl::StatusOr<Decision> ResumeMealPlan(const Call& call, const v1::ResumeMealPlanRequest& request, View& view) {
  return Move<v1::ResumeMealPlanResponse>(call, request, v1::MEAL_PLAN_STATE_ACTIVE, view);
}

absl::StatusOr<Decision> EndMealPlan(const Call& call, const v1::EndMealPlanRequest& request, View& view) {
  return Move<v1::EndMealPlanResponse>(call, request, v1::MEAL_PLAN_STATE_ENDED, view);
}

absl::StatusOr<Decision> GetMealPlan(const Call&, const v1::GetMealPlanRequest& request, View& view) {
  const std::string id = IdOf(request.participant());
  const absl::StatusOr<const Plan*> plan = view.Get<Plan>(id);
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, KnownParticipant(id, view));
  BB_RETURN_IF_ERROR(plan.status());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Plan>(id));
  v1::GetMealPlanResponse response;
  *response.mutable_plan() = Shown(**plan, id, *participant, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListMealPlans(const Call&, const v1::ListMealPlansRequest& request, View& view) {
  const bool all = request.state() == v1::MEAL_PLAN_STATE_UNSPECIFIED;
  const std::string state = Word(all ? v1::MEAL_PLAN_STATE_ACTIVE : request.state());
  BB_ASSIGN_OR_RETURN(const Listed<Plan> page, view.Page<Plan>("by-state", state, PageSize(request.page_size()), request.page_token()));
  v1::ListMealPlansResponse response;
  absl::Status missing;
  for (const auto& [id, plan] : page.records) {
    absl::StatusOr<const v1::Participant*> participant = KnownParticipant(id, view);
    missing.Update(participant.status());
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Plan>(id));
    if (participant.ok()) *response.add_plans() = Shown(*plan, id, **participant, etag);
  }
  BB_RETURN_IF_ERROR(missing);
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> GetMealNumbers(const Call&, const v1::GetMealNumbersRequest&, View& view) {
  BB_ASSIGN_OR_RETURN(const Numbers* numbers, view.Find<Numbers>(kNumbersId));
  v1::GetMealNumbersResponse response;
  if (numbers != nullptr) *response.mutable_numbers() = *numbers;
  else response.mutable_numbers();
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EstimateLooseContact(const Call& call, const v1::EstimateLooseContactRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Numbers* before, view.Find<Numbers>(kNumbersId));
  Numbers numbers = before == nullptr ? Numbers() : *before;
  numbers.set_loose_contact_estimate(request.loose_contact_estimate());
  *numbers.mutable_estimated_on() = ToDate(CopenhagenDay(call.now));
  v1::EstimateLooseContactResponse response;
  *response.mutable_numbers() = numbers;
  Decision decision(response);
  decision.Put(Entities(), kNumbersId, numbers);
  return decision;
}

absl::StatusOr<Decision> DropEnded(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Plan* plan, view.Find<Plan>(id));
  Decision decision;
  if (plan != nullptr && DroppedAt(*plan) <= call.now) decision.Delete("meal-plan", id);
  return decision;
}

absl::Status ForgetMeals(const Call&, const std::string& id, View& view, Decision* decision) {
  BB_ASSIGN_OR_RETURN(const Plan* plan, view.Find<Plan>(id));
  if (plan == nullptr) return absl::OkStatus();
  decision->Delete("meal-plan", id);
  if (plan->state() == v1::MEAL_PLAN_STATE_ENDED) return absl::OkStatus();
  return Recount(plan, nullptr, view, decision);
}

}  // namespace brobygger::dropin
