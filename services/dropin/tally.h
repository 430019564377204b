// Counting visits. What a tablet sends is an increment; the sum is one record per day and part of day, read and written by
// one decision, so that a count made meanwhile by another tablet makes the runtime decide again and nothing is lost.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/tally.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

inline constexpr int kMostCounted = 999;
// How many days back a count can still be added or corrected.
inline constexpr int kCountBackDays = 31;
// The longest range of GetVisitTallies.
inline constexpr int kLongestRange = 31;

absl::StatusOr<Decision> RecordVisitTally(const Call& call, const v1::RecordVisitTallyRequest& request, View& view);
absl::StatusOr<Decision> CorrectVisitTally(const Call& call, const v1::CorrectVisitTallyRequest& request, View& view);
absl::StatusOr<Decision> GetVisitTallies(const Call& call, const v1::GetVisitTalliesRequest& request, View& view);

// "20261121.morning"
std::string TallyId(absl::CivilDay day, v1::PartOfDay part);
// The tallies of `days` days from `first`, oldest first, with name and etag; parts never counted are left out. One round.
absl::StatusOr<std::vector<v1::VisitTally>> ReadTallies(View& view, absl::CivilDay first, int days);

}  // namespace brobygger::dropin
