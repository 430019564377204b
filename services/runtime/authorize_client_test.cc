// Answers are matched by tag and digest, never by position (P1): a server that shuffles, repeats, delays or forges answers
// never makes one question receive another's answer.
#include "services/runtime/authorize_client.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/runtime/crypto.h"
#include "services/runtime/rpc_server.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using consent::v1::Answer;
using consent::v1::AuthorizeStreamRequest;
using consent::v1::AuthorizeStreamResponse;
using consent::v1::Question;

// Longer than anything takes that is going to happen, on whatever machine.
constexpr absl::Duration kPatience = absl::Seconds(60);

// What an honest gate would answer in this test: the citizen asked for, told back.
Answer Honest(const std::string& bytes) {
  Question q;
  EXPECT_TRUE(q.ParseFromString(bytes));
  Answer answer;
  answer.set_tag(q.tag());
  answer.set_digest(crypto::Sha256(bytes));
  answer.set_decision(consent::v1::DECISION_PERMITTED);
  answer.set_holder_citizen(q.citizen());
  return answer;
}

// A real gRPC server on loopback whose stream answers as `treat` says: it gets the batch's honest answers and returns what is sent.
class Gate {
 public:
  using Treat = std::function<std::vector<Answer>(std::vector<Answer>)>;
  explicit Gate(Treat treat, bool with_stream = true) : treat_(std::move(treat)) {
    config_.set_listen("127.0.0.1:0");
    config_.set_insecure_loopback(true);
    telemetry_ = Telemetry::Create("test");
    RpcServer::Options options;
    options.config = &config_;
    options.services = {Question::descriptor()->file()->FindServiceByName("AuthorizeService")};
    options.telemetry = telemetry_.get();
    options.on_call = [this](Incoming incoming) {
      ++unary_;
      consent::v1::AuthorizeRequest request;
      EXPECT_TRUE(request.ParseFromString(incoming.body));
      consent::v1::AuthorizeResponse response;
      *response.mutable_answer() = Honest(request.question().SerializeAsString());
      incoming.reply(absl::OkStatus(), response.SerializeAsString());
    };
    options.on_stream = [this, with_stream](IncomingStream stream) {
      if (!with_stream) stream.stream->Finish(ConsentServiceDown());
      return StreamEars{[this, s = stream.stream](std::string message) {
                          AuthorizeStreamRequest batch;
                          EXPECT_TRUE(batch.ParseFromString(message));
                          std::vector<Answer> answers;
                          for (const std::string& bytes : batch.questions()) answers.push_back(Honest(bytes));
                          AuthorizeStreamResponse out;
                          for (Answer& a : treat_(std::move(answers))) *out.add_answers() = std::move(a);
                          if (out.answers_size() > 0) s->Write(out.SerializeAsString());
                        },
                        [] {}, nullptr};
    };
    auto server = RpcServer::Start(std::move(options));
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = std::move(*server);
    runtime::Peer peer;
    peer.set_target(absl::StrCat("127.0.0.1:", server_->port()));
    peer.set_name("consent");
    auto client = RpcClient::Create(runtime::Tls(), peer, true, "dropin");
    EXPECT_TRUE(client.ok()) << client.status();
    rpc_ = std::move(*client);
    client_ = AuthorizeClient::Create(rpc_.get(), telemetry_.get());
  }
  ~Gate() {
    client_.reset();
    rpc_.reset();
    server_->Drain(absl::Milliseconds(200));
  }

  struct Outcome { std::string asked; absl::StatusOr<Answer> got; };
  // Asks `threads` x `each` questions at once and waits for every answer.
  std::vector<Outcome> Ask(int threads, int each, absl::Duration patience = absl::Seconds(3)) {
    std::vector<Outcome> outcomes;
    absl::Mutex mutex;
    absl::BlockingCounter open(threads * each);
    std::vector<std::thread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&] {
        for (int i = 0; i < each; ++i) {
          Question q;
          const std::string citizen = absl::StrCat("citizens/", crypto::NewId());
          q.set_citizen(citizen);
          client_->Ask(q, absl::Now() + patience, [&, citizen](absl::StatusOr<Answer> got) {
            {
              absl::MutexLock lock(&mutex);
              outcomes.push_back({citizen, std::move(got)});
            }
            open.DecrementCount();
          });
          // Late questions are given up when the next one comes.
          if (i % 16 == 0) absl::SleepFor(absl::Milliseconds(1));
        }
      });
    }
    for (auto& t : askers) t.join();
    while (true) {  // nudge, so that questions without an answer are swept
      {
        absl::MutexLock lock(&mutex);
        if (outcomes.size() == static_cast<size_t>(threads * each)) break;
      }
      client_->Ask(Question(), absl::Now() + absl::Milliseconds(100), [](absl::StatusOr<Answer>) {});
      absl::SleepFor(absl::Milliseconds(50));
    }
    open.Wait();
    return outcomes;
  }
  int unary() const { return unary_; }

 private:
  Treat treat_;
  std::atomic<int> unary_{0};
  runtime::ServiceConfig config_;
  std::unique_ptr<Telemetry> telemetry_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<RpcClient> rpc_;
  std::shared_ptr<AuthorizeClient> client_;
};

