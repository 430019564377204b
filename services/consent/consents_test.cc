// What may be asked and what a yes needs and does, as calls against records in memory.
#include "services/consent/consents.h"

#include <algorithm>
#include <functional>
#include <regex>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/facet.h"
#include "services/consent/names.h"
#include "services/consent/testing/world.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

constexpr auto kHome = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
constexpr auto kContact = type::v1::DATA_CATEGORY_CONTACT;
constexpr auto kAppointments = type::v1::DATA_CATEGORY_APPOINTMENTS;
constexpr auto kHousingData = type::v1::DATA_CATEGORY_HOUSING;
constexpr char kCpr[] = "010190-1234";

class Consents : public ::testing::Test {
 protected:
  // The one record in this state.
  std::pair<std::string, records::ConsentRecord> Only(v1::ConsentState state) {
    for (const auto& [id, r] : w.store.All<records::ConsentRecord>()) {
      if (r->state() == state) return {id, *r};
    }
    ADD_FAILURE() << "none in state " << state;
    return {};
  }
  absl::Status Activate(const Call& call, const v1::ActivateConsentsRequest& request) { return w.Activate(call, request).status(); }

  World w;
  std::string citizen = w.Ensure(kDropin, kCpr);
};

TEST_F(Consents, ADraftSharesNothingAndAYesNamesBothReferences) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact, kAppointments})}, "ikke noget om min eks");
  ASSERT_EQ(drafts.size(), 1u);
  EXPECT_EQ(drafts[0].state(), v1::CONSENT_STATE_DRAFT);
  EXPECT_EQ(drafts[0].citizen(), citizen);
  EXPECT_TRUE(w.store.All<records::Arrow>().empty());
  EXPECT_EQ(w.store.All<records::Reference>().size(), 1u);

  const auto given = w.Activate(w.TwoPersons(w.Staff(kDropin), kDropin), w.Activation(citizen, drafts));
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_LE(w.store.rounds(), kMaxRounds);
  const auto [id, r] = Only(v1::CONSENT_STATE_ACTIVE);
  EXPECT_EQ(r.holder_ref(), RefId(citizen));
  EXPECT_EQ(r.start_ms(), absl::ToUnixMillis(w.now));
  EXPECT_EQ(absl::FromUnixMillis(r.end_ms()), StartOfDay(absl::CivilDay(2026, 9, 2)));
  // The recipient got a reference of its own, which leads to the same subject.
  EXPECT_NE(r.recipient_ref(), r.holder_ref());
  EXPECT_EQ(w.SubjectOf(kHousing, CitizenName(r.recipient_ref())), r.subject());
  const auto* arrow = w.store.Find<records::Arrow>(ArrowId(kHousing, r.recipient_ref(), kDropin));
  ASSERT_NE(arrow, nullptr);
  EXPECT_EQ(arrow->latest().at(kHome), id);
  // What the script reads.
  const auto facet = DecodeConsentFacet(w.store.Facet("consent", id));
  ASSERT_TRUE(facet.ok());
  EXPECT_EQ(facet->state, 'A');
  EXPECT_EQ(facet->purpose, kHome);
  EXPECT_EQ(facet->mask, Bit(kContact) | Bit(kAppointments));
  EXPECT_TRUE(facet->limited);
  EXPECT_EQ(facet->version, 2u);
  EXPECT_EQ(facet->recipient, "boligenhed");
  EXPECT_EQ(w.store.Facet("reference", ReferenceId(kHousing, r.recipient_ref())), r.subject());

  std::string subject;
  const auto row = w.LastEntry(&subject);
  EXPECT_EQ(subject, r.subject());
  EXPECT_EQ(row.kind(), ledger::v1::ENTRY_KIND_CONSENT);
  EXPECT_EQ(row.details().act(), ledger::v1::ACT_CONSENT_GIVEN);
  EXPECT_EQ(row.details().word(), type::v1::WORD_TWO_PERSONS);
  EXPECT_EQ(row.details().consent(), id);
  EXPECT_EQ(row.details().consent_version(), 2u);
  EXPECT_EQ(row.details().given_mask(), r.mask());
  EXPECT_EQ(row.details().agency(), kDropin);
  EXPECT_EQ(row.subject_salt().size(), 16u);
  EXPECT_EQ(row.details_salt().size(), 16u);
  EXPECT_NE(row.subject_salt(), row.details_salt());
  EXPECT_GE(given->receipt().lines_da_size(), 3);
  EXPECT_EQ(given->receipt().lines_da(1),
            "Perron 4 må dele dine kontaktoplysninger og dine aftaler med Boligenheden. Formål: Finde eller beholde en bolig. Til og med den 1. september 2026.");
}

