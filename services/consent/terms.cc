#include "services/consent/terms.h"

#include "services/runtime/civil.h"
#include "services/runtime/rules.h"
#include "services/runtime/status.h"

namespace brobygger::consent {

absl::StatusOr<absl::CivilDay> LastDay(const type::v1::Date* wanted, absl::Time now, const std::string& field) {
  const absl::CivilDay today = CopenhagenDay(now);
  if (wanted == nullptr) return AddMonths(today, kDefaultMonths);
  if (!IsDate(wanted->year(), wanted->month(), wanted->day())) return Invalid({{field, "want a day that exists", "BAD_DATE"}});
  const absl::CivilDay day = ToDay(*wanted);
  if (day < today) return Invalid({{field, "want today or a later day", "BAD_DATE_ORDER"}});
  if (day > AddMonths(today, kMaxMonths)) return Invalid({{field, "want at most 12 months from today", "OUT_OF_RANGE"}});
  return day;
}

absl::Time EndOf(absl::CivilDay last_day) { return StartOfDay(last_day + 1); }

}  // namespace brobygger::consent
