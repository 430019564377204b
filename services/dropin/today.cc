#include "services/dropin/today.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "services/dropin/entities.h"
#include "services/dropin/house_meeting.h"
#include "services/dropin/house_records.h"
#include "services/dropin/offer.h"
#include "services/dropin/shift.h"
#include "services/dropin/states.h"
#include "services/dropin/stored.pb.h"
#include "services/dropin/suggestion.h"
#include "services/dropin/user_shift.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kOnTheBoard = 50;
// A user shift that is due within so many days is missed.
constexpr int kSoonDays = 7;

template <class Shift>
v1::OnShift OneShift(const Shift& shift, v1::OnShiftKind kind, int count, int minute, v1::Staffing staffing) {
  v1::OnShift out;
  out.set_kind(kind);
  out.set_count(count);
  out.set_from_minute(shift.from_minute());
  out.set_to_minute(shift.to_minute());
  out.set_phone_backup(shift.has_phone_backup());
  out.set_now(shift.from_minute() <= minute && minute < shift.to_minute());
  out.set_staffing(staffing);
  return out;
}

void AddShifts(const DayShifts& shifts, int minute, int needed, v1::GetTodayResponse* out) {
  for (const auto& [id, shift] : shifts.staff) {
    const v1::Staffing staffing = StaffingOf(shift.staff_count(), shift.has_phone_backup(), needed);
    *out->add_on_shift() = OneShift(shift, v1::ON_SHIFT_KIND_STAFF, shift.staff_count(), minute, staffing);
  }
  for (const auto& [id, shift] : shifts.users) {
    *out->add_on_shift() = OneShift(shift, v1::ON_SHIFT_KIND_VOLUNTEERS, VolunteersOf(shift), minute, v1::STAFFING_VALID);
  }
  std::stable_sort(out->mutable_on_shift()->begin(), out->mutable_on_shift()->end(),
                   [](const v1::OnShift& a, const v1::OnShift& b) { return a.from_minute() < b.from_minute(); });
}

bool TooLowLater(const DayShifts& shifts, int minute, int needed) {
  return std::any_of(shifts.staff.begin(), shifts.staff.end(), [&](const auto& named) {
    const int from = named.second.from_minute();
    return from > minute && StaffingAt(shifts, from, needed) == v1::STAFFING_TOO_LOW;
  });
}

// Suggestions in one of the states, latest first.
absl::StatusOr<std::vector<v1::Suggestion>> Hanging(const std::vector<v1::SuggestionState>& states, View& view) {
  std::vector<v1::Suggestion> out;
  absl::Status missing;
  for (v1::SuggestionState state : states) {
    // Ask for all of them before giving up: one round.
    const absl::StatusOr<Listed<v1::Suggestion>> page = view.Page<v1::Suggestion>("by-state", Word(state), kOnTheBoard);
    missing.Update(page.status());
    if (!missing.ok()) continue;
    for (const auto& [id, suggestion] : page->records) {
      BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Suggestion>(id));
      out.push_back(Named(*suggestion, "suggestions", id, etag));
    }
  }
  if (!missing.ok()) return missing;
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return ToDay(a.posted_on()) > ToDay(b.posted_on()); });
  if (out.size() > kOnTheBoard) out.resize(kOnTheBoard);
  return out;
}

}  // namespace

absl::StatusOr<Decision> GetToday(const Call& call, const v1::GetTodayRequest&, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  const int minute = MinuteOf(call.now);
  // All of it is asked for before giving up: one round.
  const absl::StatusOr<DayShifts> shifts = ShiftsOn(today, view);
  const absl::StatusOr<Meetings> meetings = MeetingsOn(today, view);
  const absl::StatusOr<UserShiftRhythm> rhythm = RhythmOn(today, view);
  const absl::StatusOr<Listed<v1::Suggestion>> unread = view.Page<v1::Suggestion>("unscreened", "", 1);
  BB_ASSIGN_OR_RETURN(const stored::CentreRecord* record, view.Get<stored::CentreRecord>(kCentreId));
  BB_RETURN_IF_ERROR(shifts.status());
  BB_RETURN_IF_ERROR(meetings.status());
  BB_RETURN_IF_ERROR(rhythm.status());
  BB_RETURN_IF_ERROR(unread.status());
  const v1::Centre& centre = record->centre();

  v1::GetTodayResponse response;
  response.set_display_name(centre.display_name());
  *response.mutable_opening() = OpeningWith(*shifts, *record, call.now);
  const v1::Staffing staffing = response.opening().staffing();
  AddShifts(*shifts, minute, centre.safety_staffing(), &response);
  for (const v1::OfferToday& offer : OfferedToday(*record, response.opening())) *response.add_offers() = offer;
  if (meetings->next) *response.mutable_next_meeting() = *meetings->next;

  if (staffing == v1::STAFFING_TOO_LOW) response.add_warnings(v1::HOUSE_WARNING_STAFFING_TOO_LOW);
  if (TooLowLater(*shifts, minute, centre.safety_staffing())) response.add_warnings(v1::HOUSE_WARNING_STAFFING_TOO_LOW_LATER_TODAY);
  const bool open = response.opening().state() != v1::OPENING_STATE_CLOSED;
  if (open && staffing == v1::STAFFING_NOT_PLANNED) response.add_warnings(v1::HOUSE_WARNING_NO_SHIFT_PLANNED);
  if (meetings->overdue) response.add_warnings(v1::HOUSE_WARNING_MEETING_OVERDUE);
  if (meetings->minutes_missing) response.add_warnings(v1::HOUSE_WARNING_MINUTES_MISSING);
  if (!unread->records.empty()) response.add_warnings(v1::HOUSE_WARNING_SUGGESTIONS_UNREAD);
  const bool due = rhythm->next_due && *rhythm->next_due <= today + kSoonDays && !rhythm->planned;
  if (due && centre.conditional_days_size() > 0) response.add_warnings(v1::HOUSE_WARNING_USER_SHIFT_MISSING);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> GetNoticeBoard(const Call& call, const v1::GetNoticeBoardRequest&, View& view) {
  const absl::StatusOr<Meetings> meetings = MeetingsOn(CopenhagenDay(call.now), view);
  const auto posted = Hanging({v1::SUGGESTION_STATE_POSTED}, view);
  const auto decided = Hanging({v1::SUGGESTION_STATE_DECIDED_AT_MEETING, v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT,
                                v1::SUGGESTION_STATE_ACCEPTED, v1::SUGGESTION_STATE_NOT_NOW, v1::SUGGESTION_STATE_DONE},
                               view);
  BB_ASSIGN_OR_RETURN(const stored::CentreRecord* record, view.Get<stored::CentreRecord>(kCentreId));
  BB_RETURN_IF_ERROR(meetings.status());
  BB_RETURN_IF_ERROR(posted.status());
  BB_RETURN_IF_ERROR(decided.status());
  v1::GetNoticeBoardResponse response;
  response.set_display_name(record->centre().display_name());
  if (meetings->last) *response.mutable_last_meeting() = *meetings->last;
  if (meetings->next) {
    *response.mutable_next_meeting() = *meetings->next;
    BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> agenda,
                        view.Page<v1::Suggestion>("by-meeting", IdOf(meetings->next->name()), kMostOnAgenda));
    BB_RETURN_IF_ERROR(NameAll(view, agenda, "suggestions", response.mutable_on_agenda()));
  }
  *response.mutable_posted() = {posted->begin(), posted->end()};
  *response.mutable_decided() = {decided->begin(), decided->end()};
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
