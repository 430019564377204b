// The call list: nobody goes to the dogs unnoticed, if they asked not to. Everything on an entry is what the participant asked for;
// number and named person go as soon as calling stops.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/dropin/v1/call_list_requests.pb.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// After so many days without an answer the named person is asked, or it stops.
inline constexpr int kUnansweredDays = 2;

absl::StatusOr<Decision> JoinCallList(const Call& call, const v1::JoinCallListRequest& request, View& view);
absl::StatusOr<Decision> LeaveCallList(const Call& call, const v1::LeaveCallListRequest& request, View& view);
absl::StatusOr<Decision> RecordCall(const Call& call, const v1::RecordCallRequest& request, View& view);
absl::StatusOr<Decision> RecordAsked(const Call& call, const v1::RecordAskedRequest& request, View& view);
absl::StatusOr<Decision> GetCallEntry(const Call& call, const v1::GetCallEntryRequest& request, View& view);
absl::StatusOr<Decision> ListCallEntries(const Call& call, const v1::ListCallEntriesRequest& request, View& view);
// OnDue: a stopped entry goes after 30 days.
absl::StatusOr<Decision> DropStopped(const Call& call, const std::string& id, View& view);

// InfiniteFuture while it goes on.
absl::Time GoneAt(const stored::CallRecord& record);

}  // namespace brobygger::dropin
