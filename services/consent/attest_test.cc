#include "services/consent/attest.h"

#include <regex>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/code_card.h"
#include "services/consent/names.h"
#include "services/consent/registry.h"
#include "services/consent/testing/world.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

class Attest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::AttestPresenceResponse> Ask(const Call& call, const std::string& code = "", const std::string& token = "", bool signature = false) {
    v1::AttestPresenceRequest request = Request(type::v1::PRESENCE_USE_HELP);
    request.set_code(code);
    request.set_second_token(token);
    request.set_written_signature(signature);
    return Ask(call, request);
  }
  absl::StatusOr<v1::AttestPresenceResponse> Ask(const Call& call, const v1::AttestPresenceRequest& request) {
    return w.Ask<v1::AttestPresenceResponse>(AttestPresence, call, request);
  }
  v1::AttestPresenceRequest Request(type::v1::PresenceUse use, const std::vector<std::string>& consents = {}) {
    v1::AttestPresenceRequest request;
    request.set_citizen(citizen);
    request.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    request.set_use(use);
    for (const std::string& name : consents) request.add_consents(name);
    return request;
  }
  // What two persons signed, in the call that uses it.
  Call Signed(Call call, v1::AttestPresenceRequest request, const std::string& second) {
    request.set_second_token(absl::StrCat("person-2 ", second, " ", ++tokens_, ".signature"));
    const auto statement = Ask(call, request);
    EXPECT_TRUE(statement.ok()) << statement.status();
    if (statement.ok()) call.presence = statement->content();
    call.presence_signed = true;
    return call;
  }
  std::string Draft(const std::string& agency = kDropin, const std::string& own_reference = "") {
    const auto purpose = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
    const std::vector<v1::Arrow> arrows = {w.Arrow(kDropin, kHousing, purpose, {type::v1::DATA_CATEGORY_CONTACT})};
    return w.Propose(agency, own_reference.empty() ? citizen : own_reference, arrows)[0].name();
  }
  v1::ActivateConsentsRequest Yes(const std::vector<std::string>& names) {
    v1::ActivateConsentsRequest request = w.Activation(citizen, {});
    for (const std::string& name : names) request.add_consents(name);
    return request;
  }
  std::string Activate(const Call& call, const v1::ActivateConsentsRequest& request) {
    return ReasonOf(w.Ask<v1::ActivateConsentsResponse>(ActivateConsents, call, request).status());
  }
  // Handed out by a colleague of the person who will record it.
  std::string Card(const std::string& person = "person-3") {
    v1::IssueCodeCardRequest request;
    request.set_citizen(citizen);
    return w.Ask<v1::IssueCodeCardResponse>(IssueCodeCard, World::Stated(w.Staff(kDropin, person)), request)->code();
  }
  std::string Reason(const std::string& code) { return ReasonOf(Ask(w.Staff(kDropin), code).status()); }

  World w;
  std::string citizen = w.Ensure(kDropin, "010190-1234");

 private:
  int tokens_ = 0;
};

TEST_F(Attest, OnePersonOneWord) {
  const auto r = Ask(w.Staff(kDropin), "", "", true);
  ASSERT_TRUE(r.ok()) << r.status();
  const auto& s = r->content();
  EXPECT_EQ(s.word(), type::v1::WORD_PRESENT);
  EXPECT_EQ(s.agency(), kDropin);
  EXPECT_EQ(s.citizen(), citizen);
  ASSERT_EQ(s.persons_size(), 1);
  EXPECT_EQ(s.persons(0).person(), "person-1");
  EXPECT_TRUE(s.written_signature());
  EXPECT_EQ(s.nonce().size(), 16u);
  EXPECT_EQ(r->statement().statement(), s.SerializeAsString());
  EXPECT_EQ(r->statement().signature(), w.rules.sign(absl::StrCat(kPresenceContext, r->statement().statement())));
  EXPECT_NE(Ask(w.Staff(kDropin))->content().nonce(), s.nonce());
}

