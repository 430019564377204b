// Tickets by the citizen's word: who gets which, and what stands in the ledger.
#include "services/consent/rights.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/names.h"
#include "services/consent/testing/world.h"
#include "services/runtime/ticket.h"

namespace brobygger::consent {
namespace {

using registry::v1::IssueAccessTicketsRequest;
using registry::v1::IssueAccessTicketsResponse;
using registry::v1::IssueActTicketsRequest;
using registry::v1::IssueActTicketsResponse;

constexpr char kCpr[] = "010190-1234";

class TicketsTest : public ::testing::Test {
 protected:
  TicketsTest() : drop_in_(w.Ensure(kDropin, kCpr)), housing_(w.Ensure(kHousing, kCpr)), other_(w.Ensure(kDropin, "020290-1234")) {}

  absl::StatusOr<IssueAccessTicketsResponse> See(const Call& call, const std::string& citizen = "") {
    IssueAccessTicketsRequest request;
    request.set_citizen(citizen);
    return w.Ask<IssueAccessTicketsResponse>(IssueAccessTickets, call, request);
  }
  absl::StatusOr<IssueActTicketsResponse> Act(const Call& call, rights::v1::Right right, const std::string& agency, const std::string& citizen = "") {
    IssueActTicketsRequest request;
    request.set_citizen(citizen);
    request.set_agency(agency);
    request.set_right(right);
    return w.Ask<IssueActTicketsResponse>(IssueActTickets, call, request);
  }
  rights::v1::Ticket Open(const registry::v1::AgencyTicket& given) {
    EXPECT_EQ(given.ticket().signature(), w.rules.sign(absl::StrCat(kTicketContext, given.ticket().statement())));
    rights::v1::Ticket ticket;
    EXPECT_TRUE(ticket.ParseFromString(given.ticket().statement()));
    return ticket;
  }
  ledger::v1::Act LastAct() { return w.LastEntry().details().act(); }
  static Call For(type::v1::PresenceUse use, Call call) { return World::For(use, std::move(call)); }
  static Call ToErase(const char* holder, Call call) {
    Call out = World::For(type::v1::PRESENCE_USE_ERASE, std::move(call));
    out.presence->set_holder(holder);
    return out;
  }

