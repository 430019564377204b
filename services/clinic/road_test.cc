// The clinic as it runs: gRPC over mutual TLS, tokens, a real Redis. The consent service is down all the while.
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brobygger/clinic/v1/clinic_service.pb.h"
#include "brobygger/clinic/v1/dental_requests.pb.h"
#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "brobygger/clinic/v1/wound_course.pb.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "brobygger/rights/v1/rights.pb.h"
#include "services/clinic/consent_check.h"
#include "services/clinic/service.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"
#include "services/runtime/door.h"
#include "services/runtime/runtime.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/world.h"
#include "services/runtime/ticket.h"

namespace brobygger::clinic {
namespace {

constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/perron-4-clinic" kind: AGENCY_KIND_HEALTH_CARE_MUNICIPAL doors { service: "brobygger.clinic.v1.ClinicService" peer: "clinic" } }
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE }
  agencies { name: "agencies/socialtandpleje" kind: AGENCY_KIND_SOCIAL_DENTAL }
)pb";

class ClinicRoad : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::World(kDirectory);
    ServiceSpec spec;
    spec.name = "clinic";
    spec.modules = ClinicModules();
    runtime::ServiceConfig config = world_->Config("clinic");
    config.mutable_consent()->set_target("127.0.0.1:1");
    config.mutable_consent()->set_name("consent");
    auto runtime = Runtime::Create(config, spec);
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = runtime->release();
    ASSERT_TRUE(AttachDoor(*runtime_).ok());
    ASSERT_TRUE(AttachConsentCheck(*runtime_).ok());
    const absl::Status started = runtime_->Start();
    ASSERT_TRUE(started.ok()) << started;
    gateway_ = world_->Client("gateway", "clinic", runtime_->port()).release();
  }
  static void TearDownTestSuite() {
    delete gateway_;
    delete runtime_;
    delete world_;
  }
  template <class Response>
  static absl::StatusOr<Response> Ask(const std::string& method, const Message& request, const std::string& role = "DROPIN_NURSE",
                                      const std::string& agency = "agencies/perron-4-clinic") {
    Response response;
    const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.clinic.v1.ClinicService/", method), request, &response,
                                         testing::Bearer(world_->issuer.Staff(agency, role)));
    if (!s.ok()) return s;
    return response;
  }
  static v1::RecordNurseContactRequest Contact(const std::string& citizen) {
    v1::RecordNurseContactRequest request;
    request.set_citizen(citizen);
    request.mutable_content()->set_kind(v1::NURSE_CONTACT_KIND_WOUND);
    *request.mutable_content()->mutable_date() = ToDate(CopenhagenDay(absl::Now()));
    request.set_request_id(crypto::NewId());
    return request;
  }
  static absl::StatusOr<v1::WishDentalCareResponse> Wish(const std::string& citizen) {
    v1::WishDentalCareRequest request;
    request.set_citizen(citizen);
    request.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    request.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
    request.set_need(v1::DENTAL_NEED_PAIN);
    request.set_request_id(crypto::NewId());
    return Ask<v1::WishDentalCareResponse>("WishDentalCare", request);
  }
  static absl::Status Send(const std::string& name, const std::string& citizen, const std::string& recipient) {
    v1::SendDentalReferralRequest request;
    request.set_name(name);
    request.set_citizen(citizen);
    request.set_recipient(recipient);
    request.set_request_id(crypto::NewId());
    return Ask<v1::SendDentalReferralResponse>("SendDentalReferral", request).status();
  }

  static testing::World* world_;
  static Runtime* runtime_;
  static RpcClient* gateway_;
};
testing::World* ClinicRoad::world_ = nullptr;
Runtime* ClinicRoad::runtime_ = nullptr;
RpcClient* ClinicRoad::gateway_ = nullptr;

// The own side lives without the consent service: somebody without a name is helped, and somebody with one.
TEST_F(ClinicRoad, HelpWithANameAndWithout) {
  const std::string citizen = "citizens/" + crypto::NewId();
  for (const std::string& whose : {std::string(), citizen}) {
    auto recorded = Ask<v1::RecordNurseContactResponse>("RecordNurseContact", Contact(whose));
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    v1::GetNurseContactRequest get;
    get.set_name(recorded->contact().name());
    auto read = Ask<v1::GetNurseContactResponse>("GetNurseContact", get);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->contact().DebugString(), recorded->contact().DebugString()) << "the etag, too";
  }
  v1::ListNurseContactsRequest list;
  list.set_citizen(citizen);
  EXPECT_EQ(Ask<v1::ListNurseContactsResponse>("ListNurseContacts", list)->contacts_size(), 1);
}

