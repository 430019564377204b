// The journal's files, what commits write into it, and what it brings back into a store that has forgotten.
#include "services/runtime/journal.h"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include "gmock/gmock.h"
#include "services/runtime/drain.h"
#include "services/runtime/replay.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/comes.h"
#include "services/runtime/testing/store_fixture.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const auto no_alarm = [](const char*) {};

std::vector<std::string> Lines(const Journal& journal) {
  std::vector<std::string> out;
  const absl::Status read = journal.ForEach([&](const Journal::Line& l) { out.push_back(absl::StrCat(l.base, l.number, l.sealed)); });
  EXPECT_TRUE(read.ok()) << read;
  return out;
}

TEST(JournalFile, KeepsWhatWasAcknowledgedAndCutsOffTheRest) {
  TempDir dir;
  const std::string path = dir.path() + "/dropin.1.journal";
  {
    auto journal = *Journal::Open(dir.path(), "dropin", no_alarm);
    ASSERT_TRUE(journal->AppendAndWait({{"dropin:{a}:", 1, "x"}, {"dropin:{a}:", 2, "y"}}).ok());
    // Another replica, at the same time, has a file of its own; both are read.
    auto second = *Journal::Open(dir.path(), "dropin", no_alarm);
    ASSERT_TRUE(second->AppendAndWait({{"dropin:{b}:", 1, ""}}).ok());
    EXPECT_TRUE(std::filesystem::exists(dir.path() + "/dropin.2.journal"));
    EXPECT_THAT(Lines(*journal), ElementsAre("dropin:{a}:1x", "dropin:{a}:2y", "dropin:{b}:1"));
  }
  const auto whole = std::filesystem::file_size(path);
  for (std::uintmax_t cut = 1; cut < 20; ++cut) {  // a power cut anywhere in the last line
    std::filesystem::resize_file(path, whole - cut);
    auto journal = *Journal::Open(dir.path(), "dropin", no_alarm);
    EXPECT_THAT(Lines(*journal), ElementsAre("dropin:{a}:1x", "dropin:{b}:1")) << cut;
    ASSERT_TRUE(journal->AppendAndWait({{"dropin:{a}:", 2, "y"}}).ok());
    EXPECT_EQ(std::filesystem::file_size(path), whole);
  }
  std::fstream(path, std::ios::in | std::ios::out).seekp(12) << "9";  // not at the end
  EXPECT_THAT(Journal::Open(dir.path(), "dropin", no_alarm).status().message(), HasSubstr("dropin.1.journal:1"));
}

TEST(JournalFile, WhatCannotBeReadIsNotTheEnd) {
  TempDir dir;
  auto journal = *Journal::Open(dir.path(), "dropin", no_alarm);
  std::filesystem::create_directory(dir.path() + "/dropin.7.journal");  // opens, and every read fails
  const absl::Status read = journal->ForEach([](const Journal::Line&) {});
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
  EXPECT_THAT(read.message(), HasSubstr("dropin.7.journal"));
}

TEST(JournalFile, WhatAFailedWriteLeftBehindDoesNotJoinTheNextLine) {
  TempDir dir;
  const std::string path = dir.path() + "/dropin.1.journal";
  auto journal = *Journal::Open(dir.path(), "dropin", no_alarm);
  ASSERT_TRUE(journal->AppendAndWait({{"dropin:{a}:", 1, "x"}}).ok());
  const auto whole = std::filesystem::file_size(path);
  std::ofstream(path, std::ios::app) << "dropin:{a}: 2 half of i";  // as if it could not be cut off then
  ASSERT_TRUE(journal->AppendAndWait({{"dropin:{a}:", 2, "y"}}).ok());
  EXPECT_THAT(Lines(*journal), ElementsAre("dropin:{a}:1x", "dropin:{a}:2y"));
  std::filesystem::resize_file(path, whole - 1);
  EXPECT_TRUE(absl::IsUnavailable(journal->AppendAndWait({{"dropin:{a}:", 3, "z"}}))) << "a line behind a hole";
  EXPECT_EQ(std::filesystem::file_size(path), whole - 1);
}