  World w;
  const std::string drop_in_, housing_, other_;
};

TEST_F(TicketsTest, ALoginGetsOneForEachAgencyByItsOwnReference) {
  const Call login = w.Login(kCpr);
  const auto given = See(login);
  ASSERT_TRUE(given.ok()) << given.status();
  ASSERT_EQ(given->tickets_size(), 2);
  std::set<std::string> references, nonces;
  for (const auto& one : given->tickets()) {
    const rights::v1::Ticket ticket = Open(one);
    EXPECT_EQ(ticket.agency(), one.agency());
    EXPECT_EQ(ticket.right(), rights::v1::RIGHT_SEE);
    EXPECT_EQ(ticket.person(), login.person.value());
    EXPECT_EQ(ticket.word(), type::v1::WORD_OWN_LOGIN);
    EXPECT_EQ(ticket.nonce().size(), 16u);
    references.insert(ticket.citizen());
    nonces.insert(ticket.nonce());
  }
  EXPECT_EQ(references, (std::set<std::string>{drop_in_, housing_}));
  EXPECT_EQ(nonces.size(), 2u);
  EXPECT_EQ(LastAct(), ledger::v1::ACT_RECORDS_ASKED);
  std::string subject;
  w.LastEntry(&subject);
  EXPECT_EQ(subject, w.SubjectOf(kDropin, drop_in_));
}

TEST_F(TicketsTest, WhomTheRegistryDoesNotKnowGetsNone) {
  const auto given = See(w.Login("030390-1234"));
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->tickets_size(), 0);
}

// Word by word: who may see, and by which use. It is more than any consent shows, so it takes what a consent to all of it would take.
TEST_F(TicketsTest, APersonSeesByTheWordThatGivingTakes) {
  const Call staff = w.Staff(kDropin);
  const auto see = type::v1::PRESENCE_USE_RECORDS;
  const struct {
    const char* what;
    Call call;
    std::string reason;
  } rows[] = {
      {"nobody was there", staff, "PRESENCE_REQUIRED"},
      {"one person says so", World::Stated(staff), "WORD_NOT_ENOUGH"},
      {"two colleagues", For(see, w.TwoPersons(staff, kDropin)), "WORD_NOT_ENOUGH"},
      {"one from outside", For(see, w.TwoPersons(staff, kHousing)), ""},
      {"the card, recorded by whoever would see", For(see, w.CodeCard(staff)), "WORD_NOT_ENOUGH"},
      {"for seeing the consents", For(type::v1::PRESENCE_USE_SEE, w.TwoPersons(staff, kHousing)), "STATEMENT_USE"},
      {"for another use", For(type::v1::PRESENCE_USE_REGISTRY, w.TwoPersons(staff, kHousing)), "STATEMENT_USE"},
  };
  for (const auto& row : rows) {
    const auto given = See(row.call, drop_in_);
    EXPECT_EQ(given.ok() ? "" : ReasonOf(given.status()), row.reason) << row.what;
    if (!given.ok()) continue;
    EXPECT_EQ(Open(given->tickets(0)).person(), staff.person.value());
    EXPECT_EQ(LastAct(), ledger::v1::ACT_RECORDS_ASKED);
    EXPECT_EQ(w.LastEntry().details().holder(), kDropin) << "an entry for each whose records they are, by name";
    EXPECT_EQ(ReasonOf(See(row.call, drop_in_).status()), "STATEMENT_USED");
  }
  EXPECT_EQ(ReasonOf(See(For(see, w.TwoPersons(w.Staff(kJobcentre), kHousing)), drop_in_).status()), "NOT_FOUND") << "another agency's reference";
}

TEST_F(TicketsTest, AnActIsForOneAgencyAndOneRight) {
  const auto given = Act(w.Login(kCpr), rights::v1::RIGHT_ERASE, kHousing);
  ASSERT_TRUE(given.ok()) << given.status();
  ASSERT_EQ(given->tickets_size(), 1);
  EXPECT_EQ(Open(given->tickets(0)).citizen(), housing_);
  EXPECT_EQ(Open(given->tickets(0)).right(), rights::v1::RIGHT_ERASE);
  EXPECT_TRUE(absl::StrContains(given->stays_da(), "Boligenheden")) << given->stays_da();
  EXPECT_EQ(LastAct(), ledger::v1::ACT_ERASURE_ASKED);
  EXPECT_EQ(w.LastEntry().details().holder(), kHousing);
  const auto add = Act(w.Login(kCpr), rights::v1::RIGHT_ADD_STATEMENT, kDropin);
  ASSERT_TRUE(add.ok()) << add.status();
  EXPECT_TRUE(add->stays_da().empty());
  EXPECT_EQ(LastAct(), ledger::v1::ACT_STATEMENT_ASKED);
  EXPECT_EQ(ReasonOf(Act(w.Login(kCpr), rights::v1::RIGHT_SEE, kHousing).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Act(w.Login(kCpr), rights::v1::RIGHT_ERASE, "agencies/nowhere").status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Act(w.Login(kCpr), rights::v1::RIGHT_ERASE, kTreatment).status()), "NOT_FOUND");
}

// Every right, in the own agency and in another, by every word.
TEST_F(TicketsTest, AnActTakesItsWord) {
  const Call staff = w.Staff(kDropin);
  const auto act = type::v1::PRESENCE_USE_REGISTRY;
  const auto add = rights::v1::RIGHT_ADD_STATEMENT, erase = rights::v1::RIGHT_ERASE;
  const struct {
    const char* what;
    Call call;
    rights::v1::Right right;
    const char* agency;
    std::string reason;
  } rows[] = {
      {"own statement, nobody was there", staff, add, kDropin, "PRESENCE_REQUIRED"},
      {"own statement, one person", World::Stated(staff), add, kDropin, ""},
      {"own erasure, one person", World::Stated(staff), erase, kDropin, "WORD_NOT_ENOUGH"},
      {"own erasure, two colleagues", ToErase(kDropin, w.TwoPersons(staff, kDropin)), erase, kDropin, "WORD_NOT_ENOUGH"},
      {"own erasure, one from outside", ToErase(kDropin, w.TwoPersons(staff, kHousing)), erase, kDropin, ""},
      {"own erasure, the card they recorded themselves", ToErase(kDropin, w.CodeCard(staff)), erase, kDropin, "WORD_NOT_ENOUGH"},
      {"own erasure, for opening doors again", For(act, w.TwoPersons(staff, kHousing)), erase, kDropin, "STATEMENT_USE"},
      {"own erasure, for erasing elsewhere", ToErase(kHousing, w.TwoPersons(staff, kHousing)), erase, kDropin, "STATEMENT_USE"},
      {"another's statement, one person", World::Stated(staff), add, kHousing, "WORD_NOT_ENOUGH"},
      {"another's statement, the card", For(act, w.CodeCard(staff)), add, kHousing, ""},
      {"another's erasure, nobody", staff, erase, kHousing, "PRESENCE_REQUIRED"},
      {"another's erasure, the card", ToErase(kHousing, w.CodeCard(staff)), erase, kHousing, ""},
      {"another's erasure, two colleagues", ToErase(kHousing, w.TwoPersons(staff, kDropin)), erase, kHousing, "WORD_NOT_ENOUGH"},
      {"another's statement, for erasing", ToErase(kHousing, w.CodeCard(staff)), add, kHousing, "STATEMENT_USE"},
  };
  for (const auto& row : rows) {
    const auto given = Act(row.call, row.right, row.agency, drop_in_);
    EXPECT_EQ(given.ok() ? "" : ReasonOf(given.status()), row.reason) << row.what;
  }
}

// What one person alone says tells nobody whether another agency knows the citizen: the answer is the same.
TEST_F(TicketsTest, AWeakWordIsNoOracle) {
  const Call weak = World::Stated(w.Staff(kDropin));
  const auto known = Act(weak, rights::v1::RIGHT_ADD_STATEMENT, kHousing, drop_in_).status();
  const auto unknown = Act(weak, rights::v1::RIGHT_ADD_STATEMENT, kTreatment, drop_in_).status();
  EXPECT_EQ(known.ToString(), unknown.ToString());
}

TEST_F(TicketsTest, AStatementIsSpentByOneAct) {
  const Call call = ToErase(kHousing, w.TwoPersons(w.Staff(kDropin), kHousing));
  EXPECT_TRUE(Act(call, rights::v1::RIGHT_ERASE, kHousing, drop_in_).ok());
  EXPECT_EQ(ReasonOf(Act(call, rights::v1::RIGHT_ERASE, kDropin, drop_in_).status()), "STATEMENT_USE");
  EXPECT_EQ(ReasonOf(Act(call, rights::v1::RIGHT_ERASE, kHousing, drop_in_).status()), "STATEMENT_USED");
}

// Asking for one agency after the other, to learn which of them know the citizen, costs a word each, and stands in the ledger.
TEST_F(TicketsTest, AskingWhereThereIsNothingSpendsTheWord) {
  const Call call = For(type::v1::PRESENCE_USE_REGISTRY, w.TwoPersons(w.Staff(kDropin), kHousing));
  EXPECT_EQ(ReasonOf(Act(call, rights::v1::RIGHT_ADD_STATEMENT, kTreatment, drop_in_).status()), "NOT_FOUND");
  EXPECT_EQ(LastAct(), ledger::v1::ACT_STATEMENT_ASKED);
  EXPECT_EQ(w.LastEntry().details().holder(), kTreatment);
  EXPECT_EQ(ReasonOf(Act(call, rights::v1::RIGHT_ADD_STATEMENT, kHousing, drop_in_).status()), "STATEMENT_USED");
}

TEST(RightsServiceOf, IsNamedAfterTheDoor) {
  EXPECT_EQ(RightsServiceOf("brobygger.housing.v1.HousingService"), "brobygger.housing.v1.HousingRightsService");
  // Every service with a door has one, or its records could not be seen.
  for (const char* door : {"brobygger.housing.v1.HousingService", "brobygger.dropin.v1.DropinService", "brobygger.clinic.v1.ClinicService",
                           "brobygger.registry.v1.CitizenCardService"}) {
    EXPECT_NE(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(RightsServiceOf(door)), nullptr) << door;
  }
}

}  // namespace
}  // namespace brobygger::consent
