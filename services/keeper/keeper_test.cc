// Changing master keys and sweeping up, on a real Redis, with a store that serves meanwhile.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"
#include "services/keeper/erase.h"
#include "services/keeper/rotate.h"
#include "services/keeper/sweep.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/store_fixture.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::keeper {
namespace {

using testing::Await;
using testing::Note;
using testing::TestEntities;

class KeeperTest : public ::testing::Test {
 protected:
  KeeperTest() {
    Write("perron-4.key");
    scope_key_ = *crypto::ReadKeyFile(keys_.path() + "/perron-4.key");
    redis_ = server_.Connect();
    admin_ = server_.Connect();
    store_ = NewStore();
  }
  void Write(const std::string& name) { keys_.File(name, crypto::Hex(crypto::Random(32)) + "\n"); }
  bool Has(const std::string& name) { return std::filesystem::exists(keys_.path() + "/" + name); }
  // As a process that starts now has it.
  std::unique_ptr<Store> NewStore() {
    KeyRing ring;
    EXPECT_TRUE(ring.AddFrom(keys_.path(), "perron-4", scope_key_).ok());
    return std::make_unique<Store>(redis_.get(), "test", &TestEntities(), ring);
  }
  absl::Status Commit(const Decision& d, Store* store) {
    const View view(&TestEntities());
    return Await<absl::Status>([&](auto done) { store->Commit({"perron-4"}, {&view, &d, std::nullopt, absl::Now()}, done); });
  }
  absl::Status Put(const std::string& id, const std::string& owner, Store* store) {
    Decision d;
    d.Put(TestEntities(), id, Note(owner, "open", 1, id));
    return Commit(d, store);
  }
  // "" if it cannot be read.
  std::string OwnerOf(const std::string& id, Store* store) {
    const auto text = Await<absl::StatusOr<std::string>>([&](auto done) { store->ReadFile({"perron-4"}, "note", id, done); });
    stored::ReadNote note;
    return text.ok() && note.ParseFromString(*text) ? note.owner() : "";
  }
  // The sweep and the change need what only an administrator may; server_.Admin has no connection to give.
  std::unique_ptr<Redis> Admin() {
    runtime::Redis config;
    config.set_socket(server_.config().socket());
    config.set_user("keeper");
    server_.Admin({"ACL", "SETUSER", "keeper", "on", "resetpass", ">keeper", "~*", "&*", "+@all"});
    config.set_password_file(keys_.File("keeper.password", "keeper"));
    return *Redis::Connect(config);
  }

  testing::TempDir keys_;
  testing::RedisServer server_;
  crypto::Key scope_key_;
  std::unique_ptr<Redis> redis_, admin_;
  std::unique_ptr<Store> store_;
};

TEST_F(KeeperTest, MasterKeysChangeWhileTheServiceServes) {
  const std::unique_ptr<Redis> admin = Admin();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Put(absl::StrCat("a", i), absl::StrCat("citizens/a", i), store_.get()).ok());

  // The first: from the key that needs no file.
  auto first = Rotate(admin.get(), "test", "perron-4", keys_.path(), false);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->rewrapped, 20u);
  EXPECT_EQ(first->old_file, "");
  EXPECT_TRUE(Has("perron-4.master.key"));
  // The store that was there all the time knows nothing of it yet: it reads, writes to a known owner, and makes a new data key.
  EXPECT_EQ(OwnerOf("a3", store_.get()), "citizens/a3");
  EXPECT_TRUE(Put("a3b", "citizens/a4", store_.get()).ok());
  EXPECT_TRUE(Put("new", "citizens/new", store_.get()).ok());

  // The second is cut off half way, and goes on.
  int left = 7;
  EXPECT_EQ(Rotate(admin.get(), "test", "perron-4", keys_.path(), false, [&] { return --left > 0; }).status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Has("perron-4.master.old.key"));
  for (const char* id : {"a0", "a7", "a19", "new"}) EXPECT_NE(OwnerOf(id, store_.get()), "") << id;
  EXPECT_NE(OwnerOf("a0", NewStore().get()), "") << "a process that starts meanwhile";
  EXPECT_TRUE(Put("newer", "citizens/newer", store_.get()).ok());
  const auto second = Rotate(admin.get(), "test", "perron-4", keys_.path(), false);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->went_on);
  EXPECT_EQ(second->keys, 22u);
  EXPECT_EQ(second->rewrapped, 21u - 7u) << "what was done is not done again; the newest began with the new one";
  EXPECT_EQ(second->old_file, keys_.path() + "/perron-4.master.old.key");
  // While the old file is there, no other change begins.
  const auto third = Rotate(admin.get(), "test", "perron-4", keys_.path(), true);
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->rewrapped, 0u);
  EXPECT_FALSE(Has("perron-4.master.old.key"));

  // Nothing needs an old key any more: neither the one that went nor the one that was derived.
  for (const char* id : {"a0", "a19", "new", "newer"}) EXPECT_NE(OwnerOf(id, NewStore().get()), "") << id;
  MasterKeys without(scope_key_);
  const std::string k = "test:{perron-4}:k:" + crypto::Hex(KeyId(ScopeKeys(scope_key_), "citizens/a0"));
  EXPECT_FALSE(without.Unwrap(k, server_.Admin({"GET", k}).text).ok());
}