TEST_F(Attest, TheSecondPersonIsAnotherPerson) {
  const auto second = [&](const std::string& token) { return Ask(w.Staff(kDropin), "", token); };
  const auto r = second(absl::StrCat("person-2 ", kHousing));
  ASSERT_TRUE(r.ok()) << r.status();
  EXPECT_EQ(r->content().word(), type::v1::WORD_TWO_PERSONS);
  EXPECT_EQ(r->content().persons(1).agency(), kHousing);
  // Not oneself, no system, nobody without an agency of the directory, nobody whose work is not with citizens.
  for (const std::string& token : {absl::StrCat("person-1 ", kHousing), absl::StrCat("robot ", kHousing), std::string("person-2 -"), std::string("forged"),
                                   std::string("person-2 agencies/elsewhere"), absl::StrCat("volunteer ", kHousing), absl::StrCat("ops ", kHousing)}) {
    EXPECT_EQ(ReasonOf(second(token).status()), "SECOND_PERSON_INVALID") << token;
  }
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin), "ABCD", absl::StrCat("person-2 ", kHousing)).status()), "OUT_OF_RANGE");
}

// A second person who has signed in once has witnessed one statement, not whatever the first person makes of the token.
TEST_F(Attest, TheSecondPersonSignsInForOneStatement) {
  const auto with = [&](const std::string& token, type::v1::PresenceUse use = type::v1::PRESENCE_USE_HELP) {
    v1::AttestPresenceRequest request = Request(use);
    request.set_second_token(token);
    return ReasonOf(Ask(w.Staff(kDropin), request).status());
  };
  const std::string token = absl::StrCat("person-2 ", kHousing, " 1");
  // A refused one has spent nothing.
  v1::AttestPresenceRequest foreign = Request(type::v1::PRESENCE_USE_GIVE, {"consents/" + std::string(26, 'a')});
  foreign.set_second_token(token + ".signature");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin), foreign).status()), "NOT_FOUND");
  EXPECT_EQ(with(token + ".signature"), "");
  EXPECT_EQ(with(token + ".signature"), "SECOND_PERSON_INVALID");
  EXPECT_EQ(with(token + ".signature", type::v1::PRESENCE_USE_SEE), "SECOND_PERSON_INVALID");
  // ES256 has more than one valid signature for the same text.
  EXPECT_EQ(with(token + ".another-signature"), "SECOND_PERSON_INVALID");
  // Nor for another first person, of whatever agency.
  v1::AttestPresenceRequest again = Request(type::v1::PRESENCE_USE_HELP);
  again.set_second_token(token + ".signature");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin, "person-3"), again).status()), "SECOND_PERSON_INVALID");
  again.set_citizen(w.Ensure(kHousing, "010190-1234"));
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kHousing, "person-3"), again).status()), "SECOND_PERSON_INVALID");
  EXPECT_EQ(with(absl::StrCat("person-2 ", kHousing, " 2.signature")), "") << "signed in anew";
  // No token stands in the store, and the record goes when the token is no longer good.
  ASSERT_EQ(w.store.All<records::Spent>().size(), 2u);
  // "token.": no statement is ever taken for one, nor the other way round.
  for (const auto& spent : w.store.All<records::Spent>()) EXPECT_TRUE(std::regex_match(spent.first, std::regex("token\\.[0-9a-f]{64}"))) << spent.first;
  const auto due = [&] {
    int n = 0;
    for (const auto& [kind, id] : w.store.Due(w.now)) n += kind == "spent" ? 1 : 0;
    return n;
  };
  w.now += absl::Minutes(6);
  EXPECT_EQ(due(), 0) << "clocks differ";
  w.now += absl::Minutes(10);
  EXPECT_EQ(due(), 2);
  Call call;
  call.now = w.now;
  const std::string id = w.store.All<records::Spent>()[0].first;
  ASSERT_TRUE(w.store.RunDue(ForgetSpent, call, id).ok());
  EXPECT_EQ(w.store.All<records::Spent>().size(), 1u);
}

