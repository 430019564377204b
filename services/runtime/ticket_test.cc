#include "services/runtime/ticket.h"

#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/pki.h"

namespace brobygger {
namespace {

using rights::v1::Ticket;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class Tickets : public ::testing::Test {
 protected:
  Tickets() : keys_(pki_.StatementKeys()), signer_(*crypto::StatementSigner::FromPemFile(keys_.first)), verifier_(*crypto::StatementVerifier::FromPemFile(keys_.second)) {
    ticket_.set_agency("agencies/boligenhed");
    ticket_.set_citizen("citizens/abcdefghijklmnopqrstuvwxyz");
    ticket_.set_right(rights::v1::RIGHT_SEE);
    ticket_.set_person("login-1");
    ticket_.mutable_time()->set_seconds(absl::ToUnixSeconds(kNow));
  }
  type::v1::SignedStatement Signed(absl::string_view context = kTicketContext) const {
    type::v1::SignedStatement out;
    out.set_statement(ticket_.SerializeAsString());
    out.set_signature(signer_.Sign(absl::StrCat(context, out.statement())));
    return out;
  }
  absl::Status Check(const type::v1::SignedStatement& s, rights::v1::Right right = rights::v1::RIGHT_SEE, const std::string& person = "login-1",
                     absl::Time now = kNow) const {
    return CheckTicket(s, right, *PersonId::Parse(person), now, &verifier_).status();
  }

  testing::Pki pki_;
  const std::pair<std::string, std::string> keys_;
  crypto::StatementSigner signer_;
  crypto::StatementVerifier verifier_;
  Ticket ticket_;
};

TEST_F(Tickets, IsGoodForItsPersonAndRightUntilItRunsOut) {
  auto ticket = CheckTicket(Signed(), rights::v1::RIGHT_SEE, *PersonId::Parse("login-1"), kNow + kTicketLifetime - absl::Seconds(1), &verifier_);
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_EQ(ticket->citizen(), ticket_.citizen());
  EXPECT_EQ(ReasonOf(Check(Signed(), rights::v1::RIGHT_SEE, "login-1", kNow + kTicketLifetime)), "TICKET_REFUSED");
  EXPECT_EQ(ReasonOf(Check(Signed(), rights::v1::RIGHT_SEE, "login-1", kNow - kPresenceSkew - absl::Seconds(1))), "TICKET_REFUSED");
}

TEST_F(Tickets, IsGoodForNothingElse) {
  for (rights::v1::Right right : {rights::v1::RIGHT_ERASE, rights::v1::RIGHT_ADD_STATEMENT, rights::v1::RIGHT_UNSPECIFIED}) {
    EXPECT_EQ(ReasonOf(Check(Signed(), right)), "TICKET_REFUSED") << right;
  }
  EXPECT_EQ(ReasonOf(Check(Signed(), rights::v1::RIGHT_SEE, "login-2")), "TICKET_REFUSED");
  EXPECT_EQ(ReasonOf(CheckTicket(Signed(), rights::v1::RIGHT_SEE, PersonId(), kNow, &verifier_).status()), "TICKET_REFUSED");
}

// A statement of presence is signed with the same key: no ticket can be made of one, nor one of a ticket.
TEST_F(Tickets, IsSignedAsATicketAndAsNothingElse) {
  EXPECT_TRUE(Check(Signed()).ok());
  EXPECT_EQ(ReasonOf(Check(Signed(kPresenceContext))), "TICKET_REFUSED");
  EXPECT_EQ(ReasonOf(Check(Signed(""))), "TICKET_REFUSED");
  type::v1::SignedStatement edited = Signed();
  ticket_.set_agency("agencies/perron-4");
  edited.set_statement(ticket_.SerializeAsString());
  EXPECT_EQ(ReasonOf(Check(edited)), "TICKET_REFUSED");
  EXPECT_EQ(ReasonOf(CheckTicket(Signed(), rights::v1::RIGHT_SEE, *PersonId::Parse("login-1"), kNow, nullptr).status()), "TICKET_REFUSED");
}

TEST_F(Tickets, NamesAnAgencyACitizenAndATime) {
  for (const std::function<void(Ticket*)>& spoil : {std::function<void(Ticket*)>([](Ticket* t) { t->clear_time(); }), {[](Ticket* t) { t->clear_agency(); }},
                                                    {[](Ticket* t) { t->set_citizen("citizens/x"); }}, {[](Ticket* t) { t->clear_person(); }}}) {
    const Ticket before = ticket_;
    spoil(&ticket_);
    EXPECT_EQ(ReasonOf(Check(Signed())), "TICKET_REFUSED") << ticket_.ShortDebugString();
    ticket_ = before;
  }
}

}  // namespace
}  // namespace brobygger