TEST_F(Consents, AMemberOfTheRecipientIsNeverTheOnlyOne) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  // Housing learns the reference and brings the same drafts forward in the citizen's name.
  const std::string housed = w.Ensure(kHousing, kCpr);
  v1::ListMyConsentsRequest mine;
  mine.set_citizen(housed);
  const auto listed = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, World::For(type::v1::PRESENCE_USE_SEE, w.TwoPersons(w.Staff(kHousing), kDropin)), mine);
  ASSERT_TRUE(listed.ok()) << listed.status();
  const auto request = w.Activation(housed, {listed->consents(0)});
  EXPECT_EQ(ReasonOf(Activate(World::Stated(w.Staff(kHousing)), request)), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Activate(w.TwoPersons(w.Staff(kHousing), kHousing), request)), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Activate(w.CodeCard(w.Staff(kHousing)), request)), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Activate(w.Staff(kHousing), request)), "PRESENCE_REQUIRED");
  Call robot = w.TwoPersons(w.Staff(kHousing), kDropin);
  robot.roles = {type::v1::ROLE_SYSTEM};
  EXPECT_EQ(ReasonOf(Activate(robot, request)), "PRESENCE_REQUIRED");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  EXPECT_TRUE(Activate(w.TwoPersons(w.Staff(kHousing), kDropin), request).ok());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
}

TEST_F(Consents, OneStatementIsOneActOfGiving) {
  const Call word = w.TwoPersons(w.Staff(kDropin), kDropin);
  const auto first = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  ASSERT_TRUE(Activate(word, w.Activation(citizen, first)).ok());
  const auto second = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_ACUTE_HELP, {kContact})});
  EXPECT_EQ(ReasonOf(Activate(word, w.Activation(citizen, second))), "STATEMENT_USED");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
  // The record of it goes when the statement itself has run out.
  const auto used_up = [&](absl::Duration later) {
    const auto due = w.store.Due(w.now + later);
    return std::count_if(due.begin(), due.end(), [](const auto& d) { return d.first == "spent" && std::regex_match(d.second, std::regex("statement\\.[0-9a-f]{32}")); });
  };
  EXPECT_EQ(used_up(absl::Hours(24)), 0);
  EXPECT_EQ(used_up(absl::Hours(25)), 1);
}