TEST_F(Attest, AStatementSaysWhatItIsFor) {
  const std::string draft = Draft();
  const auto fields = [&](const v1::AttestPresenceRequest& request) {
    const absl::Status status = Ask(w.Staff(kDropin), request).status();
    const std::string text(status.message());  // "…: <field>: want …"
    const size_t at = text.find(": ");
    return absl::StrCat(at == std::string::npos ? text : text.substr(at + 2, text.find(": ", at + 2) - at - 2), " ", ReasonOf(status));
  };
  EXPECT_EQ(fields(Request(type::v1::PRESENCE_USE_UNSPECIFIED)), "use FIELD_REQUIRED");
  EXPECT_EQ(fields(Request(type::v1::PRESENCE_USE_GIVE)), "consents FIELD_REQUIRED");
  for (auto use : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_SEE, type::v1::PRESENCE_USE_REGISTRY}) {
    EXPECT_EQ(fields(Request(use, {draft})), "consents OUT_OF_RANGE") << use;
    const auto statement = Ask(w.Staff(kDropin), Request(use));
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->content().use(), use);
  }
  const auto statement = Ask(w.Staff(kDropin), Request(type::v1::PRESENCE_USE_GIVE, {draft}));
  ASSERT_TRUE(statement.ok()) << statement.status();
  type::v1::PresenceStatement said;  // it stands in what is signed
  ASSERT_TRUE(said.ParseFromString(statement->statement().statement()));
  EXPECT_EQ(said.use(), type::v1::PRESENCE_USE_GIVE);
  ASSERT_EQ(said.consents_size(), 1);
  EXPECT_EQ(said.consents(0), draft);
}

// Nobody witnesses what cannot be given, or learns by it how another's consent stands.
TEST_F(Attest, OnlyThisCitizensConsentsThatAYesCanBeGivenTo) {
  const auto attest = [&](const std::vector<std::string>& names, const std::string& agency = kDropin) {
    v1::AttestPresenceRequest request = Request(type::v1::PRESENCE_USE_GIVE, names);
    if (agency != kDropin) request.set_citizen(w.Ensure(agency, "010190-1234"));
    const absl::Status status = Ask(w.Staff(agency), request).status();
    return status.ok() ? "" : absl::StrCat(ReasonOf(status), " ", status.message());
  };
  const auto reason = [&](const std::vector<std::string>& names) { return attest(names).substr(0, attest(names).find(' ')); };
  const std::string draft = Draft(), nowhere = "consents/" + std::string(26, 'a');
  const std::string other = w.Ensure(kDropin, "020290-1234"), others_draft = Draft(kDropin, other);
  EXPECT_EQ(attest({draft}), "");
  const std::string unknown = attest({nowhere});
  EXPECT_EQ(unknown.substr(0, 9), "NOT_FOUND");
  EXPECT_EQ(attest({others_draft}), unknown) << "another citizen's, of the same agency";
  EXPECT_EQ(attest({draft, others_draft}), unknown);
  EXPECT_EQ(attest({draft}, kHousing), unknown) << "another agency's name";
  EXPECT_EQ(attest({draft, Draft()}).substr(0, 12), "OUT_OF_RANGE") << "two pages";
  // The recipient's own name of a draft: nobody has told it.
  const std::string subject = w.SubjectOf(kDropin, citizen);
  for (const auto& [consent, record] : w.store.All<records::ConsentRecord>()) {
    if (record->subject() != subject) continue;
    EXPECT_EQ(attest({absl::StrCat("consents/", Handle(w.rules.handle_key, consent, kHousing))}, kHousing), unknown);
  }
  // Given: again, that is renewing. Taken back, or answered with no: not at all.
  ASSERT_EQ(Activate(Signed(w.Staff(kDropin), Request(type::v1::PRESENCE_USE_GIVE, {draft}), kTreatment), Yes({draft})), "");
  EXPECT_EQ(reason({draft}), "");
  v1::WithdrawConsentsRequest withdraw;
  withdraw.set_citizen(citizen);
  withdraw.set_consent(draft);
  ASSERT_TRUE(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, World::Stated(w.Staff(kDropin)), withdraw).ok());
  EXPECT_EQ(reason({draft}), "WRONG_STATE");
  const std::string declined = Draft();
  v1::DeclineConsentsRequest no;
  no.set_citizen(citizen);
  no.add_consents(declined);
  ASSERT_TRUE(w.Ask<v1::DeclineConsentsResponse>(DeclineConsents, World::Stated(w.Staff(kDropin)), no).ok());
  EXPECT_EQ(reason({declined}), "WRONG_STATE");
  const std::string late = Draft();
  w.now += absl::Hours(24 * 30);
  EXPECT_EQ(reason({late}), "NOT_FOUND");
}

