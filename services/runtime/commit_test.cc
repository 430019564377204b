#include "services/runtime/commit.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/runtime/crypto.h"
#include "services/runtime/kept_answer.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/store_fixture.h"

namespace brobygger::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CommitTest : public StoreFixture {
 protected:
  static Decision Puts(const std::string& id, const Message& m) {
    Decision d;
    d.Put(TestEntities(), id, m);
    return d;
  }
  static Decision Deletes(const std::string& kind, const std::string& id) {
    Decision d;
    d.Delete(kind, id);
    return d;
  }
  static Decision Destroys(const std::string& owner) {
    Decision d;
    d.DestroyKey(owner);
    return d;
  }
  absl::Status CommitBlind(const Decision& d, Store* store = nullptr) { return Commit(View(&TestEntities()), d, std::nullopt, store); }
  std::string Reason(const absl::Status& status) { return status.ok() ? "OK" : ReasonOf(status); }
  absl::StatusOr<std::optional<stored::IdempotentAnswer>> Kept(const std::string& key) {
    return Await<absl::StatusOr<std::optional<stored::IdempotentAnswer>>>([&](auto done) { store_->Idempotent(scope_, key, done); });
  }
};

// --- the read set: each case reads, lets someone else change something, and commits something unrelated ---

struct Case {
  std::string name;
  ReadKey read;
  std::function<Decision()> change;
  bool conflict = true;
  std::string looked_at{};  // the note that is taken from the page
};

TEST_F(CommitTest, ReadSet) {
  Decision put_a = Puts("a", Note("citizens/x", "open", 2)), put_new = Puts("new", Note("citizens/x", "open", 2, "anna"));
  Decision move_a = Puts("a", Note("citizens/x", "closed", 1)), change_b = Puts("b", Note("citizens/y", "other", 1, "anna"));
  const std::vector<Case> cases = {
      {"record changed", RecordKey("note", "a"), [&] { return put_a; }},
      {"record deleted", RecordKey("note", "a"), [&] { return Deletes("note", "a"); }},
      {"record created", RecordKey("note", "new"), [&] { return put_new; }},
      {"its data key destroyed", RecordKey("note", "a"), [&] { return Destroys("citizens/x"); }},
      {"claim taken", ClaimKey("person:anna"), [&] { return put_new; }},
      {"claim given up", ClaimKey("person:bo"), [&] { return Deletes("note", "b"); }},
      {"page grown", PageKey("open", 10), [&] { return put_new; }},
      {"page shrunk", PageKey("open", 10), [&] { return Deletes("note", "a"); }},
      {"page left", PageKey("open", 10), [&] { return move_a; }},
      {"empty page grown", PageKey("closed", 10), [&] { return move_a; }},
      {"record untouched", RecordKey("note", "b"), [&] { return put_a; }, false},
      {"absence untouched", RecordKey("note", "none"), [&] { return put_a; }, false},
      {"claim untouched", ClaimKey("person:bo"), [&] { return put_a; }, false},
      {"page untouched", PageKey("other", 10), [&] { return put_a; }, false},
      {"a record on a page changed, and nobody had looked at it", PageKey("other", 10), [&] { return change_b; }, false},
      {"a record on a page changed", PageKey("other", 10), [&] { return change_b; }, true, "b"},
  };
  for (const char* slug : {"perron-4", "trust"}) {
    scope_.slug = slug;
    for (const Case& c : cases) {
      const std::string name = absl::StrCat(slug, ": ", c.name);
      server_->Admin({"FLUSHALL"});
      store_ = NewStore();
      ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok());
      ASSERT_TRUE(Put("b", Note("citizens/y", "other", 1, "bo")).ok());
      View view = Seen({c.read});
      if (!c.looked_at.empty()) {
        ASSERT_NE(*view.Find<stored::ReadNote>(c.looked_at), nullptr);
      }
      ASSERT_TRUE(CommitBlind(c.change()).ok()) << name;
      const absl::Status status = Commit(view, Puts("s", Shared("unrelated")));
      EXPECT_EQ(Reason(status), c.conflict ? "CONFLICT" : "OK") << name;
      if (c.conflict) {
        EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << name;
      }
      EXPECT_EQ(Get<stored::OutboxItem>("shared", "s") == nullptr, c.conflict) << name << ": nothing is written if the commit loses";
    }
  }
}

