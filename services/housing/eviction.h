// The prevention of evictions: stages, dates, measures. At most one open case of a citizen.
#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "brobygger/housing/v1/eviction.pb.h"
#include "brobygger/housing/v1/eviction_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// ARREARS to BAILIFF_DATE_SET: the home can still be kept.
bool IsOpen(v1::EvictionStage stage);
// What comes first: the adviser's next step or the bailiff's date. Nothing once it is averted, evicted or closed.
std::optional<absl::CivilDay> NextDate(const v1::EvictionPreventionCase& eviction);

absl::StatusOr<Decision> OpenEvictionCase(const Call& call, const v1::OpenEvictionCaseRequest& request, View& view);
absl::StatusOr<Decision> AddMeasure(const Call& call, const v1::AddMeasureRequest& request, View& view);
absl::StatusOr<Decision> AdvanceEvictionStage(const Call& call, const v1::AdvanceEvictionStageRequest& request, View& view);
absl::StatusOr<Decision> CloseEvictionCase(const Call& call, const v1::CloseEvictionCaseRequest& request, View& view);
absl::StatusOr<Decision> GetEvictionCase(const Call& call, const v1::GetEvictionCaseRequest& request, View& view);
absl::StatusOr<Decision> ListEvictionCases(const Call& call, const v1::ListEvictionCasesRequest& request, View& view);

}  // namespace brobygger::housing
