#include "services/dropin/house_meeting.h"

#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/states.h"
#include "services/dropin/suggestion.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Meeting = v1::HouseMeeting;

constexpr char kPlural[] = "houseMeetings";
constexpr int kAheadDays = 366;
// Meetings not held yet: one a day at most, and nobody plans more than this.
constexpr int kComing = 100;

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const Meeting& meeting, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Meeting>(id));
  Response response;
  *response.mutable_meeting() = Named(meeting, kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, meeting);
  return decision;
}

// The meeting, moved to a state.
absl::StatusOr<Meeting> Moved(const std::string& id, v1::HouseMeetingState to, View& view) {
  BB_ASSIGN_OR_RETURN(const Meeting* before, view.Get<Meeting>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), to));
  Meeting meeting = *before;
  meeting.set_state(to);
  return meeting;
}

}  // namespace

absl::StatusOr<Decision> ScheduleHouseMeeting(const Call& call, const v1::ScheduleHouseMeetingRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kAheadDays) return Invalid({{"date", "want a day from today to a year ahead"}});
  Meeting meeting;
  *meeting.mutable_date() = request.date();
  meeting.set_start_minute(request.start_minute());
  meeting.set_state(v1::HOUSE_MEETING_STATE_PLANNED);
  return Put<v1::ScheduleHouseMeetingResponse>(call.NewId(), meeting, view);
}

absl::StatusOr<Decision> PublishAgenda(const Call& call, const v1::PublishAgendaRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(Meeting meeting, Moved(id, v1::HOUSE_MEETING_STATE_AGENDA_POSTED, view));
  if (ToDay(meeting.date()) < CopenhagenDay(call.now)) return WrongDay("name", "want a meeting whose day is not past");
  meeting.set_agenda(request.agenda());
  return Put<v1::PublishAgendaResponse>(id, meeting, view);
}

absl::StatusOr<Decision> PublishMinutes(const Call& call, const v1::PublishMinutesRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(Meeting meeting, Moved(id, v1::HOUSE_MEETING_STATE_HELD, view));
  if (CopenhagenDay(call.now) < ToDay(meeting.date())) return WrongDay("name", "want a meeting whose day has come");
  meeting.set_minutes(request.minutes());
  meeting.set_attendance(request.attendance());
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::PublishMinutesResponse>(id, meeting, view));
  Announce(call, v1::HOUSE_EVENT_TYPE_MINUTES_PUBLISHED, request.name(), &decision);
  return decision;
}

absl::StatusOr<Decision> CancelHouseMeeting(const Call&, const v1::CancelHouseMeetingRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Meeting meeting, Moved(id, v1::HOUSE_MEETING_STATE_CANCELLED, view));
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::CancelHouseMeetingResponse>(id, meeting, view));
  BB_RETURN_IF_ERROR(BackIntoTheBox(id, view, &decision));
  return decision;
}

absl::StatusOr<Decision> GetHouseMeeting(const Call&, const v1::GetHouseMeetingRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Meeting* meeting, view.Get<Meeting>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Meeting>(id));
  BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> page, view.Page<v1::Suggestion>("by-meeting", id, kMostOnAgenda));
  v1::GetHouseMeetingResponse response;
  *response.mutable_meeting() = Named(*meeting, kPlural, id, etag);
  BB_RETURN_IF_ERROR(NameAll(view, page, "suggestions", response.mutable_suggestions()));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListHouseMeetings(const Call& call, const v1::ListHouseMeetingsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Meeting> page, AskedPage<Meeting>(view, "all", "", request));
  BB_ASSIGN_OR_RETURN(const Meetings now, MeetingsOn(CopenhagenDay(call.now), view));
  v1::ListHouseMeetingsResponse response;
  BB_RETURN_IF_ERROR(NameAll(view, page, kPlural, response.mutable_meetings()));
  response.set_next_page_token(page.next);
  if (now.last) *response.mutable_last_held_on() = now.last->date();
  response.set_overdue(now.overdue);
  return Decision(std::move(response));
}

absl::StatusOr<Meetings> MeetingsOn(absl::CivilDay today, View& view) {
  // Both pages are asked for before giving up: one round.
  const absl::StatusOr<Listed<Meeting>> held = view.Page<Meeting>("held", "", 1), coming = view.Page<Meeting>("coming", "", kComing);
  BB_RETURN_IF_ERROR(held.status());
  BB_RETURN_IF_ERROR(coming.status());
  Meetings out;
  out.overdue = true;
  for (const auto& [id, meeting] : held->records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Meeting>(id));
    out.last = Named(*meeting, kPlural, id, etag);
    out.overdue = today - ToDay(meeting->date()) > kMeetingEveryDays;
  }
  for (const auto& [id, meeting] : coming->records) {
    if (ToDay(meeting->date()) < today) {
      out.minutes_missing = true;
    } else if (!out.next) {
      BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Meeting>(id));
      out.next = Named(*meeting, kPlural, id, etag);
    }
  }
  return out;
}

}  // namespace brobygger::dropin
