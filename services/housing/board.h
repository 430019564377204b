// The meetings of a house's tenants' board. Agenda and minutes name nobody.
#pragma once

#include "brobygger/housing/v1/board_meeting.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

absl::StatusOr<Decision> ScheduleBoardMeeting(const Call& call, const v1::ScheduleBoardMeetingRequest& request, View& view);
absl::StatusOr<Decision> SendBoardAgenda(const Call& call, const v1::SendBoardAgendaRequest& request, View& view);
absl::StatusOr<Decision> RecordBoardMinutes(const Call& call, const v1::RecordBoardMinutesRequest& request, View& view);
absl::StatusOr<Decision> CancelBoardMeeting(const Call& call, const v1::CancelBoardMeetingRequest& request, View& view);
absl::StatusOr<Decision> ListBoardMeetings(const Call& call, const v1::ListBoardMeetingsRequest& request, View& view);

}  // namespace brobygger::housing
