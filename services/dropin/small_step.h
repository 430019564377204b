// Small steps. A step is the participant's first: until it was shown to them only who wrote it down sees it; what they do not want,
// and what nobody showed them within 14 days, is deleted. The last 200 are kept, and nothing adds them up.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/dropin/v1/small_step.pb.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> RecordSmallStep(const Call& call, const v1::RecordSmallStepRequest& request, View& view);
absl::StatusOr<Decision> ShowSmallStep(const Call& call, const v1::ShowSmallStepRequest& request, View& view);
absl::StatusOr<Decision> RemoveSmallStep(const Call& call, const v1::RemoveSmallStepRequest& request, View& view);
absl::StatusOr<Decision> ListSmallSteps(const Call& call, const v1::ListSmallStepsRequest& request, View& view);
// OnDue: what was not shown in time goes.
absl::StatusOr<Decision> DropUnshown(const Call& call, const std::string& id, View& view);

// When the first that was not shown has to go. InfiniteFuture if all were.
absl::Time NextUnshown(const stored::Steps& steps);

}  // namespace brobygger::dropin
