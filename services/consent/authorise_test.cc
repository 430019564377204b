// The gate against a real Redis and real tokens: P1 (no agreement, no data), P3 (an entry for every answer), P4 (the same
// answer and the same amount of work whoever is asked about), and what a tampered store can and cannot do.
#include "services/consent/authorise.h"

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "brobygger/registry/v1/card.pb.h"
#include "gtest/gtest.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/testing/gate.h"
#include "services/runtime/crypto.h"

namespace brobygger::consent {
namespace {

using AuthoriseTest = GateTest;

TEST_F(AuthoriseTest, PermitsExactlyWhatTheConsentNames) {
  v1::Question q = Ask();
  q.add_categories(Category::DATA_CATEGORY_HOUSING);  // within the purpose, not in the consent
  const v1::Answer a = Answered(q);
  EXPECT_EQ(a.decision(), v1::DECISION_PERMITTED);
  EXPECT_EQ(a.holder_citizen(), "citizens/" + holder_ref_);
  ASSERT_EQ(a.granted_size(), 1);
  EXPECT_EQ(a.granted(0), Category::DATA_CATEGORY_CONTACT);
  EXPECT_FALSE(a.limited());
  EXPECT_EQ(Entries(), 1);
  const stored::LedgerRow row = Last();
  EXPECT_EQ(row.number(), 1u);
  EXPECT_EQ(row.kind(), ledger::v1::ENTRY_KIND_LOOK);
  EXPECT_EQ(row.chain().subject(), subject_);
  EXPECT_EQ(row.chain().sequence(), 1u);
  EXPECT_EQ(row.outcome().rule(), ledger::v1::RULE_CONSENT);
  EXPECT_EQ(row.outcome().given_mask(), Bit(Category::DATA_CATEGORY_CONTACT));
  EXPECT_EQ(row.outcome().consent(), consent_);
  EXPECT_EQ(row.outcome().consent_version(), 2u);
  EXPECT_EQ(row.details().person(), "adviser-1");
  EXPECT_EQ(row.details().agency(), "agencies/boligenhed");
}

TEST_F(AuthoriseTest, RefusesByEveryRule) {
  v1::Question q = Ask();
  q.set_citizen("citizens/" + crypto::NewId());
  ExpectRefused(q, ledger::v1::RULE_NO_CONSENT);  // nobody
  q = Ask();
  q.set_token(issuer_.Staff("agencies/jobcenter", "OUTREACH_CASEWORKER", "caseworker-1"));
  ExpectRefused(q, ledger::v1::RULE_NO_CONSENT);  // another recipient with somebody else's reference
  q = Ask();
  q.set_purpose(type::v1::PURPOSE_ARRANGE_MEETINGS);
  ExpectRefused(q, ledger::v1::RULE_WRONG_PURPOSE);
  q = Ask();
  q.clear_categories();
  q.add_categories(Category::DATA_CATEGORY_HOUSING);
  ExpectRefused(q, ledger::v1::RULE_WRONG_CATEGORY);

  struct Case { v1::ConsentState state; absl::Duration start, end; ledger::v1::Rule rule; };
  for (const Case& c : {Case{v1::CONSENT_STATE_WITHDRAWN, absl::Hours(-1), absl::Hours(1), ledger::v1::RULE_WITHDRAWN},
                        Case{v1::CONSENT_STATE_DRAFT, absl::Hours(-1), absl::Hours(1), ledger::v1::RULE_NO_CONSENT},
                        Case{v1::CONSENT_STATE_DECLINED, absl::Hours(-1), absl::Hours(1), ledger::v1::RULE_NO_CONSENT},
                        Case{v1::CONSENT_STATE_SUPERSEDED, absl::Hours(-1), absl::Hours(1), ledger::v1::RULE_NO_CONSENT},
                        Case{v1::CONSENT_STATE_ACTIVE, absl::Hours(-2), absl::Hours(-1), ledger::v1::RULE_EXPIRED},
                        Case{v1::CONSENT_STATE_ACTIVE, absl::Hours(1), absl::Hours(2), ledger::v1::RULE_NO_CONSENT}}) {
    records::ConsentRecord r = row_;
    r.set_state(c.state);
    r.set_start_ms(absl::ToUnixMillis(absl::Now() + c.start));
    r.set_end_ms(absl::ToUnixMillis(absl::Now() + c.end));
    Put(consent_, r);
    ExpectRefused(Ask(), c.rule);
  }
  Put(consent_, row_);
  EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_PERMITTED);