// A record that was deleted and came back is another one, though all looks the same.
TEST_F(CommitTest, ALaterLifeIsNoticed) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  const View view = Seen({RecordKey("note", "a")});
  ASSERT_TRUE(CommitBlind(Deletes("note", "a")).ok());
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  EXPECT_EQ(Reason(Commit(view, Puts("s", Shared("x")))), "CONFLICT");
}

TEST_F(CommitTest, RevisionsAndEtags) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  const auto first = ReadOne(RecordKey("note", "a"));
  ASSERT_TRUE(Commit(Seen({RecordKey("note", "a")}), Puts("a", Note("citizens/x", "closed"))).ok());
  EXPECT_EQ(ReadOne(RecordKey("note", "a"))->revision, first->revision + 1);
  ASSERT_TRUE(Put("a", Note("citizens/x", "again")).ok()) << "written without having been read";
  EXPECT_EQ(ReadOne(RecordKey("note", "a"))->revision, first->revision + 2);
}

TEST_F(CommitTest, OfTwoAtOnceOneWins) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "0")).ok());
  auto other = NewStore();
  for (int round = 0; round < 100; ++round) {
    const View view = Seen({RecordKey("note", "a")});
    const Decision first = Puts("a", Note("citizens/x", absl::StrCat("first", round))), second = Puts("a", Note("citizens/x", absl::StrCat("second", round)));
    std::promise<absl::Status> a, b;
    store_->Commit(scope_, {&view, &first, std::nullopt, clock_.Now()}, [&](absl::Status s) { a.set_value(s); });
    other->Commit(scope_, {&view, &second, std::nullopt, clock_.Now()}, [&](absl::Status s) { b.set_value(s); });
    const bool a_won = a.get_future().get().ok(), b_won = b.get_future().get().ok();
    ASSERT_NE(a_won, b_won);
    ASSERT_EQ(Get<stored::ReadNote>("note", "a")->method(), absl::StrCat(a_won ? "first" : "second", round));
  }
}

// Counting up without losing any, the way the runtime does it.
TEST_F(CommitTest, CountingUpTogether) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "n", 0)).ok());
  constexpr int kThreads = 4, kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kEach;) {
        const View view = Seen({RecordKey("note", "a")});
        const auto& now = static_cast<const stored::ReadNote&>(*view.loaded().begin()->second.record);
        if (Commit(view, Puts("a", Note("citizens/x", "n", now.time_ms() + 1))).ok()) ++done;
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(Get<stored::ReadNote>("note", "a")->time_ms(), kThreads * kEach);
}

TEST_F(CommitTest, BlindWritesTogetherAllLand) {
  std::vector<std::thread> threads;
  std::atomic<int> ok{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        absl::Status status;
        do {
          status = Put("a", Note("citizens/x", absl::StrCat("m", t, "-", i)));
        } while (ReasonOf(status) == "CONFLICT");  // the others were faster too often
        ok += status.ok();
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(ok, 60);
  // Whoever came last, only their entry is in an index.
  int listed = 0;
  for (int t = 0; t < 3; ++t) {
    for (int i = 0; i < 20; ++i) listed += static_cast<int>(Ids(absl::StrCat("m", t, "-", i)).size());
  }
  EXPECT_EQ(listed, 1);
}

TEST_F(CommitTest, IndexDeltas) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok());
  const auto before = ReadOne(PageKey("open", 10));
  ASSERT_TRUE(Commit(Seen({RecordKey("note", "a")}), Puts("a", Note("citizens/z", "open", 1))).ok());
  EXPECT_EQ(ReadOne(PageKey("open", 10))->revision, before->revision) << "a change that the index does not show leaves it alone";
  ASSERT_TRUE(Commit(Seen({RecordKey("note", "a")}), Puts("a", Note("citizens/x", "closed", 1))).ok());
  EXPECT_THAT(Ids("open"), IsEmpty());
  EXPECT_THAT(Ids("closed"), ElementsAre("a"));
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok()) << "unread: the old content is found out";
  EXPECT_THAT(Ids("closed"), IsEmpty());
  EXPECT_THAT(Ids("open"), ElementsAre("a"));
  ASSERT_TRUE(CommitBlind(Deletes("note", "a")).ok());
  EXPECT_THAT(Ids("open"), IsEmpty());
  EXPECT_EQ(Get<stored::ReadNote>("note", "a"), nullptr);
  EXPECT_TRUE(CommitBlind(Deletes("note", "a")).ok()) << "deleting nothing is no error";
}

