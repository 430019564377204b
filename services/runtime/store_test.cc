#include "services/runtime/store.h"

#include "gmock/gmock.h"
#include "services/runtime/commit.h"
#include "services/runtime/crypto.h"
#include "services/runtime/reading.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/store_fixture.h"

namespace brobygger::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class StoreTest : public StoreFixture {
 protected:
  absl::StatusOr<std::string> File(const std::string& kind, const std::string& id) {
    return Await<absl::StatusOr<std::string>>([&](auto done) { store_->ReadFile(scope_, kind, id, done); });
  }
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Due(absl::Time now, int limit = 10) {
    return Await<absl::StatusOr<std::vector<std::pair<std::string, std::string>>>>([&](auto done) { store_->Due(scope_, now, limit, done); });
  }
  absl::Status NoteRead(const std::string& person, const std::string& owner, Store* store = nullptr) {
    return Await<absl::Status>([&](auto done) { (store ? store : store_.get())->NoteReads(scope_, person, {owner}, "Get", clock_.Now(), done); });
  }
  // How often something has come in at Redis, this asking included: trips.
  long long Trips() {
    const std::string text = server_->Admin({"INFO", "stats"}).text, name = "total_reads_processed:";
    return std::atoll(text.c_str() + text.find(name) + name.size());
  }
  std::string LogOf(const std::string& owner) { return ReadingsName(*ring_.Find(scope_.slug), owner); }
  // Lines about these owners.
  long long Notes(const std::vector<std::string>& owners = {"citizens/w", "citizens/x", "citizens/y", "citizens/z"}) {
    long long lines = 0;
    for (const std::string& owner : owners) lines += server_->Admin({"LLEN", Base() + LogOf(owner)}).integer;
    return lines;
  }
  absl::StatusOr<ReadValue> Readings(const std::string& owner, int limit, const std::string& after = "") {
    return ReadOne({ReadKey::What::kReadings, "", owner, "", "", after, limit});
  }
};

// Pages come in one way from an agency's scope, and in another from the trust store; they are the same pages.
class PageTest : public StoreTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    scope_.slug = GetParam();
  }
};
INSTANTIATE_TEST_SUITE_P(Scopes, PageTest, ::testing::Values("perron-4", "trust"), [](const auto& scope) { return scope.index == 0 ? "Agency" : "Trust"; });

TEST_F(StoreTest, LibraryIsLoaded) {
  EXPECT_TRUE(store_->CheckLibrary().ok()) << store_->CheckLibrary();
  server_->Admin({"FUNCTION", "DUMP"});
  RedisServer::Options options;
  options.library = {"services/runtime/store.lua"};
  options.library_end = "";
  RedisServer other(options);
  other.Admin({"FUNCTION", "FLUSH"});
  auto redis = other.Connect();
  Store store(redis.get(), "test", &TestEntities(), ring_);
  EXPECT_EQ(store.CheckLibrary().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(store.CheckLibrary().message()), HasSubstr("FUNCTION LOAD REPLACE"));
}

TEST_F(StoreTest, RoundTrip) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 5)).ok());
  const auto value = ReadOne(RecordKey("note", "a"));
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_GT(value->revision, 0u);
  EXPECT_EQ(static_cast<const stored::ReadNote&>(*value->record).owner(), "citizens/x");
  EXPECT_EQ(*File("note", "a"), value->record->SerializeAsString());

  const auto none = ReadOne(RecordKey("note", "b"));
  EXPECT_EQ(none->revision, 0u);
  EXPECT_EQ(none->record, nullptr);
  EXPECT_EQ(*File("note", "b"), "");

  // Another process with the same keys.
  store_ = NewStore();
  EXPECT_EQ(Get<stored::ReadNote>("note", "a")->method(), "open");
  EXPECT_TRUE(Put("b", Note("citizens/x", "open")).ok());
}

