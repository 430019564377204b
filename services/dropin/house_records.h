// The records of how the house is run, and what their decisions share. There is no person in any of them.
//   suggestion     random  v1::Suggestion
//   house-meeting  random  v1::HouseMeeting  claims its day unless called off
//   staff-shift    random  v1::StaffShift    held by itself when it ends, deleted 62 days after its day
//   user-shift     random  v1::UserShift     held by itself when it ends
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/house_event.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

std::vector<EntityType> HouseEntities();

// When so many minutes after midnight stand on the clock in Copenhagen, also on the two Sundays of a year on which a day has not 24
// hours; a minute that the clock skips comes with the one after the gap.
absl::Time AtMinute(absl::CivilDay day, int minute);
// Minutes after midnight in Copenhagen.
int MinuteOf(absl::Time time);

// As it is answered: with its name, "suggestions/<id>", and its etag.
template <class Record>
Record Named(Record record, absl::string_view plural, absl::string_view id, const std::string& etag) {
  record.set_name(absl::StrCat(plural, "/", id));
  record.set_etag(etag);
  return record;
}

// Puts the records of a page into an answer, each as Named.
template <class Record>
absl::Status NameAll(View& view, const Listed<Record>& page, absl::string_view plural, google::protobuf::RepeatedPtrField<Record>* out) {
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    *out->Add() = Named(*record, plural, id, etag);
  }
  return absl::OkStatus();
}

// A page as a list request asks for it.
template <class Record, class Request>
absl::StatusOr<Listed<Record>> AskedPage(View& view, absl::string_view index, absl::string_view value, const Request& request) {
  return view.Page<Record>(index, value, PageSize(request.page_size()), request.page_token());
}

// INVALID_ARGUMENT BAD_DATE_ORDER for one field.
absl::Status WrongDay(absl::string_view field, absl::string_view want);

// An event into the outbox. It names a record of the house, never a person.
void Announce(const Call& call, v1::HouseEventType type, const std::string& about, Decision* decision);

}  // namespace brobygger::dropin