TEST_F(CommitTest, LastWriteOfARecordCounts) {
  Decision twice;
  twice.Put(TestEntities(), "a", Note("citizens/x", "open"));
  twice.Put(TestEntities(), "a", Note("citizens/x", "closed"));
  ASSERT_TRUE(CommitBlind(twice).ok());
  EXPECT_THAT(Ids("open"), IsEmpty());
  EXPECT_THAT(Ids("closed"), ElementsAre("a"));
}

TEST_F(CommitTest, ClaimsAreUnique) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1, "anna")).ok());
  const absl::Status second = Put("b", Note("citizens/y", "open", 1, "anna"));
  EXPECT_EQ(second.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Reason(second), "DUPLICATE");
  EXPECT_EQ(Get<stored::ReadNote>("note", "b"), nullptr);
  EXPECT_TRUE(Put("a", Note("citizens/x", "open", 2, "anna")).ok()) << "one's own claim stays";
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 2, "bo")).ok());
  EXPECT_TRUE(Put("b", Note("citizens/y", "open", 1, "anna")).ok()) << "given up, free again";
  // Exchanged within one commit; and twice the same within one commit.
  Decision exchange;
  exchange.Put(TestEntities(), "a", Note("citizens/x", "open", 1, "anna"));
  exchange.Put(TestEntities(), "b", Note("citizens/y", "open", 1, "bo"));
  EXPECT_EQ(Reason(Commit(Seen({RecordKey("note", "a"), RecordKey("note", "b")}), exchange)), "OK");
  EXPECT_EQ(ReadOne(ClaimKey("person:anna"))->holder, "note/a");
  Decision both;
  both.Put(TestEntities(), "c", Note("citizens/x", "open", 1, "carl"));
  both.Put(TestEntities(), "d", Note("citizens/x", "open", 1, "carl"));
  EXPECT_EQ(Reason(CommitBlind(both)), "DUPLICATE");
  EXPECT_EQ(ReadOne(ClaimKey("person:carl"))->holder, "");
}

TEST_F(CommitTest, ClaimsUnderContention) {
  std::atomic<int> won{0}, duplicate{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const std::string reason = Reason(Put(absl::StrCat("n", t), Note("citizens/x", "open", 1, "anna")));
      won += reason == "OK";
      duplicate += reason == "DUPLICATE";
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(duplicate, 7);
}

// --- data keys ---

TEST_F(CommitTest, ProcessesShareDataKeys) {
  auto other = NewStore();
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  ASSERT_TRUE(Put("b", Note("citizens/x", "open"), other.get()).ok()) << "the other did not know the key";
  EXPECT_EQ(Raw("r:note:a").substr(9, 16), Raw("r:note:b").substr(9, 16));
  EXPECT_NE(Get<stored::ReadNote>("note", "a"), nullptr);
  EXPECT_NE(Get<stored::ReadNote>("note", "b"), nullptr);
  EXPECT_EQ(server_->Admin({"KEYS", Base() + "k:*"}).elements.size(), 1u);
}

TEST_F(CommitTest, TwoMakeTheSameDataKeyAtOnce) {
  auto other = NewStore();
  const View none(&TestEntities());
  for (int i = 0; i < 30; ++i) {
    const std::string owner = absl::StrCat("citizens/", i);
    const Decision first = Puts(absl::StrCat("a", i), Note(owner, "open")), second = Puts(absl::StrCat("b", i), Note(owner, "open"));
    std::promise<absl::Status> a, b;
    store_->Commit(scope_, {&none, &first, std::nullopt, clock_.Now()}, [&](absl::Status s) { a.set_value(s); });
    other->Commit(scope_, {&none, &second, std::nullopt, clock_.Now()}, [&](absl::Status s) { b.set_value(s); });
    ASSERT_TRUE(a.get_future().get().ok());
    ASSERT_TRUE(b.get_future().get().ok());
    ASSERT_NE(Get<stored::ReadNote>("note", absl::StrCat("a", i)), nullptr);
    ASSERT_NE(Get<stored::ReadNote>("note", absl::StrCat("b", i)), nullptr);
  }
}

// As after a restore: Redis has not, or has another, what the process remembers. Sealing with that would be a record lost.
TEST_F(CommitTest, ARememberedKeyThatIsGoneOrAnotherIsNotUsed) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  const std::string name = "k:" + crypto::Hex(Raw("r:note:a").substr(9, 16));
  server_->Admin({"DEL", Base() + name});
  ASSERT_TRUE(Put("b", Note("citizens/x", "open")).ok());
  EXPECT_NE(Get<stored::ReadNote>("note", "b"), nullptr);

  server_->Admin({"DEL", Base() + name});
  auto other = NewStore();
  ASSERT_TRUE(Put("c", Note("citizens/x", "open"), other.get()).ok());
  ASSERT_TRUE(Put("d", Note("citizens/x", "open")).ok());
  EXPECT_NE(Get<stored::ReadNote>("note", "c"), nullptr);
  EXPECT_NE(Get<stored::ReadNote>("note", "d"), nullptr);
}

