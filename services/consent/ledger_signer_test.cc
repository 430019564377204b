// Heads and proofs over a ledger in a real Redis: signed in time, the same after a restart, and refused once the ledger is not what
// was signed.
#include "services/consent/ledger_signer.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "services/consent/testing/ledger_world.h"

namespace brobygger::consent {
namespace {

using ledger::v1::LedgerHead;

constexpr const char* kPrefix = kLedgerPrefix;

class LedgerSignerTest : public LedgerFixture {
 protected:
  std::map<std::uint64_t, ledger::Hash> leaves_;  // by number of the entry
};

TEST_F(LedgerSignerTest, AHeadIsSignedWithinFiveSecondsOfAnEntry) {
  options_ = LedgerSigner::Options();  // as it runs
  const auto signer = Start();
  EXPECT_EQ(ReasonOf(Head(*signer).status()), "NOT_SIGNED_YET");
  Append(1);
  const absl::Time written = absl::Now();
  const LedgerHead head = HeadOver(*signer, 1);
  EXPECT_LT(absl::Now() - written, absl::Seconds(5));
  EXPECT_EQ(Root(head), ledger::LeafOf(Entry(1)));
  EXPECT_GE(head.time_ms(), Entry(1).time_ms);
}

TEST_F(LedgerSignerTest, EveryEntryAndEveryPairOfHeadsIsProved) {
  const auto signer = Start();
  std::vector<LedgerHead> heads;
  std::uint64_t size = 0;
  for (int n : {1, 2, 252, 1, 1, 255, 300}) {  // over and just before the end of a tile
    Append(n);
    size += static_cast<std::uint64_t>(n);
    heads.push_back(HeadOver(*signer, size));
  }
  for (const LedgerHead& head : heads) {
    for (const LedgerHead& later : heads) {
      if (later.size() < head.size()) continue;
      const auto path = Consistency(*signer, head.size(), later.size());
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(ledger::VerifyConsistency(head.size(), Root(head), later.size(), Root(later), *path)) << head.size() << " in " << later.size();
    }
    for (std::uint64_t number = 1; number <= head.size(); number += head.size() / 7 + 1) {
      const auto path = Inclusion(*signer, number, head.size());
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(ledger::VerifyInclusion(ledger::LeafOf(Entry(number)), number - 1, head.size(), *path, Root(head))) << number;
    }
    EXPECT_EQ(Head(*signer, head.size())->size(), head.size()) << "heads are kept";
  }
  EXPECT_EQ(ReasonOf(Inclusion(*signer, 1, size + 1).status()), "NOT_SIGNED_YET");
  EXPECT_EQ(ReasonOf(Consistency(*signer, 1, size + 1).status()), "NOT_SIGNED_YET");
  EXPECT_EQ(ReasonOf(Head(*signer, size + 1).status()), "NOT_SIGNED_YET");
  EXPECT_EQ(alarms_, 0);
}

TEST_F(LedgerSignerTest, EntriesAreGivenInOrderUpToTheNewestHead) {
  Append(40);
  const auto signer = Start();
  HeadOver(*signer, 40);
  const auto all = Entries(*signer, 1, 1000);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 40u);
  ledger::Tree tree;
  for (const ledger::Entry& e : *all) {
    EXPECT_EQ(e.number, tree.size() + 1);
    tree.Append(ledger::LeafOf(e));
  }
  EXPECT_EQ(tree.Root(), Root(*Head(*signer)));
  EXPECT_EQ(Entries(*signer, 31, 5)->size(), 5u);
  EXPECT_EQ(Entries(*signer, 31, 5)->front().number, 31u);
  EXPECT_TRUE(Entries(*signer, 41, 5)->empty());
}

TEST_F(LedgerSignerTest, ARestartGoesOnWhereItStoodAndSoDoesAnotherReplica) {
  Append(600);
  LedgerHead before;
  {
    const auto signer = Start();
    before = HeadOver(*signer, 600);
  }
  server_.Restart();
  redis_ = server_.Connect();
  EXPECT_EQ(server_.Admin({"STRLEN", absl::StrCat(kPrefix, "tiles")}).integer, 64) << "two tiles of 256";
  const auto follower = Start(/*signs=*/false);
  const auto signer = Start();
  EXPECT_EQ(Head(*signer)->SerializeAsString(), before.SerializeAsString()) << "not signed twice";
  Append(200);
  const LedgerHead after = HeadOver(*signer, 800);
  for (LedgerSigner* s : {signer.get(), follower.get()}) {
    HeadOver(*s, 800);
    const auto path = Consistency(*s, 600, 800);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_TRUE(ledger::VerifyConsistency(600, Root(before), 800, Root(after), *path));
    const auto early = Inclusion(*s, 300, 600);
    ASSERT_TRUE(early.ok()) << early.status();
    EXPECT_TRUE(ledger::VerifyInclusion(ledger::LeafOf(Entry(300)), 299, 600, *early, Root(before)));
  }
  EXPECT_EQ(server_.Admin({"STRLEN", absl::StrCat(kPrefix, "tiles")}).integer, 96);
  EXPECT_EQ(alarms_, 0);
}

TEST_F(LedgerSignerTest, OfTwoSignersOneKeepsEachHead) {
  const auto one = Start(), other = Start();
  std::uint64_t size = 0;
  for (int i = 0; i < 20; ++i) {
    Append(10);
    size += 10;
    HeadOver(i % 2 == 0 ? *one : *other, size);
  }
  const auto heads = server_.Admin({"XRANGE", absl::StrCat(kPrefix, "heads"), "-", "+"}).elements;
  std::uint64_t last = 0;
  for (const auto& element : heads) {
    LedgerHead head;
    ASSERT_TRUE(head.ParseFromString(element.elements[1].elements[1].text));
    EXPECT_GT(head.size(), last);
    last = head.size();
  }
  EXPECT_EQ(last, size);
  HeadOver(*one, size);
  HeadOver(*other, size);
}

TEST_F(LedgerSignerTest, ALedgerThatIsNotWhatWasSignedRefusesToStart) {
  Append(300);
  HeadOver(*Start(), 300);
  const std::string saved = server_.Admin({"GET", absl::StrCat(kPrefix, "ledger-head")}).text;

  // An older backup.
  std::string shorter = saved;
  shorter[7] = static_cast<char>(shorter[7] - 1);
  server_.Admin({"SET", absl::StrCat(kPrefix, "ledger-head"), shorter});
  ExpectRefused("has 299 entries, and a head over 300 was signed");
  server_.Admin({"SET", absl::StrCat(kPrefix, "ledger-head"), saved});
  EXPECT_TRUE(TryStart().ok());

  // An entry of the open tile, edited and back.
  Tamper(290);
  ExpectRefused("are not those that its newest head was signed over");
  Tamper(290);
  EXPECT_TRUE(TryStart().ok());

  // The root of a tile.
  const std::string tiles = server_.Admin({"GET", absl::StrCat(kPrefix, "tiles")}).text;
  std::string spoilt = tiles;
  spoilt[3] = static_cast<char>(spoilt[3] ^ 1);
  server_.Admin({"SET", absl::StrCat(kPrefix, "tiles"), spoilt});
  ExpectRefused("are not those that its newest head was signed over");
  // Lost, it is made again from the entries.
  server_.Admin({"DEL", absl::StrCat(kPrefix, "tiles")});
  EXPECT_TRUE(TryStart().ok());

  // A head that somebody without the key has written over another ledger.
  auto newest = server_.Admin({"XREVRANGE", absl::StrCat(kPrefix, "heads"), "+", "-", "COUNT", "1"}).elements[0];
  LedgerHead head;
  ASSERT_TRUE(head.ParseFromString(newest.elements[1].elements[1].text));
  head.set_time_ms(head.time_ms() + 1);
  server_.Admin({"DEL", absl::StrCat(kPrefix, "heads")});
  server_.Admin({"XADD", absl::StrCat(kPrefix, "heads"), newest.elements[0].text, "h", head.SerializeAsString()});
  ExpectRefused("is not signed by the key that it names");
}

TEST_F(LedgerSignerTest, RowsThatChangeUnderItStopEverything) {
  Append(300);
  const auto signer = Start();
  HeadOver(*signer, 300);
  ASSERT_TRUE(Inclusion(*signer, 7, 300).ok());
  // What was hashed is what is proved; reading finds out.
  const auto prover = Start(/*signs=*/false);
  Tamper(9);
  EXPECT_TRUE(Inclusion(*signer, 7, 300).ok());
  EXPECT_EQ(ReasonOf(Entries(*signer, 1, 20).status()), "LEDGER_NOT_CONSISTENT");
  ExpectBroken(*signer);
  EXPECT_EQ(last_alarm_, "ledger_not_as_signed");
  // Nobody who has not hashed it takes it for what was signed.
  last_alarm_.clear();
  EXPECT_EQ(ReasonOf(Inclusion(*prover, 7, 300).status()), "LEDGER_NOT_CONSISTENT");
  ExpectBroken(*prover);
  EXPECT_EQ(last_alarm_, "ledger_not_as_signed");
  const auto heads = server_.Admin({"XLEN", absl::StrCat(kPrefix, "heads")}).integer;
  Append(5);
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(server_.Admin({"XLEN", absl::StrCat(kPrefix, "heads")}).integer, heads) << "nothing is signed any more";
}

TEST_F(LedgerSignerTest, WhatWasHashedIsProvedFromMemory) {
  constexpr int kProofs = 101;
  Append(1000);
  const auto signer = Start();
  const LedgerHead head = HeadOver(*signer, 1000);
  const auto resumed = Start(/*signs=*/false);
  for (std::uint64_t number : {5, 300, 600}) EXPECT_TRUE(Inclusion(*resumed, number, 1000).ok());  // hashed now
  std::vector<absl::Duration> took;
  const auto prove = [&](LedgerSigner& s, std::uint64_t number) {
    const absl::Time begin = absl::Now();
    const auto path = Inclusion(s, number, 1000);
    took.push_back(absl::Now() - begin);
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_TRUE(ledger::VerifyInclusion(leaves_.at(number), number - 1, 1000, *path, Root(head))) << number;
  };
  for (std::uint64_t number = 1; number <= 1000; number += 1000 / kProofs) leaves_[number] = ledger::LeafOf(Entry(number));
  server_.Kill9();
  for (const auto& [number, leaf] : leaves_) {
    prove(*signer, number);
    prove(*resumed, number);
  }
  EXPECT_TRUE(Consistency(*signer, 300, 1000).ok());
  std::sort(took.begin(), took.end());
  std::fprintf(stderr, "a proof from memory takes %s, at most %s\n", absl::FormatDuration(took[took.size() / 2]).c_str(), absl::FormatDuration(took.back()).c_str());
  EXPECT_LT(took[took.size() / 2], absl::Milliseconds(100));
  server_.Start();
}

TEST_F(LedgerSignerTest, MemoryHoldsTheNewestTilesOnly) {
  options_.tiles = 2;
  Append(1000);  // three complete tiles, and the open one
  const auto signer = Start();
  const LedgerHead head = HeadOver(*signer, 1000);
  ASSERT_TRUE(Inclusion(*signer, 5, 1000).ok());
  const ledger::Hash old = ledger::LeafOf(Entry(5));
  server_.Kill9();
  EXPECT_EQ(ReasonOf(Inclusion(*signer, 5, 1000).status()), "STORE_DOWN");
  for (std::uint64_t number : {257, 768, 769, 1000}) EXPECT_TRUE(Inclusion(*signer, number, 1000).ok()) << number;
  server_.Start();
  for (int i = 0; i < 400 && !redis_->connected(); ++i) absl::SleepFor(absl::Milliseconds(10));
  const auto path = Inclusion(*signer, 5, 1000);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_TRUE(ledger::VerifyInclusion(old, 4, 1000, *path, Root(head)));
}

TEST_F(LedgerSignerTest, ALedgerThatBecomesShorterStopsEverything) {
  Append(20);
  const auto signer = Start();
  HeadOver(*signer, 20);
  std::string head = server_.Admin({"GET", absl::StrCat(kPrefix, "ledger-head")}).text;
  head[7] = 19;
  server_.Admin({"SET", absl::StrCat(kPrefix, "ledger-head"), head});
  WaitForAlarm();
  ExpectBroken(*signer);
  EXPECT_EQ(last_alarm_, "ledger_shorter");
}

TEST_F(LedgerSignerTest, AMissingEntryIsNeverSignedOver) {
  Append(10);
  server_.Admin({"XDEL", absl::StrCat(kPrefix, "ledger"), "6-0"});
  const auto signer = Start();
  WaitForAlarm();
  ExpectBroken(*signer);
  EXPECT_EQ(last_alarm_, "ledger_gap");
  EXPECT_EQ(server_.Admin({"XLEN", absl::StrCat(kPrefix, "heads")}).integer, 0);
}

TEST_F(LedgerSignerTest, WithoutAStoreItWaitsAndGoesOn) {
  Append(3);
  const auto signer = Start();
  HeadOver(*signer, 3);
  server_.Kill9();
  absl::SleepFor(absl::Milliseconds(100));
  server_.Start();
  for (int i = 0; i < 400 && !redis_->connected(); ++i) absl::SleepFor(absl::Milliseconds(10));
  Append(2);
  HeadOver(*signer, 5);
  EXPECT_EQ(alarms_, 0);
}

}  // namespace
}  // namespace brobygger::consent
