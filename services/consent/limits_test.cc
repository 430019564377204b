// What keeps looks from taking the room that the citizen's word needs: one person's quota, and the store's watermark. P2's
// other half: a withdrawal always passes.
#include <atomic>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/consent/authorise.h"
#include "services/consent/quota.h"
#include "services/consent/room.h"
#include "services/consent/testing/gate.h"

namespace brobygger::consent {
namespace {

TEST(Quota, CountsEachPersonByTheHour) {
  LookQuota quota(2);
  const absl::Time noon = absl::FromUnixSeconds(1'800'000'000);
  for (std::int64_t want : {0, 0, 1, 2, 3}) EXPECT_EQ(quota.Over("agencies/a", "p", noon), want);
  EXPECT_EQ(quota.Over("agencies/a", "q", noon), 0);
  EXPECT_EQ(quota.Over("agencies/b", "p", noon), 0) << "another agency's person of the same name";
  EXPECT_EQ(quota.Over("agencies/a", "p", noon + absl::Hours(1)), 0);
}

TEST(Quota, TheFirstOfEachMagnitudeIsWritten) {
  std::vector<std::int64_t> written;
  for (std::int64_t n = 0; n <= 1000; ++n) {
    if (IsWritten(n)) written.push_back(n);
  }
  EXPECT_EQ(written, (std::vector<std::int64_t>{1, 10, 100, 1000}));
}

TEST(RoomTest, EachLimitStopsLooks) {
  runtime::LookLimits limits;
  StoreSize size;
  size.memory = 95;
  EXPECT_TRUE(HasRoom(limits, size, -1)) << "no limit is known";
  size.max_memory = 100;
  EXPECT_FALSE(HasRoom(limits, size, -1));
  size.max_memory = 200;
  EXPECT_TRUE(HasRoom(limits, size, -1));
  EXPECT_FALSE(HasRoom(limits, size, (1 << 30) - 1));
  EXPECT_TRUE(HasRoom(limits, size, 1 << 30));
  limits.set_min_free_bytes(100);
  EXPECT_FALSE(HasRoom(limits, size, 99));
  EXPECT_TRUE(HasRoom(limits, size, 100));
  limits.set_max_file_bytes(1000);
  size.file = 1001;
  EXPECT_FALSE(HasRoom(limits, size, 100));
  size.file = 1000;
  EXPECT_TRUE(HasRoom(limits, size, 100));
}

TEST(RoomTest, ReadsWhatRedisSays) {
  const StoreSize size = ParseInfo("# Memory\r\nused_memory:123\r\nused_memory_human:1K\r\nmaxmemory:456\r\nmaxmemory_human:1K\r\naof_current_size:789\r\n");
  EXPECT_EQ(size.memory, 123);
  EXPECT_EQ(size.max_memory, 456);
  EXPECT_EQ(size.file, 789);
}

using LimitsTest = GateTest;

TEST_F(LimitsTest, OverTheQuotaNothingIsAskedAndASumIsWritten) {
  Authoriser::Limits limits;
  limits.looks_per_hour = 3;
  Open(std::move(limits));
  v1::Question nobody = Ask();
  nobody.set_citizen("citizens/" + crypto::NewId());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_PERMITTED);
  EXPECT_EQ(Entries(), 3);
  for (int over = 1; over <= 12; ++over) {
    EXPECT_EQ(Answered(over % 2 == 0 ? Ask() : nobody).decision(), v1::DECISION_TOO_MANY) << "P4: whoever is asked about";
    EXPECT_EQ(Entries(), over < 10 ? 4 : 5);
  }
  const stored::LedgerRow row = Last();
  EXPECT_EQ(row.details().rule(), ledger::v1::RULE_TOO_MANY_LOOKS);
  EXPECT_EQ(row.details().count(), 10u);
  EXPECT_EQ(row.details().person(), "adviser-1");
  EXPECT_EQ(row.details().agency(), "agencies/boligenhed");
  EXPECT_EQ(row.chain().subject(), "") << "it stands in nobody's story";

  v1::Question other = Ask();
  other.set_token(issuer_.Staff("agencies/boligenhed", "HOUSING_ADVISER", "adviser-2"));
  EXPECT_EQ(Answered(other).decision(), v1::DECISION_PERMITTED);
}

TEST_F(LimitsTest, WithoutRoomNothingIsAskedOrWritten) {
  std::atomic<bool> room{false};
  Authoriser::Limits limits;
  limits.room = [&room] { return room.load(); };
  Open(std::move(limits));
  EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_NO_ROOM);
  EXPECT_EQ(Entries(), 0);
  room = true;
  EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_PERMITTED);
}

TEST_F(LimitsTest, LooksStopBeforeTheStoreIsFullAndAWithdrawalStillPasses) {
  std::atomic<int> changes{0};
  Room room(redis_.get(), {}, [&changes](bool) { ++changes; });
  ASSERT_TRUE(room.Begin().ok());
  EXPECT_TRUE(room.ForLooks());
  // Nine tenths of what it may have are just passed; with so much in it that its buffers do not matter, once those that the
  // loading took are given back.
  server_.Admin({"SET", "ballast", std::string(std::size_t{16} << 20, 'x')});
  const auto memory = [this] { return ParseInfo(server_.Admin({"INFO", "memory"}).text).memory; };
  std::int64_t used = memory();
  for (int calm = 0; calm < 20; absl::SleepFor(absl::Milliseconds(100))) {
    const std::int64_t now = memory();
    calm = now > used - used / 100 && now < used + used / 100 ? calm + 1 : 0;
    used = now;
  }
  server_.Admin({"CONFIG", "SET", "maxmemory", absl::StrCat(used * 106 / 100)});
  const auto stands = [&room](bool want) {
    for (int i = 0; i < 600 && room.ForLooks() != want; ++i) absl::SleepFor(absl::Milliseconds(50));
    return room.ForLooks() == want;
  };
  EXPECT_TRUE(stands(false));
  row_.set_state(v1::CONSENT_STATE_WITHDRAWN);
  Put(consent_, row_);
  EXPECT_EQ(changes, 1);
  server_.Admin({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(stands(true));
  EXPECT_EQ(changes, 2);
}

TEST_F(LimitsTest, TheVolumeIsLookedAtWhereItCanBeSeen) {
  runtime::LookLimits limits;
  limits.set_trust_data_dir("/nonexistent");
  EXPECT_EQ(Room(redis_.get(), limits, [](bool) {}).Begin().code(), absl::StatusCode::kInvalidArgument);
  limits.set_trust_data_dir("/");
  limits.set_min_free_bytes(std::int64_t{1} << 60);
  bool stopped = false;
  Room full(redis_.get(), limits, [&stopped](bool room) { stopped = !room; });
  ASSERT_TRUE(full.Begin().ok());
  EXPECT_FALSE(full.ForLooks());
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace brobygger::consent