TEST(JournalFile, ALineThatWaitsHoldsNothingElseAndWaitsOnce) {
  TempDir dir;
  const std::string path = dir.path() + "/dropin.1.journal";
  auto journal = *Journal::Open(dir.path(), "dropin", no_alarm);
  ASSERT_TRUE(journal->AppendAndWait({{"dropin:{a}:", 1, "x"}}).ok());
  const auto whole = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, 0);
  auto commit = std::make_shared<int>(0);
  const std::weak_ptr<int> held = commit;
  std::atomic<int> written{0};
  std::promise<void> tried;
  journal->Append({{"dropin:{a}:", 2, "y"}}, [&tried, commit](absl::Status) { tried.set_value(); }, [&](const Journal::Line&) { ++written; });
  tried.get_future().wait();
  commit.reset();
  EXPECT_TRUE(Comes([&] { return held.expired(); }));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(journal->AppendAndWait({{"dropin:{a}:", 2, "y"}}).ok());
  std::ofstream(path, std::ios::app) << std::string(whole, '\n');  // as long as it was
  EXPECT_TRUE(Comes([&] { return written != 0; }));
  EXPECT_EQ(std::filesystem::file_size(path), 2 * whole);
}

class JournalTest : public StoreFixture {
 protected:
  JournalTest()
      : entities_({EntityOf<stored::ReadNote>(
            "note", {.owner = [](auto, const auto& m) { return m.owner(); },
                     .closes = [](auto, const stored::ReadNote* before, const stored::ReadNote* after) -> std::string {
                       const bool was = before != nullptr && before->method() == "open";
                       return was && (after == nullptr || after->method() != "open") ? "closed" : "";
                     }})}) {}
  void SetUp() override {
    StoreFixture::SetUp();
    journal_ = *Journal::Open(dir_.path(), "test", [this](const char* what) { alarms_.insert(what); });
    Open();
  }
  void TearDown() override { journal_->Stop(); }
  void Open() {
    kept_ = std::make_unique<Store>(redis_.get(), "test", &entities_, ring_);
    kept_->KeepJournal(journal_.get());
  }
  absl::Status Write(const std::string& id, const std::string& owner, const std::string& method) {
    Decision d;
    d.Put(entities_, id, Note(owner, method));
    return CommitKept(d, {RecordKey("note", id)});
  }
  absl::Status CommitKept(const Decision& d, const std::vector<ReadKey>& read) {
    View view(&entities_);
    auto values = Await<absl::StatusOr<std::vector<ReadValue>>>([&](auto done) { kept_->Read(scope_, read, done); });
    for (size_t i = 0; values.ok() && i < read.size(); ++i) view.Provide(read[i], (*values)[i]);
    return Await<absl::Status>([&](auto done) { kept_->Commit(scope_, {&view, &d, std::nullopt, clock_.Now()}, done); });
  }
  absl::Status Destroy(const std::string& owner) {
    Decision d;
    d.DestroyKey(owner);
    return CommitKept(d, {});
  }
  std::string MethodOf(const std::string& id) {
    const auto text = Await<absl::StatusOr<std::string>>([&](auto done) { kept_->ReadFile(scope_, "note", id, done); });
    stored::ReadNote note;
    return text.ok() && note.ParseFromString(*text) ? note.method() : "";
  }
  bool Waits() { return !server_->Admin({"LRANGE", Base() + "j", "0", "-1"}).elements.empty(); }
  // What waits in the store, written by nobody: its process died between the two.
  absl::Status DestroyAndDie(const std::string& owner) {
    journal_->Stop();
    const absl::Status done = Destroy(owner);
    NextProcess();
    return done;
  }
  void NextProcess() {
    journal_.reset();
    journal_ = *Journal::Open(dir_.path(), "test", [this](const char* what) { alarms_.insert(what); });
    Open();
  }
  std::unique_ptr<JournalDrain> Drain(std::function<void(const char*)> alarm, std::function<void()> restored = nullptr) {
    ReplayScope s;
    s.scope = scope_;
    s.store = kept_.get();
    return JournalDrain::Start(journal_.get(), {s}, std::move(alarm),
                               {absl::Milliseconds(20), absl::Milliseconds(200), std::move(restored), [this](std::size_t lines) { waiting_ = lines; }});
  }
  absl::Status Replay() {
    Module module;
    module.entities = &entities_;
    module.on_replay["note"] = [this](const Call&, const std::string& id, const std::string& note, View& view) -> absl::StatusOr<Decision> {
      EXPECT_EQ(note, "closed");
      BB_ASSIGN_OR_RETURN(const stored::ReadNote* found, view.Find<stored::ReadNote>(id));
      Decision d;
      if (found != nullptr && found->method() == "open") d.Put(entities_, id, Note(found->owner(), "closed again"));
      return d;
    };
    ReplayScope s;
    s.scope = scope_;
    s.store = kept_.get();
    s.modules = {&module};
    const auto telemetry = Telemetry::Create("test");
    return ReplayJournal(*journal_, {s}, clock_.Now(), telemetry.get(), [this](const char* what) { alarms_.insert(what); });
  }

