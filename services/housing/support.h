// Support in the home: CTI in three phases, ICM, ACT, support by section.
#pragma once

#include "absl/time/time.h"
#include "brobygger/housing/v1/support.pb.h"
#include "brobygger/housing/v1/support_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// When a planned episode begins; InfiniteFuture otherwise.
absl::Time BeginsAt(const v1::SupportEpisode& episode);
// CTI alone: the first phase, and the planned days of the next two and of the end: 3, 6 and 9 months after the start.
void PlanCti(v1::SupportEpisode* episode);

absl::StatusOr<Decision> StartSupportEpisode(const Call& call, const v1::StartSupportEpisodeRequest& request, View& view);
absl::StatusOr<Decision> AdvanceCtiPhase(const Call& call, const v1::AdvanceCtiPhaseRequest& request, View& view);
absl::StatusOr<Decision> PauseSupportEpisode(const Call& call, const v1::PauseSupportEpisodeRequest& request, View& view);
absl::StatusOr<Decision> ResumeSupportEpisode(const Call& call, const v1::ResumeSupportEpisodeRequest& request, View& view);
absl::StatusOr<Decision> EndSupportEpisode(const Call& call, const v1::EndSupportEpisodeRequest& request, View& view);
absl::StatusOr<Decision> GetSupportEpisode(const Call& call, const v1::GetSupportEpisodeRequest& request, View& view);
absl::StatusOr<Decision> ListSupportEpisodes(const Call& call, const v1::ListSupportEpisodesRequest& request, View& view);
// OnDue: the first day of what was planned.
absl::StatusOr<Decision> BeginPlanned(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::housing
