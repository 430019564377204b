#include "services/clinic/common.h"

#include "absl/strings/str_format.h"

namespace brobygger::clinic {

google::protobuf::Timestamp Stamp(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const std::int64_t nanos = absl::ToUnixNanos(time);
  stamp.set_seconds(nanos / 1'000'000'000);
  stamp.set_nanos(static_cast<int>(nanos % 1'000'000'000));
  return stamp;
}

std::int64_t Milliseconds(const google::protobuf::Timestamp& time) { return time.seconds() * 1000 + time.nanos() / 1'000'000; }

std::int64_t DayNumber(const type::v1::Date& date) { return ToDay(date) - absl::CivilDay(1970, 1, 1); }

std::string DayId(const type::v1::Date& date) { return absl::StrFormat("%04d%02d%02d", date.year(), date.month(), date.day()); }

std::string IdOf(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

absl::Status CheckPresenceOf(const Call& call, const std::string& citizen) {
  if (!call.presence || (!call.presence->citizen().empty() && call.presence->citizen() != citizen)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "PRESENCE_REQUIRED",
                   "the citizen has to take part (present, on the phone, or by an own written wish)");
  }
  return absl::OkStatus();
}

absl::Status CheckDay(absl::string_view field, const type::v1::Date& date, absl::CivilDay first, absl::CivilDay last, absl::string_view want) {
  const absl::CivilDay day = ToDay(date);
  if (day >= first && day <= last) return absl::OkStatus();
  return Invalid({{std::string(field), std::string(want), "BAD_DATE_ORDER"}});
}

}  // namespace brobygger::clinic