  TempDir dir_;
  const EntitySet entities_;
  std::set<std::string> alarms_;
  std::atomic<std::size_t> waiting_{99};
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Store> kept_;
};

TEST_F(JournalTest, WhatClosesIsThereBeforeItIsAnsweredAndNothingElse) {
  ASSERT_TRUE(Write("a", "citizens/x", "open").ok());
  EXPECT_THAT(Lines(*journal_), IsEmpty());
  ASSERT_TRUE(Write("a", "citizens/x", "shut").ok());
  EXPECT_EQ(Lines(*journal_).size(), 1u);
  ASSERT_TRUE(Write("a", "citizens/x", "shut for good").ok());
  EXPECT_EQ(Lines(*journal_).size(), 1u);
  ASSERT_TRUE(Destroy("citizens/x").ok());
  EXPECT_EQ(Lines(*journal_).size(), 2u);
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  // Neither the record's name nor the owner's key id stands in it.
  std::ifstream file(dir_.path() + "/test.1.journal");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_THAT(text, HasSubstr("test:{perron-4}: 2 "));
  EXPECT_EQ(text.find(crypto::Hex(KeyId(*ring_.Find("perron-4"), "citizens/x"))), std::string::npos);
}

TEST_F(JournalTest, AStoreFromAnOlderCopyForgetsNothing) {
  ASSERT_TRUE(Write("a", "citizens/x", "open").ok());
  ASSERT_TRUE(Write("b", "citizens/y", "open").ok());
  ASSERT_TRUE(Write("c", "citizens/z", "open").ok());
  std::map<std::string, std::string> copy;
  for (const auto& key : server_->Admin({"KEYS", "*}:*"}).elements) copy[key.text] = server_->Admin({"GET", key.text}).text;
  ASSERT_TRUE(Write("a", "citizens/x", "shut").ok());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));  // or they are written twice, which is allowed
  EXPECT_TRUE(Replay().ok());
  EXPECT_THAT(alarms_, IsEmpty()) << "store and journal belong together";

  server_->Admin({"FLUSHALL"});
  for (const auto& [key, value] : copy) server_->Admin({"SET", key, value});
  NextProcess();
  EXPECT_EQ(MethodOf("a"), "open") << "the old copy would give it back";
  EXPECT_EQ(MethodOf("b"), "open");
  const absl::Status replayed = Replay();
  ASSERT_TRUE(replayed.ok()) << replayed;
  EXPECT_THAT(alarms_, ElementsAre("store_was_restored"));
  EXPECT_EQ(MethodOf("a"), "closed again");
  EXPECT_EQ(MethodOf("b"), "");
  EXPECT_EQ(MethodOf("c"), "open");
  EXPECT_EQ(Lines(*journal_).size(), 2u) << "replaying is not written down again";
  // And once more: nothing changes, and the numbers go on.
  alarms_.clear();
  EXPECT_TRUE(Replay().ok());
  EXPECT_THAT(alarms_, IsEmpty());
  ASSERT_TRUE(Destroy("citizens/z").ok());
  EXPECT_THAT(Lines(*journal_).back(), HasSubstr("test:{perron-4}:3"));
}