// Its data key is guessed from the file's name; a record of another owner is found all the same.
TEST_F(StoreTest, ReadFileOfAnyOwner) {
  const stored::ReadNote own = Note("citizens/a", "open"), other = Note("citizens/b", "open");
  ASSERT_TRUE(Put("a", own).ok());
  EXPECT_EQ(*File("note", "a"), own.SerializeAsString());
  ASSERT_TRUE(Put("a", other).ok());
  EXPECT_EQ(*File("note", "a"), other.SerializeAsString());
  ASSERT_TRUE(Put("s", Shared("text")).ok());
  EXPECT_EQ(*File("shared", "s"), Shared("text").SerializeAsString());

  ASSERT_TRUE(Put("a", own).ok());
  const std::string key_name = "k:" + crypto::Hex(Raw("r:note:a").substr(9, 16)), key = Raw(key_name);
  SetRaw(key_name, "something");
  EXPECT_EQ(File("note", "a").status().code(), absl::StatusCode::kDataLoss) << "forged";
  server_->Admin({"DEL", Base() + key_name});
  EXPECT_EQ(File("note", "a").status().code(), absl::StatusCode::kDataLoss) << "lost";
  SetRaw(key_name, key);
  Decision destroy;
  destroy.DestroyKey("citizens/a");
  ASSERT_TRUE(Commit(View(&TestEntities()), destroy).ok());
  EXPECT_EQ(*File("note", "a"), "") << "destroyed";
}

TEST_P(PageTest, ManyKeysInOneCall) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1, "p")).ok());
  ASSERT_TRUE(Put("s", Shared("text")).ok());
  const auto values = Read({RecordKey("note", "none"), PageKey("open", 5), RecordKey("shared", "s"), ClaimKey("person:p"), ClaimKey("person:q"),
                            RecordKey("note", "a"), PageKey("closed", 5)});
  ASSERT_TRUE(values.ok()) << values.status();
  ASSERT_EQ(values->size(), 7u);
  EXPECT_EQ((*values)[0].record, nullptr);
  EXPECT_THAT((*values)[1].ids, ElementsAre("a"));
  EXPECT_NE((*values)[2].record, nullptr);
  EXPECT_EQ((*values)[3].holder, "note/a");
  EXPECT_EQ((*values)[4].holder, "");
  EXPECT_NE((*values)[5].record, nullptr);
  EXPECT_THAT((*values)[6].ids, IsEmpty());
  EXPECT_THAT(*Read({}), IsEmpty());
}

// Nothing of a record stands in Redis in clear, not even in a key name.
TEST_F(StoreTest, NothingInClear) {
  ASSERT_TRUE(Put("a", Note("citizens/secretowner", "open", 1, "")).ok());
  ASSERT_TRUE(Put("b", Shared("secrettext")).ok());
  ASSERT_TRUE(NoteRead("secretperson", "citizens/secretowner").ok());
  Decision event;
  event.Emit(Shared("secretevent"));
  ASSERT_TRUE(Commit(View(&TestEntities()), event, Store::Idempotency{"secretkey", {}}).ok());
  std::string all;
  for (const auto& key : server_->Admin({"KEYS", "*"}).elements) all += key.text + server_->Admin({"DUMP", key.text}).text;
  EXPECT_THAT(all, Not(HasSubstr("secret")));
}