TEST_F(Consents, WhatAYesNeeds) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kTreatment, kDropin, type::v1::PURPOSE_COORDINATE_SUPPORT, {type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT})});
  const auto good = w.Activation(citizen, drafts);
  const Call word = w.TwoPersons(w.Staff(kDropin), kTreatment);
  struct Row {
    const char* name;
    std::function<void(v1::ActivateConsentsRequest&)> change;
    const char* reason;
  };
  const Row rows[] = {
      {"capacity", [](auto& r) { r.mutable_given()->set_capacity_attested(false); }, "CAPACITY_NOT_ATTESTED"},
      {"capacity comes first", [](auto& r) { r.mutable_given()->set_capacity_attested(false); r.mutable_given()->set_told_voluntary(false); }, "CAPACITY_NOT_ATTESTED"},
      {"read back", [](auto& r) { r.mutable_given()->set_understood_read_back(false); }, "FIELD_REQUIRED"},
      {"voluntary", [](auto& r) { r.mutable_given()->set_told_voluntary(false); }, "FIELD_REQUIRED"},
      {"no evidence", [](auto& r) { r.mutable_given()->clear_evidence(); }, "FIELD_REQUIRED"},
      {"MitID is the citizen's own", [](auto& r) { r.mutable_given()->set_evidence(v1::EVIDENCE_MITID); }, "OUT_OF_RANGE"},
      {"paper without a signature", [](auto& r) { r.mutable_given()->set_evidence(v1::EVIDENCE_SIGNED_PAPER); }, "OUT_OF_RANGE"},
      {"oral without a reason", [](auto& r) { r.mutable_given()->clear_oral_reason(); }, "FIELD_REQUIRED"},
      {"another text", [](auto& r) { r.mutable_given()->set_text_sha256(std::string(64, '0')); }, "CONSENT_TEXT_OUTDATED"},
      {"an older text", [](auto& r) { r.mutable_given()->set_text_version("da-0"); }, "CONSENT_TEXT_OUTDATED"},
      {"unknown consent", [](auto& r) { r.set_consents(0, "consents/" + std::string(26, 'a')); }, "NOT_FOUND"},
      {"no name", [](auto& r) { r.set_consents(0, "x"); }, "NOT_FOUND"},
      {"another citizen", [this](auto& r) { r.set_citizen(w.Ensure(kDropin)); }, "NOT_FOUND"},
      {"an unknown citizen", [](auto& r) { r.set_citizen("citizens/" + std::string(26, 'a')); }, "NOT_FOUND"},
      {"no citizen", [](auto& r) { r.clear_citizen(); }, "FIELD_REQUIRED"},
  };
  for (const Row& row : rows) {
    auto request = good;
    row.change(request);
    EXPECT_EQ(ReasonOf(Activate(word, request)), row.reason) << row.name;
    EXPECT_EQ(w.Count(v1::CONSENT_STATE_DRAFT), 1) << row.name;
  }
  EXPECT_EQ(Activate(word, [&] { auto r = good; r.mutable_given()->set_capacity_attested(false); return r; }()).message(), "Vi taler om det en anden dag.");
  // Sensitive: the card needs a signature on paper. It must be recorded outside the recipient, which the drop-in is here.
  EXPECT_EQ(ReasonOf(Activate(w.CodeCard(w.Staff(kDropin), true), good)), "WORD_NOT_ENOUGH");
  EXPECT_TRUE(Activate(word, good).ok());
  EXPECT_EQ(ReasonOf(Activate(w.TwoPersons(w.Staff(kDropin), kTreatment), good)), "WRONG_STATE");
}

TEST_F(Consents, ACardForSensitiveCategoriesNeedsASignature) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {type::v1::DATA_CATEGORY_JUSTICE})});
  EXPECT_EQ(ReasonOf(Activate(w.CodeCard(w.Staff(kDropin)), w.Activation(citizen, drafts))), "WORD_NOT_ENOUGH");
  auto request = w.Activation(citizen, drafts);
  request.mutable_given()->set_evidence(v1::EVIDENCE_SIGNED_PAPER);
  EXPECT_TRUE(Activate(w.CodeCard(w.Staff(kDropin), true), request).ok());
}

