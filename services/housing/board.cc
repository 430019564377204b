#include "services/housing/board.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "services/housing/common.h"

namespace brobygger::housing {
namespace {

using Meeting = v1::TenantsBoardMeeting;
using Year = stored::BoardYear;

constexpr int kMeetingsAYear = 2;
// Those that were called off count in the record, so that numbers stay; nobody plans more than this.
constexpr int kPlannedAYear = 20;
constexpr int kAheadYears = 2;

std::string YearId(absl::string_view house, absl::civil_year_t year) { return absl::StrCat(house, ".", year); }

Meeting ShownMeeting(const Meeting& meeting, const std::string& year_id, int number, const std::string& etag) {
  return Shown(meeting, "boardMeetings", absl::StrCat(year_id, ".", number), etag);
}

// "boardMeetings/perron-4.2026.1" -> "perron-4.2026", 1
struct MeetingName {
  explicit MeetingName(absl::string_view name) {
    const std::string id = IdOf(name);
    const size_t dot = id.rfind('.');
    year_id = id.substr(0, dot);
    if (!absl::SimpleAtoi(id.substr(dot + 1), &number)) number = 0;
  }
  std::string year_id;
  int number = 0;
};

// A change of one meeting that moves it to a state.
template <class Response, class Request, class Change>
absl::StatusOr<Decision> ChangeMeeting(const Request& request, View& view, v1::BoardMeetingState to, Change change) {
  const MeetingName name(request.name());
  BB_ASSIGN_OR_RETURN(const Year* before, view.Find<Year>(name.year_id));
  if (before == nullptr || name.number < 1 || name.number > before->meetings_size()) return NotFound("board meeting");
  Year year = *before;
  Meeting* meeting = year.mutable_meetings(name.number - 1);
  BB_RETURN_IF_ERROR(CheckMove(meeting->state(), to));
  meeting->set_state(to);
  BB_RETURN_IF_ERROR(change(meeting));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Year>(name.year_id));
  Response response;
  *response.mutable_meeting() = ShownMeeting(*meeting, name.year_id, name.number, etag);
  Decision decision(response);
  decision.Put(Entities(), name.year_id, year);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> ScheduleBoardMeeting(const Call& call, const v1::ScheduleBoardMeetingRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day <= today || day > AddMonths(today, 12 * kAheadYears)) return Invalid({{"date", "want a day from tomorrow to two years ahead"}});
  const std::string slug = IdOf(request.house()), id = YearId(slug, day.year());
  BB_ASSIGN_OR_RETURN(const stored::HouseRecord* house, view.Get<stored::HouseRecord>(slug));
  (void)house;  // that it is there is all that counts
  BB_ASSIGN_OR_RETURN(const Year* before, view.Find<Year>(id));
  Year year;
  if (before != nullptr) year = *before;
  int planned = 0;
  for (const Meeting& m : year.meetings()) planned += m.state() == v1::BOARD_MEETING_STATE_CANCELLED ? 0 : 1;
  if (planned >= kMeetingsAYear || year.meetings_size() >= kPlannedAYear) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", "the tenants' board has two meetings in this year");
  }
  Meeting* meeting = year.add_meetings();
  meeting->set_house(request.house());
  *meeting->mutable_date() = request.date();
  meeting->set_state(v1::BOARD_MEETING_STATE_PLANNED);
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Year>(id));
  v1::ScheduleBoardMeetingResponse response;
  *response.mutable_meeting() = ShownMeeting(*meeting, id, year.meetings_size(), etag);
  Decision decision(response);
  decision.Put(Entities(), id, year);
  return decision;
}

absl::StatusOr<Decision> SendBoardAgenda(const Call& call, const v1::SendBoardAgendaRequest& request, View& view) {
  const absl::CivilDay sent = ToDay(request.sent_on());
  return ChangeMeeting<v1::SendBoardAgendaResponse>(request, view, v1::BOARD_MEETING_STATE_AGENDA_SENT, [&](Meeting* meeting) -> absl::Status {
    if (sent > CopenhagenDay(call.now)) return Invalid({{"sent_on", "want a day not after today", "BAD_DATE_ORDER"}});
    if (sent >= ToDay(meeting->date())) return Invalid({{"sent_on", "want a day before the meeting", "BAD_DATE_ORDER"}});
    *meeting->mutable_agenda_sent_on() = request.sent_on();
    meeting->set_agenda(request.agenda());
    return absl::OkStatus();
  });
}

absl::StatusOr<Decision> RecordBoardMinutes(const Call& call, const v1::RecordBoardMinutesRequest& request, View& view) {
  return ChangeMeeting<v1::RecordBoardMinutesResponse>(request, view, v1::BOARD_MEETING_STATE_HELD, [&](Meeting* meeting) -> absl::Status {
    if (CopenhagenDay(call.now) < ToDay(meeting->date())) {
      return Invalid({{"name", "want a meeting whose day has come", "BAD_DATE_ORDER"}});
    }
    meeting->set_minutes(request.minutes());
    return absl::OkStatus();
  });
}

absl::StatusOr<Decision> CancelBoardMeeting(const Call&, const v1::CancelBoardMeetingRequest& request, View& view) {
  return ChangeMeeting<v1::CancelBoardMeetingResponse>(request, view, v1::BOARD_MEETING_STATE_CANCELLED,
                                                       [](Meeting*) { return absl::OkStatus(); });
}

absl::StatusOr<Decision> ListBoardMeetings(const Call&, const v1::ListBoardMeetingsRequest& request, View& view) {
  const std::string id = YearId(IdOf(request.house()), request.year());
  BB_ASSIGN_OR_RETURN(const Year* year, view.Find<Year>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Year>(id));
  v1::ListBoardMeetingsResponse response;
  if (year != nullptr) {
    for (int i = 0; i < year->meetings_size(); ++i) *response.add_meetings() = ShownMeeting(year->meetings(i), id, i + 1, etag);
  }
  return Decision(std::move(response));
}

}  // namespace brobygger::housing
