#include "services/dropin/shift.h"

#include <algorithm>

#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/opening.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kAheadDays = 92;
constexpr int kKeptDays = 62;
constexpr int kLongestList = 31;
// Nobody plans more shifts of one day.
constexpr int kShiftsADay = 50;
constexpr char kPlural[] = "staffShifts";

// How many the house wants on duty.
absl::StatusOr<int> Needed(View& view) {
  BB_ASSIGN_OR_RETURN(const stored::CentreRecord* record, view.Get<stored::CentreRecord>(kCentreId));
  return record->centre().safety_staffing();
}

// The staffing follows from the count and from what the house wants today; it is not stored.
v1::StaffShift Shown(const v1::StaffShift& shift, int needed, const std::string& id, const std::string& etag) {
  v1::StaffShift shown = Named(shift, kPlural, id, etag);
  shown.set_staffing(StaffingOf(shift.staff_count(), shift.has_phone_backup(), needed));
  return shown;
}

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const v1::StaffShift& shift, int needed, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::StaffShift>(id));
  Response response;
  *response.mutable_shift() = Shown(shift, needed, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, shift);
  return decision;
}

template <class Shift>
absl::Status Collect(const absl::StatusOr<Listed<Shift>>& page, std::vector<std::pair<std::string, Shift>>* out) {
  BB_RETURN_IF_ERROR(page.status());
  for (const auto& [id, shift] : page->records) {
    if (shift->state() != v1::SHIFT_STATE_CANCELLED) out->emplace_back(id, *shift);
  }
  return absl::OkStatus();
}

// Whether somebody is left with too few, who had enough as long as this shift of the staff stood. Nobody left is not too few.
bool TooLowWithout(const std::string& id, const DayShifts& all, int needed) {
  DayShifts rest = all;
  rest.staff.erase(std::remove_if(rest.staff.begin(), rest.staff.end(), [&](const auto& named) { return named.first == id; }), rest.staff.end());
  const auto turns = [&](int minute) {
    return StaffingAt(rest, minute, needed) == v1::STAFFING_TOO_LOW && StaffingAt(all, minute, needed) == v1::STAFFING_VALID;
  };
  // Who is on duty changes where a shift begins or ends.
  const auto at_an_edge = [&](const auto& named) { return turns(named.second.from_minute()) || turns(named.second.to_minute()); };
  return std::any_of(all.staff.begin(), all.staff.end(), at_an_edge) || std::any_of(all.users.begin(), all.users.end(), at_an_edge);
}

void Close(const char* label_da, const char* label_en, v1::Opening* opening) {
  opening->set_state(v1::OPENING_STATE_CLOSED);
  opening->set_label_da(label_da);
  opening->set_label_en(label_en);
}

// The day's stretches, as far as user shifts go.
void KeepTo(const DayShifts& shifts, v1::Opening* opening) {
  v1::Opening kept;
  for (const v1::OpeningHours& hours : opening->today()) {
    for (const auto& [id, shift] : shifts.users) {
      v1::OpeningHours part = hours;
      part.set_from_minute(std::max(hours.from_minute(), shift.from_minute()));
      part.set_to_minute(std::min(hours.to_minute(), shift.to_minute()));
      if (part.from_minute() < part.to_minute()) *kept.add_today() = part;
    }
  }
  opening->mutable_today()->Swap(kept.mutable_today());
}

}  // namespace

absl::StatusOr<Decision> PlanShift(const Call& call, const v1::PlanShiftRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kAheadDays) return Invalid({{"date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});
  BB_RETURN_IF_ERROR(CheckMinutes(request.from_minute(), request.to_minute()));
  BB_ASSIGN_OR_RETURN(const int needed, Needed(view));
  if (StaffingOf(request.staff_count(), request.has_phone_backup(), needed) != v1::STAFFING_VALID) {
    return StaffingTooLow(absl::StrCat("want ", needed, " on duty, or somebody near who answers the phone"));
  }
  v1::StaffShift shift;
  *shift.mutable_date() = request.date();
  shift.set_from_minute(request.from_minute());
  shift.set_to_minute(request.to_minute());
  shift.set_staff_count(request.staff_count());
  if (request.has_phone_backup()) *shift.mutable_phone_backup() = request.phone_backup();
  shift.set_state(v1::SHIFT_STATE_PLANNED);
  return Put<v1::PlanShiftResponse>(call.NewId(), shift, needed, view);
}

absl::StatusOr<Decision> ReportStaffing(const Call& call, const v1::ReportStaffingRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::StaffShift* before, view.Get<v1::StaffShift>(id));
  if (before->state() != v1::SHIFT_STATE_PLANNED) return WrongState(Word(before->state()), "PLANNED");
  BB_ASSIGN_OR_RETURN(const int needed, Needed(view));
  v1::StaffShift shift = *before;
  shift.set_staff_count(request.staff_count());
  shift.clear_phone_backup();
  if (request.has_phone_backup()) *shift.mutable_phone_backup() = request.phone_backup();
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::ReportStaffingResponse>(id, shift, needed, view));
  if (StaffingOf(shift.staff_count(), shift.has_phone_backup(), needed) == v1::STAFFING_TOO_LOW) {
    Announce(call, v1::HOUSE_EVENT_TYPE_STAFFING_TOO_LOW, request.name(), &decision);
  }
  return decision;
}

