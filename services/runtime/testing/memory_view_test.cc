#include "services/runtime/testing/memory_view.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::testing {
namespace {

// A kind for the test: `person` is its index value, `method` its claim, `time_ms` order and due time, `owner` its owner.
using Note = stored::ReadNote;

EntitySet Notes() {
  EntityFunctions<Note> f;
  f.owner = [](absl::string_view, const Note& n) { return n.owner(); };
  f.indexes = [](absl::string_view, const Note& n) { return std::vector<IndexEntry>{{"by-person", n.person(), n.time_ms()}}; };
  f.claims = [](absl::string_view, const Note& n) { return n.method().empty() ? std::vector<std::string>{} : std::vector<std::string>{n.method()}; };
  f.due = [](absl::string_view, const Note& n) { return absl::FromUnixMillis(n.time_ms()); };
  return EntitySet({EntityOf<Note>("note", f)});
}

Note Make(const std::string& person, std::int64_t time, const std::string& claim = "", const std::string& owner = "") {
  Note n;
  n.set_person(person);
  n.set_time_ms(time);
  n.set_method(claim);
  n.set_owner(owner);
  return n;
}

class MemoryView : public ::testing::Test {
 protected:
  absl::Status Put(const std::string& id, const Note& n) { return store.Put(id, n); }

  const EntitySet entities = Notes();
  MemoryStore store{&entities};
};

TEST_F(MemoryView, ReadsInRoundsAndCommits) {
  ASSERT_TRUE(Put("a", Make("p", 1)).ok());
  const Handler handler = [&](const Call&, const Message&, View& view) -> absl::StatusOr<Decision> {
    BB_ASSIGN_OR_RETURN(const Note* a, view.Get<Note>("a"));
    BB_ASSIGN_OR_RETURN(const Note* b, view.Find<Note>(a->person()));  // known only after the first
    EXPECT_EQ(b, nullptr);
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Note>("a"));
    EXPECT_EQ(etag, View::EtagOf(1));
    Note changed = *a;
    changed.set_time_ms(2);
    Decision decision(changed);
    decision.Put(entities, "a", changed);
    decision.AppendToLedger({"s", "head"});
    return decision;
  };
  const auto answer = store.Ask<Note>(handler, Call(), Note());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(store.rounds(), 3);
  EXPECT_EQ(store.Find<Note>("a")->time_ms(), 2);
  EXPECT_EQ(store.ledger().size(), 1u);
}

TEST_F(MemoryView, WhoAsksForeverIsStopped) {
  const Handler handler = [](const Call&, const Message&, View& view) -> absl::StatusOr<Decision> {
    for (int i = 0;; ++i) BB_RETURN_IF_ERROR(view.Find<Note>(absl::StrCat(i)).status());
  };
  EXPECT_EQ(store.Run(handler, Call(), Note()).status().code(), absl::StatusCode::kInternal);
}

TEST_F(MemoryView, PagesNewestFirstWithCursors) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Put(absl::StrCat("n", i), Make("p", i / 2)).ok());
  ASSERT_TRUE(Put("other", Make("q", 9)).ok());
  std::string after;
  std::vector<std::string> ids;
  do {
    const Handler handler = [&](const Call&, const Message&, View& view) -> absl::StatusOr<Decision> {
      BB_ASSIGN_OR_RETURN(const Listed<Note> page, view.Page<Note>("by-person", "p", 2, after));
      for (const auto& [id, note] : page.records) ids.push_back(id);
      after = page.next;
      return Decision(Note());
    };
    ASSERT_TRUE(store.Run(handler, Call(), Note()).ok());
    EXPECT_EQ(store.rounds(), 2) << "records come with their page";
  } while (!after.empty());
  EXPECT_EQ(ids, (std::vector<std::string>{"n4", "n3", "n2", "n1", "n0"}));
}

TEST_F(MemoryView, AClaimHasOneHolder) {
  ASSERT_TRUE(Put("a", Make("p", 1, "only")).ok());
  EXPECT_EQ(store.Claim("only"), "note/a");
  EXPECT_EQ(ReasonOf(Put("b", Make("p", 1, "only"))), "DUPLICATE");
  EXPECT_EQ(store.Find<Note>("b"), nullptr);
  ASSERT_TRUE(Put("a", Make("p", 2, "only")).ok());
  ASSERT_TRUE(Put("a", Make("p", 3)).ok());
  EXPECT_EQ(store.Claim("only"), "");
  EXPECT_TRUE(Put("b", Make("p", 1, "only")).ok());
}

TEST_F(MemoryView, ARefusalAfterCommitIsCommitted) {
  const Handler handler = [&](const Call&, const Message&, View&) -> absl::StatusOr<Decision> {
    Decision decision;
    decision.Put(entities, "a", Make("p", 1));
    decision.RefuseAfterCommit(Refusal(absl::StatusCode::kFailedPrecondition, "CODE_WRONG", "no"));
    return decision;
  };
  EXPECT_EQ(ReasonOf(store.Run(handler, Call(), Note()).status()), "CODE_WRONG");
  EXPECT_NE(store.Find<Note>("a"), nullptr);
}

TEST_F(MemoryView, DueAndDestroyed) {
  ASSERT_TRUE(Put("later", Make("p", 20, "", "x")).ok());
  ASSERT_TRUE(Put("sooner", Make("p", 10, "", "y")).ok());
  const auto due = store.Due(absl::FromUnixMillis(20));
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].second, "sooner");
  EXPECT_EQ(store.Due(absl::FromUnixMillis(19)).size(), 1u);
  Decision decision;
  decision.DestroyKey("x");
  ASSERT_TRUE(store.Apply(decision).ok());
  EXPECT_EQ(store.Find<Note>("later"), nullptr);
  EXPECT_NE(store.Find<Note>("sooner"), nullptr);
}

}  // namespace
}  // namespace brobygger::testing
