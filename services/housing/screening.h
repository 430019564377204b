// Homelessness screenings: drafts saved as the talk goes, one current screening per citizen.
#pragma once

#include "brobygger/housing/v1/screening.pb.h"
#include "brobygger/housing/v1/screening_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// The state table.
bool MayBecome(v1::ScreeningState from, v1::ScreeningState to);

absl::StatusOr<Decision> CreateScreening(const Call& call, const v1::CreateScreeningRequest& request, View& view);
absl::StatusOr<Decision> UpdateScreening(const Call& call, const v1::UpdateScreeningRequest& request, View& view);
// Supersedes the former one, moves the citizen's standing on and rewrites the file: one commit.
absl::StatusOr<Decision> CompleteScreening(const Call& call, const v1::CompleteScreeningRequest& request, View& view);
absl::StatusOr<Decision> CancelScreening(const Call& call, const v1::CancelScreeningRequest& request, View& view);
absl::StatusOr<Decision> GetScreening(const Call& call, const v1::GetScreeningRequest& request, View& view);
absl::StatusOr<Decision> ListScreenings(const Call& call, const v1::ListScreeningsRequest& request, View& view);

}  // namespace brobygger::housing
