// Old entries move from a real Redis into files: read, proved and told as before, whoever is killed when, and refused once store and
// files do not fit together.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "services/consent/testing/ledger_world.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::consent {
namespace {

using ledger::v1::LedgerHead;

constexpr std::uint64_t kEach = 256;

std::unique_ptr<LedgerFiles> OpenFiles(const std::string& dir) {
  auto files = LedgerFiles::Open(dir, kEach);
  EXPECT_TRUE(files.ok()) << files.status();
  return *std::move(files);
}

class LedgerMovingTest : public LedgerFixture {
 protected:
  LedgerMovingTest() : files_dir_(dir_.path() + "/ledger") {
    std::filesystem::create_directory(files_dir_);
    files_ = OpenFiles(files_dir_);
    options_.keep = 100;
  }

  std::uint64_t FirstInStore() {
    const auto first = server_.Admin({"XRANGE", absl::StrCat(kLedgerPrefix, "ledger"), "-", "+", "COUNT", "1"}).elements;
    return first.empty() ? 0 : std::strtoull(first[0].elements[0].text.c_str(), nullptr, 10);
  }
  void WaitUntilMoved(std::uint64_t upto) {
    for (int i = 0; i < 4000 && (files_->size() < upto || FirstInStore() <= upto); ++i) {
      absl::SleepFor(absl::Milliseconds(5));
      EXPECT_TRUE(files_->LookAgain().ok());
    }
    EXPECT_EQ(files_->size(), upto);
    EXPECT_EQ(FirstInStore(), upto + 1);
    EXPECT_EQ(alarms_, 0) << last_alarm_;
  }
  // All entries as they stand in the store, before any of them moves.
  void Remember(std::uint64_t n) {
    while (all_.size() < n) {
      const auto reply = redis_->Call({"FCALL_RO", "bb_rows", "1", kLedgerPrefix, absl::StrCat(all_.size() + 1), "1000"});
      ASSERT_TRUE(reply.ok());
      ASSERT_FALSE(reply->elements.empty());
      for (const auto& element : reply->elements) {
        rows_.push_back(element.text);
        all_.push_back(PublicEntry(*ParseRow(element.text)));
      }
    }
    ASSERT_EQ(all_.size(), n);
  }
  ledger::Hash RootOfAll() const {
    ledger::Tree tree;
    for (const ledger::Entry& e : all_) tree.Append(ledger::LeafOf(e));
    return tree.Root();
  }
  // Entries, heads and proofs are those of what was written, wherever it stands.
  void ExpectAll(LedgerSigner& signer) {
    const std::uint64_t n = all_.size();
    const LedgerHead head = HeadOver(signer, n);
    EXPECT_EQ(Root(head), RootOfAll());
    std::uint64_t next = 1;
    while (next <= n) {
      const auto page = Entries(signer, next, 1000);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_EQ(page->size(), std::min<std::uint64_t>(1000, n - next + 1)) << "pages are whole, wherever their entries stand";
      for (const ledger::Entry& e : *page) {
        ASSERT_EQ(ledger::LeafOf(e), ledger::LeafOf(all_[next - 1])) << next;
        ++next;
      }
    }
    for (std::uint64_t number = 1; number <= n; number += 37) {
      const auto path = Inclusion(signer, number, n);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(ledger::VerifyInclusion(ledger::LeafOf(all_[number - 1]), number - 1, n, *path, Root(head))) << number;
    }
    EXPECT_EQ(alarms_, 0) << last_alarm_;
  }
  // A file as a process writes it that dies before the store lets go.
  void AddTheNextFile(LedgerFiles& files) {
    const std::uint64_t first = files.size();
    std::vector<std::string> rows(rows_.begin() + static_cast<std::ptrdiff_t>(first), rows_.begin() + static_cast<std::ptrdiff_t>(first + kEach));
    std::vector<ledger::Hash> leaves;
    for (std::uint64_t i = first; i < first + kEach; ++i) leaves.push_back(ledger::LeafOf(all_[i]));
    ASSERT_TRUE(files.Add(rows, leaves).ok());
  }

