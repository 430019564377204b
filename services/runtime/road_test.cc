// The whole road of a call, from the wire to the store and back.
#include <optional>
#include <set>
#include <thread>

#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/runtime/testing/notebook_road.h"

namespace brobygger::testing {
namespace {

TEST_F(RoadTest, WritesAndReads) {
  auto note = WriteNote("coffee", RequestId(), Staff());
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text(), "handed coffee") << "completed after the commit";
  GetNoteRequest get;
  get.set_name(note->name());
  Note read;
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "GetNote"), get, &read, Bearer(Staff())).ok());
  EXPECT_EQ(read.text(), "coffee");
  // Another agency's record cannot even be named.
  EXPECT_EQ(ReasonOf(Call("gateway", absl::StrCat(kNotes, "GetNote"), get, &read, Bearer(Staff("staff-2", "agencies/clinic")))), "NOT_FOUND");
}

TEST_F(RoadTest, EveryRefusalIsReadableByMachines) {
  AddRequest request;
  const absl::Status s = Call("gateway", absl::StrCat(kNotes, "Add"), request, nullptr, {});
  EXPECT_EQ(s.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(s), "TOKEN_INVALID");
  const google::rpc::Status rpc = ToRpc(s);
  EXPECT_EQ(rpc.code(), 16);
  EXPECT_EQ(rpc.message(), s.message());
  google::rpc::RequestInfo info;
  ASSERT_TRUE(rpc.details(rpc.details_size() - 1).UnpackTo(&info));
  EXPECT_EQ(info.request_id().size(), 26u);
}

