// A service that has seen a ledger is not shown another one in its place: with real heads, real proofs and a real store of its own.
#include "services/runtime/witness.h"

#include <atomic>
#include <memory>
#include <mutex>

#include "gtest/gtest.h"
#include "services/ledger/testing/ledger_maker.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/comes.h"
#include "services/runtime/testing/redis_server.h"

namespace brobygger {
namespace {

using ledger::testing::LedgerMaker;
using testing::Comes;

constexpr char kKey[] = "dropin:{witness}:head";

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() : redis_(server_.Connect()) {
    options_.every = options_.again = absl::Milliseconds(5);
    ledger_ = &mine_;
    mine_.Happen(20);
  }
  std::unique_ptr<Witness> Start() {
    auto started = Witness::Start(redis_.get(), kKey, mine_.key(),
                                  {[this]() -> absl::StatusOr<ledger::v1::LedgerHead> {
                                     std::lock_guard<std::mutex> lock(mutex_);
                                     ++asked_;
                                     if (ledger_ == nullptr) return ConsentServiceDown();
                                     if (ledger_->size() == 0) return Refusal(absl::StatusCode::kNotFound, "NOT_SIGNED_YET", "none");
                                     return ledger_->Head(ledger_->size());
                                   },
                                   [this](std::uint64_t first, std::uint64_t second) -> absl::StatusOr<ledger::v1::GetConsistencyProofResponse> {
                                     std::lock_guard<std::mutex> lock(mutex_);
                                     if (ledger_ == nullptr || !proves_) return ConsentServiceDown();
                                     return ledger_->Proof(first, second);
                                   }},
                                  [this](const char* what) {
                                    ++alarms_;
                                    last_alarm_ = what;
                                  },
                                  options_);
    EXPECT_TRUE(started.ok()) << started.status();
    return *std::move(started);
  }
  // From now on this is the ledger; waits until it has been asked about.
  void Show(const LedgerMaker* ledger) {
    int before;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ledger_ = ledger;
      before = asked_;
    }
    Settle(before);
  }
  void Happen(LedgerMaker& ledger, int n) {
    int before;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ledger.Happen(n);
      before = asked_;
    }
    Settle(before);
  }
  void Settle(int before) {
    for (int i = 0; i < 4000; ++i) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (asked_ >= before + 3) return;
      }
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  std::uint64_t Remembered() {
    ledger::v1::LedgerHead head;
    EXPECT_TRUE(head.ParseFromString(server_.Admin({"GET", kKey}).text));
    return head.size();
  }
  static std::string Reason(const Witness& w) { return ReasonOf(w.MayLook()); }

  testing::RedisServer server_;
  std::unique_ptr<Redis> redis_;
  LedgerMaker mine_{1};
  Witness::Options options_;
  std::mutex mutex_;
  const LedgerMaker* ledger_;
  bool proves_ = true;
  int asked_ = 0;
  std::atomic<int> alarms_{0};
  std::atomic<const char*> last_alarm_{""};
};

TEST_F(WitnessTest, AGrowingLedgerIsFollowedAndRemembered) {
  const auto witness = Start();
  EXPECT_TRUE(witness->MayLook().ok()) << "asked before it serves";
  EXPECT_EQ(Remembered(), 20u);
  for (int n : {1, 5, 300}) {
    Happen(mine_, n);
    EXPECT_TRUE(witness->MayLook().ok());
    EXPECT_EQ(Remembered(), mine_.size());
  }
  EXPECT_EQ(alarms_, 0);
}

TEST_F(WitnessTest, AnEmptyLedgerIsNoReasonToStop) {
  LedgerMaker empty(1, &mine_);
  ledger_ = &empty;
  const auto witness = Start();
  EXPECT_TRUE(witness->MayLook().ok());
  Happen(empty, 3);
  EXPECT_TRUE(witness->MayLook().ok());
  EXPECT_EQ(Remembered(), 3u);
}

// An old backup; also over a restart of the witness, and of its store.
TEST_F(WitnessTest, AShorterLedgerStopsEveryLookUntilTheRightOneIsBack) {
  LedgerMaker backup(1, &mine_);
  backup.Happen(12);
  auto witness = Start();
  Show(&backup);
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT");
  EXPECT_STREQ(last_alarm_, "ledger_shorter");
  EXPECT_EQ(alarms_, 1) << "said once";
  witness.reset();
  server_.Restart();
  redis_ = server_.Connect();
  witness = Start();
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT") << "from the first moment";
  EXPECT_EQ(Remembered(), 20u);
  LedgerMaker none(1, &mine_);
  Show(&none);
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT");
  Happen(mine_, 3);
  Show(&mine_);
  EXPECT_TRUE(witness->MayLook().ok());
  EXPECT_EQ(Remembered(), 23u);
}

// The backup went on and has overtaken what was seen: longer, and signed by the right key.
TEST_F(WitnessTest, AnotherPastStopsEveryLook) {
  LedgerMaker other(2, &mine_);
  other.Happen(20);
  const auto witness = Start();
  Show(&other);
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT");
  EXPECT_STREQ(last_alarm_, "ledger_rewritten");
  Show(&mine_);
  EXPECT_TRUE(witness->MayLook().ok());
  Happen(other, 20);
  Show(&other);
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT");
  EXPECT_STREQ(last_alarm_, "ledger_rewritten");
  EXPECT_EQ(alarms_, 2);
  EXPECT_EQ(Remembered(), 20u);
}

TEST_F(WitnessTest, AHeadByAnotherKeyStopsEveryLook) {
  LedgerMaker stranger(1);
  stranger.Happen(25);
  const auto witness = Start();
  Show(&stranger);
  EXPECT_EQ(Reason(*witness), "LEDGER_NOT_CONSISTENT");
  EXPECT_STREQ(last_alarm_, "ledger_other_key");
  EXPECT_EQ(Remembered(), 20u);
}

TEST_F(WitnessTest, WhoIsNeverShownAProofStopsLookingAfterAWhile) {
  options_.good_for = absl::Seconds(1);
  const auto witness = Start();
  EXPECT_TRUE(witness->MayLook().ok());
  {
    std::lock_guard<std::mutex> lock(mutex_);
    proves_ = false;
  }
  Happen(mine_, 1);
  EXPECT_TRUE(Comes([&] { return Reason(*witness) == "CONSENT_SERVICE_DOWN"; }));
  EXPECT_EQ(Remembered(), 20u);
}

TEST_F(WitnessTest, BeforeTheFirstAnswerNothingIsLookedAt) {
  ledger_ = nullptr;
  const auto witness = Start();
  EXPECT_EQ(Reason(*witness), "CONSENT_SERVICE_DOWN");
  Show(&mine_);
  EXPECT_TRUE(witness->MayLook().ok());
  Show(nullptr);
  EXPECT_TRUE(witness->MayLook().ok()) << "the gate answers nothing then either";
}

TEST_F(WitnessTest, AMemoryThatCannotBeReadRefusesToStart) {
  server_.Admin({"SET", kKey, "garbage"});
  const auto started = Witness::Start(redis_.get(), kKey, mine_.key(), {}, [](const char*) {}, options_);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace brobygger
