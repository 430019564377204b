// The whole road of a call: real gRPC over mutual TLS, real tokens, real Redis, a small service of its own.
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "services/runtime/runtime.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/notebook.h"
#include "services/runtime/testing/notebook.pb.h"
#include "services/runtime/testing/world.h"

namespace brobygger {
namespace {

using namespace testing::notebook;
using testing::Bearer;

constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/clinic" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/annex" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/housing" kind: AGENCY_KIND_HOUSING_UNIT }
  practitioners { person: "anna" agency: "agencies/housing" roles: ROLE_HOUSING_ADVISER }
  practitioners { person: "ole" agency: "agencies/housing" roles: ROLE_OPS }
)pb";
constexpr char kPerron[] = "agencies/perron-4";
constexpr char kCitizen[] = "citizens/abcdefghijklmnopqrstuvwxyz";
constexpr char kNotes[] = "/brobygger.testing.notebook.NotebookService/";
constexpr char kWords[] = "/brobygger.testing.notebook.WordService/";

// What the door of this test shows: what it was given. Holder "agencies/annex": nobody can be asked.
std::atomic<int> looks{0};
void ShowDoor(DoorCall call) {
  ++looks;
  if (static_cast<const GetCitizenFileRequest&>(*call.request).holder() == "agencies/annex") return call.incoming.reply(ConsentServiceDown(), "");
  GetCitizenFileResponse response;
  response.mutable_file()->set_text(absl::StrCat(call.caller.person.value(), " ", call.caller.roles.size(), " ", call.incoming.on_behalf_of));
  response.mutable_file()->set_citizen(static_cast<const GetCitizenFileRequest&>(*call.request).citizen());
  call.incoming.reply(absl::OkStatus(), response.SerializeAsString());
}

std::atomic<int> slow_asks{0};  // that have arrived
std::atomic<int> befores{0};    // asked before a note was written

// Whether it comes true, in more time than anything takes that is going to happen.
bool Comes(const std::function<bool()>& condition) {
  for (const absl::Time end = absl::Now() + absl::Minutes(1); absl::Now() < end; absl::SleepFor(absl::Milliseconds(5))) {
    if (condition()) return true;
  }
  return false;
}

class RoadTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::World(kDirectory);
    runtime_ = Make().release();
  }
  static void TearDownTestSuite() {
    delete runtime_;
    delete world_;
  }
  static std::unique_ptr<Runtime> Make() {
    auto runtime = Runtime::Create(world_->Config("dropin"), testing::Notebook());
    if (!runtime.ok()) {
      ADD_FAILURE() << runtime.status();
      std::abort();
    }
    (*runtime)->dispatcher().SetDoor(ShowDoor);
    // Somebody else is asked first, and answers from a thread of their own.
    (*runtime)->dispatcher().SetBefore(testing::NotebookMethod("WriteNote"),
                                       [](const brobygger::Call& call, const Incoming& in, const Message& request, std::function<void(absl::Status)> done) {
                                         ++befores;
                                         EXPECT_EQ(call.method, in.method->full_name());
                                         EXPECT_FALSE(call.agency.empty() || in.token.empty());
                                         std::string text = static_cast<const WriteNoteRequest&>(request).note().text();
                                         if (text != "later" && text != "not now") return done(absl::OkStatus());
                                         std::thread([text = std::move(text), done = std::move(done)] {
                                           absl::SleepFor(absl::Milliseconds(50));
                                           done(text == "later" ? absl::OkStatus() : Refusal(absl::StatusCode::kFailedPrecondition, "NOT_NOW", "not now"));
                                         }).detach();
                                       });
    // Completes what was written: the answer of WriteNote carries it, the record does not.
    (*runtime)->dispatcher().SetFinish(testing::NotebookMethod("WriteNote"),
                                       [](const Message&, const std::string& handed_over, std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
                                         if (absl::StrContains(handed_over, "broken")) return done(StoreDown());
                                         static_cast<Note&>(*response).set_text(handed_over);
                                         done(absl::OkStatus());
                                       });
    (*runtime)->dispatcher().SetRaw(testing::NotebookMethod("Ask"), [](Incoming in) {
      AddRequest request;
      request.ParseFromString(in.body);
      if (request.by() == 1) return;  // lets go of the call
      if (request.by() == 2) {
        ++slow_asks;
        absl::SleepFor(absl::Milliseconds(300));
        in.reply(absl::OkStatus(), "");
        return in.reply(absl::OkStatus(), "twice");
      }
      AddResponse r;
      r.set_total(static_cast<int64_t>(in.peer.size()));
      in.reply(absl::OkStatus(), r.SerializeAsString());
    });
    (*runtime)->dispatcher().SetStream(testing::NotebookMethod("Talk"), [](IncomingStream in) {
      return StreamEars{[stream = in.stream](std::string message) {
                          if (message == "end") return stream->Finish(Refusal(absl::StatusCode::kFailedPrecondition, "ENOUGH", "enough"));
                          stream->Write(message + "!");
                        },
                        nullptr, nullptr};
    });
    EXPECT_TRUE((*runtime)->Start().ok());
    return *std::move(runtime);
  }

  static RpcClient& As(const std::string& peer) {
    static auto* clients = new std::map<std::string, std::unique_ptr<RpcClient>>;
    auto& client = (*clients)[peer];
    if (client == nullptr) client = world_->Client(peer, "dropin", runtime_->port());
    return *client;
  }
  static std::string Staff(const std::string& person = "staff-1", const std::string& agency = kPerron) {
    return world_->issuer.Staff(agency, "DROPIN_STAFF", person);
  }
  static std::string RequestId() { return crypto::NewId(); }
  static absl::StatusOr<Note> WriteNote(const std::string& text, const std::string& request_id, const std::string& token, const std::string& citizen = "") {
    WriteNoteRequest request;
    request.mutable_note()->set_text(text);
    request.mutable_note()->set_citizen(citizen);
    request.set_request_id(request_id);
    Note note;
    if (auto s = testing::Call(As("gateway"), absl::StrCat(kNotes, "WriteNote"), request, &note, Bearer(token)); !s.ok()) return s;
    return note;
  }
  static absl::Status Call(const std::string& peer, const std::string& method, const Message& request, Message* response, const Metadata& metadata) {
    return testing::Call(As(peer), method, request, response, metadata);
  }

  static testing::World* world_;
  static Runtime* runtime_;
};
testing::World* RoadTest::world_ = nullptr;
Runtime* RoadTest::runtime_ = nullptr;

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
    for (const auto& key : world_->redis.Admin({"KEYS", "notebook:{perron-4}:nl*"}).elements) n += world_->redis.Admin({"XLEN", key.text}).integer;
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