  testing::TempDir dir_;
  const std::string files_dir_;
  std::vector<ledger::Entry> all_;
  std::vector<std::string> rows_;
};

TEST_F(LedgerMovingTest, OldEntriesMoveAndNothingElseChanges) {
  Append(1000);
  Remember(1000);
  LedgerHead before;
  {
    const auto signer = Start();
    before = HeadOver(*signer, 1000);
    WaitUntilMoved(768);  // 1000 - 100 that stay, in whole files
    ExpectAll(*signer);
    Append(30);
    Remember(1000 + 30);
    ExpectAll(*signer);
    EXPECT_EQ(files_->size(), 768u);
  }
  // The next process, over a store that was started anew: it reads no old entry to go on.
  server_.Restart();
  redis_ = server_.Connect();
  files_ = OpenFiles(files_dir_);
  const auto follower_files = OpenFiles(files_dir_);
  const auto signer = Start();
  ExpectAll(*signer);
  const auto path = Consistency(*signer, 1000, 1030);
  ASSERT_TRUE(path.ok());
  EXPECT_TRUE(ledger::VerifyConsistency(1000, Root(before), 1030, RootOfAll(), *path));

  // A replica that signs nothing reads what moves after it has begun.
  auto follower = LedgerSigner::Start(redis_.get(), follower_files.get(), std::nullopt, SystemClock(), [this](const char* what) { last_alarm_ = what; ++alarms_; }, options_);
  ASSERT_TRUE(follower.ok()) << follower.status();
  Append(600);
  WaitUntilMoved(1280);
  for (std::uint64_t next = 1031; next <= 1630;) {
    const auto page = Entries(*signer, next, 1000);
    if (!page.ok() || page->empty()) {
      absl::SleepFor(absl::Milliseconds(10));
      continue;
    }
    for (const ledger::Entry& e : *page) all_.push_back(e);
    next += page->size();
  }
  ExpectAll(*signer);
  ExpectAll(**follower);
}

TEST_F(LedgerMovingTest, ACitizensStoryIsToldAcrossBothPlaces) {
  options_.keep = 0;
  const std::string subject = crypto::NewId();
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 40; ++i) {
    Append(13);
    stored::LedgerRow row;
    row.set_kind(ledger::v1::ENTRY_KIND_LOOK);
    row.mutable_details()->set_act(ledger::v1::ACT_STORY_READ);
    numbers.push_back(static_cast<std::uint64_t>(redis_->Call({"FCALL", "bb_append", "1", kLedgerPrefix, subject, row.SerializeAsString()})->integer));
  }
  const auto told = [&] {
    LedgerReader reader(redis_.get(), files_.get());
    std::vector<std::string> rows;
    std::uint64_t before = 0;
    do {
      const auto page = testing::Await<absl::StatusOr<StoryPage>>([&](auto done) { reader.Story({subject}, before, 7, done); });
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const auto& row : page->rows) rows.push_back(row.SerializeAsString());
      before = page->next;
    } while (before != 0);
    return rows;
  };
  const std::vector<std::string> before = told();
  ASSERT_EQ(before.size(), 40u);
  const auto signer = Start();
  WaitUntilMoved(512);  // of 560
  EXPECT_EQ(told(), before) << "row for row, and so the chain";
  LedgerReader reader(redis_.get(), files_.get());
  const auto entry = [&](std::uint64_t number) {
    return testing::Await<absl::StatusOr<stored::LedgerRow>>([&](auto done) { reader.Entry(number, done); });
  };
  for (const std::uint64_t number : numbers) EXPECT_EQ(entry(number)->number(), number);
  for (const std::uint64_t nowhere : {std::uint64_t{0}, std::uint64_t{561}, std::uint64_t{100'000'000'000}}) EXPECT_TRUE(absl::IsNotFound(entry(nowhere).status())) << nowhere;
  // Without the files a story is refused, never told with a gap.
  LedgerReader without(redis_.get());
  EXPECT_FALSE(testing::Await<absl::StatusOr<StoryPage>>([&](auto done) { without.Story({subject}, 0, 40, done); }).ok());
}

TEST_F(LedgerMovingTest, WhatIsNotSignedOrNotOldStays) {
  options_.keep = 500;
  Append(755);
  const auto signer = Start();
  HeadOver(*signer, 755);
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(files_->size(), 0u) << "500 stay, and a file has 256";
  Append(1);
  HeadOver(*signer, 756);
  WaitUntilMoved(256);
  EXPECT_EQ(redis_->Call({"FCALL", "bb_let_go", "1", kLedgerPrefix, "757"})->integer, 0) << "the store lets go of nothing that no head is over";
  EXPECT_EQ(FirstInStore(), 257u);
}

TEST_F(LedgerMovingTest, AProcessThatDiedBetweenFileAndStoreIsNoHarm) {
  Append(700);
  Remember(700);
  options_.keep = 10'000;
  HeadOver(*Start(), 700);
  AddTheNextFile(*files_);  // both have it
  EXPECT_EQ(FirstInStore(), 1u);
  options_.keep = 100;
  const auto signer = Start();
  WaitUntilMoved(512);
  ExpectAll(*signer);
}

TEST_F(LedgerMovingTest, StoreAndFilesThatDoNotFitRefuseToStart) {
  Append(700);
  Remember(700);
  {
    const auto signer = Start();
    HeadOver(*signer, 700);
    WaitUntilMoved(512);
  }
  const std::string first = absl::StrCat(files_dir_, "/00000000000000000001.ledger"), second = absl::StrCat(files_dir_, "/00000000000000000257.ledger");
  const auto refused = [&](const std::string& why) {
    auto files = LedgerFiles::Open(files_dir_, kEach);
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
    ExpectRefused(why);
  };
  // A file is missing.
  std::filesystem::rename(second, dir_.path() + "/aside");
  refused("ledger_dir: entries 257 to 512 stand neither in its files nor in the store");
  std::filesystem::rename(dir_.path() + "/aside", second);
  // The directory is forgotten.
  files_.reset();
  ExpectRefused("ledger_dir: is required: entries 1 to 512 have moved to files");
  // The newest file is of another ledger: whole in itself.
  {
    testing::TempDir other;
    const auto files = OpenFiles(other.path());
    for (std::uint64_t file = 0; file < 2; ++file) {
      std::vector<std::string> rows;
      std::vector<ledger::Hash> leaves;
      for (std::uint64_t i = file * kEach; i < (file + 1) * kEach; ++i) {
        stored::LedgerRow row = *ParseRow(rows_[i]);
        row.set_subject_salt(crypto::Random(16));
        rows.push_back(row.SerializeAsString());
        leaves.push_back(ledger::LeafOf(PublicEntry(row)));
      }
      ASSERT_TRUE(files->Add(rows, leaves).ok());
    }
    std::filesystem::rename(first, dir_.path() + "/first");
    std::filesystem::copy_file(absl::StrCat(other.path(), "/00000000000000000001.ledger"), first);
    files_ = OpenFiles(files_dir_);
    {
      const auto signer = Start();  // not the newest: found out by the first proof through it
      EXPECT_TRUE(Inclusion(*signer, 600, 700).ok());
      EXPECT_EQ(ReasonOf(Inclusion(*signer, 5, 700).status()), "LEDGER_NOT_CONSISTENT");
      EXPECT_EQ(last_alarm_, "ledger_not_as_signed");
    }
    std::filesystem::rename(dir_.path() + "/first", first);
    std::filesystem::rename(second, dir_.path() + "/second");
    std::filesystem::copy_file(absl::StrCat(other.path(), "/00000000000000000257.ledger"), second);
    refused("its newest file is not of the ledger that was signed");
    std::filesystem::rename(dir_.path() + "/second", second);
  }
  // The store is from before these entries were signed.
  server_.Admin({"DEL", absl::StrCat(kLedgerPrefix, "heads")});
  refused("ledger_dir: has entries up to 512, and the store's newest head is over 0");
}

TEST_F(LedgerMovingTest, WithoutRoomForFilesAllStaysAndEverythingElseGoesOn) {
  std::filesystem::remove(files_dir_);
  std::ofstream(files_dir_) << "no directory";
  Append(700);
  const auto signer = Start();
  HeadOver(*signer, 700);
  for (int i = 0; i < 1000 && alarms_ == 0; ++i) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(last_alarm_, "ledger_not_moved");
  Append(10);
  HeadOver(*signer, 710);
  EXPECT_TRUE(Inclusion(*signer, 3, 710).ok());
  EXPECT_EQ(FirstInStore(), 1u);
  EXPECT_EQ(alarms_, 1) << "once, not at every look";
}

TEST_F(LedgerMovingTest, AStoreThatDoesNotLetGoRaisesTheAlarm) {
  options_.move_again = absl::Seconds(2);
  server_.Admin({"ACL", "SETUSER", server_.config().user(), "-xtrim"});
  Append(400);
  const auto signer = Start();
  HeadOver(*signer, 400);
  WaitForAlarm();
  EXPECT_EQ(last_alarm_, "ledger_not_moved");
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(alarms_, 1) << "once, not at every look";
  EXPECT_EQ(files_->size(), 256u);
  EXPECT_EQ(FirstInStore(), 1u);
  EXPECT_TRUE(Inclusion(*signer, 3, 400).ok());
  server_.Admin({"ACL", "SETUSER", server_.config().user(), "+xtrim"});
  for (int i = 0; i < 1000 && FirstInStore() == 1; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(FirstInStore(), 257u);
}

TEST_F(LedgerMovingTest, AFullStoreLetsGo) {
  Append(400);
  options_.keep = 10'000;
  HeadOver(*Start(), 400);
  server_.Admin({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(redis_->Call({"FCALL", "bb_let_go", "1", kLedgerPrefix, "256"})->integer, 1);
  EXPECT_EQ(FirstInStore(), 257u);
}

// A rolling restart: for a moment there are two that sign and move.
TEST_F(LedgerMovingTest, AnotherSignerMayMoveBetweenLookAndMove) {
  Append(300);
  Remember(300);
  const auto others = OpenFiles(files_dir_);
  std::atomic<bool> now{false};
  // The time is asked for when a head is signed, which is after the look at the store and before anything moves.
  const Clock clock = [&] {
    if (now.exchange(false)) {
      AddTheNextFile(*others);
      EXPECT_EQ(redis_->Call({"FCALL", "bb_let_go", "1", kLedgerPrefix, "256"})->integer, 1);
    }
    return absl::Now();
  };
  const auto signer = LedgerSigner::Start(redis_.get(), files_.get(), SignerOf(keys_), clock, [this](const char* what) { last_alarm_ = what; ++alarms_; }, options_);
  ASSERT_TRUE(signer.ok()) << signer.status();
  HeadOver(**signer, 300);
  now = true;
  Append(500);
  for (int i = 0; i < 1000 && now; ++i) absl::SleepFor(absl::Milliseconds(5));
  HeadOver(**signer, 800);
  WaitUntilMoved(512);
  EXPECT_TRUE(Inclusion(**signer, 3, 800).ok());
  EXPECT_TRUE(Inclusion(**signer, 300, 800).ok());
  EXPECT_EQ(alarms_, 0) << last_alarm_;
}

// Started by the next test as a process of its own.
TEST(LedgerMover, DISABLED_MovesUntilItIsKilled) {
  runtime::Redis config;
  config.set_socket(std::getenv("MOVER_SOCKET"));
  config.set_user(std::getenv("MOVER_USER"));
  config.set_password_file(std::getenv("MOVER_PASSWORD"));
  const auto redis = *Redis::Connect(config);
  const auto files = *LedgerFiles::Open(std::getenv("MOVER_DIR"), kEach);
  LedgerSigner::Options options;
  options.every = absl::Milliseconds(1);
  options.keep = 0;
  const auto alarm = [](const char* what) {
    std::fprintf(stderr, "alarm %s\n", what);
    _exit(3);
  };
  const auto signer = LedgerSigner::Start(redis.get(), files.get(), *ledger::HeadSigner::FromPemFile(std::getenv("MOVER_KEY")), SystemClock(), alarm, options);
  if (!signer.ok()) {
    std::fprintf(stderr, "%s\n", signer.status().ToString().c_str());
    _exit(4);
  }
  for (;;) pause();
}

TEST_F(LedgerMovingTest, KilledAtAnyMomentItGoesOn) {
  constexpr int kKills = 40;
  constexpr std::uint64_t kEntries = 20'000;
  for (int i = 0; i < 4; ++i) Append(kEntries / 4);
  Remember(kEntries);
  std::mt19937 random(std::random_device{}());
  int both = 0, left_behind = 0, moving = 0;
  for (int i = 0; i < kKills; ++i) {
    const std::uint64_t before = files_->size();
    const pid_t mover = fork();
    ASSERT_GE(mover, 0);
    if (mover == 0) {
      setenv("MOVER_SOCKET", server_.config().socket().c_str(), 1);
      setenv("MOVER_USER", server_.config().user().c_str(), 1);
      setenv("MOVER_PASSWORD", server_.config().password_file().c_str(), 1);
      setenv("MOVER_DIR", files_dir_.c_str(), 1);
      setenv("MOVER_KEY", keys_.first.c_str(), 1);
      dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
      execl("/proc/self/exe", "mover", "--gtest_filter=LedgerMover.*", "--gtest_also_run_disabled_tests", static_cast<char*>(nullptr));
      _exit(99);
    }
    // It has moved something, or has had time enough for all there is; then at any moment of the next file.
    for (int wait = 0; wait < 4000 && files_->size() == before && kEntries - before >= kEach; ++wait) {
      absl::SleepFor(absl::Milliseconds(1));
      ASSERT_TRUE(files_->LookAgain().ok());
    }
    absl::SleepFor(absl::Microseconds(random() % 15'000));
    int status = 0;
    kill(mover, SIGKILL);
    waitpid(mover, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
    ASSERT_TRUE(files_->LookAgain().ok());
    moving += files_->size() > before ? 1 : 0;
    const std::uint64_t first = FirstInStore();
    EXPECT_LE(first, files_->size() + 1) << "an entry that is nowhere";
    both += first <= files_->size() && first != 0 ? 1 : 0;
    for (const auto& entry : std::filesystem::directory_iterator(files_dir_)) left_behind += entry.path().extension() == ".new" ? 1 : 0;
  }
  std::fprintf(stderr, "%d kills: %d while entries moved; %d between file and store, %d in the middle of a file; %llu entries in files\n", kKills, moving, both, left_behind,
               static_cast<unsigned long long>(files_->size()));
  EXPECT_GT(moving, 10);
  options_.keep = 0;
  const auto signer = Start();
  WaitUntilMoved(kEntries / kEach * kEach);
  ExpectAll(*signer);
}

}  // namespace
}  // namespace brobygger::consent
