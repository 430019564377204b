// What every decision of the clinic needs: names, times, pages, the citizen's part, the step from state to state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/clinic/entities.h"
#include "services/runtime/civil.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

// How far ahead something can be agreed.
inline constexpr int kAheadDays = 366;

google::protobuf::Timestamp Stamp(absl::Time time);
std::int64_t Milliseconds(const google::protobuf::Timestamp& time);
// Days since 1970.
std::int64_t DayNumber(const type::v1::Date& date);
// "20261121"
std::string DayId(const type::v1::Date& date);
// "citizens/x" -> "x". The rules of the contract have checked the form.
std::string IdOf(absl::string_view name);

// A presence that was signed for a citizen counts for that citizen only. PRESENCE_REQUIRED otherwise.
absl::Status CheckPresenceOf(const Call& call, const std::string& citizen);
// BAD_DATE_ORDER unless the day is one from `first` to `last`.
absl::Status CheckDay(absl::string_view field, const type::v1::Date& date, absl::CivilDay first, absl::CivilDay last, absl::string_view want);

// "SENT": the value's name without its enum's.
template <class State>
std::string Word(State state) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  const auto* value = type->FindValueByNumber(state);
  const size_t prefix = type->FindValueByNumber(0)->name().size() - absl::string_view("UNSPECIFIED").size();
  return value == nullptr ? "UNSPECIFIED" : value->name().substr(prefix);
}

// OK if the state's table (MayBecome) has it. WRONG_STATE otherwise: the state that it is in, and those from which this may follow.
template <class State>
absl::Status CheckMove(State from, State to) {
  if (MayBecome(from, to)) return absl::OkStatus();
  std::vector<std::string> want;
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  for (int i = 1; i < type->value_count(); ++i) {
    const State s = static_cast<State>(type->value(i)->number());
    if (MayBecome(s, to)) want.push_back(Word(s));
  }
  return WrongState(Word(from), absl::StrJoin(want, " or "));
}

// A new record: whose work it is.
template <class Record>
void Begin(const Call& call, const std::string& citizen, Record* record) {
  record->set_citizen(citizen);
  record->set_nurse(call.person.value());
  *record->mutable_create_time() = Stamp(call.now);
}

// Writes the record and gives it as it is answered: with its name, "dentalReferrals/<id>", and the etag that it will have.
template <class Record>
absl::StatusOr<Record> PutRecord(const Call& call, View& view, absl::string_view plural, const std::string& id, Record record, Decision* decision) {
  *record.mutable_update_time() = Stamp(call.now);
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  decision->Put(Entities(), id, record);
  record.set_name(absl::StrCat(plural, "/", id));
  record.set_etag(etag);
  return record;
}

// As it is answered to who reads it.
template <class Record>
absl::StatusOr<Record> ShownRecord(View& view, absl::string_view plural, absl::string_view id) {
  BB_ASSIGN_OR_RETURN(const Record* found, view.Get<Record>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
  Record record = *found;
  record.set_name(absl::StrCat(plural, "/", id));
  record.set_etag(etag);
  return record;
}

// A page of an index into an answer; the cursor of the next page into `next`.
template <class Record, class Request>
absl::Status ShowPage(View& view, absl::string_view index, absl::string_view value, const Request& request, absl::string_view plural,
                      google::protobuf::RepeatedPtrField<Record>* out, std::string* next) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>(index, value, PageSize(request.page_size()), request.page_token()));
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(*out->Add(), ShownRecord<Record>(view, plural, id));
  }
  *next = page.next;
  return absl::OkStatus();
}

}  // namespace brobygger::clinic