TEST_F(CommitTest, DestroyedKey) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  ASSERT_TRUE(Put("b", Note("citizens/y", "open")).ok());
  auto other = NewStore();
  ASSERT_TRUE(Put("a2", Note("citizens/x", "open"), other.get()).ok());
  const std::string wrapped = Raw("k:" + crypto::Hex(Raw("r:note:a").substr(9, 16)));
  ASSERT_TRUE(CommitBlind(Destroys("citizens/x")).ok());

  for (const char* id : {"a", "a2"}) {
    ASSERT_EQ(Get<stored::ReadNote>("note", id), nullptr);
    ASSERT_EQ(ReadOne(RecordKey("note", id))->revision, 0u);
    EXPECT_EQ(*Await<absl::StatusOr<std::string>>([&](auto done) { store_->ReadFile(scope_, "note", id, done); }), "");
  }
  EXPECT_NE(Get<stored::ReadNote>("note", "b"), nullptr);
  // Not in Redis any more, under any key.
  for (const auto& key : server_->Admin({"KEYS", "*"}).elements) {
    if (server_->Admin({"TYPE", key.text}).text == "string") {
      EXPECT_NE(server_->Admin({"GET", key.text}).text, wrapped);
    }
  }
  // It never comes back, not even in a process that still remembers it.
  for (Store* store : {store_.get(), other.get()}) {
    const absl::Status status = Put("c", Note("citizens/x", "open"), store);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Reason(status), "ERASED");
  }
  EXPECT_TRUE(Put("a", Note("citizens/y", "open")).ok()) << "the record's name is free for another owner";
  EXPECT_EQ(Get<stored::ReadNote>("note", "a")->owner(), "citizens/y");

  Decision both = Destroys("citizens/y");
  both.Put(TestEntities(), "d", Note("citizens/y", "open"));
  EXPECT_EQ(CommitBlind(both).code(), absl::StatusCode::kInternal);
}

// Redis's append-only file remembers what was overwritten until it is rewritten: an operator's nightly task (services/README.md).
TEST_F(CommitTest, ADestroyedKeyLeavesTheFilesWithTheirNextRewrite) {
  Store::Idempotency kept{"told x", {}};
  kept.answer.set_response("an alias");
  ASSERT_TRUE(Commit(View(&TestEntities()), Puts("a", Note("citizens/x", "open")), kept).ok());
  const std::string wrapped = Raw("k:" + crypto::Hex(Raw("r:note:a").substr(9, 16)));
  const auto at_rest = [&] {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server_->dir())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (content.find(wrapped) != std::string::npos) return true;
    }
    return false;
  };
  ASSERT_TRUE(at_rest()) << "the search itself works";
  ASSERT_TRUE(CommitBlind(Destroys("citizens/x")).ok());
  server_->Admin({"BGREWRITEAOF"});
  bool gone = false;
  for (int i = 0; i < 2400 && !gone; ++i) {
    absl::SleepFor(absl::Milliseconds(25));
    gone = !at_rest();
  }
  EXPECT_TRUE(gone);
  EXPECT_EQ(Reason(Kept("told x").status()), "ERASED");
}