TEST_F(Consents, WhatMayBeAsked) {
  struct Row {
    const char* name;
    std::vector<v1::Arrow> arrows;
    const char* reason;
  };
  v1::Arrow late = w.Arrow(kDropin, kHousing, kHome, {kContact});
  *late.mutable_last_day() = ToDate(absl::CivilDay(2027, 3, 2));
  v1::Arrow past = late;
  *past.mutable_last_day() = ToDate(absl::CivilDay(2026, 2, 28));
  v1::Arrow year = late;
  *year.mutable_last_day() = ToDate(absl::CivilDay(2027, 3, 1));
  using C = type::v1::DataCategory;
  const std::vector<C> eight = {C::DATA_CATEGORY_CONTACT, C::DATA_CATEGORY_HOUSING, C::DATA_CATEGORY_HEALTH, C::DATA_CATEGORY_FINANCES,
                                C::DATA_CATEGORY_APPOINTMENTS, C::DATA_CATEGORY_DAILY_LIFE, C::DATA_CATEGORY_SUPPORT_PLAN, C::DATA_CATEGORY_NETWORK};
  const std::vector<C> seven(eight.begin(), eight.end() - 1);
  constexpr auto kCoordinate = type::v1::PURPOSE_COORDINATE_SUPPORT;
  const Row rows[] = {
      {"one", {w.Arrow(kDropin, kHousing, kHome, {kContact})}, ""},
      {"none", {}, "FIELD_REQUIRED"},
      {"to itself", {w.Arrow(kDropin, kDropin, kHome, {kContact})}, "OUT_OF_RANGE"},
      {"unknown holder", {w.Arrow("agencies/nowhere", kHousing, kHome, {kContact})}, "OUT_OF_RANGE"},
      {"unknown recipient", {w.Arrow(kDropin, "agencies/nowhere", kHome, {kContact})}, "OUT_OF_RANGE"},
      {"no category", {w.Arrow(kDropin, kHousing, kHome, {})}, "FIELD_REQUIRED"},
      {"no purpose", {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_UNSPECIFIED, {kContact})}, "FIELD_REQUIRED"},
      {"outside the maximum", {w.Arrow(kDropin, kHousing, kHome, {C::DATA_CATEGORY_DAILY_LIFE})}, "CATEGORY_NOT_RELEVANT"},
      {"a marker is no category", {w.Arrow(kDropin, kHousing, kHome, {C::DATA_CATEGORY_NON_PERSONAL})}, "CATEGORY_NOT_RELEVANT"},
      {"both ways", {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kHousing, kDropin, kHome, {kContact})}, ""},
      {"several holders", {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kJobcentre, kHousing, kHome, {kContact})}, ""},
      {"two recipients", {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kDropin, kJobcentre, kHome, {kContact})}, "OUT_OF_RANGE"},
      {"two purposes", {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kJobcentre, kHousing, type::v1::PURPOSE_ACUTE_HELP, {kContact})}, "OUT_OF_RANGE"},
      {"twice the same", {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kDropin, kHousing, kHome, {kAppointments})}, "OUT_OF_RANGE"},
      {"seven categories", {w.Arrow(kDropin, kHousing, kCoordinate, seven)}, ""},
      {"eight categories", {w.Arrow(kDropin, kHousing, kCoordinate, eight)}, "OUT_OF_RANGE"},
      {"eight on two arrows", {w.Arrow(kDropin, kHousing, kCoordinate, seven), w.Arrow(kHousing, kDropin, kCoordinate, {C::DATA_CATEGORY_NETWORK})}, "OUT_OF_RANGE"},
      {"thirteen months", {late}, "OUT_OF_RANGE"},
      {"yesterday", {past}, "BAD_DATE_ORDER"},
      {"a year", {year}, ""},
      {"a third agency's question", {w.Arrow(kTreatment, kHousing, kHome, {kContact})}, ""},
  };
  for (const Row& row : rows) {
    v1::ProposeConsentsRequest request;
    request.set_citizen(citizen);
    for (const auto& a : row.arrows) *request.add_arrows() = a;
    const auto response = w.Ask<v1::ProposeConsentsResponse>(ProposeConsents, World::Stated(w.Staff(kDropin)), request);
    EXPECT_EQ(ReasonOf(response.status()), row.reason) << row.name;
  }
  v1::ProposeConsentsRequest absent;
  absent.set_citizen(citizen);
  *absent.add_arrows() = rows[0].arrows[0];
  EXPECT_EQ(ReasonOf(w.Ask<v1::ProposeConsentsResponse>(ProposeConsents, w.Staff(kDropin), absent).status()), "PRESENCE_REQUIRED");
}

