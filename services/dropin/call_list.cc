#include "services/dropin/call_list.h"

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/outreach.h"
#include "services/dropin/participant.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::CallRecord;

constexpr int kStoppedDays = 30;
// A call may be written down so many days later.
constexpr int kCalledBackDays = 7;

// With number and named person only where somebody is about to use them.
v1::CallEntry Shown(const Record& record, absl::string_view id, const std::string& etag, bool in_full = false) {
  v1::CallEntry entry = Named(record.entry(), "callEntries", id, etag);
  entry.set_participant(absl::StrCat("participants/", id));
  if (!in_full) {
    entry.clear_phone();
    entry.clear_person_to_ask();
  }
  return entry;
}

// Calling begins, or goes on: next after the interval.
void CallFrom(absl::CivilDay day, Record* record) {
  v1::CallEntry* entry = record->mutable_entry();
  entry->set_state(v1::CALL_STATE_CALLING);
  entry->set_unanswered(0);
  *entry->mutable_next_call() = ToDate(day + entry->interval_days());
  record->clear_last_try();
  record->clear_stopped_on();
}

// It stops: what was only for calling goes.
void Stop(absl::CivilDay today, Record* record) {
  v1::CallEntry* entry = record->mutable_entry();
  entry->set_state(v1::CALL_STATE_STOPPED);
  entry->clear_phone();
  entry->clear_person_to_ask();
  entry->clear_next_call();
  record->clear_last_try();
  *record->mutable_stopped_on() = ToDate(today);
}

// One more day without answer.
void Unanswered(absl::CivilDay day, absl::CivilDay today, Record* record) {
  v1::CallEntry* entry = record->mutable_entry();
  if (record->has_last_try() && day <= ToDay(record->last_try())) return;
  *record->mutable_last_try() = ToDate(day);
  entry->set_unanswered(entry->unanswered() + 1);
  if (entry->unanswered() < kUnansweredDays) {
    *entry->mutable_next_call() = ToDate(today + 1);
  } else if (entry->has_person_to_ask()) {
    entry->set_state(v1::CALL_STATE_ASK_PERSON);
    entry->clear_next_call();
  } else {
    Stop(today, record);
  }
}

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const Record& record, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  Response response;
  *response.mutable_entry() = Shown(record, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> JoinCallList(const Call& call, const v1::JoinCallListRequest& request, View& view) {
  const std::string id = IdOf(request.participant());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, id, view));
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  Record record;
  v1::CallEntry* entry = record.mutable_entry();
  if (before != nullptr && before->entry().has_last_talk()) *entry->mutable_last_talk() = before->entry().last_talk();
  entry->set_phone(request.phone());
  entry->set_interval_days(request.interval_days());
  entry->set_caller(request.caller());
  if (request.has_person_to_ask()) *entry->mutable_person_to_ask() = request.person_to_ask();
  CallFrom(CopenhagenDay(call.now), &record);
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::JoinCallListResponse>(id, record, view));
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> LeaveCallList(const Call& call, const v1::LeaveCallListRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(id));
  (void)record;  // that it is there is all that counts
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, id, view));
  Decision decision{v1::LeaveCallListResponse()};
  decision.Delete("call-entry", id);
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> RecordCall(const Call& call, const v1::RecordCallRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  const absl::CivilDay today = CopenhagenDay(call.now), day = request.has_called_on() ? ToDay(request.called_on()) : today;
  if (day > today || day < today - kCalledBackDays) {
    return Invalid({{"called_on", absl::StrCat("want today or one of the ", kCalledBackDays, " days before")}});
  }
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  if (before->entry().state() != v1::CALL_STATE_CALLING) return WrongState(Word(before->entry().state()), "CALLING");
  const bool talked = request.outcome() == v1::CALL_OUTCOME_TALKED;
  Record record = *before;
  if (talked) {
    *record.mutable_entry()->mutable_last_talk() = ToDate(day);
    CallFrom(day, &record);
  } else {
    Unanswered(day, today, &record);
  }
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::RecordCallResponse>(id, record, view));
  if (talked) {  // a talk is a use of the house; ringing in vain is none
    BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, id, view));
    decision.Put(Entities(), id, participant);
  }
  BB_ASSIGN_OR_RETURN(stored::OutreachDay numbers, NumbersOf(day, view));
  if (talked) numbers.set_calls_talked(numbers.calls_talked() + 1);
  else numbers.set_calls_unanswered(numbers.calls_unanswered() + 1);
  decision.Put(Entities(), DayId(day), numbers);
  return decision;
}

absl::StatusOr<Decision> RecordAsked(const Call& call, const v1::RecordAskedRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  if (before->entry().state() != v1::CALL_STATE_ASK_PERSON) return WrongState(Word(before->entry().state()), "ASK_PERSON");
  Record record = *before;
  if (request.outcome() == v1::ASK_OUTCOME_HEARD_FROM) CallFrom(today, &record);
  else Stop(today, &record);
  return Put<v1::RecordAskedResponse>(id, record, view);
}

absl::StatusOr<Decision> GetCallEntry(const Call&, const v1::GetCallEntryRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
  v1::GetCallEntryResponse response;
  *response.mutable_entry() = Shown(*record, id, etag, /*in_full=*/true);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListCallEntries(const Call&, const v1::ListCallEntriesRequest& request, View& view) {
  const bool active = request.state() == v1::CALL_STATE_UNSPECIFIED;
  BB_ASSIGN_OR_RETURN(const Listed<Record> page,
                      AskedPage<Record>(view, active ? "active" : "by-state", active ? "" : Word(request.state()), request));
  v1::ListCallEntriesResponse response;
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    *response.add_entries() = Shown(*record, id, etag);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropStopped(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* record, view.Find<Record>(id));
  Decision decision;
  if (record != nullptr && GoneAt(*record) <= call.now) decision.Delete("call-entry", id);
  return decision;
}

absl::Time GoneAt(const stored::CallRecord& record) {
  return record.has_stopped_on() ? StartOfDay(ToDay(record.stopped_on()) + kStoppedDays) : absl::InfiniteFuture();
}

}  // namespace brobygger::dropin
