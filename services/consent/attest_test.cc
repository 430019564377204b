#include "services/consent/attest.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/code_card.h"
#include "services/consent/names.h"
#include "services/consent/testing/world.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

class Attest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::AttestPresenceResponse> Ask(const Call& call, const std::string& code = "", const std::string& token = "", bool signature = false) {
    v1::AttestPresenceRequest request;
    request.set_citizen(citizen);
    request.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    request.set_code(code);
    request.set_second_token(token);
    request.set_written_signature(signature);
    return w.Ask<v1::AttestPresenceResponse>(AttestPresence, call, request);
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
  EXPECT_EQ(Ask(w.Staff(kHousing, "person-1"), "", absl::StrCat("person-2 ", kDropin))->content().word(), type::v1::WORD_TWO_PERSONS);
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
  // Now even the right one is not looked at, whoever types it.
  EXPECT_EQ(Reason(code), "RATE_LIMITED");
  EXPECT_EQ(ReasonOf(Ask(w.Staff(kDropin, "person-9"), code).status()), "RATE_LIMITED");
  EXPECT_TRUE(Ask(w.Staff(kDropin)).ok());  // presence without a code is not touched
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
