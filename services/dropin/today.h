// What the house is today, and what hangs on its board. Derived from its records; nothing is stored for it.
#pragma once

#include "brobygger/dropin/v1/today.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> GetToday(const Call& call, const v1::GetTodayRequest& request, View& view);
absl::StatusOr<Decision> GetNoticeBoard(const Call& call, const v1::GetNoticeBoardRequest& request, View& view);

}  // namespace brobygger::dropin