TEST_F(RoadTest, AuthorisationComesBeforeValidation) {
  WriteNoteRequest bad;  // violates three rules
  const std::string method = absl::StrCat(kNotes, "WriteNote");
  EXPECT_EQ(ReasonOf(Call("gateway", method, bad, nullptr, {})), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(Call("housing", method, bad, nullptr, Bearer(Staff()))), "PEER_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Call("gateway", method, bad, nullptr, Bearer(world_->issuer.Staff(kPerron, "LEADER")))), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Call("gateway", method, bad, nullptr, Bearer(world_->issuer.Staff("agencies/nowhere", "DROPIN_STAFF")))), "AGENCY_UNKNOWN");
  EXPECT_EQ(ReasonOf(Call("gateway", method, bad, nullptr, Bearer(world_->issuer.Staff("agencies/housing", "DROPIN_STAFF")))), "AGENCY_NOT_SERVED");
  EXPECT_EQ(ReasonOf(Call("gateway", method, bad, nullptr, Bearer(Staff()))), "FIELD_REQUIRED");
}

// Only for a call that was admitted; a refusal then is the answer, and nothing is decided.
TEST_F(RoadTest, SomebodyElseIsAskedBefore) {
  const int asked = befores;
  auto note = WriteNote("later", RequestId(), Staff());
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text(), "handed later");
  const std::string id = RequestId();
  EXPECT_EQ(ReasonOf(WriteNote("not now", id, Staff()).status()), "NOT_NOW");
  EXPECT_EQ(befores, asked + 2);
  EXPECT_EQ(ReasonOf(WriteNote("later", RequestId(), "").status()), "TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(WriteNote("later", RequestId(), world_->issuer.Staff(kPerron, "LEADER")).status()), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(WriteNote("", RequestId(), Staff()).status()), "FIELD_REQUIRED");
  EXPECT_EQ(befores, asked + 2) << "who is not admitted asks nobody";
  ASSERT_TRUE(WriteNote("now", id, Staff()).ok()) << "the key of what was refused is not taken: nothing was kept";
}

TEST_F(RoadTest, AllViolationsAtOnce) {
  WriteNoteRequest bad;
  bad.mutable_note()->set_text(std::string(21, 'x'));
  bad.mutable_note()->set_citizen("citizens/short");
  bad.set_request_id("?");
  const absl::Status s = Call("gateway", absl::StrCat(kNotes, "WriteNote"), bad, nullptr, Bearer(Staff()));
  EXPECT_EQ(s.code(), absl::StatusCode::kInvalidArgument);
  google::rpc::BadRequest details;
  const google::rpc::Status rpc = ToRpc(s);
  ASSERT_TRUE(rpc.details(1).UnpackTo(&details));
  ASSERT_EQ(details.field_violations_size(), 3);
  EXPECT_EQ(details.field_violations(0).field(), "note.text");
}

TEST_F(RoadTest, GarbageIsRefusedAndTheNextCallWorks) {
  const std::string method = absl::StrCat(kNotes, "WriteNote");
  const Metadata bearer = Bearer(Staff());
  const auto raw = [&](const std::string& body) {
    return ReasonOf(As("gateway").CallAndWait(method, body, absl::Now() + absl::Seconds(20), bearer).status());
  };
  EXPECT_EQ(raw("\xff\xff\xff\xff"), "MALFORMED");
  EXPECT_EQ(raw(std::string("\x0a\xff\xff\xff\x7f", 5)), "MALFORMED");
  EXPECT_EQ(raw("\x0a\x04\x12\x02\xc3\x28"), "MALFORMED") << "no UTF-8";
  WriteNoteRequest good;
  good.mutable_note()->set_text("x");
  good.set_request_id(RequestId());
  EXPECT_EQ(raw(good.SerializeAsString() + std::string("\xf2\x7f\x01y", 4)), "UNKNOWN_FIELD");
  EXPECT_EQ(As("gateway").CallAndWait(method, std::string(300 * 1024, 'x'), absl::Now() + absl::Seconds(20), bearer).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(As("gateway").CallAndWait(absl::StrCat(kNotes, "Nothing"), "", absl::Now() + absl::Seconds(20), bearer).status().code(),
            absl::StatusCode::kUnimplemented);
  Metadata large = bearer;
  large.emplace_back("x-large", std::string(20'000, 'x'));
  // Too large a head ends its connection, as HTTP/2 may: nobody else's, and its own caller connects anew.
  auto other = world_->ClientWith(world_->pki.Issue("gateway"), "dropin", runtime_->port());
  EXPECT_FALSE(other->CallAndWait(method, good.SerializeAsString(), absl::Now() + absl::Seconds(20), large).ok());
  EXPECT_TRUE(As("gateway").CallAndWait(method, good.SerializeAsString(), absl::Now() + absl::Seconds(20), bearer).ok());
  absl::Status next;
  for (const absl::Time until = absl::Now() + absl::Seconds(20); absl::Now() < until; absl::SleepFor(absl::Milliseconds(10))) {
    next = other->CallAndWait(method, good.SerializeAsString(), absl::Now() + absl::Seconds(20), bearer).status();
    if (!absl::IsUnavailable(next)) break;
  }
  EXPECT_TRUE(next.ok()) << next;
}

TEST_F(RoadTest, ADeadlineIsRequired) {
  WriteNoteRequest request;
  const auto reason = [&](absl::Time deadline) {
    return ReasonOf(As("gateway").CallAndWait(absl::StrCat(kNotes, "WriteNote"), "", deadline, Bearer(Staff())).status());
  };
  EXPECT_EQ(reason(absl::InfiniteFuture()), "DEADLINE_REQUIRED");
  EXPECT_EQ(reason(absl::Now() + absl::Seconds(40)), "DEADLINE_REQUIRED");
  EXPECT_EQ(reason(absl::Now() + absl::Seconds(30)), "FIELD_REQUIRED");
}

TEST_F(RoadTest, OnlyCertificatesOfTheSuiteAreHeard) {
  HoursRequest hours;
  HoursResponse response;
  const std::string method = absl::StrCat(kWords, "Hours");
  EXPECT_TRUE(Call("housing", method, hours, &response, {}).ok()) << "PUBLIC: any peer, no token";
  EXPECT_EQ(response.text(), "10-16");
  EXPECT_EQ(ReasonOf(Call("housing", method, hours, &response, Bearer("nonsense"))), "TOKEN_INVALID");

  testing::Pki stranger;  // another CA: the handshake fails
  auto client = world_->ClientWith(stranger.Issue("gateway"), "dropin", runtime_->port());
  EXPECT_EQ(testing::Call(*client, method, hours, nullptr, {}, absl::Seconds(20)).code(), absl::StatusCode::kUnavailable);
  // Our CA, but a server that is not the one expected.
  client = world_->ClientWith(world_->pki.Issue("gateway"), "consent", runtime_->port());
  EXPECT_EQ(testing::Call(*client, method, hours, nullptr, {}, absl::Seconds(20)).code(), absl::StatusCode::kUnavailable);
}

TEST_F(RoadTest, TheSameRequestIdGivesTheSameAnswerOnce) {
  const std::string id = RequestId();
  auto first = WriteNote("once", id, Staff());
  ASSERT_TRUE(first.ok()) << first.status();
  auto again = WriteNote("once", id, Staff());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), first->name());
  EXPECT_EQ(again->text(), "handed once") << "a kept answer is completed like the first";
  EXPECT_EQ(ReasonOf(WriteNote("twice", id, Staff()).status()), "REQUEST_ID_REUSED");
  auto other = WriteNote("once", id, Staff("staff-2"));
  ASSERT_TRUE(other.ok());
  EXPECT_NE(other->name(), first->name()) << "another person's request";
  // Even where the rules would now say no: the claim is taken, by this very request.
  const std::string only = RequestId();
  auto claimed = WriteNote("only this", only, Staff());
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  EXPECT_EQ(WriteNote("only this", only, Staff())->name(), claimed->name());
  EXPECT_EQ(ReasonOf(WriteNote("only this", RequestId(), Staff()).status()), "DUPLICATE");
  // And where Decide itself refuses the state that this request has brought about.
  const Metadata annex = Bearer(Staff("staff-1", "agencies/annex"));
  AddRequest below;
  below.set_by(-5);
  below.set_request_id(RequestId());
  AddResponse total;
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), below, &total, annex).ok());
  const absl::Status replay = Call("gateway", absl::StrCat(kNotes, "Add"), below, &total, annex);
  EXPECT_TRUE(replay.ok()) << replay;
  EXPECT_EQ(total.total(), -5);
  below.set_request_id(RequestId());
  EXPECT_EQ(ReasonOf(Call("gateway", absl::StrCat(kNotes, "Add"), below, &total, annex)), "WRONG_STATE");
}

