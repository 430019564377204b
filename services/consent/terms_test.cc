#include "services/consent/terms.h"

#include "gtest/gtest.h"
#include "services/runtime/civil.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

absl::Time Utc(int y, int mo, int d, int h, int m = 0) { return absl::FromCivil(absl::CivilMinute(y, mo, d, h, m), absl::UTCTimeZone()); }

type::v1::Date Date(int y, int m, int d) { return ToDate(absl::CivilDay(y, m, d)); }

TEST(Terms, LastDayIsInclusiveInCopenhagen) {
  // Winter: midnight is 23:00 UTC; summer: 22:00.
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 1, 31)), Utc(2026, 1, 31, 23));
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 7, 31)), Utc(2026, 7, 31, 22));
  // The days on which the clocks change have 23 and 25 hours.
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 3, 29)) - EndOf(absl::CivilDay(2026, 3, 28)), absl::Hours(23));
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 10, 25)) - EndOf(absl::CivilDay(2026, 10, 24)), absl::Hours(25));
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 12, 31)), Utc(2026, 12, 31, 23));
}

TEST(Terms, SixMonthsUnlessSaidOtherwise) {
  const struct {
    absl::Time given;
    absl::CivilDay last;
  } rows[] = {
      {Utc(2026, 3, 1, 12), absl::CivilDay(2026, 9, 1)},
      {Utc(2026, 8, 31, 12), absl::CivilDay(2027, 2, 28)},   // a shorter month
      {Utc(2027, 8, 31, 12), absl::CivilDay(2028, 2, 29)},   // a leap year
      {Utc(2026, 12, 31, 12), absl::CivilDay(2027, 6, 30)},
      {Utc(2026, 3, 31, 21, 59), absl::CivilDay(2026, 9, 30)},  // 23:59 on the 31st
      {Utc(2026, 3, 31, 22, 0), absl::CivilDay(2026, 10, 1)},   // the first of April in Copenhagen
  };
  for (const auto& row : rows) {
    const auto last = LastDay(nullptr, row.given, "last_day");
    ASSERT_TRUE(last.ok());
    EXPECT_EQ(*last, row.last) << row.given;
  }
}

TEST(Terms, FromTodayToTwelveMonths) {
  const absl::Time now = Utc(2026, 2, 28, 22, 30);  // 23:30 on 28 February
  const struct {
    type::v1::Date day;
    const char* reason;
  } rows[] = {
      {Date(2026, 2, 28), ""},
      {Date(2027, 2, 28), ""},
      {Date(2026, 2, 27), "BAD_DATE_ORDER"},
      {Date(2027, 3, 1), "OUT_OF_RANGE"},
  };
  for (const auto& row : rows) {
    const auto last = LastDay(&row.day, now, "arrows[0].last_day");
    EXPECT_EQ(ReasonOf(last.status()), row.reason) << row.day.ShortDebugString();
    if (last.ok()) {
      EXPECT_EQ(*last, ToDay(row.day));
    }
  }
  type::v1::Date never;
  never.set_year(2026);
  never.set_month(6);
  never.set_day(31);
  EXPECT_EQ(LastDay(&never, now, "x").status().code(), absl::StatusCode::kInvalidArgument);
  // Half an hour later it is another day.
  const type::v1::Date yesterday = Date(2026, 2, 28);
  EXPECT_EQ(ReasonOf(LastDay(&yesterday, now + absl::Minutes(30), "x").status()), "BAD_DATE_ORDER");
}

}  // namespace
}  // namespace brobygger::consent
