// Connections, streams and processes that come and go, and the store that is away.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/runtime/testing/notebook_road.h"

namespace brobygger::testing {
namespace {

using ConnectionTest = RoadTest;

TEST_F(ConnectionTest, HealthSpeaksWithoutTls) {
  runtime::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", runtime_->health_port()));
  auto probe = RpcClient::Create({}, peer, true, "");
  ASSERT_TRUE(probe.ok());
  auto answer = (*probe)->CallAndWait("/grpc.health.v1.Health/Check", "", absl::Now() + absl::Seconds(20));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "\x08\x01") << "SERVING";
  EXPECT_EQ((*probe)->CallAndWait(absl::StrCat(kWords, "Hours"), "", absl::Now() + absl::Seconds(20)).status().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(ConnectionTest, DrainingEndsStreamsAndLetsCallsFinish) {
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

TEST_F(ConnectionTest, WithoutItsStoreItSaysSoAndRecovers) {
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

TEST_F(ConnectionTest, PeersTalkWithoutTokens) {
  AddResponse response;
  ASSERT_TRUE(Call("housing", absl::StrCat(kWords, "Ask"), AddRequest(), &response, {}).ok());
  EXPECT_EQ(response.total(), 7) << "the peer's name arrived";
}

TEST_F(ConnectionTest, StreamsCarryBytesBothWaysInOrder) {
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

TEST_F(ConnectionTest, AStreamMayBeDroppedAtAnyMoment) {
  for (int i = 0; i < 20; ++i) {
    auto stream = As("housing").Stream(absl::StrCat(kWords, "Talk"));
    if (i % 4 == 0) continue;  // never started
    stream->Start([](std::string) {}, [](absl::Status) {});
    if (i % 2 == 0) stream->Write("x");
    if (i % 3 == 0) absl::SleepFor(absl::Milliseconds(3));
    if (i % 5 == 0) stream->Cancel();
  }
}

TEST_F(ConnectionTest, AStreamMayGoInItsOwnEnd) {
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
TEST_F(ConnectionTest, AClientMayGoAtAnyMoment) {
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

// gRPC at times says UNKNOWN of a connection that broke; none of our services says that.
TEST_F(ConnectionTest, ABrokenConnectionIsToBeTriedAgain) {
  class BreaksOff : public grpc::CallbackGenericService {
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
      class Reactor : public grpc::ServerGenericBidiReactor {
       public:
        Reactor() { Finish(grpc::Status(grpc::StatusCode::UNKNOWN, "Stream removed")); }
        void OnDone() override { delete this; }
      };
      return new Reactor;
    }
  } service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  runtime::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", port));
  auto client = RpcClient::Create({}, peer, /*insecure=*/true, "housing");
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ((*client)->CallAndWait(absl::StrCat(kWords, "Hours"), "", absl::Now() + absl::Seconds(25)).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ConnectionTest, WhatIsDueIsDoneOnce) {
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

// Operators see from outside whether what was taken away waits for its journal.
TEST_F(ConnectionTest, WaitingLinesAreAGauge) {
  EXPECT_TRUE(Comes([] { return absl::StrContains(runtime_->telemetry().Text(), "\nbrobygger_journal_waiting_lines{service=\"dropin\"} 0\n"); }))
      << runtime_->telemetry().Text();
}

}  // namespace
}  // namespace brobygger::testing
