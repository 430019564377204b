// Activities: what is planned, and its end. An activity is over when staff say that it was held, when its last day has passed after
// it was cancelled, or by itself a week after its last day; who had a place is forgotten with it, and numbers remain.
#pragma once

#include "brobygger/dropin/v1/activity_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> CreateActivity(const Call& call, const v1::CreateActivityRequest& request, View& view);
absl::StatusOr<Decision> UpdateActivity(const Call& call, const v1::UpdateActivityRequest& request, View& view);
absl::StatusOr<Decision> GetActivity(const Call& call, const v1::GetActivityRequest& request, View& view);
absl::StatusOr<Decision> ListActivities(const Call& call, const v1::ListActivitiesRequest& request, View& view);
absl::StatusOr<Decision> HoldActivity(const Call& call, const v1::HoldActivityRequest& request, View& view);
absl::StatusOr<Decision> CancelActivity(const Call& call, const v1::CancelActivityRequest& request, View& view);
// OnDue.
absl::StatusOr<Decision> CloseActivity(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::dropin
