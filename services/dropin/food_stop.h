// The doors to knock at: addresses of participants who asked for it, until the day they said.
#pragma once

#include <string>

#include "brobygger/dropin/v1/food_round_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> JoinFoodRounds(const Call& call, const v1::JoinFoodRoundsRequest& request, View& view);
absl::StatusOr<Decision> LeaveFoodRounds(const Call& call, const v1::LeaveFoodRoundsRequest& request, View& view);
absl::StatusOr<Decision> GetFoodStops(const Call& call, const v1::GetFoodStopsRequest& request, View& view);
// OnDue: the day after the last.
absl::StatusOr<Decision> DropFoodStop(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::dropin
