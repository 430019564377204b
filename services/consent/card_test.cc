#include "services/consent/card.h"

#include "gtest/gtest.h"
#include "services/consent/entities.h"
#include "services/consent/testing/world.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

class Card : public ::testing::Test {
 protected:
  absl::StatusOr<registry::v1::UpdateCitizenCardResponse> Update() {
    call.now = now;
    return store.Ask<registry::v1::UpdateCitizenCardResponse>(
        Typed<registry::v1::UpdateCitizenCardRequest>([&](const Call& c, const auto& r, View& v) { return UpdateCitizenCard(cards, c, r, v); }), call, request);
  }
  absl::StatusOr<registry::v1::GetCitizenCardResponse> Get(bool show_cpr) {
    registry::v1::GetCitizenCardRequest get;
    get.set_citizen(request.citizen());
    get.set_show_cpr(show_cpr);
    return store.Ask<registry::v1::GetCitizenCardResponse>(Typed<registry::v1::GetCitizenCardRequest>(GetCitizenCard), call, get);
  }
  void SetUp() override {
    request.set_citizen("citizens/" + std::string(26, 'a'));
    request.mutable_card()->set_preferred_name("Kaffe");
    request.mutable_card()->set_cpr("010190-1234");
  }

  const EntitySet cards = CardEntities();
  testing::MemoryStore store{&cards};
  Call call;
  absl::Time now = Noon();
  registry::v1::UpdateCitizenCardRequest request;
};

TEST_F(Card, TheNumberIsMaskedUnlessItIsAskedFor) {
  EXPECT_EQ(ReasonOf(Get(false).status()), "NOT_FOUND");
  const auto updated = Update();
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->card().cpr(), kMaskedCpr);
  EXPECT_EQ(Get(false)->card().cpr(), kMaskedCpr);
  EXPECT_EQ(Get(true)->card().cpr(), "0101901234");
  // The door's file is this very record.
  EXPECT_EQ(store.Find<registry::v1::CitizenCard>(std::string(26, 'a'))->preferred_name(), "Kaffe");
  request.mutable_card()->set_cpr("");
  ASSERT_TRUE(Update().ok());
  EXPECT_EQ(Get(false)->card().cpr(), "");
}

TEST_F(Card, KeepingTheNumberWithoutSeeingIt) {
  ASSERT_TRUE(Update().ok());
  request.set_keep_cpr(true);
  EXPECT_EQ(ReasonOf(Update().status()), "OUT_OF_RANGE");
  request.mutable_card()->clear_cpr();
  request.mutable_card()->set_phone("+4500000001");
  ASSERT_TRUE(Update().ok());
  EXPECT_EQ(Get(true)->card().cpr(), "0101901234");
  EXPECT_EQ(Get(true)->card().phone(), "+4500000001");
}

TEST_F(Card, Etag) {
  const std::string first = Update()->etag();
  EXPECT_EQ(Get(false)->etag(), first);
  request.set_etag(first);
  const std::string second = Update()->etag();
  EXPECT_NE(first, second);
  EXPECT_EQ(ReasonOf(Update().status()), "ETAG_MISMATCH");
  request.set_etag("");
  EXPECT_TRUE(Update().ok());
}

TEST_F(Card, FromFifteenToAHundredAndTen) {
  const struct {
    absl::CivilDay birth;
    const char* reason;
  } rows[] = {
      {absl::CivilDay(2011, 3, 1), ""},
      {absl::CivilDay(2011, 3, 2), "AGE_OUT_OF_RANGE"},
      {absl::CivilDay(1915, 3, 2), ""},
      {absl::CivilDay(1915, 3, 1), "AGE_OUT_OF_RANGE"},
      {absl::CivilDay(1990, 6, 1), ""},
  };
  for (const auto& row : rows) {
    *request.mutable_card()->mutable_birth_date() = ToDate(row.birth);
    // 1915-03-02 is 110 years old until tomorrow's birthday; 1915-03-01 turns 111 today.
    EXPECT_EQ(ReasonOf(Update().status()), row.reason) << row.birth;
  }
  // Who is on the card grows older without losing it.
  *request.mutable_card()->mutable_birth_date() = ToDate(absl::CivilDay(1915, 3, 2));
  ASSERT_TRUE(Update().ok());
  now += absl::Hours(24 * 400);
  EXPECT_TRUE(Update().ok());
  request.mutable_card()->set_cpr("310290-1234");
  EXPECT_EQ(ReasonOf(Update().status()), "CPR_INVALID");
}

}  // namespace
}  // namespace brobygger::consent
