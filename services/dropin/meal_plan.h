// The meal scheme: one plan a participant, under the participant's own id and key; how many eat is a record of numbers beside them,
// written in the same commit.
#pragma once

#include <string>
#include <vector>

#include "brobygger/dropin/v1/meal_plan.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

//   meal-plan     participant's id  v1::MealPlan     without participant, alias, forgotten_on and etag; by-state
//   meal-numbers  "meals"           v1::MealNumbers  nobody in it
std::vector<EntityType> MealEntities();

absl::StatusOr<Decision> StartMealPlan(const Call& call, const v1::StartMealPlanRequest& request, View& view);
absl::StatusOr<Decision> ChangeMealPlan(const Call& call, const v1::ChangeMealPlanRequest& request, View& view);
absl::StatusOr<Decision> PauseMealPlan(const Call& call, const v1::PauseMealPlanRequest& request, View& view);
absl::StatusOr<Decision> ResumeMealPlan(const Call& call, const v1::ResumeMealPlanRequest& request, View& view);
absl::StatusOr<Decision> EndMealPlan(const Call& call, const v1::EndMealPlanRequest& request, View& view);
absl::StatusOr<Decision> GetMealPlan(const Call& call, const v1::GetMealPlanRequest& request, View& view);
absl::StatusOr<Decision> ListMealPlans(const Call& call, const v1::ListMealPlansRequest& request, View& view);
absl::StatusOr<Decision> GetMealNumbers(const Call& call, const v1::GetMealNumbersRequest& request, View& view);
absl::StatusOr<Decision> EstimateLooseContact(const Call& call, const v1::EstimateLooseContactRequest& request, View& view);
// OnDue: a plan that ended 92 days ago goes.
absl::StatusOr<Decision> DropEnded(const Call& call, const std::string& id, View& view);

// A participant's plan goes, and the numbers with it.
absl::Status ForgetMeals(const Call& call, const std::string& id, View& view, Decision* decision);

}  // namespace brobygger::dropin