TEST_F(RoadTest, ARefusalAfterCommitCountsAndARepeatedSuccessIsFoundFirst) {
  const Metadata bearer = Bearer(Staff("guesser", "agencies/clinic"));
  AddRequest add;
  add.set_by(1);
  add.set_request_id(RequestId());
  AddResponse total;
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), add, &total, bearer).ok());
  AddRequest guess;
  guess.set_by(1);
  guess.set_request_id(RequestId());
  EXPECT_EQ(ReasonOf(Call("gateway", absl::StrCat(kNotes, "Guess"), guess, nullptr, bearer)), "CODE_WRONG");
  EXPECT_EQ(ReasonOf(Call("gateway", absl::StrCat(kNotes, "Guess"), guess, nullptr, bearer)), "CODE_WRONG");
  AddResponse replayed;
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), add, &replayed, bearer).ok());
  EXPECT_EQ(replayed.total(), total.total());
  add.set_request_id(RequestId());
  add.set_by(0);
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), add, &replayed, bearer).ok());
  EXPECT_EQ(replayed.total(), total.total() + 2) << "both guesses counted";
}

TEST_F(RoadTest, ConflictsAreRunAgainAndNothingIsLost) {
  const Metadata bearer = Bearer(Staff("adder"));
  std::atomic<int64_t> added{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        AddRequest add;
        add.set_by(1);
        absl::Status s;
        while (ReasonOf(s = Call("gateway", absl::StrCat(kNotes, "Add"), add, nullptr, bearer)) == "CONFLICT") ++refused;
        ASSERT_TRUE(s.ok()) << s;
        ++added;
      }
    });
  }
  for (auto& t : threads) t.join();
  AddResponse total;
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), AddRequest(), &total, bearer).ok());
  EXPECT_EQ(total.total(), added);
  const std::string text = runtime_->telemetry().Text(), name = "brobygger_conflicts_total{service=\"dropin\"} ";
  ASSERT_TRUE(absl::StrContains(text, name)) << text;
  // A refused call ran again three times in vain; most conflicts end with a second run that sees what has changed.
  EXPECT_GT(std::atoi(text.c_str() + text.find(name) + name.size()), 3 * refused);
}

