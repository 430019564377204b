#include "services/housing/common.h"

namespace brobygger::housing {

google::protobuf::Timestamp Stamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const std::int64_t nanos = absl::ToUnixNanos(time);
  stamp.set_seconds(nanos / 1'000'000'000);
  stamp.set_nanos(static_cast<int>(nanos % 1'000'000'000));
  return stamp;
}

std::int64_t Milliseconds(const google::protobuf::Timestamp& time) { return time.seconds() * 1000 + time.nanos() / 1'000'000; }

std::int64_t DayNumber(const type::v1::Date& date) { return ToDay(date) - absl::CivilDay(1970, 1, 1); }

absl::Status CheckPresenceOf(const Call& call, const std::string& citizen) {
  if (!call.presence || (!call.presence->citizen().empty() && call.presence->citizen() != citizen)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "PRESENCE_REQUIRED",
                   "the citizen has to take part (present, on the phone, or by an own written wish)");
  }
  return absl::OkStatus();
}

absl::Status DoubleBooked(absl::string_view text) { return Refusal(absl::StatusCode::kAlreadyExists, "DOUBLE_BOOKED", text); }

bool Overlaps(const google::protobuf::RepeatedPtrField<stored::Period>& periods, absl::CivilDay first, absl::CivilDay last,
              absl::string_view but_not) {
  return std::any_of(periods.begin(), periods.end(), [&](const stored::Period& p) {
    const absl::CivilDay end = p.has_last_day() ? ToDay(p.last_day()) : absl::CivilDay::max();
    return p.id() != but_not && ToDay(p.first_day()) <= last && first <= end;
  });
}

void SetPeriod(google::protobuf::RepeatedPtrField<stored::Period>* periods, const std::string& id, const type::v1::Date& first,
               const type::v1::Date* last) {
  auto it = std::find_if(periods->begin(), periods->end(), [&](const stored::Period& p) { return p.id() == id; });
  stored::Period* period = it == periods->end() ? periods->Add() : &*it;
  period->set_id(id);
  *period->mutable_first_day() = first;
  period->clear_last_day();
  if (last != nullptr) *period->mutable_last_day() = *last;
}

void Announce(const Call& call, v1::HousingEventType type, const std::string& about, const std::string& citizen, Decision* decision) {
  v1::HousingEvent event;
  event.set_type(type);
  event.set_about(about);
  event.set_citizen(citizen);
  *event.mutable_time() = Stamp(call.now);
  decision->Emit(event);
}

}  // namespace brobygger::housing