TEST_F(StoreTest, UnknownScopeAndWrongCalls) {
  scope_.slug = "nobody";
  EXPECT_EQ(ReadOne(RecordKey("note", "a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Put("a", Shared("x")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(File("note", "a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Due(clock_.Now()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(NoteRead("p", "o").code(), absl::StatusCode::kNotFound);
  scope_.slug = "perron-4";
  EXPECT_EQ(ReadOne(RecordKey("unheard-of", "a")).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReadOne(PageKey("open", 0)).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReadOne(PageKey("open", kMaxPage + 1)).status().code(), absl::StatusCode::kInternal);
}

TEST_F(StoreTest, ScopesAreApart) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  scope_.slug = "boligenhed";
  EXPECT_EQ(Get<stored::ReadNote>("note", "a"), nullptr);
  EXPECT_THAT(Ids("open"), IsEmpty());
}

TEST_F(StoreTest, ARecordOpensOnlyWhereItWasWritten) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open")).ok());
  ASSERT_TRUE(Put("b", Note("citizens/x", "closed")).ok());
  const std::string a = Raw("r:note:a");
  const auto lost = [&](const char* what) {
    EXPECT_EQ(ReadOne(RecordKey("note", "b")).status().code(), absl::StatusCode::kDataLoss) << what;
    EXPECT_EQ(File("note", "b").status().code(), absl::StatusCode::kDataLoss) << what;
  };
  const std::string b = Raw("r:note:b");
  SetRaw("r:note:b", a);
  lost("moved to another key");
  std::string older = b;
  older[8] = static_cast<char>(older[8] ^ 1);
  SetRaw("r:note:b", older);
  lost("another revision");
  SetRaw("r:note:b", b.substr(0, 20));
  lost("cut short");
  SetRaw("r:note:b", "");
  lost("empty");

  // Moved to another agency, together with its data key.
  const std::string key_name = "k:" + crypto::Hex(a.substr(9, 16)), key = Raw(key_name);
  scope_.slug = "boligenhed";
  SetRaw("r:note:b", b);
  SetRaw(key_name, key);
  lost("another agency");
  scope_.slug = "perron-4";

  SetRaw("r:note:b", b);
  EXPECT_TRUE(File("note", "b").ok());
  SetRaw(key_name, "something");
  lost("a forged data key");
  server_->Admin({"DEL", Base() + key_name});
  lost("a lost data key");
}

TEST_F(StoreTest, FacetIsReadableAndAuthentic) {
  scope_.slug = "trust";
  stored::PageToken m;
  m.set_cursor("A-facet-in-clear");
  ASSERT_TRUE(Put("a", m).ok());
  const std::string raw = Raw("r:faced:a");
  EXPECT_EQ(raw.substr(29, 16), "A-facet-in-clear");
  EXPECT_NE(Get<stored::PageToken>("faced", "a"), nullptr);

  std::string changed = raw;
  changed[29] = 'B';
  SetRaw("r:faced:a", changed);
  EXPECT_EQ(ReadOne(RecordKey("faced", "a")).status().code(), absl::StatusCode::kDataLoss) << "changed";
  std::string cut = raw.substr(0, 27) + std::string(2, '\0') + raw.substr(29 + 16 + 32);
  SetRaw("r:faced:a", cut);
  EXPECT_EQ(ReadOne(RecordKey("faced", "a")).status().code(), absl::StatusCode::kDataLoss) << "cut out";

  scope_.slug = "perron-4";
  EXPECT_EQ(Put("a", m).code(), absl::StatusCode::kInternal) << "facets are the trust store's";
}

TEST_P(PageTest, PagesNewestFirstAndStable) {
  for (const int64_t order : {3, -5, 1, 4, 2}) ASSERT_TRUE(Put(absl::StrCat("n", order), Note("citizens/x", "open", order)).ok());
  EXPECT_THAT(Ids("open"), ElementsAre("n4", "n3", "n2", "n1", "n-5"));

  const auto first = ReadOne(PageKey("open", 2));
  EXPECT_THAT(first->ids, ElementsAre("n4", "n3"));
  ASSERT_NE(first->next, "");
  // What comes or goes before the cursor moves nothing after it.
  ASSERT_TRUE(Put("n9", Note("citizens/x", "open", 9)).ok());
  ASSERT_TRUE(Put("n3", Note("citizens/x", "closed", 3)).ok());
  const auto second = ReadOne(PageKey("open", 2, first->next));
  EXPECT_THAT(second->ids, ElementsAre("n2", "n1"));
  const auto third = ReadOne(PageKey("open", 2, second->next));
  EXPECT_THAT(third->ids, ElementsAre("n-5"));
  EXPECT_EQ(third->next, "");
  EXPECT_EQ(ReadOne(PageKey("open", 5))->next, "") << "exactly full";
  EXPECT_GT(second->revision, first->revision);
}

TEST_P(PageTest, APageBringsItsRecords) {
  for (const int64_t order : {1, 2, 3}) ASSERT_TRUE(Put(absl::StrCat("n", order), Note("citizens/x", "open", order)).ok());
  const auto page = ReadOne(PageKey("open", 2));
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->brought.size(), 2u) << "not that of the member that only tells that there is more";
  for (size_t i = 0; i < 2; ++i) {
    const auto& [key, value] = page->brought[i];
    EXPECT_EQ(key.id, page->ids[i]);
    EXPECT_EQ(value.revision, ReadOne(RecordKey("note", key.id))->revision);
    ASSERT_NE(value.record, nullptr);
  }
  // In a view they count as read once they are asked for; what was read before stays, so that the commit sees that it changed.
  View view(&TestEntities());
  ReadValue before = *ReadOne(RecordKey("note", "n3"));
  before.revision += 1;
  view.Provide(RecordKey("note", "n3"), before);
  view.Provide(PageKey("open", 2), *page);
  EXPECT_EQ(view.loaded().size(), 2u);
  EXPECT_NE(*view.Find<stored::ReadNote>("n2"), nullptr);
  EXPECT_NE(*view.Find<stored::ReadNote>("n3"), nullptr);
  EXPECT_TRUE(view.pending().empty());
  EXPECT_EQ(view.loaded().at(RecordKey("note", "n3")).revision, before.revision);
  EXPECT_EQ(view.loaded().at(RecordKey("note", "n2")).revision, page->brought[1].second.revision);
}

// An index is not sealed: what it names is shown only if the record says the same. A record may have become something that this page's reader is not
// meant to see, or have lived before, or somebody has written into the index.
TEST_P(PageTest, APageLeavesOutWhatDoesNotStandOnIt) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok());
  ASSERT_TRUE(Put("b", Note("citizens/x", "closed", 2)).ok());
  const Redis::Reply open = server_->Admin({"KEYS", Base() + "x:note:*:open"});
  ASSERT_EQ(open.elements.size(), 1u);
  server_->Admin({"ZADD", open.elements[0].text, "0", IndexMember(2, "b")});
  const auto page = ReadOne(PageKey("open", 5));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->ids, ElementsAre("a"));
  EXPECT_EQ(page->brought.size(), 1u);

  Decision destroy;
  destroy.DestroyKey("citizens/x");
  ASSERT_TRUE(Commit(View(&TestEntities()), destroy).ok());
  ASSERT_TRUE(Put("a", Note("citizens/y", "closed", 1)).ok()) << "its place on the page is not known any more, and stays";
  EXPECT_THAT(Ids("open"), IsEmpty());
  EXPECT_THAT(Ids("closed"), ElementsAre("a"));
}