// The same house is another agency; a nurse's role there opens nothing here.
TEST_F(ClinicRoad, WhoWorksInTheSameHouse) {
  const auto ask = [](const std::string& role, const std::string& agency) {
    return ReasonOf(Ask<v1::ListNurseContactsResponse>("ListNurseContacts", v1::ListNurseContactsRequest(), role, agency).status());
  };
  EXPECT_EQ(ask("DROPIN_STAFF", "agencies/perron-4"), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ask("DROPIN_NURSE", "agencies/perron-4"), "AGENCY_NOT_SERVED");
  EXPECT_EQ(ask("DROPIN_NURSE", "agencies/socialtandpleje"), "AGENCY_NOT_SERVED");
  EXPECT_EQ(ask("DROPIN_STAFF", "agencies/perron-4-clinic"), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ask("LEADER", "agencies/perron-4-clinic"), "ROLE_NOT_ALLOWED");
}

TEST_F(ClinicRoad, ACprNumberInTheNoteIsRefusedWithAHint) {
  v1::RecordNurseContactRequest request = Contact("");
  request.mutable_content()->set_note("ring om 010180-4005");
  const absl::Status refused = Ask<v1::RecordNurseContactResponse>("RecordNurseContact", request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  request.mutable_content()->set_note("ring om 14 dage");
  EXPECT_TRUE(Ask<v1::RecordNurseContactResponse>("RecordNurseContact", request).ok());
}

// P1: without an answer of the consent service nothing is sent, and the referral stays as it was.
TEST_F(ClinicRoad, NothingIsSentWithoutAnAnswer) {
  const std::string citizen = "citizens/" + crypto::NewId();
  auto wished = Wish(citizen);
  ASSERT_TRUE(wished.ok()) << wished.status();
  const absl::Status sent = Send(wished->referral().name(), citizen, "agencies/socialtandpleje");
  EXPECT_EQ(sent.code(), absl::StatusCode::kUnavailable) << sent;
  EXPECT_EQ(ReasonOf(sent), "CONSENT_SERVICE_DOWN");
  EXPECT_EQ(ReasonOf(Send(wished->referral().name(), citizen, "agencies/perron-4")), "OUT_OF_RANGE") << "no dental agency";
  EXPECT_EQ(ReasonOf(Send(wished->referral().name(), citizen, "agencies/nowhere")), "OUT_OF_RANGE");
  v1::GetDentalReferralRequest get;
  get.set_name(wished->referral().name());
  EXPECT_EQ(Ask<v1::GetDentalReferralResponse>("GetDentalReferral", get)->referral().state(), v1::DENTAL_REFERRAL_STATE_WISHED);
}

TEST(ConsentCheck, AnAnswerARefusalOfTheCallAndSilenceAreThreeThings) {
  const auto refused = [](absl::StatusCode code, const char* reason) { return Refusal(code, reason, "no"); };
  struct Row {
    absl::StatusOr<std::string> answer;
    const char* reason;
  };
  consent::v1::CheckArrowResponse given, other;
  given.add_categories(type::v1::DATA_CATEGORY_HEALTH);
  other.add_categories(type::v1::DATA_CATEGORY_HOUSING);
  const Row rows[] = {
      {given.SerializeAsString(), ""},
      {other.SerializeAsString(), "CONSENT_REQUIRED"},
      {std::string(), "CONSENT_REQUIRED"},
      {std::string("\xff\xff"), "CONSENT_SERVICE_DOWN"},
      {refused(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED"), "TOKEN_EXPIRED"},
      {refused(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"), "ROLE_NOT_ALLOWED"},
      {refused(absl::StatusCode::kPermissionDenied, "PEER_NOT_ALLOWED"), "CONSENT_SERVICE_DOWN"},
      {absl::UnauthenticatedError("by something in between"), "CONSENT_SERVICE_DOWN"},
      {refused(absl::StatusCode::kUnavailable, "STORE_DOWN"), "CONSENT_SERVICE_DOWN"},
      {refused(absl::StatusCode::kInvalidArgument, "INVALID"), "CONSENT_SERVICE_DOWN"},
      {absl::DeadlineExceededError("late"), "CONSENT_SERVICE_DOWN"},
      {absl::InternalError("broken"), "CONSENT_SERVICE_DOWN"},
  };
  for (const Row& row : rows) EXPECT_EQ(ReasonOf(JudgeConsent(row.answer)), row.reason) << row.answer.status();
}

// Two nurses open a course at the same moment: one of them does.
TEST_F(ClinicRoad, OneCourseAtATime) {
  for (int round = 0; round < 10; ++round) {
    v1::OpenWoundCourseRequest request;
    request.set_citizen("citizens/" + crypto::NewId());
    *request.mutable_since() = ToDate(CopenhagenDay(absl::Now()));
    absl::Status ends[2];
    std::thread first([&] {
      v1::OpenWoundCourseRequest r = request;
      r.set_request_id(crypto::NewId());
      ends[0] = Ask<v1::OpenWoundCourseResponse>("OpenWoundCourse", r).status();
    });
    v1::OpenWoundCourseRequest r = request;
    r.set_request_id(crypto::NewId());
    ends[1] = Ask<v1::OpenWoundCourseResponse>("OpenWoundCourse", r).status();
    first.join();
    EXPECT_NE(ends[0].ok(), ends[1].ok()) << ends[0] << " " << ends[1];
    EXPECT_EQ(ReasonOf(ends[0].ok() ? ends[1] : ends[0]), "DUPLICATE");
  }
}

// By a ticket of the consent service, and by nothing else, the citizen sees everything, adds to it and has it erased; whoever carries the
// ticket works for no agency that is kept here.
class ClinicRights : public ClinicRoad {
 protected:
  static type::v1::SignedStatement Ticket(const std::string& citizen, rights::v1::Right right, const std::string& person, absl::Duration age = absl::ZeroDuration(),
                                          const std::string& agency = "agencies/perron-4-clinic") {
    static const auto* const signer = new crypto::StatementSigner(*crypto::StatementSigner::FromPemFile(world_->statement_private_key));
    rights::v1::Ticket ticket;
    ticket.set_agency(agency);
    ticket.set_citizen(citizen);
    ticket.set_right(right);
    ticket.set_person(person);
    ticket.mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now() - age));
    ticket.set_nonce(crypto::Random(16));
    type::v1::SignedStatement out;
    out.set_statement(ticket.SerializeAsString());
    out.set_signature(signer->Sign(absl::StrCat(kTicketContext, out.statement())));
    return out;
  }
  // As somebody of another agency, or of none.
  template <class Response>
  static absl::StatusOr<Response> By(const std::string& method, const Message& request, const std::string& token) {
    Response response;
    const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.clinic.v1.ClinicRightsService/", method), request, &response, testing::Bearer(token));
    if (!s.ok()) return s;
    return response;
  }
  static std::string Adviser() { return world_->issuer.Staff("agencies/perron-4", "DROPIN_STAFF", "staff-1"); }
  static absl::StatusOr<rights::v1::ExportRecordsResponse> See(const type::v1::SignedStatement& ticket, const std::string& token = Adviser()) {
    rights::v1::ExportRecordsRequest request;
    *request.mutable_ticket() = ticket;
    return By<rights::v1::ExportRecordsResponse>("ExportRecords", request, token);
  }
  static absl::StatusOr<rights::v1::AddStatementResponse> Add(const type::v1::SignedStatement& ticket, const std::string& text, const std::string& id = crypto::NewId()) {
    rights::v1::AddStatementRequest request;
    *request.mutable_ticket() = ticket;
    request.set_text(text);
    request.set_about(type::v1::DATA_CATEGORY_HEALTH);
    request.set_request_id(id);
    return By<rights::v1::AddStatementResponse>("AddStatement", request, Adviser());
  }
  static absl::Status Erase(const type::v1::SignedStatement& ticket) {
    rights::v1::EraseRecordsRequest request;
    *request.mutable_ticket() = ticket;
    request.set_request_id(crypto::NewId());
    return By<rights::v1::EraseRecordsResponse>("EraseRecords", request, Adviser()).status();
  }
};

TEST_F(ClinicRights, SeesAddsAndErases) {
  const std::string citizen = "citizens/" + crypto::NewId(), other = "citizens/" + crypto::NewId();
  ASSERT_TRUE(Ask<v1::RecordNurseContactResponse>("RecordNurseContact", Contact(citizen)).ok());
  ASSERT_TRUE(Ask<v1::RecordNurseContactResponse>("RecordNurseContact", Contact(other)).ok());
  const auto see = rights::v1::RIGHT_SEE, add = rights::v1::RIGHT_ADD_STATEMENT, erase = rights::v1::RIGHT_ERASE;

  const std::string id = crypto::NewId();
  const auto ticket = Ticket(citizen, add, "staff-1");
  const auto added = Add(ticket, "Det var det andet ben", id);
  ASSERT_TRUE(added.ok()) << added.status();
  const auto again = Add(ticket, "Det var det andet ben", id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->statement().name(), added->statement().name()) << "sent twice, added once";

  const auto all = See(Ticket(citizen, see, "staff-1"));
  ASSERT_TRUE(all.ok()) << all.status();
  std::set<std::string> kinds;
  for (const auto& section : all->sections()) kinds.insert(section.kind());
  EXPECT_EQ(kinds, (std::set<std::string>{"contact", "file", "standing", "statement"})) << all->DebugString();
  EXPECT_EQ(all->DebugString().find(other), std::string::npos);
  // The nurse reads it beside what it is about.
  rights::v1::ListStatementsRequest list;
  list.set_citizen(citizen);
  const auto listed = By<rights::v1::ListStatementsResponse>("ListStatements", list, world_->issuer.Staff("agencies/perron-4-clinic", "DROPIN_NURSE"));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->statements_size(), 1);
  EXPECT_EQ(listed->statements(0).text(), "Det var det andet ben");

  ASSERT_TRUE(Erase(Ticket(citizen, erase, "staff-1")).ok());
  const auto left = See(Ticket(citizen, see, "staff-1"));
  ASSERT_TRUE(left.ok()) << left.status();
  ASSERT_EQ(left->sections_size(), 1) << left->DebugString();
  EXPECT_EQ(left->sections(0).kind(), "reading") << "who read stays";
  ASSERT_EQ(left->sections(0).records_size(), 1) << "the nurse; nobody by a ticket";
  EXPECT_TRUE(absl::StrContains(left->sections(0).records(0).json(), "ClinicRightsService.ListStatements"));
  EXPECT_EQ(By<rights::v1::ListStatementsResponse>("ListStatements", list, world_->issuer.Staff("agencies/perron-4-clinic", "DROPIN_NURSE"))->statements_size(), 0);
  EXPECT_GT(See(Ticket(other, see, "staff-1"))->sections_size(), 0) << "the other citizen's stay";
  // Again, and of whom nothing is kept: the same answer.
  EXPECT_TRUE(Erase(Ticket(citizen, erase, "staff-1")).ok());
  EXPECT_TRUE(Erase(Ticket("citizens/" + crypto::NewId(), erase, "staff-1")).ok());
}

TEST_F(ClinicRights, AnyOtherTicketIsRefusedWithOneAnswer) {
  const std::string citizen = "citizens/" + crypto::NewId();
  ASSERT_TRUE(Ask<v1::RecordNurseContactResponse>("RecordNurseContact", Contact(citizen)).ok());
  const auto see = rights::v1::RIGHT_SEE;
  std::set<std::string> answers;
  const auto refused = [&](const absl::Status& s, const char* what) {
    EXPECT_EQ(ReasonOf(s), "TICKET_REFUSED") << what;
    answers.insert(std::string(s.message()));
  };
  refused(See(Ticket(citizen, rights::v1::RIGHT_ERASE, "staff-1")).status(), "another right");
  refused(See(Ticket(citizen, see, "staff-2")).status(), "another person's");
  refused(See(Ticket(citizen, see, "staff-1", absl::Minutes(11))).status(), "run out");
  refused(See(Ticket(citizen, see, "staff-1", absl::ZeroDuration(), "agencies/perron-4")).status(), "an agency that is not kept here");
  refused(Add(Ticket(citizen, see, "staff-1"), "x").status(), "to see, spent on adding");
  refused(Erase(Ticket(citizen, see, "staff-1")), "to see, spent on erasing");
  auto forged = Ticket(citizen, see, "staff-1");
  forged.mutable_signature()->back() ^= 1;
  refused(See(forged).status(), "forged");
  refused(See(Ticket("citizens/" + crypto::NewId(), rights::v1::RIGHT_ERASE, "staff-1")).status(), "of nobody, the same");
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(ReasonOf(See(Ticket(citizen, see, "staff-1"), world_->issuer.Staff("agencies/perron-4", "LEADER", "staff-1")).status()), "ROLE_NOT_ALLOWED");
  EXPECT_TRUE(See(Ticket(citizen, see, "staff-1")).ok());
}

}  // namespace
}  // namespace brobygger::clinic
