#include "services/dropin/place.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/budget.h"
#include "services/dropin/entities.h"
#include "services/dropin/participant.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using stored::ActivityRecord;
using stored::BudgetRecord;
using stored::PlaceRecord;

constexpr int kOreInKrone = 100;

absl::Status Full(absl::string_view text) { return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", text); }

v1::ActivityPlace Shown(const PlaceRecord& place, absl::string_view alias) {
  v1::ActivityPlace shown;
  shown.set_ticket(place.ticket());
  if (!place.participant().empty()) shown.set_participant(absl::StrCat("participants/", place.participant()));
  shown.set_alias(std::string(place.participant().empty() ? place.called() : alias));
  shown.set_role(place.role());
  shown.set_waiting(place.waiting());
  if (place.has_moved_up_on()) *shown.mutable_moved_up_on() = place.moved_up_on();
  shown.set_waiver(place.waiver());
  return shown;
}

// Where the place with this ticket stands; the number of places if there is none.
int At(absl::string_view ticket, const ActivityRecord& record) {
  const auto& places = record.places();
  return static_cast<int>(std::find_if(places.begin(), places.end(), [&](const PlaceRecord& p) { return p.ticket() == ticket; }) - places.begin());
}

absl::StatusOr<const ActivityRecord*> Taking(const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const ActivityRecord* record, view.Get<ActivityRecord>(id));
  if (!TakesPlaces(*record)) return WrongState(Word(record->state()), "OPEN or FULL");
  return record;
}

// Puts the place at the end of the list, with a ticket.
absl::StatusOr<PlaceRecord> Add(const Call& call, PlaceRecord place, bool accept_waiting, ActivityRecord* record) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (LastDay(record->plan()) < today) return Refusal(absl::StatusCode::kFailedPrecondition, "ACTIVITY_OVER", "its day has passed");
  if (record->state() == v1::ACTIVITY_STATE_FULL) {
    if (!accept_waiting) return Full("every place is taken: accept_waiting stands on the waiting list");
    if (Waiting(*record) >= kLongestWaitingList) return Full("every place is taken, and the waiting list is full");
    place.set_waiting(true);
  }
  int n = 0;
  do place.set_ticket(Slip(call, n++));
  while (At(place.ticket(), *record) < record->places_size());
  *record->add_places() = place;
  MoveUp(today, record);
  return place;
}

}  // namespace

absl::StatusOr<Decision> SignUp(const Call& call, const v1::SignUpRequest& request, View& view) {
  const std::string id = IdOf(request.activity()), who = IdOf(request.participant());
  const absl::StatusOr<const ActivityRecord*> before = Taking(id, view);
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, who, view));
  BB_RETURN_IF_ERROR(before.status());
  ActivityRecord record = **before;
  if (std::any_of(record.places().begin(), record.places().end(), [&](const PlaceRecord& p) { return p.participant() == who; })) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "has a place or stands on the waiting list already");
  }
  PlaceRecord wanted;
  wanted.set_participant(who);
  wanted.set_role(request.role());
  BB_ASSIGN_OR_RETURN(const PlaceRecord place, Add(call, wanted, request.accept_waiting(), &record));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<ActivityRecord>(id));
  v1::SignUpResponse response;
  *response.mutable_place() = Shown(place, participant.alias());
  *response.mutable_activity() = ShownActivity(record, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  decision.Put(Entities(), who, participant);
  return decision;
}

absl::StatusOr<Decision> TakePlace(const Call& call, const v1::TakePlaceRequest& request, View& view) {
  const std::string id = IdOf(request.activity());
  BB_ASSIGN_OR_RETURN(const ActivityRecord* before, Taking(id, view));
  ActivityRecord record = *before;
  PlaceRecord wanted;
  wanted.set_called(request.called());
  wanted.set_role(request.role());
  BB_ASSIGN_OR_RETURN(const PlaceRecord place, Add(call, wanted, request.accept_waiting(), &record));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<ActivityRecord>(id));
  v1::TakePlaceResponse response;
  response.set_ticket(place.ticket());
  response.set_waiting(place.waiting());
  *response.mutable_activity() = ShownActivity(record, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  return decision;
}

