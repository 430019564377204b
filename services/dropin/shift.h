// Shifts of the staff, and whether the house is safe. Two are on duty at a time, or fewer with somebody who answers the phone and is
// near; a shift that has too few closes the house while it lasts. Who is on duty is nowhere.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/centre.pb.h"
#include "brobygger/dropin/v1/shift.pb.h"
#include "brobygger/dropin/v1/user_shift.pb.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> PlanShift(const Call& call, const v1::PlanShiftRequest& request, View& view);
absl::StatusOr<Decision> ReportStaffing(const Call& call, const v1::ReportStaffingRequest& request, View& view);
absl::StatusOr<Decision> CancelShift(const Call& call, const v1::CancelShiftRequest& request, View& view);
absl::StatusOr<Decision> ListShifts(const Call& call, const v1::ListShiftsRequest& request, View& view);
// OnDue: held once it has ended, deleted 62 days after its day.
absl::StatusOr<Decision> EndShift(const Call& call, const std::string& id, View& view);

// When the timer has something to do: the end of a planned shift; 62 days after others of the staff; never for others of users.
absl::Time NextChange(const v1::StaffShift& shift);
absl::Time NextChange(const v1::UserShift& shift);

// The safety rule: `needed` or more, or at least one and somebody who answers the phone.
v1::Staffing StaffingOf(int count, bool phone_backup, int needed);
// FAILED_PRECONDITION STAFFING_TOO_LOW.
absl::Status StaffingTooLow(absl::string_view text);
// A beginning before an end. BAD_DATE_ORDER otherwise.
absl::Status CheckMinutes(int from_minute, int to_minute);

// The shifts of one day that were not called off, with their ids, by beginning.
struct DayShifts {
  std::vector<std::pair<std::string, v1::StaffShift>> staff;
  std::vector<std::pair<std::string, v1::UserShift>> users;
};
absl::StatusOr<DayShifts> ShiftsOn(absl::CivilDay day, View& view);
// All of the staff who are on duty at that minute count together; volunteers always have their phone.
v1::Staffing StaffingAt(const DayShifts& shifts, int minute, int needed);
// Whether the house is open: what hours and confirmed days say, and what the day's shifts do to it. It states the staffing, and too few
// close the house. A conditional day is open while one of its user shifts goes on (or staff are there too), not all of its hours;
// without a user shift it is closed.
v1::Opening OpeningWith(const DayShifts& shifts, const stored::CentreRecord& record, absl::Time now);

}  // namespace brobygger::dropin