// --- idempotency ---

TEST_F(CommitTest, Idempotency) {
  Store::Idempotency kept{"agencies/perron-4|anna|M|r1", {}};
  kept.answer.set_request_digest("digest");
  kept.answer.set_response("response");
  EXPECT_FALSE(Kept(kept.key)->has_value());
  ASSERT_TRUE(Commit(View(&TestEntities()), Puts("a", Note("citizens/x", "open")), kept).ok());
  ASSERT_TRUE(Kept(kept.key)->has_value());
  EXPECT_EQ((**Kept(kept.key)).response(), "response");
  EXPECT_FALSE(Kept("agencies/perron-4|anna|M|r2")->has_value());
  EXPECT_EQ(Reason(Commit(View(&TestEntities()), Puts("b", Note("citizens/x", "open")), kept)), "CONFLICT");
  EXPECT_EQ(Get<stored::ReadNote>("note", "b"), nullptr);

  const std::string name = server_->Admin({"KEYS", Base() + "i:*"}).elements[0].text;
  const long long ttl = server_->Admin({"PTTL", name}).integer;
  EXPECT_GT(ttl, 23 * 3600 * 1000);
  EXPECT_LE(ttl, 24 * 3600 * 1000);
  // Kept answers are sealed, each for its own request.
  ASSERT_TRUE(Commit(View(&TestEntities()), Decision(), Store::Idempotency{"other", {}}).ok());
  for (const auto& k : server_->Admin({"KEYS", Base() + "i:*"}).elements) server_->Admin({"SET", k.text, server_->Admin({"GET", name}).text});
  EXPECT_EQ(Kept("other").status().code(), absl::StatusCode::kDataLoss);
}

// An answer repeats what was stored: who is forgotten is forgotten in it, too, and the request is not carried out again.
TEST_F(CommitTest, AKeptAnswerGoesWithWhomItTellsOf) {
  const auto kept = [](const std::string& name) {
    Store::Idempotency i{name, {}};
    i.answer.set_response("an alias and its wishes");
    return i;
  };
  ASSERT_TRUE(Put("read", Note("citizens/z", "open")).ok());
  Decision two = Puts("a", Note("citizens/x", "open"));
  two.Put(TestEntities(), "b", Note("citizens/y", "open"));
  ASSERT_TRUE(Commit(View(&TestEntities()), Puts("w", Note("citizens/x", "open")), kept("wrote x")).ok());
  ASSERT_TRUE(Commit(View(&TestEntities()), two, kept("wrote x and y")).ok());
  ASSERT_TRUE(Commit(View(&TestEntities()), Puts("c", Note("citizens/y", "open")), kept("wrote y")).ok());
  ASSERT_TRUE(Commit(Seen({RecordKey("note", "read")}), Puts("s", Shared("ours")), kept("read z")).ok());
  ASSERT_TRUE(Commit(View(&TestEntities()), Puts("t", Shared("ours")), kept("nobody")).ok());
  for (const char* name : {"wrote x", "wrote x and y", "wrote y", "read z", "nobody"}) {
    EXPECT_EQ((**Kept(name)).response(), "an alias and its wishes") << name;
  }

  Decision forget = Destroys("citizens/x");
  forget.Delete("note", "a");
  ASSERT_TRUE(Commit(View(&TestEntities()), forget, kept("forgot x")).ok());
  ASSERT_TRUE(CommitBlind(Destroys("citizens/z")).ok());
  for (const char* name : {"wrote x", "wrote x and y", "read z"}) {
    EXPECT_EQ(Reason(Kept(name).status()), "ERASED") << name;
    EXPECT_EQ(Kept(name).status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Reason(Commit(View(&TestEntities()), Puts("again", Shared("x")), kept(name))), "CONFLICT") << "not a second time";
  }
  for (const char* name : {"wrote y", "nobody", "forgot x"}) EXPECT_EQ((**Kept(name)).response(), "an alias and its wishes") << name;

  // With everything that is left in Redis and the agency's own key, the erased ones do not open.
  const ScopeKeys& keys = *ring_.Find("perron-4");
  std::vector<crypto::Key> left;
  left.push_back(keys.idempotency.Clone());
  for (const auto& k : server_->Admin({"KEYS", Base() + "k:*"}).elements) {
    auto key = UnwrapKey(keys, k.text, server_->Admin({"GET", k.text}).text);
    if (key.ok()) left.push_back(*std::move(key));
  }
  ASSERT_EQ(left.size(), 3u) << "scope, y, the agency's own";
  int opened = 0, closed = 0;
  for (const auto& k : server_->Admin({"KEYS", Base() + "i:*"}).elements) {
    const std::string bytes = server_->Admin({"GET", k.text}).text;
    const auto ids = OwnersOfKept(bytes);
    ASSERT_TRUE(ids.ok());
    bool opens = ids->empty() && OpenKept(keys, k.text, {}, bytes).ok();
    for (const crypto::Key& first : left) {
      EXPECT_FALSE(OpenValue(first, k.text, bytes).ok() || OpenValue(first, k.text, bytes.substr(2)).ok());
      if (ids->size() == 1) opens = opens || OpenKept(keys, k.text, {{(*ids)[0], &first}}, bytes).ok();
      for (const crypto::Key& second : left) {
        if (ids->size() == 2) opens = opens || OpenKept(keys, k.text, {{(*ids)[0], &first}, {(*ids)[1], &second}}, bytes).ok();
      }
    }
    ++(opens ? opened : closed);
  }
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(closed, 3);
}