// The store is put back while two replicas serve it, and the one that has not looked since is given a number again.
TEST_F(JournalTest, TwoNotesUnderOneNumberAreBothDoneAgain) {
  auto second = *Journal::Open(dir_.path(), "test", no_alarm);
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Write(id, absl::StrCat("citizens/", id), "open").ok());
  std::map<std::string, std::string> copy;
  for (const auto& key : server_->Admin({"KEYS", "*}:*"}).elements) copy[key.text] = server_->Admin({"GET", key.text}).text;
  const auto put_back = [&] {
    server_->Admin({"FLUSHALL"});
    for (const auto& [key, value] : copy) server_->Admin({"SET", key, value});
  };
  const auto shut = [&](const char* id) { return Write(id, absl::StrCat("citizens/", id), "shut"); };
  ASSERT_TRUE(shut("a").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  ASSERT_FALSE(Waits());
  EXPECT_TRUE(Replay().ok());
  EXPECT_THAT(alarms_, IsEmpty());

  for (const bool dies : {true, false}) {  // before the line is in the journal, or after
    SCOPED_TRACE(dies);
    put_back();
    if (dies) second->Stop();
    kept_ = std::make_unique<Store>(redis_.get(), "test", &entities_, ring_);
    kept_->KeepJournal(second.get());
    ASSERT_TRUE(shut("b").ok());
    EXPECT_EQ(Raw("jn"), "1") << "the number that the other one has";
    EXPECT_TRUE(dies || Comes([&] { return !Waits(); }));
    EXPECT_EQ(Waits(), dies);
    second.reset();
    NextProcess();
    EXPECT_EQ(MethodOf("a"), "open") << "the old copy would give it back";
    alarms_.clear();
    const absl::Status replayed = Replay();
    ASSERT_TRUE(replayed.ok()) << replayed;
    EXPECT_THAT(alarms_, ElementsAre("store_was_restored"));
    EXPECT_EQ(MethodOf("a"), "closed again");
    EXPECT_EQ(MethodOf("b"), "shut");
    EXPECT_EQ(MethodOf("c"), "open");
    second = *Journal::Open(dir_.path(), "test", no_alarm);
  }
  // Until whoever has looked says so.
  alarms_.clear();
  EXPECT_TRUE(Replay().ok());
  EXPECT_THAT(alarms_, ElementsAre("store_was_restored"));
  ASSERT_TRUE(journal_->AppendAndWait({{"test:{perron-4}:", 1, ""}}).ok());
  alarms_.clear();
  EXPECT_TRUE(Replay().ok());
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(JournalTest, AStoreWithoutItsJournalIsNotServed) {
  ASSERT_TRUE(Destroy("citizens/x").ok());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  journal_->Stop();
  const std::string path = dir_.path() + "/test.1.journal";
  std::filesystem::remove(path);
  journal_ = *Journal::Open(dir_.path(), "test", no_alarm);
  Open();
  EXPECT_THAT(Replay().message(), HasSubstr("given out 2 lines of test:{perron-4}:, journal_dir holds 0"));
  // Whoever has looked says so in a line.
  ASSERT_TRUE(journal_->AppendAndWait({{"test:{perron-4}:", 2, ""}}).ok());
  EXPECT_TRUE(Replay().ok());
}

TEST_F(JournalTest, ALineThatCouldNotBeWrittenWaitsInTheStore) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{40, before.rlim_max};  // less than one line
  setrlimit(RLIMIT_FSIZE, &full);
  EXPECT_TRUE(Destroy("citizens/x").ok()) << "what was taken away is taken away";
  EXPECT_THAT(alarms_, ElementsAre("journal_not_written"));
  EXPECT_TRUE(Waits());
  EXPECT_THAT(Lines(*journal_), IsEmpty());
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  EXPECT_FALSE(Waits()) << "tried again until it could be written";
  EXPECT_EQ(Lines(*journal_).size(), 1u);
}

