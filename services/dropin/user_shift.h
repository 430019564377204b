// User shifts: those who use the house open it on its conditional days. Planning one confirms the day, calling it off takes that back.
#pragma once

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/user_shift.pb.h"
#include "services/dropin/shift.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// Every second Sunday.
inline constexpr int kUserShiftEveryDays = 14;

absl::StatusOr<Decision> PlanUserShift(const Call& call, const v1::PlanUserShiftRequest& request, View& view);
absl::StatusOr<Decision> CancelUserShift(const Call& call, const v1::CancelUserShiftRequest& request, View& view);
absl::StatusOr<Decision> ListUserShifts(const Call& call, const v1::ListUserShiftsRequest& request, View& view);
// OnDue: held once it has ended.
absl::StatusOr<Decision> EndUserShift(const Call& call, const std::string& id, View& view);

// Calls off those that are planned on a day whose confirmation somebody takes back.
void CancelUserShifts(const DayShifts& day, Decision* decision);
std::string UserShiftName(absl::string_view id);

// When the next is due, and whether one is planned today or later.
struct UserShiftRhythm {
  std::optional<absl::CivilDay> next_due;  // 14 days after the last that was not called off; none: there was none
  bool planned = false;
};
absl::StatusOr<UserShiftRhythm> RhythmOn(absl::CivilDay today, View& view);

// How many volunteers.
int VolunteersOf(const v1::UserShift& shift);

}  // namespace brobygger::dropin
