// How long a consent holds. Days are civil days in Europe/Copenhagen; a consent's end is the instant at which the day after
// its last day begins there (exclusive, UTC). Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"

namespace brobygger::consent {

inline constexpr int kDefaultMonths = 6;
inline constexpr int kMaxMonths = 12;

// The last day on which a consent given at `now` holds: the day asked for, or 6 months from today if none is (null). INVALID_ARGUMENT
// on `field` if it does not exist, has passed (BAD_DATE_ORDER) or is more than 12 months from today (OUT_OF_RANGE).
absl::StatusOr<absl::CivilDay> LastDay(const type::v1::Date* wanted, absl::Time now, const std::string& field);
absl::Time EndOf(absl::CivilDay last_day);

}  // namespace brobygger::consent
