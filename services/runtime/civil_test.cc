#include "services/runtime/civil.h"

#include <gtest/gtest.h>

namespace brobygger {
namespace {

TEST(Civil, FollowsTheZoneFile) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("Europe/Copenhagen", &zone)) GTEST_SKIP() << "no zone file on this machine";
  const absl::Time end = absl::FromCivil(absl::CivilDay(2037, 1, 1), absl::UTCTimeZone());
  for (absl::Time t = absl::FromCivil(absl::CivilDay(1996, 1, 2), absl::UTCTimeZone()); t < end; t += absl::Minutes(30)) {
    ASSERT_EQ(CopenhagenTime(t), absl::ToCivilSecond(t, zone)) << t;
  }
  for (absl::CivilDay d(1996, 1, 2); d < absl::CivilDay(2037, 1, 1); ++d) ASSERT_EQ(StartOfDay(d), absl::FromCivil(d, zone)) << d;
}

TEST(Civil, AddMonths) {
  using D = absl::CivilDay;
  EXPECT_EQ(AddMonths(D(2026, 1, 31), 1), D(2026, 2, 28));
  EXPECT_EQ(AddMonths(D(2028, 1, 31), 1), D(2028, 2, 29));
  EXPECT_EQ(AddMonths(D(2028, 2, 29), 12), D(2029, 2, 28));
  EXPECT_EQ(AddMonths(D(2026, 11, 21), 12), D(2027, 11, 21));
  EXPECT_EQ(AddMonths(D(2026, 3, 31), -1), D(2026, 2, 28));
  EXPECT_EQ(AddMonths(D(2026, 1, 15), -1), D(2025, 12, 15));
  EXPECT_EQ(AddMonths(D(2026, 12, 31), 2), D(2027, 2, 28));
}

TEST(Civil, AgeOn) {
  using D = absl::CivilDay;
  EXPECT_EQ(AgeOn(D(2001, 11, 21), D(2026, 11, 20)), 24);
  EXPECT_EQ(AgeOn(D(2001, 11, 21), D(2026, 11, 21)), 25);
  EXPECT_EQ(AgeOn(D(2000, 2, 29), D(2025, 2, 28)), 24);
  EXPECT_EQ(AgeOn(D(2000, 2, 29), D(2025, 3, 1)), 25);
  EXPECT_EQ(AgeOn(D(2000, 2, 29), D(2024, 2, 29)), 24);
}

TEST(Civil, DatesRoundTrip) {
  EXPECT_EQ(ToDay(ToDate(absl::CivilDay(2026, 11, 21))), absl::CivilDay(2026, 11, 21));
  EXPECT_LT(ToDay(type::v1::Date()), absl::CivilDay(1900, 1, 1));
}

}  // namespace
}  // namespace brobygger