TEST_F(JournalTest, ALineOfAProcessThatDiedIsWrittenByTheNext) {
  Decision d;
  d.DestroyKey("citizens/x");
  journal_->Stop();  // as if it had died between the store and the file
  ASSERT_TRUE(CommitKept(d, {}).ok());
  EXPECT_TRUE(Waits());
  NextProcess();
  EXPECT_TRUE(Replay().ok());
  EXPECT_EQ(Lines(*journal_).size(), 1u);
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
}

TEST_F(JournalTest, ALineOfAProcessThatDiedIsWrittenWhileAnotherRuns) {
  const auto drain = Drain(no_alarm);
  Store other(redis_.get(), "test", &entities_, ring_);
  TempDir elsewhere;
  auto dead = *Journal::Open(elsewhere.path(), "test", no_alarm);
  dead->Stop();
  other.KeepJournal(dead.get());
  Decision d;
  d.DestroyKey("citizens/x");
  const View view(&entities_);
  ASSERT_TRUE(Await<absl::Status>([&](auto done) { other.Commit(scope_, {&view, &d, std::nullopt, clock_.Now()}, done); }).ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  EXPECT_EQ(Lines(*journal_).size(), 1u);
}

TEST_F(JournalTest, ARepeatedRequestIsAnsweredWhenTheLineStandsInTheJournal) {
  journal_->Stop();
  Decision d;
  d.DestroyKey("citizens/x");
  const View view(&entities_);
  ASSERT_TRUE(Await<absl::Status>([&](auto done) { kept_->Commit(scope_, {&view, &d, Store::Idempotency{"again", {}}, clock_.Now()}, done); }).ok());
  NextProcess();
  ASSERT_TRUE(Waits());
  const auto kept = Await<absl::StatusOr<std::optional<stored::IdempotentAnswer>>>([&](auto done) { kept_->Idempotent(scope_, "again", done); });
  ASSERT_TRUE(kept.ok() && kept->has_value()) << kept.status();
  EXPECT_EQ(Lines(*journal_).size(), 1u);
  NextProcess();
  EXPECT_TRUE(Replay().ok()) << "whoever wrote it, it is bound to its number";
}

TEST_F(JournalTest, ALineThatWaitsLongAndAStoreThatWentBackRaiseTheAlarm) {
  ASSERT_TRUE(Destroy("citizens/x").ok());
  std::atomic<int> late{0}, restored{0}, ended{0};
  auto drain = Drain([&](const char* what) { ++(what == std::string("journal_late") ? late : restored); }, [&] { ++ended; });
  std::filesystem::resize_file(dir_.path() + "/test.1.journal", 0);  // so that nothing can be written
  ASSERT_TRUE(Destroy("citizens/y").ok());
  EXPECT_TRUE(Comes([&] { return late != 0; }));
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(late, 1) << "once, not at every look";
  EXPECT_EQ(waiting_, 1u);
  EXPECT_EQ(ended, 0);
  SetRaw("jn", "1");
  EXPECT_TRUE(Comes([&] { return ended != 0; }));
  EXPECT_EQ(restored, 1);
  EXPECT_EQ(ended, 1);
}

TEST_F(JournalTest, AStoreThatWentBackTakesNotASingleWrite) {
  ASSERT_TRUE(Write("a", "citizens/x", "open").ok());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  SetRaw("jn", "0");  // the moment after, long before any look at it
  EXPECT_EQ(ReasonOf(Write("b", "citizens/x", "open")), "STORE_DOWN");
  EXPECT_EQ(ReasonOf(Destroy("citizens/z")), "STORE_DOWN");
  EXPECT_EQ(MethodOf("b"), "");
  EXPECT_EQ(server_->Admin({"GET", Base() + "jn"}).text, "0");
  // Another process has seen as much of it: the journal's other lines, and what it was told at its start.
  SetRaw("jn", "1");
  EXPECT_TRUE(Write("b", "citizens/x", "open").ok());
  NextProcess();
  ASSERT_TRUE(Replay().ok());
  SetRaw("jn", "0");
  EXPECT_EQ(ReasonOf(Write("c", "citizens/x", "open")), "STORE_DOWN");
}

TEST_F(JournalTest, ALineThatTakesTheNumberOfAnotherIsFoundOut) {
  ASSERT_TRUE(Destroy("citizens/x").ok());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  ASSERT_TRUE(Replay().ok());
  std::vector<Journal::Line> lines;
  ASSERT_TRUE(journal_->ForEach([&](const Journal::Line& l) { lines.push_back(l); }).ok());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].tag.size(), 16u);
  const auto with = [&](const std::vector<Journal::Line>& instead) {
    journal_.reset();
    std::filesystem::remove(dir_.path() + "/test.1.journal");
    NextProcess();
    EXPECT_TRUE(journal_->AppendAndWait(instead).ok());
    return Replay();
  };
  EXPECT_TRUE(with(lines).ok());
  std::vector<Journal::Line> twice = {lines[0], lines[0]};
  twice[1].number = 2;  // instead of the one that was removed
  EXPECT_THAT(with(twice).message(), HasSubstr("line 2 of test:{perron-4}: is not the one that was given this number"));
  twice[1].tag.clear();
  EXPECT_THAT(with(twice).message(), HasSubstr("line 2 of test:{perron-4}:"));
  std::swap(lines[0].number, lines[1].number);
  EXPECT_THAT(with(lines).message(), HasSubstr("is not the one that was given this number"));
  // What whoever has looked does not need may be as it is.
  lines.push_back({"test:{perron-4}:", 2, ""});
  EXPECT_TRUE(with(lines).ok());
}