TEST_F(RoadTest, HealthSpeaksWithoutTls) {
  runtime::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", runtime_->health_port()));
  auto probe = RpcClient::Create({}, peer, true, "");
  ASSERT_TRUE(probe.ok());
  auto answer = (*probe)->CallAndWait("/grpc.health.v1.Health/Check", "", absl::Now() + absl::Seconds(20));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "\x08\x01") << "SERVING";
  EXPECT_EQ((*probe)->CallAndWait(absl::StrCat(kWords, "Hours"), "", absl::Now() + absl::Seconds(20)).status().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(RoadTest, DrainingEndsStreamsAndLetsCallsFinish) {
  auto runtime = Make();
  auto client = world_->Client("housing", "dropin", runtime->port());
  std::atomic<bool> ended{false};
  auto stream = client->Stream(absl::StrCat(kWords, "Talk"));
  std::atomic<int> got{0};
  stream->Start([&](std::string) { ++got; }, [&](absl::Status s) { ended = true; });
  stream->Write("x");
  ASSERT_TRUE(Comes([&] { return got > 0; }));
  std::atomic<bool> answered{false};
  AddRequest slow;
  slow.set_by(2);
  const int before = slow_asks;
  client->Call(absl::StrCat(kWords, "Ask"), slow.SerializeAsString(), absl::Now() + absl::Seconds(20), {}, [&](absl::StatusOr<std::string> r) {
    EXPECT_TRUE(r.ok()) << r.status();
    answered = true;
  });
  ASSERT_TRUE(Comes([&] { return slow_asks > before; }));
  const absl::Time start = absl::Now();
  runtime->Drain(absl::Minutes(2));
  EXPECT_LT(absl::Now() - start, absl::Minutes(1)) << "a stream does not hold it up";
  EXPECT_TRUE(Comes([&] { return ended && answered; }));
  stream.reset();
}

TEST_F(RoadTest, WithoutItsStoreItSaysSoAndRecovers) {
  AddRequest look;
  const Metadata bearer = Bearer(Staff());
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), look, nullptr, bearer).ok());
  world_->redis.Kill9();
  EXPECT_EQ(ReasonOf(Call("gateway", absl::StrCat(kNotes, "Add"), look, nullptr, bearer)), "STORE_DOWN");
  EXPECT_TRUE(Call("gateway", absl::StrCat(kWords, "Hours"), HoursRequest(), nullptr, {}).ok()) << "what needs no store goes on";
  world_->redis.Start();
  absl::Status s;
  for (int i = 0; i < 600; ++i) {
    s = Call("gateway", absl::StrCat(kNotes, "Add"), look, nullptr, bearer);
    if (s.ok()) break;
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(s.ok()) << s;
}