// The recipient's own person holds a statement that somebody from outside has witnessed, and has not used it yet: it must not
// carry any page but the one that the witness has read.
TEST_F(Attest, AnUnusedStatementCarriesNoOtherPage) {
  const std::string housed = w.Ensure(kHousing, "010190-1234");
  const auto at_housing = [&](type::v1::Purpose purpose) {
    return w.Propose(kHousing, housed, {w.Arrow(kDropin, kHousing, purpose, {type::v1::DATA_CATEGORY_CONTACT})})[0].name();
  };
  citizen = housed;
  const std::string read = at_housing(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  const Call word = Signed(w.Staff(kHousing), Request(type::v1::PRESENCE_USE_GIVE, {read}), kDropin);
  const std::string never_seen = at_housing(type::v1::PURPOSE_COORDINATE_SUPPORT);
  EXPECT_EQ(Activate(word, Yes({never_seen})), "STATEMENT_USE");
  // A second arrow on the page that was read is no part of what was said, either.
  const auto page = w.Propose(kHousing, housed, {w.Arrow(kDropin, kHousing, type::v1::PURPOSE_ACUTE_HELP, {type::v1::DATA_CATEGORY_CONTACT}),
                                                 w.Arrow(kTreatment, kHousing, type::v1::PURPOSE_ACUTE_HELP, {type::v1::DATA_CATEGORY_CONTACT})});
  const Call half = Signed(w.Staff(kHousing), Request(type::v1::PRESENCE_USE_GIVE, {page[0].name()}), kDropin);
  EXPECT_EQ(Activate(half, Yes({page[0].name(), page[1].name()})), "STATEMENT_USE");
  // Nor a statement that was made for seeing, for help or for the registry, and none that claims names for another use.
  for (auto use : {type::v1::PRESENCE_USE_SEE, type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_REGISTRY}) {
    EXPECT_EQ(Activate(Signed(w.Staff(kHousing), Request(use), kDropin), Yes({read})), "STATEMENT_USE") << use;
    Call call = Signed(w.Staff(kHousing), Request(use), kDropin);
    call.presence->add_consents(read);
    EXPECT_EQ(Activate(call, Yes({read})), "STATEMENT_USE") << use;
  }
  // A name counts as the agency's that attested.
  Call elsewhere = word;
  elsewhere.presence->set_agency(kTreatment);
  EXPECT_EQ(Activate(elsewhere, Yes({read})), "STATEMENT_USE");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  EXPECT_EQ(Activate(word, Yes({read})), "");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
  EXPECT_LE(w.store.rounds(), kMaxRounds);

  // Renewing is giving: by a statement for this very consent.
  v1::RenewConsentRequest again;
  again.set_citizen(housed);
  again.set_consent(read);
  *again.mutable_given() = Yes({}).given();
  const auto renew = [&](const Call& call) { return ReasonOf(w.Ask<v1::RenewConsentResponse>(RenewConsent, call, again).status()); };
  EXPECT_EQ(renew(half), "STATEMENT_USE");
  EXPECT_EQ(renew(Signed(w.Staff(kHousing), Request(type::v1::PRESENCE_USE_SEE), kDropin)), "STATEMENT_USE");
  EXPECT_EQ(renew(Signed(w.Staff(kHousing), Request(type::v1::PRESENCE_USE_GIVE, {read}), kDropin)), "");
}

// Another agency that found the draft by looking for the citizen gives it by the citizen's name of it.
TEST_F(Attest, TheCitizensNameServesAsWell) {
  Draft();
  const auto mine = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login("010190-1234"), v1::ListMyConsentsRequest());
  const std::string name = mine->consents(0).name();
  citizen = w.Ensure(kTreatment, "010190-1234");
  EXPECT_EQ(Activate(Signed(w.Staff(kTreatment), Request(type::v1::PRESENCE_USE_GIVE, {name}), kDropin), Yes({name})), "");
}