TEST_F(CommitTest, TheSameRequestTwiceAtOnce) {
  for (int i = 0; i < 20; ++i) {
    const View none(&TestEntities());
    const Decision d = Puts(absl::StrCat("n", i), Note("citizens/x", "open"));
    const Store::Idempotency key{absl::StrCat("r", i), {}};
    std::promise<absl::Status> a, b;
    store_->Commit(scope_, {&none, &d, key, clock_.Now()}, [&](absl::Status s) { a.set_value(s); });
    store_->Commit(scope_, {&none, &d, key, clock_.Now()}, [&](absl::Status s) { b.set_value(s); });
    ASSERT_NE(a.get_future().get().ok(), b.get_future().get().ok());
  }
}

// --- events, ledger ---

TEST_F(CommitTest, EventsGoWithTheCommit) {
  Decision d = Puts("a", Note("citizens/x", "open"));
  d.Emit(Shared("happened"));
  ASSERT_TRUE(CommitBlind(d).ok());
  const View stale = Seen({RecordKey("note", "a")});
  ASSERT_TRUE(Put("a", Note("citizens/x", "closed")).ok());
  ASSERT_FALSE(Commit(stale, d).ok());
  const auto items = server_->Admin({"XRANGE", Base() + "o", "-", "+"});
  ASSERT_EQ(items.elements.size(), 1u);
  stored::OutboxItem item;
  ASSERT_TRUE(item.ParseFromString(*OpenValue(ring_.Find("perron-4")->outbox, Base() + "o", items.elements[0].elements[1].elements[1].text)));
  EXPECT_EQ(item.type(), "brobygger.stored.OutboxItem");
  EXPECT_EQ(item.time_ms(), absl::ToUnixMillis(clock_.Now()));
  stored::OutboxItem event;
  ASSERT_TRUE(event.ParseFromString(item.event()));
  EXPECT_EQ(event.id(), "happened");
}