// A page asks for data keys once; afterwards the number of destroyed keys says that they stand. Destroyed by another process, a key
// closes its lines at once.
TEST_F(StoreTest, RememberedKeysOpenAPageUntilOneIsDestroyed) {
  const auto other = NewStore();
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok());
  ASSERT_TRUE(Put("b", Note("citizens/y", "open", 2)).ok());
  const auto page = [&](int trips) {
    server_->Admin({"CONFIG", "RESETSTAT"});
    const auto read = ReadOne(PageKey("open", 5));
    EXPECT_TRUE(read.ok()) << read.status();
    EXPECT_THAT(server_->Admin({"INFO", "commandstats"}).text, HasSubstr(absl::StrCat("cmdstat_mget:calls=", trips, ",")));
    return read.ok() ? read->ids : std::vector<std::string>();
  };
  EXPECT_THAT(page(2), ElementsAre("b", "a"));
  EXPECT_THAT(page(1), ElementsAre("b", "a"));
  Decision destroy;
  destroy.DestroyKey("citizens/y");
  std::promise<absl::Status> done;
  const View none(&TestEntities());
  other->Commit(scope_, {&none, &destroy, std::nullopt, clock_.Now()}, [&](absl::Status s) { done.set_value(s); });
  ASSERT_TRUE(done.get_future().get().ok());
  EXPECT_THAT(page(2), ElementsAre("a"));
  EXPECT_THAT(page(2), ElementsAre("a")) << "asked for again while a line of the page is closed";
  ASSERT_TRUE(Put("c", Note("citizens/z", "shut", 1)).ok());
  const auto shut = ReadOne(PageKey("shut", 5));
  ASSERT_TRUE(shut.ok()) << shut.status();
  EXPECT_THAT(shut->ids, ElementsAre("c")) << "a key that this process made itself";
}

TEST_P(PageTest, ADestroyedKeyClosesItsLines) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1)).ok());
  ASSERT_TRUE(Put("b", Note("citizens/y", "open", 2)).ok());
  ASSERT_TRUE(Put("c", Note("citizens/x", "open", 3)).ok());
  Decision destroy;
  destroy.DestroyKey("citizens/y");
  ASSERT_TRUE(Commit(View(&TestEntities()), destroy).ok());
  const auto page = ReadOne(PageKey("open", 2));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->ids, ElementsAre("c"));
  EXPECT_EQ(page->brought.size(), 1u);
  EXPECT_THAT(ReadOne(PageKey("open", 2, page->next))->ids, ElementsAre("a"));
  server_->Admin({"DEL", Base() + "k:" + crypto::Hex(Raw("r:note:a").substr(9, 16))});
  EXPECT_EQ(ReadOne(PageKey("open", 5)).status().code(), absl::StatusCode::kDataLoss) << "lost";
}

