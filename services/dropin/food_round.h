// Rounds with food: numbers, and nobody in them. The addresses are food_stop.h's.
#pragma once

#include "brobygger/dropin/v1/food_round_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> PlanFoodRound(const Call& call, const v1::PlanFoodRoundRequest& request, View& view);
absl::StatusOr<Decision> CloseFoodRound(const Call& call, const v1::CloseFoodRoundRequest& request, View& view);
absl::StatusOr<Decision> CancelFoodRound(const Call& call, const v1::CancelFoodRoundRequest& request, View& view);
absl::StatusOr<Decision> ListFoodRounds(const Call& call, const v1::ListFoodRoundsRequest& request, View& view);

}  // namespace brobygger::dropin
