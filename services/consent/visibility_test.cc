// Who sees what of a consent, the peace after a no, and the citizen's own view.
#include <algorithm>
#include <set>

#include "gtest/gtest.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"
#include "services/consent/testing/world.h"

namespace brobygger::consent {
namespace {

constexpr auto kHome = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
constexpr auto kContact = type::v1::DATA_CATEGORY_CONTACT;
constexpr char kCpr[] = "010190-1234";

class Visibility : public ::testing::Test {
 protected:
  std::vector<v1::Consent> List(const std::string& agency, int page_size = 0) {
    v1::ListConsentsRequest request;
    request.set_citizen(w.Ensure(agency, kCpr));
    request.set_page_size(page_size);
    const auto r = w.Ask<v1::ListConsentsResponse>(ListConsents, w.Staff(agency), request);
    EXPECT_TRUE(r.ok()) << r.status();
    return {r->consents().begin(), r->consents().end()};
  }
  v1::ListMyConsentsResponse Mine() { return *w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login(kCpr), v1::ListMyConsentsRequest()); }
  std::string Get(const std::string& agency, const std::string& name) {
    v1::GetConsentRequest request;
    request.set_name(name);
    return ReasonOf(w.Ask<v1::GetConsentResponse>(GetConsent, w.Staff(agency), request).status());
  }
  absl::Status Request(const std::string& agency, const v1::Arrow& arrow) {
    v1::RequestConsentRequest request;
    request.set_citizen(w.Ensure(agency, kCpr));
    *request.mutable_arrow() = arrow;
    request.set_message("Må vi høre fra værestedet?");
    return w.Ask<v1::RequestConsentResponse>(RequestConsent, w.Staff(agency), request).status();
  }
  absl::Status Decline(const std::string& name) {
    v1::DeclineConsentsRequest request;
    request.add_consents(name);
    return w.Ask<v1::DeclineConsentsResponse>(DeclineConsents, w.Login(kCpr), request).status();
  }

  World w;
  std::string citizen = w.Ensure(kDropin, kCpr);
};

TEST_F(Visibility, DraftsAndNoesStayWithWhoWroteThemDown) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kTreatment, kHousing, kHome, {kContact})});
  EXPECT_EQ(List(kDropin).size(), 1u);  // a third agency proposed it
  for (const char* agency : {kTreatment, kHousing, kJobcentre}) EXPECT_TRUE(List(agency).empty()) << agency;
  ASSERT_TRUE(Decline(Mine().consents(0).name()).ok());
  EXPECT_EQ(List(kDropin).size(), 1u);
  for (const char* agency : {kTreatment, kHousing, kJobcentre}) EXPECT_TRUE(List(agency).empty()) << agency;
}

TEST_F(Visibility, GivenOnesBelongToHolderAndRecipient) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kTreatment, kHousing, kHome, {kContact})}, "ikke noget om min eks");
  ASSERT_TRUE(w.Activate(w.TwoPersons(w.Staff(kDropin), kDropin), w.Activation(citizen, drafts)).ok());
  EXPECT_TRUE(List(kDropin).empty());  // no part of it any more
  EXPECT_EQ(Get(kDropin, drafts[0].name()), "NOT_FOUND");
  EXPECT_TRUE(List(kJobcentre).empty());
  const auto holder = List(kTreatment), recipient = List(kHousing);
  ASSERT_EQ(holder.size(), 1u);
  ASSERT_EQ(recipient.size(), 1u);
  // Own words: the holder and the citizen, never the recipient; that they limit is for both.
  EXPECT_EQ(holder[0].own_words(), "ikke noget om min eks");
  EXPECT_EQ(recipient[0].own_words(), "");
  EXPECT_TRUE(recipient[0].limited());
  EXPECT_EQ(Mine().consents(0).own_words(), "ikke noget om min eks");
  v1::ListMyConsentsRequest before_the_recipient;
  before_the_recipient.set_citizen(w.Ensure(kHousing, kCpr));
  const auto together = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, World::For(type::v1::PRESENCE_USE_SEE, w.TwoPersons(w.Staff(kHousing), kDropin)), before_the_recipient);
  EXPECT_EQ(together->consents(0).own_words(), "");
  // No name in common: not the consent's, not the page's, not the citizen's.
  std::set<std::string> names;
  for (const v1::Consent& c : {drafts[0], holder[0], recipient[0], Mine().consents(0)}) {
    names.insert(c.name());
    names.insert(c.page());
  }
  EXPECT_EQ(names.size(), 8u);
  EXPECT_NE(holder[0].citizen(), recipient[0].citizen());
  // And a name is worth nothing in other hands.
  EXPECT_EQ(Get(kTreatment, holder[0].name()), "");
  EXPECT_EQ(Get(kHousing, holder[0].name()), "NOT_FOUND");
  EXPECT_EQ(Get(kTreatment, Mine().consents(0).name()), "NOT_FOUND");
  EXPECT_EQ(Get(kTreatment, "consents/" + std::string(26, 'b')), "NOT_FOUND");
}