void ExpectOwnAnswers(const std::vector<Gate::Outcome>& outcomes, bool all) {
  int permitted = 0;
  for (const auto& o : outcomes) {
    if (!o.got.ok()) {
      EXPECT_EQ(ReasonOf(o.got.status()), "CONSENT_SERVICE_DOWN");
      continue;
    }
    ++permitted;
    EXPECT_EQ(o.got->holder_citizen(), o.asked) << "another question's answer";
  }
  if (all) {
    EXPECT_EQ(permitted, static_cast<int>(outcomes.size()));
  }
}

TEST(AuthorizeClient, ReorderedAndDelayedBatchesNeverMixAnswers) {
  absl::Mutex mutex;
  std::vector<Answer> held;
  std::mt19937 random(7);
  Gate gate([&](std::vector<Answer> answers) {
    absl::MutexLock lock(&mutex);
    // Keep some back for a later batch, and shuffle the rest.
    for (Answer& a : held) answers.push_back(std::move(a));
    held.clear();
    std::shuffle(answers.begin(), answers.end(), random);
    while (answers.size() > 1 && random() % 3 == 0) {
      held.push_back(std::move(answers.back()));
      answers.pop_back();
    }
    return answers;
  });
  ExpectOwnAnswers(gate.Ask(8, 250), false);
}

TEST(AuthorizeClient, AllAnsweredWhenOnlyTheOrderIsWrong) {
  Gate gate([](std::vector<Answer> answers) {
    std::reverse(answers.begin(), answers.end());
    return answers;
  });
  ExpectOwnAnswers(gate.Ask(8, 250, kPatience), true);
  EXPECT_EQ(gate.unary(), 0) << "the stream carries them";
}

TEST(AuthorizeClient, SwappedTagsBreakTheStreamAndReleaseNothing) {
  Gate gate([](std::vector<Answer> answers) {
    if (answers.size() > 1) {  // the answers of two questions with their tags exchanged
      const uint64_t tag = answers[0].tag();
      answers[0].set_tag(answers[1].tag());
      answers[1].set_tag(tag);
    }
    return answers;
  });
  ExpectOwnAnswers(gate.Ask(8, 100), false);
}

TEST(AuthorizeClient, AnswersWithoutDigestCountForNothing) {
  Gate gate([](std::vector<Answer> answers) {
    for (Answer& a : answers) a.clear_digest();
    return answers;
  });
  for (const auto& o : gate.Ask(1, 20, absl::Seconds(1))) {
    if (o.got.ok()) {
      EXPECT_EQ(o.got->holder_citizen(), o.asked);  // by the unary call, while the stream is shut
    }
  }
}

TEST(AuthorizeClient, RepeatedAnswersAreIgnored) {
  Gate gate([](std::vector<Answer> answers) {
    std::vector<Answer> twice = answers;
    twice.insert(twice.end(), answers.begin(), answers.end());
    return twice;
  });
  ExpectOwnAnswers(gate.Ask(4, 100, kPatience), true);
}

TEST(AuthorizeClient, WithoutAStreamTheUnaryCallAnswers) {
  Gate gate([](std::vector<Answer> answers) { return answers; }, false);
  ExpectOwnAnswers(gate.Ask(2, 50), false);
  // What was asked while the stream was not yet known to fail has failed with it.
  for (const absl::Time end = absl::Now() + kPatience; gate.unary() == 0 && absl::Now() < end;) ExpectOwnAnswers(gate.Ask(1, 1), false);
  EXPECT_GT(gate.unary(), 0);
}

TEST(AuthorizeClient, SilenceBecomesConsentServiceDown) {
  Gate gate([](std::vector<Answer>) { return std::vector<Answer>(); });
  for (const auto& o : gate.Ask(1, 5, absl::Milliseconds(200))) {
    ASSERT_FALSE(o.got.ok());
    EXPECT_EQ(ReasonOf(o.got.status()), "CONSENT_SERVICE_DOWN");
  }
}

TEST(Answers, TagAndDigestBothCount) {
  Answer answer;
  answer.set_tag(7);
  answer.set_digest(crypto::Sha256("q"));
  EXPECT_TRUE(Answers(answer, 7, crypto::Sha256("q")));
  EXPECT_FALSE(Answers(answer, 8, crypto::Sha256("q")));
  EXPECT_FALSE(Answers(answer, 7, crypto::Sha256("p")));
  answer.clear_digest();
  EXPECT_FALSE(Answers(answer, 7, ""));
}

}  // namespace
}  // namespace brobygger