absl::StatusOr<Decision> CancelPlace(const Call& call, const v1::CancelPlaceRequest& request, View& view) {
  const std::string id = IdOf(request.activity());
  BB_ASSIGN_OR_RETURN(const ActivityRecord* before, Taking(id, view));
  ActivityRecord record = *before;
  const int at = At(request.ticket(), record);
  if (at == record.places_size()) return NotFound("place");
  const PlaceRecord place = record.places(at);
  record.mutable_places()->DeleteSubrange(at, 1);
  MoveUp(CopenhagenDay(call.now), &record);
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<ActivityRecord>(id));
  v1::CancelPlaceResponse response;
  *response.mutable_activity() = ShownActivity(record, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  if (!place.budget().empty()) {
    BB_ASSIGN_OR_RETURN(const BudgetRecord* budget, view.Find<BudgetRecord>(place.budget()));
    BudgetRecord after = budget == nullptr ? BudgetRecord() : *budget;
    if (GiveBack(id, place.ticket(), &after)) decision.Put(Entities(), place.budget(), after);
  }
  return decision;
}

absl::StatusOr<Decision> WaiveFee(const Call& call, const v1::WaiveFeeRequest& request, View& view) {
  const bool by_budget = request.waiver() == v1::FEE_WAIVER_BUDGET;
  if (by_budget == request.budget().empty()) return Invalid({{"budget", "want the budget with waiver BUDGET, and nothing otherwise"}});
  const std::string id = IdOf(request.activity());
  BB_ASSIGN_OR_RETURN(const ActivityRecord* before, Taking(id, view));
  if (!before->plan().fee_waiver_allowed()) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "WAIVER_NOT_ALLOWED", "the plan says that its fee is not waived, or there is none");
  }
  ActivityRecord record = *before;
  const int at = At(request.ticket(), record);
  if (at == record.places_size()) return NotFound("place");
  PlaceRecord* place = record.mutable_places(at);
  if (place->waiting()) return WrongState("WAITING", "TAKEN");
  if (place->waiver() != v1::FEE_WAIVER_UNSPECIFIED) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "this fee is paid by somebody already");
  }
  place->set_waiver(request.waiver());
  std::string alias;
  if (!place->participant().empty()) {
    BB_ASSIGN_OR_RETURN(alias, AliasOf(place->participant(), view));
  }
  Decision decision;
  if (by_budget) {
    place->set_budget(IdOf(request.budget()));
    stored::ReceiptRecord receipt;
    *receipt.mutable_date() = ToDate(CopenhagenDay(call.now));
    receipt.set_amount_ore(std::int64_t{record.plan().fee_dkk()} * kOreInKrone);
    receipt.set_text(record.plan().title());
    receipt.set_activity(id);
    receipt.set_ticket(place->ticket());
    BB_RETURN_IF_ERROR(Spend(call, place->budget(), receipt, view, &decision).status());
  }
  v1::WaiveFeeResponse response;
  *response.mutable_place() = Shown(*place, alias);
  decision.Answer(response);
  decision.Put(Entities(), id, record);
  return decision;
}

absl::StatusOr<Decision> ListPlaces(const Call&, const v1::ListPlacesRequest& request, View& view) {
  const std::string id = IdOf(request.activity());
  BB_ASSIGN_OR_RETURN(const ActivityRecord* record, view.Get<ActivityRecord>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<ActivityRecord>(id));
  v1::ListPlacesResponse response;
  absl::Status missing;
  for (const PlaceRecord& place : record->places()) {
    std::string alias;
    if (!place.participant().empty()) {
      absl::StatusOr<std::string> found = AliasOf(place.participant(), view);
      missing.Update(found.status());
      if (found.ok()) alias = *std::move(found);
    }
    *response.add_places() = Shown(place, alias);
  }
  BB_RETURN_IF_ERROR(missing);
  *response.mutable_activity() = ShownActivity(*record, id, etag);
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
