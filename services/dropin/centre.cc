#include "services/dropin/centre.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/opening.h"
#include "services/dropin/shift.h"
#include "services/dropin/stored.pb.h"
#include "services/dropin/user_shift.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::CentreRecord;

v1::Centre Shown(const Call& call, const Record& record, const std::string& etag) {
  v1::Centre centre = record.centre();
  centre.set_name(absl::StrCat("centres/", IdOf(call.agency.value())));
  centre.set_etag(etag);
  const absl::CivilDay today = CopenhagenDay(call.now);
  for (const type::v1::Date& d : record.confirmed_days()) {
    if (ToDay(d) >= today) *centre.add_confirmed_days() = d;
  }
  return centre;
}

// Replaces the confirmed days by those of `days` that are not past and still conditional.
void Confirm(Record* record, const std::set<absl::CivilDay>& days, absl::CivilDay today) {
  record->clear_confirmed_days();
  for (absl::CivilDay day : days) {
    if (day >= today && IsConditional(record->centre(), day)) *record->add_confirmed_days() = ToDate(day);
  }
}

std::set<absl::CivilDay> Confirmed(const Record& record) {
  std::set<absl::CivilDay> days;
  for (const type::v1::Date& d : record.confirmed_days()) days.insert(ToDay(d));
  return days;
}

absl::Status CheckEtag(View& view, const std::string& wanted) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(kCentreId));
  return wanted.empty() || wanted == etag ? absl::OkStatus() : EtagMismatch();
}

}  // namespace

void SetConfirmed(stored::CentreRecord* record, absl::CivilDay day, bool open, absl::CivilDay today) {
  std::set<absl::CivilDay> days = Confirmed(*record);
  if (open) days.insert(day);
  else days.erase(day);
  Confirm(record, days, today);
}

absl::StatusOr<Decision> GetCentre(const Call& call, const v1::GetCentreRequest&, View& view) {
  // Asked for before giving up: one round.
  const absl::StatusOr<DayShifts> shifts = ShiftsOn(CopenhagenDay(call.now), view);
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(kCentreId));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(kCentreId));
  BB_RETURN_IF_ERROR(shifts.status());
  v1::GetCentreResponse response;
  *response.mutable_centre() = Shown(call, *record, etag);
  *response.mutable_opening() = OpeningWith(*shifts, *record, call.now);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> UpdateCentre(const Call& call, const v1::UpdateCentreRequest& request, View& view) {
  if (auto violations = CheckHours(request.centre()); !violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(kCentreId));
  BB_RETURN_IF_ERROR(CheckEtag(view, request.etag()));
  Record record = before == nullptr ? Record() : *before;
  *record.mutable_centre() = request.centre();
  record.mutable_centre()->clear_name();
  record.mutable_centre()->clear_confirmed_days();
  record.mutable_centre()->clear_etag();
  Confirm(&record, Confirmed(record), CopenhagenDay(call.now));

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(kCentreId));
  v1::UpdateCentreResponse response;
  *response.mutable_centre() = Shown(call, record, etag);
  Decision decision(response);
  decision.Put(Entities(), kCentreId, record);
  return decision;
}

absl::StatusOr<Decision> ConfirmConditionalDay(const Call& call, const v1::ConfirmConditionalDayRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  const absl::CivilDay day = ToDay(request.date());
  // Asked for before giving up: one round.
  const absl::StatusOr<DayShifts> there = ShiftsOn(day, view);
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(kCentreId));
  BB_ASSIGN_OR_RETURN(const DayShifts shifts, there);
  if (day < today || day > today + kConfirmAheadDays) {
    return Invalid({{"date", absl::StrCat("want a day from today to ", kConfirmAheadDays, " days ahead")}});
  }
  if (!IsConditional(before->centre(), day)) return Invalid({{"date", "want one of the centre's conditional days"}});
  if (request.open() && shifts.users.empty()) return StaffingTooLow("want a user shift on the day: plan one, and the day is confirmed with it");
  const bool opens = request.open() && Confirmed(*before).count(day) == 0;
  Record record = *before;
  SetConfirmed(&record, day, request.open(), today);

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(kCentreId));
  v1::ConfirmConditionalDayResponse response;
  *response.mutable_centre() = Shown(call, record, etag);
  Decision decision(response);
  decision.Put(Entities(), kCentreId, record);
  if (!request.open()) CancelUserShifts(shifts, &decision);
  if (opens) Announce(call, v1::HOUSE_EVENT_TYPE_CENTRE_OPENED, UserShiftName(shifts.users.front().first), &decision);
  return decision;
}

}  // namespace brobygger::dropin