TEST_F(RoadTest, RoundsAreBounded) {
  AddRequest chain;
  chain.set_by(kMaxRounds - 1);
  EXPECT_TRUE(Call("gateway", absl::StrCat(kNotes, "Chain"), chain, nullptr, Bearer(Staff())).ok());
  chain.set_by(kMaxRounds);
  const absl::Status s = Call("gateway", absl::StrCat(kNotes, "Chain"), chain, nullptr, Bearer(Staff()));
  EXPECT_EQ(s.code(), absl::StatusCode::kInternal);
  EXPECT_FALSE(absl::StrContains(s.message(), "Decide")) << "no internals";
}

TEST_F(RoadTest, PageTokensAreSealedAndBound) {
  const std::string token = Staff("lister", "agencies/clinic");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(WriteNote(absl::StrCat("note ", i), RequestId(), token).ok());
  const std::string method = absl::StrCat(kNotes, "ListNotes");
  ListNotesRequest list;
  list.set_page_size(2);
  std::set<std::string> names;
  std::string second_page;
  do {
    ListNotesResponse page;
    ASSERT_TRUE(Call("gateway", method, list, &page, Bearer(token)).ok());
    for (const Note& n : page.notes()) EXPECT_TRUE(names.insert(n.name()).second);
    list.set_page_token(page.next_page_token());
    if (second_page.empty()) second_page = page.next_page_token();
  } while (!list.page_token().empty());
  EXPECT_EQ(names.size(), 5u);

  list.set_page_token(second_page);
  EXPECT_TRUE(Call("gateway", method, list, nullptr, Bearer(token)).ok());
  EXPECT_EQ(ReasonOf(Call("gateway", method, list, nullptr, Bearer(Staff("other", "agencies/clinic")))), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(Call("gateway", method, list, nullptr, Bearer(Staff("lister", kPerron)))), "PAGE_TOKEN_INVALID");
  list.set_text("another query");
  EXPECT_EQ(ReasonOf(Call("gateway", method, list, nullptr, Bearer(token))), "PAGE_TOKEN_INVALID");
  list.clear_text();
  std::string forged = second_page;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  list.set_page_token(forged);
  EXPECT_EQ(ReasonOf(Call("gateway", method, list, nullptr, Bearer(token))), "PAGE_TOKEN_INVALID");
}

TEST_F(RoadTest, WhoReadsAboutAPersonLeavesATrace) {
  const auto lines = [] {
    long long n = 0;
    for (const auto& key : world_->redis.Admin({"KEYS", "notebook:{perron-4}:nl*"}).elements) n += world_->redis.Admin({"LLEN", key.text}).integer;
    return n;
  };
  auto note = WriteNote("hers", RequestId(), Staff(), kCitizen);
  auto ours = WriteNote("ours", RequestId(), Staff());
  ASSERT_TRUE(note.ok() && ours.ok());
  const long long before = lines();
  GetNoteRequest get;
  get.set_name(ours->name());
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "GetNote"), get, nullptr, Bearer(Staff("reader"))).ok());
  EXPECT_EQ(lines(), before) << "nobody's record";
  get.set_name(note->name());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "GetNote"), get, nullptr, Bearer(Staff("reader"))).ok());
  EXPECT_EQ(lines(), before + 1) << "once per reader, citizen and day";
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "GetNote"), get, nullptr, Bearer(Staff("second-reader"))).ok());
  EXPECT_EQ(lines(), before + 2);
}

VisitRequest Stated(absl::Time when) {
  VisitRequest v;
  v.set_citizen(kCitizen);
  v.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  *v.mutable_presence()->mutable_stated()->mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(when));
  return v;
}