  records::Subject restricted;
  restricted.set_state(records::Subject::STATE_RESTRICTED);
  Put(subject_, restricted);
  ExpectRefused(Ask(), ledger::v1::RULE_RESTRICTED);
}

TEST_F(AuthoriseTest, WhatTheRequestAloneShowsMaySaySoAndIsLogged) {
  v1::Question q = Ask();
  q.add_categories(Category::DATA_CATEGORY_SUBSTANCE_TREATMENT);
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_CATEGORY_NOT_RELEVANT);
  EXPECT_EQ(Last().outcome().rule(), ledger::v1::RULE_CATEGORY_NOT_RELEVANT);
  EXPECT_EQ(Last().chain().subject(), subject_) << "the citizen can read that somebody asked";
  q = Ask();
  q.set_token(issuer_.Staff("agencies/boligenhed", "LEADER", "leader-1"));
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_PURPOSE_NOT_ALLOWED);
  EXPECT_EQ(Last().outcome().rule(), ledger::v1::RULE_PURPOSE_NOT_ALLOWED);
}

TEST_F(AuthoriseTest, QuestionsThatNobodyMayAsk) {
  v1::Question q = Ask();
  EXPECT_EQ(Answered(q, "housing").decision(), v1::DECISION_PEER_NOT_ALLOWED);
  EXPECT_EQ(Answered(q, "gateway").decision(), v1::DECISION_PEER_NOT_ALLOWED);
  q.set_door("brobygger.housing.v1.HousingService");
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_PEER_NOT_ALLOWED);
  q = Ask();
  q.set_token("x.y.z");
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_UNAUTHENTICATED);
  q.set_token(issuer_.Citizen("0101804005"));
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_UNAUTHENTICATED);
  q.set_token(issuer_.Staff("agencies/perron-4", "DROPIN_STAFF"));
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_INVALID) << "own records are not behind the door";
  q.set_token(issuer_.System("agencies/boligenhed"));
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_UNAUTHENTICATED) << "a system looks for a practitioner, or not at all";
  q.set_on_behalf_of("adviser-1");
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_PERMITTED);
  EXPECT_EQ(Last().details().person(), "adviser-1");
  q.set_token(issuer_.System("agencies/jobcenter"));
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_UNAUTHENTICATED) << "another agency's practitioner";
  q = Ask();
  q.clear_categories();
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_INVALID);
  q = Ask();
  q.add_categories(Category::DATA_CATEGORY_NON_PERSONAL);
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_INVALID);
  q = Ask();
  q.set_citizen("citizens/*");
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_INVALID);
}

// Which system asked stands beside the person it asked for, under the entry's commitment.
TEST_F(AuthoriseTest, TheSystemIsNamedBesideThePerson) {
  v1::Question q = Ask();
  ASSERT_EQ(Answered(q).decision(), v1::DECISION_PERMITTED);
  EXPECT_EQ(Last().details().system(), "");
  q.set_token(issuer_.System("agencies/boligenhed"));
  q.set_on_behalf_of("adviser-1");
  const std::string system = tokens_->Verify(q.token(), clock_.Now())->person.value();
  ASSERT_NE(system, "");
  ASSERT_EQ(Answered(q).decision(), v1::DECISION_PERMITTED);
  EXPECT_EQ(Last().details().person(), "adviser-1");
  EXPECT_EQ(Last().details().system(), system);
  EXPECT_EQ(Last().chain().subject(), subject_) << "what the script adds stands behind it, whole";
  EXPECT_EQ(Last().outcome().rule(), ledger::v1::RULE_CONSENT);
  EXPECT_EQ(DetailsOf(Last()).system(), system);
  stored::LedgerRow without = Last();
  without.mutable_details()->clear_system();
  EXPECT_NE(ledger::LeafBytes(PublicEntry(without)), ledger::LeafBytes(PublicEntry(Last()))) << "committed to";
  q.set_purpose(type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE);
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_PURPOSE_NOT_ALLOWED);
  EXPECT_EQ(Last().details().system(), system) << "refused, too";
}