TEST_F(Visibility, IncomingShowsTheRecipientItsOwnReference) {
  w.Give(citizen);
  const auto list = [&](const char* agency) {
    return *w.Ask<v1::ListIncomingConsentsResponse>(ListIncomingConsents, w.Staff(agency), v1::ListIncomingConsentsRequest());
  };
  EXPECT_TRUE(list(kDropin).consents().empty());
  ASSERT_EQ(list(kHousing).consents_size(), 1);
  EXPECT_EQ(list(kHousing).consents(0).citizen(), w.Ensure(kHousing, kCpr));
  v1::WithdrawConsentsRequest all;
  all.set_everything(true);
  ASSERT_TRUE(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login(kCpr), all).ok());
  EXPECT_TRUE(list(kHousing).consents().empty());
}

TEST_F(Visibility, PagesNewestFirst) {
  for (int i = 0; i < 5; ++i) {
    w.now += absl::Minutes(1);
    w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  }
  v1::ListConsentsRequest request;
  request.set_citizen(citizen);
  request.set_page_size(2);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const auto r = w.Ask<v1::ListConsentsResponse>(ListConsents, w.Staff(kDropin), request);
    ASSERT_TRUE(r.ok());
    for (const auto& c : r->consents()) seen.insert(c.name());
    request.set_page_token(r->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(pages, 3);
}

TEST_F(Visibility, ARequestStaysBetweenAskerAndCitizen) {
  const v1::Arrow arrow = w.Arrow(kDropin, kHousing, kHome, {kContact});
  EXPECT_EQ(ReasonOf(Request(kJobcentre, arrow)), "OUT_OF_RANGE");  // for somebody else
  ASSERT_TRUE(Request(kHousing, arrow).ok());
  for (const char* agency : {kDropin, kHousing, kJobcentre}) EXPECT_TRUE(List(agency).empty()) << agency;
  ASSERT_EQ(Mine().requests_size(), 1);
  EXPECT_EQ(Mine().requests(0).message(), "Må vi høre fra værestedet?");
  EXPECT_TRUE(Mine().consents().empty());
  // It cannot be given by its own name: a yes is a page of its own.
  auto request = w.Activation("", {});
  request.add_consents(Mine().requests(0).name());
  request.mutable_given()->set_evidence(v1::EVIDENCE_MITID);
  EXPECT_EQ(ReasonOf(w.Ask<v1::ActivateConsentsResponse>(ActivateConsents, w.Login(kCpr), request).status()), "WRONG_STATE");
  // Asked again, it stays one question; a yes answers it.
  ASSERT_TRUE(Request(kHousing, arrow).ok());
  EXPECT_EQ(Mine().requests_size(), 1);
  w.Give(citizen);
  EXPECT_TRUE(Mine().requests().empty());
}

TEST_F(Visibility, ThirtyDaysOfPeaceAfterANo) {
  const v1::Arrow arrow = w.Arrow(kDropin, kHousing, kHome, {kContact});
  ASSERT_TRUE(Request(kHousing, arrow).ok());
  const int commits_when_open = w.store.commits();
  ASSERT_TRUE(Decline(Mine().requests(0).name()).ok());
  EXPECT_TRUE(Mine().requests().empty());
  const absl::Time no = w.now;
  const auto requests_at = [&](absl::Duration later, const v1::Arrow& a) {
    w.now = no + later;
    const int commits = w.store.commits();
    EXPECT_TRUE(Request(kHousing, a).ok());
    EXPECT_GT(w.store.commits(), commits);  // an absorbed request is written about like any other
    return Mine().requests_size();
  };
  EXPECT_GT(w.store.commits(), commits_when_open);
  EXPECT_EQ(requests_at(absl::Minutes(1), arrow), 0);
  EXPECT_EQ(requests_at(absl::Hours(24 * 29), w.Arrow(kDropin, kHousing, kHome, {type::v1::DATA_CATEGORY_APPOINTMENTS})), 0);  // the same question
  EXPECT_EQ(requests_at(absl::Hours(24 * 29), w.Arrow(kDropin, kHousing, type::v1::PURPOSE_ACUTE_HELP, {kContact})), 1);       // another one
  EXPECT_EQ(requests_at(absl::Hours(24 * 30) - absl::Milliseconds(1), arrow), 1);
  EXPECT_EQ(requests_at(absl::Hours(24 * 30), arrow), 2);
}

TEST_F(Visibility, ANoToADraftIsANoToTheSameRequest) {
  w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  ASSERT_TRUE(Decline(Mine().consents(0).name()).ok());
  ASSERT_TRUE(Request(kHousing, w.Arrow(kDropin, kHousing, kHome, {kContact})).ok());
  EXPECT_TRUE(Mine().requests().empty());
  // The citizen may still say yes to a new page: only asking is held back.
  w.Give(citizen);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
}

TEST_F(Visibility, TheOwnViewIsByTheCitizensWordAndWrittenDown) {
  v1::ListMyConsentsRequest request;
  request.set_citizen(citizen);
  const auto ask = [&](const Call& call) { return ReasonOf(w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, call, request).status()); };
  EXPECT_EQ(ask(w.Staff(kDropin)), "PRESENCE_REQUIRED");
  EXPECT_EQ(ask(World::Stated(w.Staff(kDropin))), "WORD_NOT_ENOUGH");
  const size_t entries = w.store.ledger().size();
  constexpr auto kSee = type::v1::PRESENCE_USE_SEE;
  // Two colleagues are not enough, and a statement that was made for something else shows nothing.
  EXPECT_EQ(ask(World::For(kSee, w.TwoPersons(w.Staff(kDropin), kDropin))), "WORD_NOT_ENOUGH");
  for (auto other : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_GIVE, type::v1::PRESENCE_USE_REGISTRY}) {
    EXPECT_EQ(ask(World::For(other, w.TwoPersons(w.Staff(kDropin), kHousing))), "STATEMENT_USE") << other;
    EXPECT_EQ(ask(World::For(other, w.CodeCard(w.Staff(kDropin)))), "STATEMENT_USE") << other;
  }
  EXPECT_EQ(w.store.ledger().size(), entries);
  EXPECT_EQ(ask(World::For(kSee, w.CodeCard(w.Staff(kDropin)))), "");
  EXPECT_EQ(ask(World::For(kSee, w.TwoPersons(w.Staff(kDropin), kHousing))), "");
  EXPECT_EQ(w.store.ledger().size(), entries + 2);
  std::string subject;
  EXPECT_EQ(w.LastEntry(&subject).details().act(), ledger::v1::ACT_CONSENTS_LISTED);
  EXPECT_EQ(subject, w.SubjectOf(kDropin, citizen));
  // Somebody whom nobody knows sees an empty list, written down for nobody.
  const auto nobody = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login("020290-1234"), v1::ListMyConsentsRequest());
  ASSERT_TRUE(nobody.ok());
  EXPECT_TRUE(nobody->consents().empty());
  w.LastEntry(&subject);
  EXPECT_EQ(subject, "");
}