TEST_F(Consents, BothWaysAreTwoArrowsGivenInOneAct) {
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact}), w.Arrow(kHousing, kDropin, kHome, {kHousingData})});
  EXPECT_EQ(drafts[0].page(), drafts[1].page());
  // Two people of the drop-in are enough towards housing, not towards the drop-in itself: nothing is given.
  EXPECT_EQ(ReasonOf(Activate(w.TwoPersons(w.Staff(kDropin), kDropin), w.Activation(citizen, drafts))), "WORD_NOT_ENOUGH");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  const size_t entries = w.store.ledger().size();
  ASSERT_TRUE(Activate(w.TwoPersons(w.Staff(kDropin), kHousing), w.Activation(citizen, drafts)).ok());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 2);
  EXPECT_EQ(w.store.ledger().size(), entries + 2);
  EXPECT_EQ(w.store.All<records::Arrow>().size(), 2u);
  EXPECT_EQ(w.store.All<records::Reference>().size(), 2u);  // one each, made once

  // Drafts of two pages are two acts.
  const auto a = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_ACUTE_HELP, {kContact})});
  const auto b = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kJobcentre, type::v1::PURPOSE_WORK_AND_EDUCATION, {kContact})});
  EXPECT_EQ(ReasonOf(Activate(w.TwoPersons(w.Staff(kDropin), kDropin), w.Activation(citizen, {a[0], b[0]}))), "OUT_OF_RANGE");
}

TEST_F(Consents, ANewYesSupersedesTheOlderOnTheSameArrowAndPurpose) {
  w.Give(citizen);
  const auto [first, r] = Only(v1::CONSENT_STATE_ACTIVE);
  const auto other = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_ACUTE_HELP, {kContact})});
  ASSERT_TRUE(Activate(w.TwoPersons(w.Staff(kDropin), kDropin), w.Activation(citizen, other)).ok());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 2);  // another purpose stands beside it
  w.now += absl::Hours(1);
  w.Give(citizen);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 2);
  const auto* old = w.store.Find<records::ConsentRecord>(first);
  EXPECT_EQ(old->state(), v1::CONSENT_STATE_SUPERSEDED);
  EXPECT_EQ(old->version(), r.version() + 1);
  EXPECT_EQ(w.store.Facet("consent", first)[0], 'S');
  const auto* arrow = w.store.Find<records::Arrow>(ArrowId(kHousing, r.recipient_ref(), kDropin));
  EXPECT_EQ(arrow->latest().at(kHome), old->successor());
  EXPECT_EQ(arrow->latest().size(), 2u);
}

TEST_F(Consents, TheCitizensOwnLoginGivesAlone) {
  w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {type::v1::DATA_CATEGORY_JUSTICE})}, "mine ord");
  const auto mine = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login(kCpr), v1::ListMyConsentsRequest());
  ASSERT_TRUE(mine.ok()) << mine.status();
  ASSERT_EQ(mine->consents_size(), 1);
  EXPECT_EQ(mine->consents(0).own_words(), "mine ord");
  auto request = w.Activation("", {mine->consents(0)});
  EXPECT_EQ(ReasonOf(Activate(w.Login(kCpr), request)), "OUT_OF_RANGE");  // evidence
  request.mutable_given()->set_evidence(v1::EVIDENCE_MITID);
  ASSERT_TRUE(Activate(w.Login(kCpr), request).ok());
  EXPECT_LE(w.store.rounds(), kMaxRounds);
  EXPECT_EQ(w.LastEntry().details().person(), "");
  EXPECT_EQ(w.LastEntry().details().word(), type::v1::WORD_OWN_LOGIN);
  request.set_citizen(citizen);
  EXPECT_EQ(ReasonOf(Activate(w.Login(kCpr), request)), "OUT_OF_RANGE");
}

}  // namespace
}  // namespace brobygger::consent
