// What of a change goes into the journal, for every pair of states, and what a note does to a store that has forgotten it.
#include "services/consent/closing.h"

#include "gtest/gtest.h"
#include "services/consent/testing/world.h"

namespace brobygger::consent {
namespace {

using Subject = records::Subject;

TEST(Closing, AConsentClosesExactlyWhenItStopsToBeActiveOrIsDeclined) {
  for (int before = -1; before < v1::ConsentState_ARRAYSIZE; ++before) {
    for (int after = -1; after < v1::ConsentState_ARRAYSIZE; ++after) {
      if ((before >= 0 && !v1::ConsentState_IsValid(before)) || (after >= 0 && !v1::ConsentState_IsValid(after))) continue;
      records::ConsentRecord was, is;
      was.set_state(static_cast<v1::ConsentState>(before < 0 ? 0 : before));
      is.set_state(static_cast<v1::ConsentState>(after < 0 ? 0 : after));
      const bool closes = (before == v1::CONSENT_STATE_ACTIVE && after != v1::CONSENT_STATE_ACTIVE) ||
                          (before != v1::CONSENT_STATE_DECLINED && after == v1::CONSENT_STATE_DECLINED);
      EXPECT_EQ(!ConsentCloses(before < 0 ? nullptr : &was, after < 0 ? nullptr : &is).empty(), closes) << before << " to " << after;
    }
  }
}

TEST(Closing, ACitizenClosesByRestrictionAndWithAnOldCard) {
  const auto subject = [](Subject::State state, const std::string& hash) {
    Subject s;
    s.set_state(state);
    if (!hash.empty()) s.mutable_card()->set_hash(hash);
    return s;
  };
  const auto note = [](const Subject* before, const Subject* after) {
    records::SubjectClosed closed;
    EXPECT_TRUE(closed.ParseFromString(SubjectCloses(before, after)));
    return std::make_pair(closed.restricted(), !closed.card().empty());
  };
  using Pair = std::pair<bool, bool>;
  const Subject active = subject(Subject::STATE_ACTIVE, "h1"), active2 = subject(Subject::STATE_ACTIVE, "h2"), none = subject(Subject::STATE_ACTIVE, ""),
                closed = subject(Subject::STATE_RESTRICTED, "h1"), merged = subject(Subject::STATE_MERGED, "");
  EXPECT_EQ(note(nullptr, &active), Pair(false, false));
  EXPECT_EQ(note(&active, &active), Pair(false, false));
  EXPECT_EQ(SubjectCloses(&active, &active), "") << "nothing is written down for nothing";
  EXPECT_EQ(note(&active, &active2), Pair(false, true)) << "the old card";
  EXPECT_EQ(note(&none, &active), Pair(false, false)) << "a first card closes nothing";
  EXPECT_EQ(note(&active, &none), Pair(false, true));
  EXPECT_EQ(note(&active, &closed), Pair(true, false));
  EXPECT_EQ(note(&closed, &closed), Pair(false, false));
  EXPECT_EQ(note(&closed, &active), Pair(false, false)) << "opening is never brought back";
  EXPECT_EQ(note(&active, &merged), Pair(true, true)) << "a copy from before has the duplicate with its consents";
  EXPECT_EQ(note(&none, &merged), Pair(true, false));
  EXPECT_EQ(note(&closed, &merged), Pair(true, true));
  EXPECT_EQ(note(&merged, &merged), Pair(false, false));
  EXPECT_EQ(SubjectCloses(&active, &active2).find("h1"), std::string::npos) << "not the card's hash itself";
}

class Replaying : public ::testing::Test {
 protected:
  absl::Status Replay(const std::string& kind, const std::string& id, const std::string& note) {
    Call call;
    call.now = w.now;
    call.seed = std::string(32, 's');
    const OnReplay replay = Replays(&w.rules).at(kind);
    return w.store.RunDue([&](const Call& c, const std::string& of, View& view) { return replay(c, of, note, view); }, call, id);
  }
  World w;
  std::string citizen = w.Ensure(kDropin, "010190-1234");
};

TEST_F(Replaying, AYesThatTheStoreStillHasEndsOnce) {
  w.Give(citizen);
  ASSERT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
  const auto [id, record] = w.store.All<records::ConsentRecord>().front();
  const std::uint64_t version = record->version();
  ASSERT_TRUE(Replay("consent", id, "ended").ok());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_WITHDRAWN), 1);
  EXPECT_EQ(w.store.Facet("consent", id)[0], 'W') << "what the gate reads";
  EXPECT_EQ(w.store.Find<records::ConsentRecord>(id)->version(), version + 1);
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CONSENT_WITHDRAWN);
  const size_t entries = w.store.ledger().size();
  ASSERT_TRUE(Replay("consent", id, "ended").ok());
  ASSERT_TRUE(Replay("consent", std::string(26, 'x'), "ended").ok()) << "given after the copy: it is not there";
  EXPECT_EQ(w.store.ledger().size(), entries);
  EXPECT_FALSE(Replay("consent", id, "something else").ok());
}

