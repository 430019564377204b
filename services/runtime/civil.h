// Civil dates in Europe/Copenhagen, by the rule that Denmark follows since 1996: one hour ahead of UTC, two from the last
// Sunday of March 01:00 UTC to the last Sunday of October 01:00 UTC. No zone file is read, so that a rule gives the same
// answer on every machine. Pure; any thread.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"

namespace brobygger {

// The wall clock in Copenhagen.
absl::CivilSecond CopenhagenTime(absl::Time time);
// The date in Copenhagen.
absl::CivilDay CopenhagenDay(absl::Time time);
// When that date begins there.
absl::Time StartOfDay(absl::CivilDay day);

// The date has to exist (the runtime checks requests); an unset one gives a day before all others.
absl::CivilDay ToDay(const type::v1::Date& date);
type::v1::Date ToDate(absl::CivilDay day);

// The same day of the month `months` later, or earlier if negative; the last of the month where there is no such day:
// 31 January plus one month is 28 or 29 February.
absl::CivilDay AddMonths(absl::CivilDay day, int months);
// Whole years from `birth` to `day`. The birthday counts; who was born on 29 February has it on 1 March in other years.
int AgeOn(absl::CivilDay birth, absl::CivilDay day);

}  // namespace brobygger