// How a consent stands is told to whoever may know it, not to whoever knows a name of it.
TEST_F(Attest, AYesByTooLittleTellsNothingOfTheState) {
  const std::string third = w.Ensure(kTreatment, "010190-1234");
  citizen = third;
  const std::string draft = Draft(kTreatment, third);  // between the drop-in and housing, written down by a third agency
  ASSERT_EQ(Activate(Signed(w.Staff(kTreatment), Request(type::v1::PRESENCE_USE_GIVE, {draft}), kDropin), Yes({draft})), "");
  v1::RenewConsentRequest again;
  again.set_citizen(third);
  again.set_consent(draft);
  *again.mutable_given() = Yes({}).given();
  const auto answers = [&] {
    return absl::StrCat(ReasonOf(w.Ask<v1::RenewConsentResponse>(RenewConsent, World::Stated(w.Staff(kTreatment)), again).status()), " ",
                        Activate(World::Stated(w.Staff(kTreatment)), Yes({draft})), " ",
                        ReasonOf(Ask(w.Staff(kTreatment), Request(type::v1::PRESENCE_USE_GIVE, {draft})).status()));
  };
  const std::string while_given = answers();
  EXPECT_EQ(while_given, "WORD_NOT_ENOUGH WORD_NOT_ENOUGH NOT_FOUND");
  v1::WithdrawConsentsRequest all;
  all.set_everything(true);
  ASSERT_TRUE(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login("010190-1234"), all).ok());
  EXPECT_EQ(answers(), while_given);
}

TEST_F(Attest, WhoMayNot) {
  Call robot = w.Staff(kDropin);
  robot.roles = {type::v1::ROLE_SYSTEM};
  EXPECT_EQ(ReasonOf(Ask(robot).status()), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kHousing)).status()), "NOT_FOUND");  // another agency's reference
}

TEST_F(Attest, TheCardOpensUntilTheNextIsHandedOut) {
  EXPECT_EQ(Reason("ABCD-EFGH-JKLM-NPQR"), "CODE_WRONG");  // no card at all
  const std::string code = Card();
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CODE_CARD_ISSUED);
  ASSERT_EQ(code.size(), 19u);
  EXPECT_EQ(code.find_first_of("01IO"), std::string::npos);
  // Stored as a slow hash only.
  EXPECT_EQ(w.store.All<records::Subject>()[0].second->SerializeAsString().find(NormalCode(code)), std::string::npos);
  EXPECT_EQ(Ask(w.Staff(kDropin), code)->content().word(), type::v1::WORD_CODE_CARD);
  std::string typed;
  for (char c : code) typed += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_TRUE(Ask(w.Staff(kDropin), typed).ok());
  const std::string next = Card();
  EXPECT_NE(next, code);
  EXPECT_EQ(Reason(code), "CODE_WRONG");
  EXPECT_EQ(Reason(next), "");
  v1::IssueCodeCardRequest request;
  request.set_citizen(citizen);
  EXPECT_EQ(ReasonOf(w.Ask<v1::IssueCodeCardResponse>(IssueCodeCard, w.Staff(kDropin), request).status()), "PRESENCE_REQUIRED");
}

