#include "services/consent/code_card.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brobygger::consent {
namespace {

constexpr char kOne[] = "agencies/perron-4", kOther[] = "agencies/boligenhed";
const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

records::Subject WithCard(absl::Time issued) {
  records::Subject s;
  s.mutable_card()->set_issued_ms(absl::ToUnixMillis(issued));
  return s;
}
// As many as are heard, one a minute.
int Type(records::Subject& s, const std::string& agency, int times, absl::Time from) {
  int heard = 0;
  for (int i = 0; i < times; ++i) {
    const absl::Time now = from + absl::Minutes(i);
    if (TooManyWrongCodes(s, agency, now)) continue;
    CountWrongCode(s, agency, now);
    ++heard;
  }
  return heard;
}

TEST(CodeCard, OneAgencyStopsItselfOnly) {
  records::Subject s = WithCard(kStart);
  EXPECT_EQ(Type(s, kOne, 30, kStart), kWrongCodesPerHour);
  const absl::Time later = kStart + absl::Minutes(30);
  EXPECT_TRUE(TooManyWrongCodes(s, kOne, later));
  EXPECT_FALSE(TooManyWrongCodes(s, kOther, later));
  EXPECT_TRUE(TooManyWrongCodes(s, kOne, kStart + absl::Hours(1) - absl::Milliseconds(1)));
  EXPECT_FALSE(TooManyWrongCodes(s, kOne, kStart + absl::Hours(1))) << "the first is an hour old";
}

TEST(CodeCard, OneAgencyNeverReachesTheCeiling) {
  records::Subject s = WithCard(kStart);
  EXPECT_EQ(Type(s, kOne, 24 * 60, kStart), kWrongCodesPerDay) << "a whole day long, one a minute";
  EXPECT_FALSE(TooManyWrongCodes(s, kOther, kStart + absl::Hours(24) - absl::Minutes(1)));
  // For weeks: never more in a day.
  int heard = Type(s, kOne, 10 * 24 * 60, kStart + absl::Hours(24));
  EXPECT_LE(heard, 10 * kWrongCodesPerDay);
  EXPECT_GT(heard, 9 * kWrongCodesPerDay);
  EXPECT_FALSE(TooManyWrongCodes(s, kOther, kStart + absl::Hours(11 * 24)));
  EXPECT_LE(s.wrong_codes_size(), kWrongCodesPerDay) << "older ones are forgotten";
}

TEST(CodeCard, ManyAgenciesReachTheCeilingUntilANewCardOrADay) {
  records::Subject s = WithCard(kStart);
  int heard = 0;
  for (int agency = 0; agency < 40; ++agency) heard += Type(s, absl::StrCat("agencies/a", agency), 5, kStart);
  EXPECT_EQ(heard, kWrongCodesOfOneCard);
  const absl::Time later = kStart + absl::Minutes(5);
  EXPECT_TRUE(TooManyWrongCodes(s, kOther, later)) << "from nobody any more";
  EXPECT_FALSE(TooManyWrongCodes(s, kOther, kStart + absl::Hours(24) + absl::Minutes(4)));
  records::Subject renewed = s;
  *renewed.mutable_card() = WithCard(later).card();
  EXPECT_FALSE(TooManyWrongCodes(renewed, kOther, later)) << "nothing was guessed about the new card";
  EXPECT_TRUE(TooManyWrongCodes(renewed, "agencies/a1", later)) << "whoever typed them waits all the same";
}

// What the limits are worth: 80 bits, so that a card cannot be guessed at 50 a day, nor at 50 million.
TEST(CodeCard, ACodeHasEightyBits) {
  const std::string zero = CodeFrom(std::string(10, '\0')), ones = CodeFrom(std::string(10, '\xff'));
  EXPECT_EQ(NormalCode(zero), std::string(16, '2'));
  EXPECT_EQ(NormalCode(ones), std::string(16, 'Z'));
  for (int bit = 0; bit < 80; ++bit) {
    std::string random(10, '\0');
    random[bit / 8] = static_cast<char>(1 << (bit % 8));
    EXPECT_NE(CodeFrom(random), zero) << "every bit counts: " << bit;
  }
}

}  // namespace
}  // namespace brobygger::consent