TEST_F(RoadTest, PresenceIsCheckedOnTheWay) {
  const std::string visit = absl::StrCat(kNotes, "Visit"), link = absl::StrCat(kNotes, "Link");
  VisitResponse response;
  ASSERT_TRUE(Call("gateway", visit, Stated(absl::Now()), &response, Bearer(Staff())).ok());
  EXPECT_EQ(response.word(), "WORD_PRESENT");
  EXPECT_EQ(ReasonOf(Call("gateway", visit, Stated(absl::Now() - absl::Hours(25)), &response, Bearer(Staff()))), "PRESENCE_REQUIRED");
  VisitRequest none;
  none.set_citizen(kCitizen);
  EXPECT_EQ(ReasonOf(Call("gateway", visit, none, &response, Bearer(Staff()))), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(Call("gateway", link, Stated(absl::Now()), &response, Bearer(Staff()))), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(Call("system/perron-4", visit, Stated(absl::Now()), &response, Bearer(world_->issuer.System(kPerron)))), "PRESENCE_REQUIRED")
      << "a system has seen nobody";

  type::v1::PresenceStatement statement;
  statement.set_agency(kPerron);
  statement.set_citizen(kCitizen);
  statement.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  statement.set_word(type::v1::WORD_TWO_PERSONS);
  auto* person = statement.add_persons();
  person->set_person("staff-1");
  person->set_agency(kPerron);
  *statement.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(absl::Now()));
  statement.set_nonce(std::string(16, 'n'));
  const auto signer = crypto::StatementSigner::FromPemFile(world_->statement_private_key);
  VisitRequest signed_visit;
  signed_visit.set_citizen(kCitizen);
  auto* s = signed_visit.mutable_presence()->mutable_signed_();
  s->set_statement(statement.SerializeAsString());
  s->set_signature(signer->Sign(absl::StrCat("brobygger presence 1\n", s->statement())));
  const absl::Status linked = Call("gateway", link, signed_visit, &response, Bearer(Staff()));
  ASSERT_TRUE(linked.ok()) << linked;
  EXPECT_EQ(response.word(), "WORD_TWO_PERSONS signed");
  s->mutable_signature()->front() ^= 1;
  EXPECT_EQ(ReasonOf(Call("gateway", link, signed_visit, &response, Bearer(Staff()))), "PRESENCE_REQUIRED");
}

TEST_F(RoadTest, AcrossAgenciesByTheCitizensWordOnly) {
  const std::string method = absl::StrCat(kWords, "Withdraw");
  VisitResponse response;
  ASSERT_TRUE(Call("gateway", method, VisitRequest(), &response, Bearer(world_->issuer.Citizen("0101901234"))).ok());
  EXPECT_EQ(response.identifier(), "1//0101901234");
  EXPECT_EQ(response.agency(), "");
  EXPECT_EQ(ReasonOf(Call("gateway", method, Stated(absl::Now()), &response, Bearer(world_->issuer.Citizen("0101901234")))), "OUT_OF_RANGE");
  VisitRequest named;
  named.set_citizen(kCitizen);
  EXPECT_EQ(ReasonOf(Call("gateway", method, named, &response, Bearer(world_->issuer.Citizen("0101901234")))), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Call("gateway", method, named, &response, Bearer(Staff()))), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(Call("gateway", method, VisitRequest(), &response, Bearer(Staff()))), "FIELD_REQUIRED");
  EXPECT_TRUE(Call("gateway", method, Stated(absl::Now()), &response, Bearer(Staff())).ok());
  EXPECT_EQ(ReasonOf(Call("dropin", method, Stated(absl::Now()), &response, Bearer(Staff()))), "PEER_NOT_ALLOWED");
}

TEST_F(RoadTest, TheDoorGetsWhoCounts) {
  const std::string method = absl::StrCat(kNotes, "GetCitizenFile");
  GetCitizenFileRequest look;
  look.set_citizen(kCitizen);
  look.set_holder(kPerron);
  look.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  GetCitizenFileResponse shown;
  const std::string adviser = world_->issuer.Staff("agencies/housing", "HOUSING_ADVISER", "berit");
  ASSERT_TRUE(Call("gateway", method, look, &shown, Bearer(adviser)).ok());
  EXPECT_EQ(shown.file().text(), "berit 1 ");
  Metadata system = Bearer(world_->issuer.System("agencies/housing"));
  EXPECT_EQ(ReasonOf(Call("system/housing", method, look, &shown, system)), "ON_BEHALF_OF_NOT_ALLOWED");
  system.emplace_back("brobygger-on-behalf-of", "anna");
  ASSERT_TRUE(Call("system/housing", method, look, &shown, system).ok());
  EXPECT_EQ(shown.file().text(), "anna 1 anna");
  EXPECT_EQ(ReasonOf(Call("dropin", method, look, &shown, Bearer(adviser))), "PEER_NOT_ALLOWED") << "a forwarded token is not spent elsewhere";
  look.clear_purpose();
  EXPECT_EQ(ReasonOf(Call("gateway", method, look, &shown, Bearer(adviser))), "FIELD_REQUIRED");
}

