// Places in an activity. They stand in the activity's one record, so two people for the last place conflict: one gets it, the other is
// decided again and finds it taken.
#pragma once

#include "brobygger/dropin/v1/activity_place.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

inline constexpr int kLongestWaitingList = 100;

absl::StatusOr<Decision> SignUp(const Call& call, const v1::SignUpRequest& request, View& view);
absl::StatusOr<Decision> TakePlace(const Call& call, const v1::TakePlaceRequest& request, View& view);
absl::StatusOr<Decision> CancelPlace(const Call& call, const v1::CancelPlaceRequest& request, View& view);
absl::StatusOr<Decision> WaiveFee(const Call& call, const v1::WaiveFeeRequest& request, View& view);
absl::StatusOr<Decision> ListPlaces(const Call& call, const v1::ListPlacesRequest& request, View& view);

}  // namespace brobygger::dropin