TEST_F(Replaying, ANoIsANoInAStoreFromBeforeItAndFromBeforeTheQuestion) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_FIND_AND_KEEP_HOME, {type::v1::DATA_CATEGORY_CONTACT})}, "only by phone");
  ASSERT_EQ(drafts.size(), 1u);
  const auto [id, found] = w.store.All<records::ConsentRecord>().front();
  const records::ConsentRecord draft = *found;
  records::ConsentRecord no = draft;
  no.set_state(v1::CONSENT_STATE_DECLINED);
  no.set_close_ms(absl::ToUnixMillis(w.now));
  const std::string note = ConsentCloses(&draft, &no);
  EXPECT_EQ(note.find("by phone"), std::string::npos) << "no words outlive somebody's erasure in the journal";
  w.now += absl::Hours(24);
  ASSERT_TRUE(Replay("consent", id, note).ok());
  const auto* after = w.store.Find<records::ConsentRecord>(id);
  EXPECT_EQ(after->state(), v1::CONSENT_STATE_DECLINED);
  EXPECT_EQ(after->close_ms(), no.close_ms()) << "the peace is as long as it was";
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CONSENT_DECLINED);
  const size_t entries = w.store.ledger().size();
  ASSERT_TRUE(Replay("consent", id, note).ok());
  EXPECT_EQ(w.store.ledger().size(), entries);
  // The same in a store that has never heard of the question.
  const std::string younger(26, 'y');
  no.clear_handles();  // those are the first one's here
  const std::string other = ConsentCloses(&draft, &no);
  ASSERT_TRUE(Replay("consent", younger, other).ok());
  ASSERT_NE(w.store.Find<records::ConsentRecord>(younger), nullptr);
  EXPECT_EQ(w.store.Find<records::ConsentRecord>(younger)->state(), v1::CONSENT_STATE_DECLINED);
  w.now += absl::Hours(24 * 30);
  const std::string old(26, 'z');
  ASSERT_TRUE(Replay("consent", old, other).ok());
  EXPECT_EQ(w.store.Find<records::ConsentRecord>(old), nullptr) << "its peace is over";
  // What was given meanwhile is not declined by it.
  w.Give(citizen);
  for (const auto& [given, r] : w.store.All<records::ConsentRecord>()) {
    if (r->state() != v1::CONSENT_STATE_ACTIVE) continue;
    ASSERT_TRUE(Replay("consent", given, note).ok());
    EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
    break;
  }
}

TEST_F(Replaying, DoorsAreClosedAndAnOldCardIsGone) {
  const std::string id = w.SubjectOf(kDropin, citizen);
  Subject s = *w.store.Find<Subject>(id);
  s.mutable_card()->set_hash("first");
  Subject second = s;
  second.mutable_card()->set_hash("second");
  ASSERT_TRUE(w.store.Put(id, second).ok());
  ASSERT_TRUE(Replay("subject", id, SubjectCloses(&s, &second)).ok());
  EXPECT_EQ(w.store.Find<Subject>(id)->card().hash(), "second") << "the note is about another card";
  ASSERT_TRUE(w.store.Put(id, s).ok());
  ASSERT_TRUE(Replay("subject", id, SubjectCloses(&s, &second)).ok());
  EXPECT_FALSE(w.store.Find<Subject>(id)->has_card());

  Subject closed = s;
  closed.set_state(Subject::STATE_RESTRICTED);
  ASSERT_TRUE(Replay("subject", id, SubjectCloses(&s, &closed)).ok());
  EXPECT_EQ(w.store.Find<Subject>(id)->state(), Subject::STATE_RESTRICTED);
  EXPECT_GT(w.store.Find<Subject>(id)->taken_back_ms(), 0) << "a yes that was begun before is refused";
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_RESTRICTED);
  const size_t entries = w.store.ledger().size();
  ASSERT_TRUE(Replay("subject", id, SubjectCloses(&s, &closed)).ok());
  EXPECT_EQ(w.store.ledger().size(), entries);
}

TEST_F(Replaying, TheDuplicateOfAMergeIsClosedInAStoreFromBefore) {
  w.Give(citizen);
  const std::string id = w.SubjectOf(kDropin, citizen);
  const Subject active = *w.store.Find<Subject>(id);
  Subject merged = active;
  merged.set_state(Subject::STATE_MERGED);
  const std::string note = SubjectCloses(&active, &merged);
  ASSERT_TRUE(Replay("subject", id, note).ok());
  EXPECT_EQ(w.store.Find<Subject>(id)->state(), Subject::STATE_RESTRICTED);
  ASSERT_TRUE(w.store.Put(id, merged).ok());
  ASSERT_TRUE(Replay("subject", id, note).ok());
  EXPECT_EQ(w.store.Find<Subject>(id)->state(), Subject::STATE_MERGED) << "it is merged already";
}

TEST_F(Replaying, WhatHasServedHasServed) {
  records::Spent spent;
  spent.set_expire_ms(absl::ToUnixMillis(w.now + absl::Hours(1)));
  EXPECT_EQ(SpentCloses(&spent, &spent), "");
  ASSERT_TRUE(Replay("spent", "statement.aa", SpentCloses(nullptr, &spent)).ok());
  EXPECT_NE(w.store.Find<records::Spent>("statement.aa"), nullptr);
  w.now += absl::Hours(2);
  ASSERT_TRUE(Replay("spent", "statement.bb", SpentCloses(nullptr, &spent)).ok());
  EXPECT_EQ(w.store.Find<records::Spent>("statement.bb"), nullptr) << "nobody would take it any more anyway";
}

}  // namespace
}  // namespace brobygger::consent