// Whoever writes down drafts without end must not push what is in force out of the citizen's sight.
TEST_F(Visibility, WhatIsInForceIsAlwaysInTheOwnView) {
  w.Give(citizen);
  w.now += absl::Hours(1);
  const std::string housed = w.Ensure(kHousing, kCpr);
  for (int i = 0; i <= kMaxListed; ++i) {
    if (i % kMaxProposedPerHour == 0) w.now += absl::Hours(1);
    w.Propose(kHousing, housed, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  }
  const auto active = [](const auto& consents) {
    return std::count_if(consents.begin(), consents.end(), [](const v1::Consent& c) { return c.state() == v1::CONSENT_STATE_ACTIVE; });
  };
  EXPECT_EQ(active(Mine().consents()), 1);
  const auto exported = w.Ask<registry::v1::ExportCitizenDataResponse>(ExportCitizenData, w.Login(kCpr), registry::v1::ExportCitizenDataRequest());
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_NE(exported->text_da().find("- Givet."), std::string::npos);
}

// Nobody stays asked for ever: what was written down and not answered is gone after 30 days, for everybody.
TEST_F(Visibility, ADraftThatNobodyAnswersDisappears) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  const std::string mine = Mine().consents(0).name();
  ASSERT_TRUE(Request(kJobcentre, w.Arrow(kDropin, kJobcentre, kHome, {kContact})).ok());
  w.Give(citizen);
  const absl::Time written = w.now;
  const auto gone = [&] {
    auto yes = w.Activation(citizen, drafts);
    return Get(kDropin, drafts[0].name()) == "NOT_FOUND" && ReasonOf(w.Activate(w.TwoPersons(w.Staff(kDropin), kDropin), yes).status()) == "NOT_FOUND" &&
           ReasonOf(Decline(mine)) == "NOT_FOUND" && List(kDropin).size() == 1u && Mine().consents_size() == 1;
  };
  const auto due = [&] {
    std::vector<std::string> ids;
    for (const auto& [kind, id] : w.store.Due(w.now)) {
      if (kind == "consent") ids.push_back(id);
    }
    return ids;
  };
  w.now = written + kDraftLife - absl::Milliseconds(1);
  EXPECT_EQ(Get(kDropin, drafts[0].name()), "");
  EXPECT_EQ(List(kDropin).size(), 2u);
  EXPECT_EQ(Mine().consents_size(), 2);
  EXPECT_TRUE(due().empty());
  w.now = written + kDraftLife;
  EXPECT_TRUE(gone()) << "before its time was noticed";
  ASSERT_EQ(due().size(), 1u);
  const size_t entries = w.store.ledger().size();
  Call call;
  call.now = w.now;
  for (const auto& [id, record] : w.store.All<records::ConsentRecord>()) ASSERT_TRUE(w.store.RunDue(ForgetDraft, call, id).ok());
  EXPECT_EQ(w.store.ledger().size(), entries) << "a draft leaves no trace";
  EXPECT_TRUE(gone());
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_DRAFT), 1);  // the job centre's question: it stays until it is answered
  EXPECT_EQ(Mine().requests_size(), 1);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
}