// What the doors ask about a role that no look is for.
TEST_F(AuthoriseTest, ARoleThatMayAskForNothingIsRefusedAndLogged) {
  for (const char* role : {"LEADER", "USER_VOLUNTEER", "REGISTRY_OFFICER", "OPS"}) {
    v1::Question q = Ask();
    q.set_token(issuer_.Staff("agencies/boligenhed", role, "somebody"));
    const long long before = Entries();
    EXPECT_EQ(Answered(q).decision(), v1::DECISION_PURPOSE_NOT_ALLOWED) << role;
    EXPECT_EQ(Entries(), before + 1);
    EXPECT_EQ(Last().outcome().rule(), ledger::v1::RULE_PURPOSE_NOT_ALLOWED);
    EXPECT_EQ(Last().chain().subject(), subject_);
    EXPECT_EQ(Last().details().person(), "somebody");
  }
}

// So that asking about such a role writes an entry and shows nothing, at every door of the contracts.
TEST(DoorRoles, WhoIsRefusedAtADoorMayAskForNothing) {
  const auto* card = registry::v1::CitizenCard::descriptor()->file()->FindServiceByName("CitizenCardService");
  int refused = 0;
  for (const auto* service : {card, card->file()->pool()->FindServiceByName("brobygger.dropin.v1.DropinService"),
                              card->file()->pool()->FindServiceByName("brobygger.housing.v1.HousingService")}) {
    ASSERT_NE(service, nullptr);
    const MethodAccess door = AccessOf(service->FindMethodByName("GetCitizenFile"));
    ASSERT_EQ(door.access, policy::v1::ACCESS_CLASS_DOOR);
    for (int r = 1; r <= type::v1::Role_MAX; ++r) {
      if (!type::v1::Role_IsValid(r) || r == type::v1::ROLE_CITIZEN || r == type::v1::ROLE_SYSTEM) continue;
      Caller caller;
      caller.agency = *AgencyId::Parse("agencies/boligenhed");
      caller.roles = {static_cast<type::v1::Role>(r)};
      EXPECT_EQ(AdmitRole(door, caller).ok(), !RefusedByTheGateToo(caller)) << service->full_name() << " " << type::v1::Role_Name(r);
      refused += RefusedByTheGateToo(caller) ? 1 : 0;
    }
  }
  EXPECT_GE(refused, 3 * 3);
}

TEST_F(AuthoriseTest, TheSameWorkWhoeverIsAskedAbout) {
  const auto calls = [this](const v1::Question& q) {
    server_.Admin({"CONFIG", "RESETSTAT"});
    Answered(q);
    const std::string stats = server_.Admin({"INFO", "commandstats"}).text;
    std::map<std::string, std::string> counts;
    for (absl::string_view name : {"mget", "get", "time", "rpush", "lindex", "xadd", "set"}) {
      const size_t at = stats.find(absl::StrCat("cmdstat_", name, ":calls="));
      counts[std::string(name)] = at == std::string::npos ? "0" : stats.substr(at + name.size() + 15, 1);
    }
    return counts;
  };
  v1::Question nobody = Ask();
  nobody.set_citizen("citizens/" + crypto::NewId());
  v1::Question wrong = Ask();
  wrong.set_purpose(type::v1::PURPOSE_ARRANGE_MEETINGS);
  EXPECT_EQ(calls(nobody), calls(wrong)) << "P4";
  EXPECT_EQ(calls(nobody), calls(Ask())) << "P4";
}

TEST_F(AuthoriseTest, ATamperedStoreCannotPermit) {
  // Somebody with write access to Redis turns a withdrawn consent's state back in the clear part.
  records::ConsentRecord r = row_;
  r.set_state(v1::CONSENT_STATE_WITHDRAWN);
  Put(consent_, r);
  const std::string key = absl::StrCat(kPrefix, "r:consent:", consent_);
  std::string bytes = server_.Admin({"GET", key}).text;
  const size_t at = 29;  // first byte of the facet
  ASSERT_EQ(bytes[at], 'W');
  bytes[at] = 'A';
  server_.Admin({"SET", key, bytes});
  const long long before = Entries();
  EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_CONSENT_REQUIRED);
  EXPECT_EQ(alarm_, "not_authentic");
  EXPECT_EQ(Entries(), before + 2) << "the permit that did not leave, and the alarm";
  EXPECT_EQ(Last().details().rule(), ledger::v1::RULE_NOT_AUTHENTIC);

  // Or points another person's reference at this citizen.
  bytes[at] = 'W';
  server_.Admin({"SET", key, bytes});
  Put(consent_, row_);
  const std::string other = crypto::NewId();
  const std::string reference = absl::StrCat(kPrefix, "r:reference:", ReferenceId("agencies/boligenhed", ref_));
  alarm_.clear();
  server_.Admin({"SET", absl::StrCat(kPrefix, "r:reference:", ReferenceId("agencies/boligenhed", other)), server_.Admin({"GET", reference}).text});
  v1::Question q = Ask();
  q.set_citizen("citizens/" + other);
  EXPECT_EQ(Answered(q).decision(), v1::DECISION_CONSENT_REQUIRED);
  EXPECT_EQ(alarm_, "") << "no arrow leads there";

  // Or lifts a restriction.
  records::Subject restricted;
  restricted.set_state(records::Subject::STATE_RESTRICTED);
  Put(subject_, restricted);
  const std::string subject_key = absl::StrCat(kPrefix, "r:subject:", subject_);
  bytes = server_.Admin({"GET", subject_key}).text;
  bytes[at] = 'A';
  server_.Admin({"SET", subject_key, bytes});
  EXPECT_EQ(Answered(Ask()).decision(), v1::DECISION_CONSENT_REQUIRED);
  EXPECT_EQ(alarm_, "not_authentic");
}