TEST_F(CommitTest, LedgerEntriesGoWithTheCommit) {
  scope_.slug = "trust";
  stored::LedgerRow head;
  head.set_subject_salt("salt");
  const std::string subject(26, 'a');
  Decision d = Puts("a", Shared("x"));
  d.AppendToLedger({subject, head.SerializeAsString()});
  d.AppendToLedger({"", head.SerializeAsString()});
  ASSERT_TRUE(CommitBlind(d).ok());
  const View stale = Seen({RecordKey("shared", "a")});
  ASSERT_TRUE(Put("a", Shared("y")).ok());
  EXPECT_EQ(Reason(Commit(stale, d)), "CONFLICT");

  const auto rows = server_->Admin({"XRANGE", Base() + "ledger", "-", "+"});
  ASSERT_EQ(rows.elements.size(), 2u) << "a commit that loses writes no entry";
  std::vector<stored::LedgerRow> parsed(2);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(parsed[i].ParseFromString(rows.elements[i].elements[1].elements[1].text));
    EXPECT_EQ(parsed[i].number(), static_cast<uint64_t>(i + 1));
    EXPECT_EQ(parsed[i].subject_salt(), "salt");
  }
  EXPECT_EQ(parsed[0].chain().subject(), subject);

  scope_.slug = "perron-4";
  EXPECT_EQ(CommitBlind(d).code(), absl::StatusCode::kInternal) << "only the trust store has a ledger";
}

// A ledger that cannot be written leaves nothing half done.
TEST_F(CommitTest, ABrokenLedgerStopsTheCommit) {
  scope_.slug = "trust";
  SetRaw("ledger-head", "broken");
  Decision d = Puts("a", Shared("x"));
  d.AppendToLedger({"", "head"});
  EXPECT_FALSE(CommitBlind(d).ok());
  EXPECT_EQ(Get<stored::OutboxItem>("shared", "a"), nullptr);
  EXPECT_EQ(server_->Admin({"KEYS", Base() + "k:*"}).elements.size(), 0u);
}

// --- durability ---

TEST_F(CommitTest, Kill9LosesNothingAcknowledged) {
  RedisServer server;
  auto redis = server.Connect();
  Store store(redis.get(), "test", &TestEntities(), ring_);
  const auto back = [&] {  // by asking: that the connection broke may not have been noticed yet
    bool answers = false;
    for (int i = 0; i < 6000 && !answers; ++i, absl::SleepFor(absl::Milliseconds(10))) answers = redis->Call({"PING"}).ok();
    return answers;
  };
  std::set<std::string> acknowledged;
  int n = 0;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(back());
    std::atomic<bool> stop{false};
    std::atomic<int> written{0};
    std::thread killer([&] {
      while (written < 10 + 7 * round) absl::SleepFor(absl::Milliseconds(1));
      server.Kill9();
      stop = true;
    });
    while (!stop) {
      const std::string id = absl::StrCat("n", n++);
      const View none(&TestEntities());
      const Decision d = Puts(id, Note(absl::StrCat("citizens/", n % 7), "open", n, id));
      if (Await<absl::Status>([&](auto done) { store.Commit(scope_, {&none, &d, std::nullopt, clock_.Now()}, done); }).ok()) {
        acknowledged.insert(id);
        ++written;
      }
    }
    killer.join();
    server.Start();
  }
  ASSERT_TRUE(back());
  EXPECT_GT(acknowledged.size(), 20u);
  std::set<std::string> listed;
  std::string after;
  do {
    const auto page = Await<absl::StatusOr<std::vector<ReadValue>>>([&](auto done) { store.Read(scope_, {PageKey("open", 1000, after)}, done); });
    ASSERT_TRUE(page.ok()) << page.status();
    listed.insert((*page)[0].ids.begin(), (*page)[0].ids.end());
    after = (*page)[0].next;
  } while (!after.empty());
  for (const std::string& id : acknowledged) {
    EXPECT_EQ(listed.count(id), 1u) << id;
    const auto values = Await<absl::StatusOr<std::vector<ReadValue>>>(
        [&](auto done) { store.Read(scope_, {RecordKey("note", id), ClaimKey("person:" + id)}, done); });
    ASSERT_TRUE(values.ok()) << values.status();
    EXPECT_NE((*values)[0].record, nullptr) << id;
    EXPECT_EQ((*values)[1].holder, "note/" + id);
  }
}

}  // namespace
}  // namespace brobygger::testing