TEST_F(Visibility, OnePersonWritesDownSoMuchAnHour) {
  const auto propose = [&](const std::string& person) {
    v1::ProposeConsentsRequest request;
    request.set_citizen(citizen);
    *request.add_arrows() = w.Arrow(kDropin, kHousing, kHome, {kContact});
    return ReasonOf(w.Ask<v1::ProposeConsentsResponse>(ProposeConsents, World::Stated(w.Staff(kDropin, person)), request).status());
  };
  for (int i = 0; i < 120; ++i) ASSERT_EQ(propose("person-1"), "") << i;
  EXPECT_EQ(propose("person-1"), "RATE_LIMITED");
  EXPECT_EQ(propose("person-2"), "");
  w.now += absl::Hours(1);
  EXPECT_EQ(propose("person-1"), "");
}

TEST_F(Visibility, TheOwnViewSaysThatTheDoorsAreClosed) {
  EXPECT_FALSE(Mine().restricted());
  registry::v1::RestrictCitizenRequest request;
  for (bool closed : {true, false}) {
    request.set_restricted(closed);
    ASSERT_TRUE(w.Ask<registry::v1::RestrictCitizenResponse>(RestrictCitizen, w.Login(kCpr), request).ok());
    EXPECT_EQ(Mine().restricted(), closed);
  }
}

TEST_F(Visibility, Texts) {
  v1::GetConsentTextRequest request;
  const auto get = [&] { return w.Ask<v1::GetConsentTextResponse>(GetConsentText, w.Staff(kDropin), request); };
  EXPECT_EQ(get()->text().version(), "da-1");
  request.set_language("en");
  EXPECT_EQ(get()->text().language(), "en");
  request.set_language("xx");
  EXPECT_EQ(get().status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace brobygger::consent
