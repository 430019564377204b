// Outdoor areas: a counter for each group, never above its room. One record per area, so that two tablets that let people in at the
// same moment conflict, and the second is run again.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/outdoor.pb.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> OpenOutdoorArea(const Call& call, const v1::OpenOutdoorAreaRequest& request, View& view);
absl::StatusOr<Decision> CloseOutdoorArea(const Call& call, const v1::CloseOutdoorAreaRequest& request, View& view);
absl::StatusOr<Decision> CheckInOutdoors(const Call& call, const v1::CheckInOutdoorsRequest& request, View& view);
absl::StatusOr<Decision> CheckOutOutdoors(const Call& call, const v1::CheckOutOutdoorsRequest& request, View& view);
absl::StatusOr<Decision> ListOutdoorAreas(const Call& call, const v1::ListOutdoorAreasRequest& request, View& view);
// OnDue: at midnight nobody is there any more.
absl::StatusOr<Decision> EmptyArea(const Call& call, const std::string& id, View& view);

// Two areas of a house have different names, whatever their state.
std::string AreaClaim(absl::string_view display_name);
// The midnight after the day on which somebody is there. InfiniteFuture if nobody is.
absl::Time EmptiedAt(const stored::AreaRecord& record);

}  // namespace brobygger::dropin