TEST_F(KeeperTest, AServiceWithoutTheNewKeyMakesNoDataKeyWithTheOld) {
  testing::TempDir elsewhere;  // its copy of the files is never brought up to date
  KeyRing ring;
  ASSERT_TRUE(ring.AddFrom(elsewhere.path(), "perron-4", scope_key_).ok());
  Store behind(redis_.get(), "test", &TestEntities(), ring);
  ASSERT_TRUE(Put("a", "citizens/a", &behind).ok());
  ASSERT_TRUE(Rotate(Admin().get(), "test", "perron-4", keys_.path(), false).ok());
  const absl::Status refused = Put("b", "citizens/b", &behind);
  EXPECT_EQ(ReasonOf(refused), "KEY_RING") << refused;
  EXPECT_TRUE(server_.Admin({"GET", "test:{perron-4}:r:note:b"}).IsNil());
  EXPECT_TRUE(Put("b", "citizens/b", store_.get()).ok());
}

TEST_F(KeeperTest, ErasingReachesAServiceThatRunsAndItsJournal) {
  testing::TempDir journal_dir;
  const EraseFrom from{"test", "test", "perron-4", keys_.path(), journal_dir.path()};
  const std::unique_ptr<Redis> admin = Admin();
  ASSERT_TRUE(Put("a", "citizens/x", store_.get()).ok());
  ASSERT_TRUE(Put("b", "citizens/y", store_.get()).ok());
  EXPECT_EQ(*Erase(admin.get(), from, "citizens/nobody"), Erased::kNothingKept);
  EXPECT_EQ(*Erase(admin.get(), from, "citizens/x"), Erased::kErased);
  EXPECT_EQ(OwnerOf("a", store_.get()), "");
  EXPECT_EQ(OwnerOf("b", store_.get()), "citizens/y");
  EXPECT_EQ(ReasonOf(Put("c", "citizens/x", store_.get())), "ERASED") << "what the service remembers of the key does not bring it back";
  EXPECT_EQ(*Erase(admin.get(), from, "citizens/x"), Erased::kErasedBefore);
  int lines = 0;
  const auto journal = *Journal::Open(journal_dir.path(), "test", [](const char*) {});
  ASSERT_TRUE(journal->ForEach([&](const Journal::Line& line) { lines += line.base == "test:{perron-4}:" && line.number == 1; }).ok());
  EXPECT_EQ(lines, 1);
  // Swept, the person may come back, with a key that opens nothing of before.
  ASSERT_TRUE(Sweep(admin.get()).ok());
  EXPECT_TRUE(Put("c", "citizens/x", store_.get()).ok());
  EXPECT_EQ(OwnerOf("c", store_.get()), "citizens/x");
}

TEST_F(KeeperTest, TheSweepLeavesNoTraceOfWhatWasErasedAndAllOfTheRest) {
  for (const char* who : {"x", "y"}) {
    ASSERT_TRUE(Put(absl::StrCat("1", who), absl::StrCat("citizens/", who), store_.get()).ok());
    ASSERT_TRUE(Put(absl::StrCat("2", who), absl::StrCat("citizens/", who, who), store_.get()).ok());
  }
  const std::string id = KeyId(ScopeKeys(scope_key_), "citizens/x");
  Decision erase;
  erase.DestroyKey("citizens/x");
  ASSERT_TRUE(Commit(erase, store_.get()).ok());
  EXPECT_FALSE(server_.Admin({"GET", "test:{perron-4}:r:note:1x"}).IsNil()) << "sealed bytes that nobody can open";

  const auto swept = Sweep(Admin().get());
  ASSERT_TRUE(swept.ok()) << swept.status();
  EXPECT_EQ(swept->keys, 1u);
  EXPECT_EQ(swept->records, 1u);
  EXPECT_EQ(swept->names, 2u) << "its line in the index, and its claim";
  server_.Admin({"BGREWRITEAOF"});
  for (int i = 0; i < 200; ++i) {
    const std::string info = server_.Admin({"INFO", "persistence"}).text;
    if (info.find("aof_rewrite_in_progress:0") != std::string::npos && info.find("aof_rewrite_scheduled:0") != std::string::npos) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  absl::SleepFor(absl::Milliseconds(300));  // the old files are deleted beside
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server_.dir())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    ++files;
    EXPECT_EQ(bytes.find(id), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(crypto::Hex(id)), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 2);
  EXPECT_EQ(OwnerOf("1y", store_.get()), "citizens/y");
  EXPECT_EQ(OwnerOf("2x", store_.get()), "citizens/xx");
  EXPECT_EQ(Sweep(Admin().get())->keys, 0u);
}

}  // namespace
}  // namespace brobygger::keeper