TEST_F(RoadTest, PeersTalkWithoutTokens) {
  AddResponse response;
  ASSERT_TRUE(Call("housing", absl::StrCat(kWords, "Ask"), AddRequest(), &response, {}).ok());
  EXPECT_EQ(response.total(), 7) << "the peer's name arrived";
}

TEST_F(RoadTest, StreamsCarryBytesBothWaysInOrder) {
  std::mutex mu;
  std::condition_variable cv;
  std::vector<std::string> got;
  std::optional<absl::Status> done;
  int writable = 0;
  auto stream = As("housing").Stream(absl::StrCat(kWords, "Talk"));
  EXPECT_TRUE(stream->Write("early")) << "queued until the start";
  stream->Start(
      [&](std::string m) {
        std::lock_guard<std::mutex> lock(mu);
        got.push_back(std::move(m));
        cv.notify_all();
      },
      [&](absl::Status s) {
        std::lock_guard<std::mutex> lock(mu);
        done = s;
        cv.notify_all();
      },
      [&] {
        std::lock_guard<std::mutex> lock(mu);
        ++writable;
        cv.notify_all();
      });
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(stream->Write(absl::StrCat(i)));
  {
    std::unique_lock<std::mutex> lock(mu);
    ASSERT_TRUE(cv.wait_for(lock, std::chrono::seconds(60), [&] { return got.size() == 501 && writable > 0; }));
    EXPECT_EQ(got[0], "early!");
    EXPECT_EQ(got[500], "499!");
  }
  stream->Write("end");
  std::unique_lock<std::mutex> lock(mu);
  ASSERT_TRUE(cv.wait_for(lock, std::chrono::seconds(60), [&] { return done.has_value(); }));
  EXPECT_EQ(ReasonOf(*done), "ENOUGH");
  EXPECT_FALSE(stream->Write("late"));
}

TEST_F(RoadTest, AStreamMayBeDroppedAtAnyMoment) {
  for (int i = 0; i < 20; ++i) {
    auto stream = As("housing").Stream(absl::StrCat(kWords, "Talk"));
    if (i % 4 == 0) continue;  // never started
    stream->Start([](std::string) {}, [](absl::Status) {});
    if (i % 2 == 0) stream->Write("x");
    if (i % 3 == 0) absl::SleepFor(absl::Milliseconds(3));
    if (i % 5 == 0) stream->Cancel();
  }
}

TEST_F(RoadTest, AStreamMayGoInItsOwnEnd) {
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> ended{false};
    auto stream = As("housing").Stream(absl::StrCat(kWords, "Talk"));
    stream->Write("end");
    BidiClient* const begun = stream.get();
    begun->Start([](std::string) {},
                 [&](absl::Status s) {
                   EXPECT_EQ(ReasonOf(s), "ENOUGH");
                   stream.reset();
                   ended = true;
                 });
    ASSERT_TRUE(Comes([&] { return ended.load(); }));
  }
}

// Whoever destroys a client hears of all its calls first. (gRPC frees its callback threads' queue with the last channel: a call that
// outlived its client ended the process.)
TEST_F(RoadTest, AClientMayGoAtAnyMoment) {
  for (int i = 0; i < 60; ++i) {
    std::atomic<int> told{0};
    auto client = world_->Client("housing", "dropin", runtime_->port());
    AddRequest ask;
    ask.set_by(i % 2 == 0 ? 2 : 0);  // 2: takes its time
    for (int n = 0; n < 3; ++n) {
      client->Call(absl::StrCat(kWords, "Ask"), ask.SerializeAsString(), absl::Now() + absl::Seconds(25), {}, [&](absl::StatusOr<std::string>) { ++told; });
    }
    if (i % 3 == 0) {
      ASSERT_TRUE(client->CallAndWait(absl::StrCat(kWords, "Hours"), "", absl::Now() + absl::Seconds(25)).ok());
    }
    client.reset();
    EXPECT_EQ(told, 3);
  }
}

TEST_F(RoadTest, WhatIsDueIsDoneOnce) {
  const Metadata bearer = Bearer(Staff("due", "agencies/clinic"));
  AddRequest add;
  add.set_by(1000);
  ASSERT_TRUE(Call("gateway", absl::StrCat(kNotes, "Add"), add, nullptr, bearer).ok());
  AddResponse total;
  for (int i = 0; i < 600; ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    AddRequest look;
    look.set_by(0);
    const absl::Status s = Call("gateway", absl::StrCat(kNotes, "Add"), look, &total, bearer);
    if (s.ok() && total.total() == 7) break;
  }
  EXPECT_EQ(total.total(), 7);
}

}  // namespace
}  // namespace brobygger
