// Companions to a meeting. What they may hear is an oral permission: it is kept until the meeting, opens no door and brings nothing
// of what is said into the house.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/dropin/v1/companion.pb.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> RequestCompanion(const Call& call, const v1::RequestCompanionRequest& request, View& view);
absl::StatusOr<Decision> AnswerCompanion(const Call& call, const v1::AnswerCompanionRequest& request, View& view);
absl::StatusOr<Decision> TakeBackCompanionRequest(const Call& call, const v1::TakeBackCompanionRequestRequest& request, View& view);
absl::StatusOr<Decision> ListCompanionRequests(const Call& call, const v1::ListCompanionRequestsRequest& request, View& view);
// OnDue: requests go 31 days after their meeting.
absl::StatusOr<Decision> DropPastMeetings(const Call& call, const std::string& id, View& view);

// When the first of them goes.
absl::Time NextPast(const stored::Companions& companions);

}  // namespace brobygger::dropin
