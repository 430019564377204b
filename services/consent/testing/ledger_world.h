// A ledger in a real Redis, entries as the rules write them, and a signer over it. For its tests.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/ledger_signer.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/pki.h"
#include "services/runtime/testing/store_fixture.h"

namespace brobygger::consent {

inline constexpr char kLedgerPrefix[] = "consent:{trust}:";

class LedgerFixture : public ::testing::Test {
 protected:
  LedgerFixture() : redis_(server_.Connect()) { options_.every = absl::Milliseconds(20); }

  static ledger::HeadSigner SignerOf(const std::pair<std::string, std::string>& keys) { return *ledger::HeadSigner::FromPemFile(keys.first); }
  absl::StatusOr<std::unique_ptr<LedgerSigner>> TryStart(bool signs = true) {
    return LedgerSigner::Start(redis_.get(), files_.get(), signs ? std::optional(SignerOf(keys_)) : std::nullopt, SystemClock(), [this](const char* what) {
      ++alarms_;
      last_alarm_ = what;
    }, options_);
  }
  std::unique_ptr<LedgerSigner> Start(bool signs = true) {
    auto started = TryStart(signs);
    EXPECT_TRUE(started.ok()) << started.status();
    return *std::move(started);
  }
  void ExpectRefused(const std::string& why) {
    const auto started = TryStart();
    ASSERT_FALSE(started.ok());
    EXPECT_TRUE(absl::StrContains(started.status().message(), why)) << started.status();
  }

  // Entries as the rules write them, together.
  void Append(int n) {
    const std::string subject = crypto::NewId();
    std::atomic<int> failed{0};
    for (int i = 0; i < n; ++i) {
      stored::LedgerRow row;
      row.set_kind(ledger::v1::ENTRY_KIND_CONSENT);
      row.set_subject_salt(crypto::Random(16));
      row.set_details_salt(crypto::Random(16));
      row.mutable_details()->set_act(ledger::v1::ACT_CONSENT_GIVEN);
      redis_->Command({"FCALL", "bb_append", "1", kLedgerPrefix, i % 3 == 0 ? "" : subject, row.SerializeAsString()},
                      [&failed](absl::StatusOr<Redis::Reply> reply) { failed += reply.ok() ? 0 : 1; });
    }
    ASSERT_TRUE(redis_->Call({"PING"}).ok());  // answered after all of them
    ASSERT_EQ(failed, 0);
  }
  ledger::Entry Entry(std::uint64_t number) {
    auto row = testing::Await<absl::StatusOr<stored::LedgerRow>>([&](auto done) { LedgerReader(redis_.get(), files_.get()).Entry(number, done); });
    EXPECT_TRUE(row.ok()) << row.status();
    return PublicEntry(*row);
  }
  // Rewrites entry `number` as somebody with the store's files may.
  void Tamper(std::uint64_t number) {
    const std::string key = absl::StrCat(kLedgerPrefix, "ledger");
    auto entries = server_.Admin({"XRANGE", key, "-", "+"}).elements;
    server_.Admin({"DEL", key});
    for (size_t i = 0; i < entries.size(); ++i) {
      std::string row = entries[i].elements[1].elements[1].text;
      if (i + 1 == number) row[4] = static_cast<char>(row[4] ^ 1);  // a byte of the salt
      server_.Admin({"XADD", key, entries[i].elements[0].text, "e", row});
    }
  }

  static absl::StatusOr<ledger::v1::LedgerHead> Head(LedgerSigner& s, std::uint64_t covering = 0) {
    return testing::Await<absl::StatusOr<ledger::v1::LedgerHead>>([&](auto done) { s.Head(covering, done); });
  }
  static absl::StatusOr<LedgerSigner::Path> Inclusion(LedgerSigner& s, std::uint64_t number, std::uint64_t size) {
    return testing::Await<absl::StatusOr<LedgerSigner::Path>>([&](auto done) { s.Inclusion(number, size, done); });
  }
  static absl::StatusOr<LedgerSigner::Path> Consistency(LedgerSigner& s, std::uint64_t first, std::uint64_t second) {
    return testing::Await<absl::StatusOr<LedgerSigner::Path>>([&](auto done) { s.Consistency(first, second, done); });
  }
  static absl::StatusOr<std::vector<ledger::Entry>> Entries(LedgerSigner& s, std::uint64_t first, int count) {
    return testing::Await<absl::StatusOr<std::vector<ledger::Entry>>>([&](auto done) { s.Entries(first, count, done); });
  }
  static ledger::Hash Root(const ledger::v1::LedgerHead& head) { return *ledger::HashFrom(head.root()); }
  // The head over all `size` entries, waited for.
  ledger::v1::LedgerHead HeadOver(LedgerSigner& s, std::uint64_t size) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    for (;;) {
      const auto head = Head(s);
      if (head.ok() && head->size() >= size) {
        EXPECT_EQ(head->size(), size);
        EXPECT_EQ(ledger::HeadKey::FromPemFile(keys_.second)->Check(*head), ledger::HeadVerdict::kGood);
        return *head;
      }
      if (absl::Now() > until) {
        ADD_FAILURE() << "no head over " << size << ": " << head.status() << " " << (head.ok() ? head->size() : 0) << " alarm " << last_alarm_;
        return ledger::v1::LedgerHead();
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
  }
  void ExpectBroken(LedgerSigner& s) {
    EXPECT_EQ(ReasonOf(Head(s).status()), "LEDGER_NOT_CONSISTENT");
    EXPECT_EQ(ReasonOf(Inclusion(s, 1, 1).status()), "LEDGER_NOT_CONSISTENT");
    EXPECT_EQ(ReasonOf(Entries(s, 1, 1).status()), "LEDGER_NOT_CONSISTENT");
    EXPECT_GE(alarms_, 1);
  }
  void WaitForAlarm() {
    for (int i = 0; i < 1000 && alarms_ == 0; ++i) absl::SleepFor(absl::Milliseconds(5));
  }

  testing::RedisServer server_;
  testing::Pki pki_;
  const std::pair<std::string, std::string> keys_ = pki_.StatementKeys();
  std::unique_ptr<Redis> redis_;
  std::unique_ptr<LedgerFiles> files_;  // none, but for what is about them
  LedgerSigner::Options options_;
  std::atomic<int> alarms_{0};
  std::string last_alarm_;
};

}  // namespace brobygger::consent
