// The count week: seven days of tallies and their average. While it is open its numbers are those counted so far; closing
// makes them final, whatever is corrected later. Two weeks never share a day: each claims its seven.
#pragma once

#include "brobygger/dropin/v1/count_week.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// The state table.
bool MayBecome(v1::CountWeekState from, v1::CountWeekState to);
// total / 7, rounded half up.
int AveragePerDay(int total);

absl::StatusOr<Decision> OpenCountWeek(const Call& call, const v1::OpenCountWeekRequest& request, View& view);
absl::StatusOr<Decision> CloseCountWeek(const Call& call, const v1::CloseCountWeekRequest& request, View& view);
absl::StatusOr<Decision> GetCountWeek(const Call& call, const v1::GetCountWeekRequest& request, View& view);

}  // namespace brobygger::dropin
