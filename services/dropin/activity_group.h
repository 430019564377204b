// Activity groups: exactly 3 or 4 users and 2 staff, who meet once a month.
#pragma once

#include "brobygger/dropin/v1/activity_group.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> CreateActivityGroup(const Call& call, const v1::CreateActivityGroupRequest& request, View& view);
absl::StatusOr<Decision> UpdateActivityGroup(const Call& call, const v1::UpdateActivityGroupRequest& request, View& view);
absl::StatusOr<Decision> RecordGroupMeeting(const Call& call, const v1::RecordGroupMeetingRequest& request, View& view);
absl::StatusOr<Decision> EndActivityGroup(const Call& call, const v1::EndActivityGroupRequest& request, View& view);
absl::StatusOr<Decision> ListActivityGroups(const Call& call, const v1::ListActivityGroupsRequest& request, View& view);

}  // namespace brobygger::dropin