absl::StatusOr<Decision> CancelShift(const Call& call, const v1::CancelShiftRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::StaffShift* before, view.Get<v1::StaffShift>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::SHIFT_STATE_CANCELLED));
  BB_ASSIGN_OR_RETURN(const int needed, Needed(view));
  BB_ASSIGN_OR_RETURN(const DayShifts there, ShiftsOn(ToDay(before->date()), view));
  v1::StaffShift shift = *before;
  shift.set_state(v1::SHIFT_STATE_CANCELLED);
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::CancelShiftResponse>(id, shift, needed, view));
  if (TooLowWithout(id, there, needed)) Announce(call, v1::HOUSE_EVENT_TYPE_STAFFING_TOO_LOW, request.name(), &decision);
  return decision;
}

absl::StatusOr<Decision> ListShifts(const Call&, const v1::ListShiftsRequest& request, View& view) {
  const absl::CivilDay first = ToDay(request.first_day()), last = ToDay(request.last_day());
  if (last < first) return WrongDay("last_day", "want a day not before first_day");
  if (last - first + 1 > kLongestList) return Invalid({{"last_day", absl::StrCat("want at most ", kLongestList, " days in all")}});
  absl::Status missing;
  const absl::StatusOr<int> needed = Needed(view);
  missing.Update(needed.status());
  v1::ListShiftsResponse response;
  for (absl::CivilDay day = first; day <= last; ++day) {
    // Ask for all of them before giving up: one round.
    const absl::StatusOr<Listed<v1::StaffShift>> page = view.Page<v1::StaffShift>("by-day", DayId(day), kShiftsADay);
    missing.Update(page.status());
    if (!missing.ok()) continue;
    for (const auto& [id, shift] : page->records) {
      BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::StaffShift>(id));
      *response.add_shifts() = Shown(*shift, *needed, id, etag);
    }
  }
  if (!missing.ok()) return missing;
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EndShift(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::StaffShift* before, view.Find<v1::StaffShift>(id));
  Decision decision;
  if (before == nullptr || NextChange(*before) > call.now) return decision;
  if (before->state() == v1::SHIFT_STATE_PLANNED) {
    v1::StaffShift shift = *before;
    shift.set_state(v1::SHIFT_STATE_HELD);
    decision.Put(Entities(), id, shift);
  } else {
    decision.Delete("staff-shift", id);
  }
  return decision;
}

absl::Time NextChange(const v1::StaffShift& shift) {
  if (shift.state() == v1::SHIFT_STATE_PLANNED) return AtMinute(ToDay(shift.date()), shift.to_minute());
  return StartOfDay(ToDay(shift.date()) + kKeptDays);
}

absl::Time NextChange(const v1::UserShift& shift) {
  if (shift.state() == v1::SHIFT_STATE_PLANNED) return AtMinute(ToDay(shift.date()), shift.to_minute());
  return absl::InfiniteFuture();
}

v1::Staffing StaffingOf(int count, bool phone_backup, int needed) {
  return count >= needed || (count > 0 && phone_backup) ? v1::STAFFING_VALID : v1::STAFFING_TOO_LOW;
}

absl::Status StaffingTooLow(absl::string_view text) { return Refusal(absl::StatusCode::kFailedPrecondition, "STAFFING_TOO_LOW", text); }

absl::Status CheckMinutes(int from_minute, int to_minute) {
  return from_minute < to_minute ? absl::OkStatus() : WrongDay("to_minute", "want a time after from_minute");
}

absl::StatusOr<DayShifts> ShiftsOn(absl::CivilDay day, View& view) {
  const auto staff = view.Page<v1::StaffShift>("by-day", DayId(day), kShiftsADay);
  const auto users = view.Page<v1::UserShift>("by-day", DayId(day), kShiftsADay);
  DayShifts out;
  absl::Status status = Collect(staff, &out.staff);
  status.Update(Collect(users, &out.users));
  BB_RETURN_IF_ERROR(status);
  return out;
}

v1::Staffing StaffingAt(const DayShifts& shifts, int minute, int needed) {
  const auto covers = [minute](const auto& named) { return named.second.from_minute() <= minute && minute < named.second.to_minute(); };
  if (std::any_of(shifts.users.begin(), shifts.users.end(), covers)) return v1::STAFFING_VALID;
  int count = 0;
  bool planned = false, phone_backup = false;
  for (const auto& shift : shifts.staff) {
    if (!covers(shift)) continue;
    planned = true;
    count += shift.second.staff_count();
    phone_backup |= shift.second.has_phone_backup();
  }
  return planned ? StaffingOf(count, phone_backup, needed) : v1::STAFFING_NOT_PLANNED;
}

v1::Opening OpeningWith(const DayShifts& shifts, const stored::CentreRecord& record, absl::Time now) {
  v1::Opening opening = OpeningAt(record, now);
  const v1::Staffing staffing = StaffingAt(shifts, MinuteOf(now), record.centre().safety_staffing());
  opening.set_staffing(staffing);
  if (IsConditional(record.centre(), ToDay(opening.date()))) {
    KeepTo(shifts, &opening);
    if (shifts.users.empty() || staffing == v1::STAFFING_NOT_PLANNED) Close("Lukket", "Closed", &opening);
  }
  if (staffing == v1::STAFFING_TOO_LOW && opening.state() != v1::OPENING_STATE_CLOSED) {
    Close("Lukket: for få på vagt", "Closed: too few on duty", &opening);
  }
  return opening;
}

}  // namespace brobygger::dropin