TEST_F(JournalTest, AFileLostFromTheMiddleIsNoticed) {
  ASSERT_TRUE(Destroy("citizens/x").ok());
  const std::string first = dir_.path() + "/test.1.journal", hidden = dir_.path() + "/hidden";
  auto second = *Journal::Open(dir_.path(), "test", no_alarm);  // another replica
  kept_->KeepJournal(second.get());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  ASSERT_TRUE(Destroy("citizens/z").ok());
  kept_->KeepJournal(journal_.get());
  ASSERT_TRUE(Destroy("citizens/w").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  EXPECT_TRUE(Replay().ok());
  second.reset();
  std::filesystem::rename(dir_.path() + "/test.2.journal", hidden);
  const absl::Status refused = Replay();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(refused.message(), HasSubstr("missing: 2 to 3: "));
  EXPECT_THAT(refused.message(), HasSubstr("--without-lines test:{perron-4}: 3"));
  // The same in a store from an older copy, which would have been replayed in part.
  SetRaw("jn", "1");
  NextProcess();
  EXPECT_THAT(Replay().message(), HasSubstr("missing: 2 to 3: "));
  EXPECT_EQ(Raw("jn"), "1");
  std::filesystem::rename(hidden, dir_.path() + "/test.2.journal");
  EXPECT_TRUE(Replay().ok());
  EXPECT_EQ(Raw("jn"), "4");
}

TEST_F(JournalTest, OneWaitingLineDoesNotStandForALostJournal) {
  ASSERT_TRUE(Destroy("citizens/x").ok());
  ASSERT_TRUE(Destroy("citizens/y").ok());
  EXPECT_TRUE(Comes([&] { return !Waits(); }));
  ASSERT_TRUE(DestroyAndDie("citizens/z").ok());
  ASSERT_TRUE(Waits());
  journal_.reset();
  std::filesystem::remove(dir_.path() + "/test.1.journal");
  NextProcess();
  EXPECT_THAT(Replay().message(), HasSubstr("missing: 1 to 2: "));
  std::ofstream(dir_.path() + "/test.begins.journal") << "test:{perron-4}: 2 - " << crypto::Hex(crypto::Sha256("test:{perron-4}: 2 -").substr(0, 8)) << "\n";
  EXPECT_TRUE(Replay().ok()) << "on purpose";
}

TEST_F(JournalTest, TheNumberOnlyRises) {
  ASSERT_TRUE(kept_->SetJournalGiven(scope_, 12).ok());
  ASSERT_TRUE(kept_->SetJournalGiven(scope_, 9).ok()) << "a replica that began earlier";
  EXPECT_EQ(Raw("jn"), "12");
  ASSERT_TRUE(Destroy("citizens/x").ok());
  EXPECT_EQ(Raw("jn"), "13");
}

}  // namespace
}  // namespace brobygger::testing
