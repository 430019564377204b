#include "services/runtime/civil.h"

#include <algorithm>

namespace brobygger {
namespace {

// 01:00 UTC on the last Sunday of a month with 31 days.
absl::Time LastSunday(absl::civil_year_t year, int month) {
  absl::CivilDay day(year, month, 31);
  while (absl::GetWeekday(day) != absl::Weekday::sunday) --day;
  return absl::FromCivil(absl::CivilHour(day) + 1, absl::UTCTimeZone());
}

absl::Duration Offset(absl::Time time) {
  const absl::civil_year_t year = absl::ToCivilYear(time, absl::UTCTimeZone()).year();
  const bool summer = time >= LastSunday(year, 3) && time < LastSunday(year, 10);
  return absl::Hours(summer ? 2 : 1);
}

}  // namespace

absl::CivilSecond CopenhagenTime(absl::Time time) { return absl::ToCivilSecond(time + Offset(time), absl::UTCTimeZone()); }

absl::CivilDay CopenhagenDay(absl::Time time) { return absl::CivilDay(CopenhagenTime(time)); }

absl::Time StartOfDay(absl::CivilDay day) {
  // The clock changes at night but never at midnight, so the offset an hour before the day is the one it begins with.
  const absl::Time utc = absl::FromCivil(day, absl::UTCTimeZone());
  return utc - Offset(utc - absl::Hours(2));
}

absl::CivilDay ToDay(const type::v1::Date& date) {
  if (date.year() == 0) return absl::CivilDay(1, 1, 1);
  return absl::CivilDay(date.year(), date.month(), date.day());
}

type::v1::Date ToDate(absl::CivilDay day) {
  type::v1::Date date;
  date.set_year(static_cast<int>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

int AgeOn(absl::CivilDay birth, absl::CivilDay day) {
  int age = static_cast<int>(day.year() - birth.year());
  // CivilDay normalises 29 February of a common year to 1 March.
  if (day < absl::CivilDay(day.year(), birth.month(), birth.day())) --age;
  return age;
}

}  // namespace brobygger