// So that the citizen can read that somebody asked (the gate writes it); the caller reads the same as at every method.
TEST_F(RoadTest, TheDoorHearsOfRolesThatAreRefused) {
  const std::string method = absl::StrCat(kNotes, "GetCitizenFile");
  GetCitizenFileRequest look;
  look.set_citizen(kCitizen);
  look.set_holder(kPerron);
  look.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  GetCitizenFileResponse shown;
  const Metadata leader = Bearer(world_->issuer.Staff("agencies/housing", "LEADER", "lis"));
  const auto reason = [&](const Metadata& who, const std::string& peer = "gateway") { return ReasonOf(Call(peer, method, look, &shown, who)); };
  looks = 0;
  EXPECT_EQ(reason(leader), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(shown.ByteSizeLong(), 0u) << "whatever the door shows";
  Metadata system = Bearer(world_->issuer.System("agencies/housing"));
  system.emplace_back("brobygger-on-behalf-of", "ole");
  EXPECT_EQ(reason(system, "system/housing"), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(looks, 2);
  look.set_holder("agencies/annex");
  EXPECT_EQ(reason(leader), "CONSENT_SERVICE_DOWN") << "no refusal without its entry";
  EXPECT_EQ(looks, 3);
  // What names nobody, or nobody's citizen, or comes by no open road, stays outside.
  look.set_holder("perron");
  EXPECT_EQ(reason(leader), "ROLE_NOT_ALLOWED") << "nothing about what else is wrong";
  look.set_holder(kPerron);
  EXPECT_EQ(reason(Bearer(world_->issuer.Citizen("0101901234"))), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(reason(Bearer(world_->issuer.Staff("agencies/nowhere", "LEADER"))), "AGENCY_UNKNOWN");
  EXPECT_EQ(reason(leader, "dropin"), "PEER_NOT_ALLOWED");
  EXPECT_EQ(reason({}), "TOKEN_INVALID");
  EXPECT_EQ(looks, 3);
}

TEST_F(RoadTest, EveryCallIsAnsweredOnce) {
  AddRequest request;
  request.set_by(1);
  EXPECT_EQ(Call("housing", absl::StrCat(kWords, "Ask"), request, nullptr, {}).code(), absl::StatusCode::kInternal) << "nobody answered";
  request.set_by(2);
  EXPECT_TRUE(Call("housing", absl::StrCat(kWords, "Ask"), request, nullptr, {}).ok());
  EXPECT_EQ(testing::Call(As("housing"), absl::StrCat(kWords, "Ask"), request, nullptr, {}, absl::Milliseconds(100)).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Comes([] {
    const std::string metrics = runtime_->telemetry().Text();
    return absl::StrContains(metrics, "DEADLINE_EXCEEDED") || absl::StrContains(metrics, "CANCELLED");
  }));
}

TEST_F(RoadTest, ACertificateWithoutExactlyOneNameIsNobody) {
  const std::string method = absl::StrCat(kWords, "Hours");
  for (const std::vector<std::string>& uris : {std::vector<std::string>{}, {"spiffe://brobygger/gateway", "spiffe://brobygger/housing"}, {"spiffe://other/gateway"}}) {
    auto client = world_->ClientWith(world_->pki.IssueFor(uris), "dropin", runtime_->port());
    EXPECT_EQ(ReasonOf(testing::Call(*client, method, HoursRequest(), nullptr)), "PEER_UNKNOWN") << uris.size();
  }
}

}  // namespace
}  // namespace brobygger::testing
