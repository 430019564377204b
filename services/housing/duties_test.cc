#include "services/housing/duties.h"

#include <gtest/gtest.h>

#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

const absl::CivilDay kToday(2026, 11, 21);

std::string Person(char c) { return std::string(26, c); }

class DutiesTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  absl::Status Settle(const std::string& name) {
    v1::SettleDutyRequest request;
    request.set_name(name);
    return office.Ask<v1::SettleDutyResponse>("SettleDuty", request).status();
  }
  Office office;
};

TEST_F(DutiesTest, EarliestFirstAndEachAdvisersOwn) {
  office.Wait(Person('a'));
  ASSERT_TRUE(office.Submit(Person('b'), Noon(kToday - 3)).ok());
  office.adviser = "another";
  ASSERT_TRUE(office.Submit(Person('d'), Noon(kToday - 9)).ok());
  EXPECT_EQ(office.Duties(/*mine=*/true).size(), 1u);
  office.adviser = "br";
  const std::vector<v1::Duty> all = office.Duties();
  ASSERT_EQ(all.size(), 2u) << "who waits in the line is nobody's duty";
  EXPECT_EQ(all[0].citizen(), "citizens/" + Person('d')) << "overdue comes first";
  EXPECT_EQ(ToDay(all[0].due_on()), kToday - 2);
  EXPECT_EQ(ToDay(all[1].due_on()), kToday + 4);
  EXPECT_EQ(office.Duties(/*mine=*/true).size(), 1u);
}

TEST_F(DutiesTest, ADutyFollowsItsRecord) {
  auto referral = office.Submit();
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_ASSESS_REFERRAL});
  referral = office.Assess(*referral);
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_ASK_WHETHER_TO_WAIT});
  ASSERT_TRUE(office.Join(referral->name()).ok());
  EXPECT_TRUE(office.Duties().empty());
}

TEST_F(DutiesTest, OnlyATalkCanBeSettled) {
  auto offer = office.Offer(office.Wait());
  const std::string name = office.Duties()[0].name();
  EXPECT_EQ(ReasonOf(Settle(name)), "WRONG_STATE") << "it ends with the offer";
  office.RunDue(StartOfDay(kToday + 15));
  ASSERT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_OFFER_LAPSED});
  EXPECT_EQ(office.Duties()[0].name(), name) << "one duty of one record";
  EXPECT_TRUE(Settle(name).ok());
  EXPECT_TRUE(office.Duties().empty());
  EXPECT_EQ(ReasonOf(Settle(name)), "NOT_FOUND");
  int settled = 0;
  for (int r = v1::DutyReason_MIN; r <= v1::DutyReason_MAX; ++r) settled += MayBeSettled(static_cast<v1::DutyReason>(r));
  EXPECT_EQ(settled, 4);
}

TEST(AdviserKey, NamesNobody) {
  EXPECT_EQ(AdviserKey("br").size(), 32u);
  EXPECT_NE(AdviserKey("br"), AdviserKey("bs"));
}

}  // namespace
}  // namespace brobygger::housing
