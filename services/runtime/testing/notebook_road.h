// The notebook service on the wire, for tests of the road: real gRPC over mutual TLS, real tokens, real Redis.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/runtime/runtime.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/comes.h"
#include "services/runtime/testing/notebook.h"
#include "services/runtime/testing/notebook.pb.h"
#include "services/runtime/testing/world.h"

namespace brobygger::testing {

using namespace notebook;

inline constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/clinic" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/annex" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
  agencies { name: "agencies/housing" kind: AGENCY_KIND_HOUSING_UNIT }
  practitioners { person: "anna" agency: "agencies/housing" roles: ROLE_HOUSING_ADVISER }
  practitioners { person: "ole" agency: "agencies/housing" roles: ROLE_OPS }
)pb";
inline constexpr char kPerron[] = "agencies/perron-4";
inline constexpr char kCitizen[] = "citizens/abcdefghijklmnopqrstuvwxyz";
inline constexpr char kNotes[] = "/brobygger.testing.notebook.NotebookService/";
inline constexpr char kWords[] = "/brobygger.testing.notebook.WordService/";

// What the door of this test shows: what it was given. Holder "agencies/annex": nobody can be asked.
inline std::atomic<int> looks{0};
inline void ShowDoor(DoorCall call) {
  ++looks;
  if (static_cast<const GetCitizenFileRequest&>(*call.request).holder() == "agencies/annex") return call.incoming.reply(ConsentServiceDown(), "");
  GetCitizenFileResponse response;
  response.mutable_file()->set_text(absl::StrCat(call.caller.person.value(), " ", call.caller.roles.size(), " ", call.incoming.on_behalf_of));
  response.mutable_file()->set_citizen(static_cast<const GetCitizenFileRequest&>(*call.request).citizen());
  call.incoming.reply(absl::OkStatus(), response.SerializeAsString());
}

inline std::atomic<int> slow_asks{0};  // that have arrived
inline std::atomic<int> befores{0};    // asked before a note was written

class RoadTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new World(kDirectory);
    runtime_ = Make().release();
  }
  static void TearDownTestSuite() {
    delete runtime_;
    delete world_;
  }
  static std::unique_ptr<Runtime> Make() {
    auto runtime = Runtime::Create(world_->Config("dropin"), Notebook());
    if (!runtime.ok()) {
      ADD_FAILURE() << runtime.status();
      std::abort();
    }
    (*runtime)->dispatcher().SetDoor(ShowDoor);
    // Somebody else is asked first, and answers from a thread of their own.
    (*runtime)->dispatcher().SetBefore(NotebookMethod("WriteNote"),
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
    (*runtime)->dispatcher().SetFinish(NotebookMethod("WriteNote"),
                                       [](const Message&, const std::string& handed_over, std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
                                         if (absl::StrContains(handed_over, "broken")) return done(StoreDown());
                                         static_cast<Note&>(*response).set_text(handed_over);
                                         done(absl::OkStatus());
                                       });
    (*runtime)->dispatcher().SetRaw(NotebookMethod("Ask"), [](Incoming in) {
      AddRequest request;
      request.ParseFromString(in.body);
      if (request.by() == 1) return;  // lets go of the call
      if (request.by() == 2) {
        ++slow_asks;
        absl::SleepFor(absl::Seconds(1));
        in.reply(absl::OkStatus(), "");
        return in.reply(absl::OkStatus(), "twice");
      }
      AddResponse r;
      r.set_total(static_cast<int64_t>(in.peer.size()));
      in.reply(absl::OkStatus(), r.SerializeAsString());
    });
    (*runtime)->dispatcher().SetStream(NotebookMethod("Talk"), [](IncomingStream in) {
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

  static inline World* world_ = nullptr;
  static inline Runtime* runtime_ = nullptr;
};

}  // namespace brobygger::testing