// Promise P4: in the trust store a page is one trip, whatever stands on it.
TEST_F(StoreTest, TripsDoNotTellWhatThereIs) {
  scope_.slug = "trust";
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id, Note("citizens/x", "open", 1)).ok());
  for (const char* state : {"open", "closed"}) {
    const long long before = Trips();
    EXPECT_TRUE(ReadOne(PageKey(state, 5)).ok());
    EXPECT_EQ(Trips() - before, 2) << state << ": one, and the one that counts";
  }
}

TEST_F(StoreTest, AClaimBringsItsHolder) {
  ASSERT_TRUE(Put("a", Note("citizens/x", "open", 1, "p")).ok());
  const auto claim = ReadOne(ClaimKey("person:p"));
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_EQ(claim->holder, "note/a");
  ASSERT_EQ(claim->brought.size(), 1u);
  EXPECT_NE(claim->brought[0].second.record, nullptr);
  EXPECT_TRUE(ReadOne(ClaimKey("person:q"))->brought.empty());
  ReadKey other = ClaimKey("person:p");
  other.kind = "shared";
  EXPECT_TRUE(ReadOne(other)->brought.empty()) << "another kind holds it";
}

TEST_P(PageTest, SameOrderIsStillTotal) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id, Note("citizens/x", "open", 7)).ok());
  const auto first = ReadOne(PageKey("open", 2));
  EXPECT_THAT(first->ids, ElementsAre("c", "b"));
  EXPECT_THAT(ReadOne(PageKey("open", 2, first->next))->ids, ElementsAre("a"));
}

TEST_F(StoreTest, ReadsAreNotedOnceADay) {
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  EXPECT_EQ(Notes(), 1);
  auto other_process = NewStore();
  ASSERT_TRUE(NoteRead("anna", "citizens/x", other_process.get()).ok());
  EXPECT_EQ(Notes(), 1) << "other replicas know too";
  ASSERT_TRUE(NoteRead("bo", "citizens/x").ok());
  ASSERT_TRUE(NoteRead("anna", "citizens/y").ok());
  EXPECT_EQ(Notes(), 3);
  ASSERT_TRUE(Await<absl::Status>([&](auto done) {
    store_->NoteReads(scope_, "anna", {"citizens/w", "citizens/x", "citizens/y", "citizens/z"}, "List", clock_.Now(), done);
  }).ok());
  EXPECT_EQ(Notes(), 5) << "of a page those that are not known yet";
  server_->Admin({"DEL", Base() + absl::FormatTime("n:%Y-%m-%d", clock_.Now(), absl::UTCTimeZone())});
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  EXPECT_EQ(Notes(), 5) << "this process did not even ask";
  clock_.Advance(absl::Hours(24));
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  EXPECT_EQ(Notes(), 6);
  // The marks of a day are forgotten at a midnight: when somebody read stands in the sealed line alone.
  const long long until = server_->Admin({"PEXPIRETIME", Base() + absl::FormatTime("n:%Y-%m-%d", clock_.Now(), absl::UTCTimeZone())}).integer;
  EXPECT_GT(until, absl::ToUnixMillis(absl::Now() + absl::Hours(48)));
  EXPECT_EQ(until % (24 * 3600 * 1000), 0);
}

TEST_F(StoreTest, TheReadingLogOfOnePersonIsReadPageByPage) {
  EXPECT_TRUE(Readings("citizens/x", 10)->readings.empty());
  for (const char* person : {"anna", "bo", "cille"}) ASSERT_TRUE(NoteRead(person, "citizens/x").ok());
  ASSERT_TRUE(NoteRead("anna", "citizens/y").ok());
  const auto first = Readings("citizens/x", 2);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->readings.size(), 2u);
  const auto& note = static_cast<const stored::ReadNote&>(*first->readings[0]);
  EXPECT_EQ(note.person(), "cille");
  EXPECT_EQ(note.owner(), "citizens/x");
  EXPECT_EQ(note.method(), "Get");
  EXPECT_EQ(note.time_ms(), absl::ToUnixMillis(clock_.Now()));
  const auto second = Readings("citizens/x", 2, first->next);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->readings.size(), 1u);
  EXPECT_EQ(static_cast<const stored::ReadNote&>(*second->readings[0]).person(), "anna");
  EXPECT_EQ(second->next, "");
  EXPECT_EQ(Readings("citizens/x", 3)->next, "") << "a page that is just full";
  EXPECT_EQ(Readings("citizens/x", 0).status().code(), absl::StatusCode::kInternal);

  // A line that somebody puts into another person's log does not open there.
  server_->Admin({"RPUSH", Base() + LogOf("citizens/x"), server_->Admin({"LINDEX", Base() + LogOf("citizens/y"), "0"}).text});
  EXPECT_EQ(Readings("citizens/x", 10).status().code(), absl::StatusCode::kDataLoss);
}

