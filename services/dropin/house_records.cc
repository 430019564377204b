#include "services/dropin/house_records.h"

#include "brobygger/dropin/v1/house_meeting.pb.h"
#include "brobygger/dropin/v1/shift.pb.h"
#include "brobygger/dropin/v1/suggestion.pb.h"
#include "brobygger/dropin/v1/user_shift.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/shift.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Indexes = std::vector<IndexEntry>;

// Nothing finer than a day orders the box: who was there at ten o'clock is not to be read from it.
Indexes SuggestionIndexes(absl::string_view, const v1::Suggestion& s) {
  const std::int64_t order = DayNumber(s.posted_on());
  if (!s.screened()) return {{"unscreened", "", order}};
  Indexes out{{"board", "", order}, {"by-state", Word(s.state()), order}};
  if (!s.meeting().empty()) out.push_back({"by-meeting", IdOf(s.meeting()), order});
  return out;
}

Indexes MeetingIndexes(absl::string_view, const v1::HouseMeeting& m) {
  const std::int64_t day = DayNumber(m.date());
  Indexes out{{"all", "", day}};
  if (m.state() == v1::HOUSE_MEETING_STATE_HELD) out.push_back({"held", "", day});
  if (m.state() == v1::HOUSE_MEETING_STATE_PLANNED || m.state() == v1::HOUSE_MEETING_STATE_AGENDA_POSTED) out.push_back({"coming", "", -day});
  return out;
}

std::vector<std::string> MeetingClaims(absl::string_view, const v1::HouseMeeting& m) {
  if (m.state() == v1::HOUSE_MEETING_STATE_CANCELLED) return {};
  return {absl::StrCat("meeting-day:", DayId(ToDay(m.date())))};
}

Indexes UserShiftIndexes(absl::string_view, const v1::UserShift& s) {
  const std::int64_t order = DayNumber(s.date()) * 1440 + s.from_minute();
  Indexes out{{"all", "", order}, {"by-day", DayId(ToDay(s.date())), -s.from_minute()}};
  if (s.state() != v1::SHIFT_STATE_CANCELLED) out.push_back({"standing", "", order});
  return out;
}

}  // namespace

std::vector<EntityType> HouseEntities() {
  return {
      EntityOf<v1::Suggestion>("suggestion", {.indexes = SuggestionIndexes}),
      EntityOf<v1::HouseMeeting>("house-meeting", {.indexes = MeetingIndexes, .claims = MeetingClaims}),
      EntityOf<v1::StaffShift>("staff-shift",
                               {.indexes =
                                    [](absl::string_view, const v1::StaffShift& s) {
                                      return Indexes{{"by-day", DayId(ToDay(s.date())), -s.from_minute()}};
                                    },
                                .due = [](absl::string_view, const v1::StaffShift& s) { return NextChange(s); }}),
      EntityOf<v1::UserShift>("user-shift", {.indexes = UserShiftIndexes,
                                             .due = [](absl::string_view, const v1::UserShift& s) { return NextChange(s); }}),
  };
}

absl::Time AtMinute(absl::CivilDay day, int minute) {
  const absl::CivilSecond want = absl::CivilSecond(day) + 60 * minute;
  absl::Time time = StartOfDay(day) + absl::Minutes(minute);
  time += absl::Seconds(want - CopenhagenTime(time));
  return time;
}

int MinuteOf(absl::Time time) {
  const absl::CivilSecond wall = CopenhagenTime(time);
  return wall.hour() * 60 + wall.minute();
}

absl::Status WrongDay(absl::string_view field, absl::string_view want) {
  return Invalid({{std::string(field), std::string(want), "BAD_DATE_ORDER"}});
}

void Announce(const Call& call, v1::HouseEventType type, const std::string& about, Decision* decision) {
  v1::HouseEvent event;
  event.set_type(type);
  event.set_about(about);
  event.mutable_time()->set_seconds(absl::ToUnixSeconds(call.now));
  decision->Emit(event);
}

}  // namespace brobygger::dropin
