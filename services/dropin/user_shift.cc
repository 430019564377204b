#include "services/dropin/user_shift.h"

#include <set>

#include "services/dropin/centre.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/opening.h"
#include "services/dropin/states.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr char kPlural[] = "userShifts";
// Shifts still to come are planned 62 days ahead at most; the last that was is behind them.
constexpr int kRecent = 100;

// That at least somebody comes, each way once, is the contract's and this.
std::vector<Violation> CheckVolunteers(const v1::PlanUserShiftRequest& request) {
  std::vector<Violation> out;
  std::set<int> ways;
  for (int i = 0; i < request.volunteers_size(); ++i) {
    if (!ways.insert(request.volunteers(i).recruitment()).second) {
      out.push_back({absl::StrCat("volunteers[", i, "].recruitment"), "want each way once", "DUPLICATE_ITEM"});
    }
  }
  return out;
}

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const v1::UserShift& shift, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::UserShift>(id));
  Response response;
  *response.mutable_shift() = Named(shift, kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, shift);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> PlanUserShift(const Call& call, const v1::PlanUserShiftRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kConfirmAheadDays) {
    return Invalid({{"date", absl::StrCat("want a day from today to ", kConfirmAheadDays, " days ahead")}});
  }
  BB_RETURN_IF_ERROR(CheckMinutes(request.from_minute(), request.to_minute()));
  if (auto violations = CheckVolunteers(request); !violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(const stored::CentreRecord* before, view.Get<stored::CentreRecord>(kCentreId));
  if (!IsConditional(before->centre(), day)) return Invalid({{"date", "want one of the centre's conditional days"}});
  if (!request.has_phone_backup()) return StaffingTooLow("want somebody near who answers the phone: volunteers are not left alone with it");
  BB_ASSIGN_OR_RETURN(const DayShifts there, ShiftsOn(day, view));
  for (const auto& [id, other] : there.users) {
    if (request.from_minute() < other.to_minute() && other.from_minute() < request.to_minute()) {
      return Refusal(absl::StatusCode::kAlreadyExists, "DOUBLE_BOOKED", "another user shift has some of the time");
    }
  }
  v1::UserShift shift;
  *shift.mutable_date() = request.date();
  shift.set_from_minute(request.from_minute());
  shift.set_to_minute(request.to_minute());
  *shift.mutable_volunteers() = request.volunteers();
  *shift.mutable_phone_backup() = request.phone_backup();
  shift.set_state(v1::SHIFT_STATE_PLANNED);
  stored::CentreRecord centre = *before;
  SetConfirmed(&centre, day, true, today);

  const std::string id = call.NewId();
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::PlanUserShiftResponse>(id, shift, view));
  decision.Put(Entities(), kCentreId, centre);
  Announce(call, v1::HOUSE_EVENT_TYPE_CENTRE_OPENED, UserShiftName(id), &decision);
  return decision;
}

absl::StatusOr<Decision> CancelUserShift(const Call& call, const v1::CancelUserShiftRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::UserShift* before, view.Get<v1::UserShift>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::SHIFT_STATE_CANCELLED));
  v1::UserShift shift = *before;
  shift.set_state(v1::SHIFT_STATE_CANCELLED);
  const absl::CivilDay day = ToDay(shift.date());
  BB_ASSIGN_OR_RETURN(const DayShifts there, ShiftsOn(day, view));
  BB_ASSIGN_OR_RETURN(const stored::CentreRecord* record, view.Get<stored::CentreRecord>(kCentreId));

  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::CancelUserShiftResponse>(id, shift, view));
  if (there.users.size() == 1) {  // this one alone
    stored::CentreRecord centre = *record;
    SetConfirmed(&centre, day, false, CopenhagenDay(call.now));
    decision.Put(Entities(), kCentreId, centre);
  }
  return decision;
}

absl::StatusOr<Decision> ListUserShifts(const Call& call, const v1::ListUserShiftsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::UserShift> page, AskedPage<v1::UserShift>(view, "all", "", request));
  BB_ASSIGN_OR_RETURN(const UserShiftRhythm rhythm, RhythmOn(CopenhagenDay(call.now), view));
  v1::ListUserShiftsResponse response;
  BB_RETURN_IF_ERROR(NameAll(view, page, kPlural, response.mutable_shifts()));
  response.set_next_page_token(page.next);
  if (rhythm.next_due) *response.mutable_next_due_on() = ToDate(*rhythm.next_due);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EndUserShift(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::UserShift* before, view.Find<v1::UserShift>(id));
  Decision decision;
  if (before == nullptr || NextChange(*before) > call.now) return decision;
  v1::UserShift shift = *before;
  shift.set_state(v1::SHIFT_STATE_HELD);
  decision.Put(Entities(), id, shift);
  return decision;
}

void CancelUserShifts(const DayShifts& day, Decision* decision) {
  for (const auto& [id, before] : day.users) {
    if (!MayBecome(before.state(), v1::SHIFT_STATE_CANCELLED)) continue;
    v1::UserShift shift = before;
    shift.set_state(v1::SHIFT_STATE_CANCELLED);
    decision->Put(Entities(), id, shift);
  }
}

std::string UserShiftName(absl::string_view id) { return absl::StrCat(kPlural, "/", id); }

absl::StatusOr<UserShiftRhythm> RhythmOn(absl::CivilDay today, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::UserShift> recent, view.Page<v1::UserShift>("standing", "", kRecent));
  UserShiftRhythm out;
  for (const auto& [id, shift] : recent.records) {  // latest first
    const absl::CivilDay day = ToDay(shift->date());
    if (day >= today) out.planned = true;
    if (day > today) continue;
    out.next_due = day + kUserShiftEveryDays;
    break;
  }
  return out;
}

int VolunteersOf(const v1::UserShift& shift) {
  int sum = 0;
  for (const v1::VolunteerCount& way : shift.volunteers()) sum += way.count();
  return sum;
}

}  // namespace brobygger::dropin