// One person alone could otherwise make a card and be the citizen.
TEST_F(Attest, WhoHandedTheCardOutDoesNotRecordIt) {
  const std::string code = Card("person-1");
  const size_t entries = w.store.ledger().size();
  EXPECT_EQ(Reason(code), "CARD_NOT_BY_ISSUER");
  EXPECT_EQ(Ask(w.Staff(kDropin), code).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(w.store.ledger().size(), entries);
  EXPECT_EQ(Reason("AAAA-AAAA-AAAA-AAAA"), "CODE_WRONG");  // counted for the issuer as for anybody
  // The same person at work for another agency is the same person.
  citizen = w.Ensure(kHousing, "010190-1234");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kHousing, "person-1"), code).status()), "CARD_NOT_BY_ISSUER");
  EXPECT_EQ(Ask(w.Staff(kHousing, "person-2"), code)->content().word(), type::v1::WORD_CODE_CARD);
  // The issuer may hear the citizen in every other way, and may record the card that somebody else hands out next.
  EXPECT_TRUE(Ask(w.Staff(kHousing, "person-1")).ok());
  EXPECT_EQ(Ask(w.Staff(kHousing, "person-1"), "", absl::StrCat("person-2 ", kDropin, ".a"))->content().word(), type::v1::WORD_TWO_PERSONS);
  citizen = w.Ensure(kDropin, "010190-1234");
  EXPECT_EQ(Reason(Card("person-2")), "");
  // Who handed it out stands there as a digest, another one for each card.
  const auto issuer_of_card = [&] { return w.store.Find<records::Subject>(w.SubjectOf(kDropin, citizen))->card().SerializeAsString(); };
  EXPECT_EQ(issuer_of_card().find("person-2"), std::string::npos);
}

// Slow hashes are dear: nobody may keep the service busy with them.
TEST_F(Attest, CardsAndCodesOfOnePersonAreLimited) {
  const auto card = [&](const std::string& person) {
    v1::IssueCodeCardRequest request;
    request.set_citizen(citizen);
    return ReasonOf(w.Ask<v1::IssueCodeCardResponse>(IssueCodeCard, World::Stated(w.Staff(kDropin, person)), request).status());
  };
  int cards = 0;
  while (cards < 1000 && card("person-8").empty()) ++cards;
  EXPECT_EQ(cards, 30);
  EXPECT_EQ(card("person-8"), "RATE_LIMITED");
  EXPECT_EQ(card("person-9"), "");
  const std::string code = Card();
  int codes = 0;
  while (codes < 1000 && Ask(w.Staff(kDropin), code).ok()) ++codes;
  EXPECT_EQ(codes, 60);
  EXPECT_EQ(Reason(code), "RATE_LIMITED");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin, "person-9"), code).status()), "");
  EXPECT_TRUE(Ask(w.Staff(kDropin)).ok());  // a presence without a code is never held up
  w.now += absl::Hours(1);
  EXPECT_EQ(Reason(code), "");
  EXPECT_EQ(card("person-8"), "");
}

TEST_F(Attest, FiveWrongCodesInAnHour) {
  const std::string code = Card();
  for (int i = 0; i < kWrongCodesPerHour; ++i) {
    EXPECT_EQ(Reason("AAAA-AAAA-AAAA-AAAA"), "CODE_WRONG") << i;
    w.now += absl::Minutes(1);
  }
  // Now even the right one is not looked at, whoever types it for this agency.
  EXPECT_EQ(Reason(code), "RATE_LIMITED");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin, "person-9"), code).status()), "RATE_LIMITED");
  EXPECT_TRUE(Ask(w.Staff(kDropin)).ok());  // presence without a code is not touched
  // But elsewhere it is: one agency does not take the card away from the citizen.
  const std::string here = citizen;
  citizen = w.Ensure(kHousing, "010190-1234");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kHousing, "person-4"), code).status()), "");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kHousing, "person-4"), "AAAA-AAAA-AAAA-AAAA").status()), "CODE_WRONG");
  citizen = here;
  w.now += absl::Minutes(55);               // the first is an hour old
  EXPECT_EQ(Reason("AAAA-AAAA-AAAA-AAAA"), "CODE_WRONG");
  EXPECT_EQ(Reason(code), "RATE_LIMITED");
  w.now += absl::Hours(2);
  EXPECT_EQ(Reason(code), "");
}

TEST_F(Attest, CodesUseTheWholeAlphabet) {
  std::set<char> seen;
  for (int i = 0; i < 200; ++i) {
    Call call;
    call.seed = absl::StrCat("seed", i);
    for (char c : CodeFrom(call.NewSecret(2, 16))) seen.insert(c);
  }
  EXPECT_EQ(seen.size(), 33u);  // 32 characters and the dash
}

}  // namespace
}  // namespace brobygger::consent
