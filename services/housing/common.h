// What every decision of the housing agency needs: names, times, pages, the citizen's part.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/housing/v1/event.pb.h"
#include "brobygger/type/v1/type.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/housing/entities.h"
#include "services/housing/states.h"
#include "services/runtime/civil.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

google::protobuf::Timestamp Stamp(absl::Time time);
std::int64_t Milliseconds(const google::protobuf::Timestamp& time);
// Days since 1970: what indexes by day are ordered by. Earliest first is ordered by its negative.
std::int64_t DayNumber(const type::v1::Date& date);

// A presence that was signed for a citizen counts for that citizen only. PRESENCE_REQUIRED otherwise.
absl::Status CheckPresenceOf(const Call& call, const std::string& citizen);

// ALREADY_EXISTS DOUBLE_BOOKED.
absl::Status DoubleBooked(absl::string_view text);

// Whether some days of [first, last] are days of one of the periods; `last` may be CivilDay::max(): it goes on.
bool Overlaps(const google::protobuf::RepeatedPtrField<stored::Period>& periods, absl::CivilDay first, absl::CivilDay last,
              absl::string_view but_not = "");
// The period of a record, added if there is none; an empty last day: it goes on.
void SetPeriod(google::protobuf::RepeatedPtrField<stored::Period>* periods, const std::string& id, const type::v1::Date& first,
               const type::v1::Date* last);

// An event into the outbox: what happened to which record of this agency.
void Announce(const Call& call, v1::HousingEventType type, const std::string& about, const std::string& citizen, Decision* decision);

// A new record: whose it is and who answers for it. OnDue calls have no person, and change no record's adviser.
template <class Record>
void Begin(const Call& call, const std::string& citizen, Record* record) {
  record->set_citizen(citizen);
  record->set_adviser(call.person.value());
  *record->mutable_create_time() = Stamp(call.now);
  *record->mutable_update_time() = Stamp(call.now);
}

// As it is answered: with its name, "referrals/<id>", and its etag.
template <class Record>
Record Shown(Record record, absl::string_view plural, absl::string_view id, const std::string& etag) {
  record.set_name(absl::StrCat(plural, "/", id));
  record.set_etag(etag);
  return record;
}

// Puts the records of a page into an answer, each as Shown.
template <class Record>
absl::Status ShowAll(View& view, const Listed<Record>& page, absl::string_view plural, google::protobuf::RepeatedPtrField<Record>* out) {
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    Record* shown = out->Add();
    *shown = *record;
    shown->set_name(absl::StrCat(plural, "/", id));
    shown->set_etag(etag);
  }
  return absl::OkStatus();
}

template <class Record, class Request>
absl::StatusOr<Listed<Record>> PageOf(View& view, absl::string_view index, absl::string_view value, const Request& request) {
  return view.Page<Record>(index, value, PageSize(request.page_size()), request.page_token());
}

// A page by exactly one of two filters: the citizen ("by-citizen"), or a state ("by-state"; `state` is 0 if none was asked for).
template <class Record, class State, class Request>
absl::StatusOr<Listed<Record>> PageByCitizenOrState(View& view, const Request& request, State state, absl::string_view field) {
  const bool by_state = static_cast<int>(state) != 0;
  if (by_state != request.citizen().empty()) {
    return Invalid({{"citizen", absl::StrCat("want exactly one of citizen and ", field)}});
  }
  if (by_state) return PageOf<Record>(view, "by-state", Word(state), request);
  return PageOf<Record>(view, "by-citizen", IdOf(request.citizen()), request);
}

}  // namespace brobygger::housing
