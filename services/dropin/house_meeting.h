// House meetings: every second month, with an agenda and minutes that hang in the house.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/house_meeting.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// After so many days without one the next is overdue.
inline constexpr int kMeetingEveryDays = 62;

absl::StatusOr<Decision> ScheduleHouseMeeting(const Call& call, const v1::ScheduleHouseMeetingRequest& request, View& view);
absl::StatusOr<Decision> PublishAgenda(const Call& call, const v1::PublishAgendaRequest& request, View& view);
absl::StatusOr<Decision> PublishMinutes(const Call& call, const v1::PublishMinutesRequest& request, View& view);
absl::StatusOr<Decision> CancelHouseMeeting(const Call& call, const v1::CancelHouseMeetingRequest& request, View& view);
absl::StatusOr<Decision> GetHouseMeeting(const Call& call, const v1::GetHouseMeetingRequest& request, View& view);
absl::StatusOr<Decision> ListHouseMeetings(const Call& call, const v1::ListHouseMeetingsRequest& request, View& view);

// Where the house stands with its meetings on a day.
struct Meetings {
  std::optional<v1::HouseMeeting> last, next;  // as answered
  bool overdue = false;                        // none held for more than 62 days, or ever
  bool minutes_missing = false;                // a meeting's day is over, and nobody told what was said
};
absl::StatusOr<Meetings> MeetingsOn(absl::CivilDay today, View& view);

}  // namespace brobygger::dropin