TEST_F(AuthoriseTest, OwnWordsLimit) {
  records::ConsentRecord r = row_;
  r.set_own_words("ikke noget om min eks");
  Put(consent_, r);
  EXPECT_TRUE(Answered(Ask()).limited());
}

TEST_F(AuthoriseTest, NothingIsSharedWhenTheLedgerCannotBeWritten) {
  server_.Kill9();
  auto a = testing::Await<absl::StatusOr<v1::Answer>>([&](auto done) { gate_->Ask("dropin", Ask().SerializeAsString(), done); });
  EXPECT_FALSE(a.ok());
}

TEST_F(AuthoriseTest, EntriesAreDenseAndTheStoryIsAChain) {
  for (int i = 0; i < 30; ++i) Answered(Ask());
  auto page = testing::Await<absl::StatusOr<StoryPage>>([&](auto done) { LedgerReader(redis_.get()).Story({subject_}, 0, 20, done); });
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->rows.size(), 20u);
  auto rest = testing::Await<absl::StatusOr<StoryPage>>([&](auto done) { LedgerReader(redis_.get()).Story({subject_}, page->next, 20, done); });
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->rows.size(), 10u);
  EXPECT_EQ(rest->next, 0u);
  uint64_t expected = 30;
  for (const auto* p : {&*page, &*rest}) {
    for (const stored::LedgerRow& row : p->rows) {
      EXPECT_EQ(row.number(), expected);
      EXPECT_EQ(row.chain().sequence(), expected);
      EXPECT_EQ(row.chain().previous(), expected - 1);
      --expected;
    }
  }
}

TEST_F(AuthoriseTest, ThePublicFormTellsNothingAndIsTheSameEachTime) {
  Answered(Ask());
  const stored::LedgerRow row = Last();
  const std::string once = ledger::LeafBytes(PublicEntry(row));
  EXPECT_EQ(once, ledger::LeafBytes(PublicEntry(row)));
  for (const std::string& secret : {subject_, ref_, holder_ref_, consent_, std::string("adviser"), std::string("boligenhed")}) {
    EXPECT_EQ(once.find(secret), std::string::npos);
  }
  stored::LedgerRow changed = row;
  changed.mutable_outcome()->set_given_mask(0);
  EXPECT_NE(once, ledger::LeafBytes(PublicEntry(changed)));
}

TEST_F(AuthoriseTest, TimeNeverGoesBack) {
  // The highest time ever written lies in the future: the next entry does not fall behind it, and the step is reported.
  Answered(Ask());
  const std::int64_t future = absl::ToUnixMillis(absl::Now() + absl::Hours(24 * 365));
  std::string head(16, '\0');
  for (int i = 0; i < 8; ++i) {
    head[7 - i] = static_cast<char>((1ull >> (8 * i)) & 255);
    head[15 - i] = static_cast<char>((static_cast<std::uint64_t>(future) >> (8 * i)) & 255);
  }
  server_.Admin({"SET", absl::StrCat(kPrefix, "ledger-head"), head});
  ExpectRefused(Ask(), ledger::v1::RULE_EXPIRED);  // by that time the consent has ended
  EXPECT_EQ(Last().time_ms(), future);
  EXPECT_EQ(alarm_, "clock_stepped_back");
}

}  // namespace
}  // namespace brobygger::consent