// Whoever sees the store without its keys sees neither who read nor about whom, and two agencies' logs have nothing in common.
TEST_F(StoreTest, AReadingLogNamesNobody) {
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  for (const auto& key : server_->Admin({"KEYS", "*"}).elements) EXPECT_THAT(key.text, ::testing::Not(HasSubstr("citizens")));
  EXPECT_NE(LogOf("citizens/x"), LogOf("citizens/y"));
  EXPECT_NE(LogOf("citizens/x"), ReadingsName(*ring_.Find("boligenhed"), "citizens/x"));
}

// Nobody counts as noted of whom there is no line: the next reading tries again.
TEST_F(StoreTest, AReadingThatCannotBeNotedIsNot) {
  SetRaw(LogOf("citizens/x"), "in the way");
  EXPECT_EQ(ReasonOf(NoteRead("anna", "citizens/x")), "STORE_DOWN");
  server_->Admin({"DEL", Base() + LogOf("citizens/x")});
  ASSERT_TRUE(NoteRead("anna", "citizens/x").ok());
  EXPECT_EQ(Notes(), 1);
}

TEST_F(StoreTest, Due) {
  const int64_t t = absl::ToUnixMillis(clock_.Now());
  ASSERT_TRUE(Put("late", Note("citizens/x", "due", t + 2000)).ok());
  ASSERT_TRUE(Put("soon", Note("citizens/x", "due", t + 1000)).ok());
  ASSERT_TRUE(Put("never", Note("citizens/x", "open", t)).ok());
  EXPECT_THAT(*Due(clock_.Now()), IsEmpty());
  EXPECT_THAT(*Due(clock_.Now() + absl::Milliseconds(999)), IsEmpty());
  EXPECT_THAT(*Due(clock_.Now() + absl::Seconds(1)), ElementsAre(std::pair<std::string, std::string>("note", "soon")));
  EXPECT_EQ(Due(clock_.Now() + absl::Seconds(2))->size(), 2u);
  EXPECT_EQ(Due(clock_.Now() + absl::Seconds(2), 1)->size(), 1u);
  ASSERT_TRUE(Put("soon", Note("citizens/x", "done", t)).ok());
  Decision gone;
  gone.Delete("note", "late");
  ASSERT_TRUE(Commit(View(&TestEntities()), gone).ok());
  EXPECT_THAT(*Due(clock_.Now() + absl::Hours(1)), IsEmpty());
}

TEST_F(StoreTest, StoreDown) {
  RedisServer server;
  auto redis = server.Connect();
  Store store(redis.get(), "test", &TestEntities(), ring_);
  server.Kill9();
  View view(&TestEntities());
  Decision decision;
  decision.Put(TestEntities(), "a", Shared("x"));
  EXPECT_EQ(ReasonOf(Await<absl::Status>([&](auto done) { store.Commit(scope_, {&view, &decision, std::nullopt, clock_.Now()}, done); })), "STORE_DOWN");
  EXPECT_EQ(ReasonOf(Await<absl::StatusOr<std::string>>([&](auto done) { store.ReadFile(scope_, "note", "a", done); }).status()), "STORE_DOWN");
  EXPECT_EQ(ReasonOf(Await<absl::Status>([&](auto done) { store.NoteReads(scope_, "p", {"o"}, "m", clock_.Now(), done); })), "STORE_DOWN");
  server.Start();
  for (int i = 0; i < 6000 && !redis->connected(); ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_TRUE(store.CheckLibrary().ok()) << "functions are kept with the data";
  EXPECT_TRUE(Await<absl::Status>([&](auto done) { store.NoteReads(scope_, "p", {"o"}, "m", clock_.Now(), done); }).ok());
}

}  // namespace
}  // namespace brobygger::testing
