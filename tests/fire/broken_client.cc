// A door's client of the gate as it must not be, linked instead of services/runtime/authorize_client.cc into a drop-in service that no deployment
// has. BROBYGGER_BROKEN says how:
//
//   position   whichever answer comes goes to the question that has waited longest
//   cached     an answer that permitted is kept for two seconds
//   open       without an answer it goes by the last one
#include <atomic>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/runtime/authorize_client.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr char kUnary[] = "/brobygger.consent.v1.AuthorizeService/Authorize";
constexpr absl::Duration kKept = absl::Seconds(2);
constexpr absl::Duration kOvertaken = absl::Milliseconds(3);

class BrokenClient : public AuthorizeClient, public std::enable_shared_from_this<BrokenClient> {
 public:
  BrokenClient(RpcClient* client, const char* how) : client_(client), how_(how == nullptr ? "" : how) {
    if (how_ != "position" && how_ != "cached" && how_ != "open") std::abort();
  }

  void Ask(consent::v1::Question question, absl::Time deadline, Callback callback) override {
    consent::v1::Question same = question;
    same.clear_token();
    const std::string key = same.SerializeAsString();
    if (how_ == "cached") {
      absl::MutexLock lock(&mutex_);
      auto it = last_.find(key);
      if (it != last_.end() && absl::Now() - it->second.second < kKept) return callback(it->second.first);
    }
    consent::v1::AuthorizeRequest request;
    const bool late = how_ == "position" && number_++ % 4 == 0;  // the next questions overtake it
    question.set_tag(number_);
    *request.mutable_question() = std::move(question);
    {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(callback);
    }
    auto send = [self = shared_from_this(), request, deadline, key, callback] {
      self->client_->Call(kUnary, request.SerializeAsString(), deadline, {},
                          [self, key, callback](absl::StatusOr<std::string> reply) { self->Heard(key, callback, std::move(reply)); });
    };
    if (!late) return send();
    std::thread([send] {
      absl::SleepFor(kOvertaken);
      send();
    }).detach();
  }

 private:
  void Heard(const std::string& key, Callback callback, absl::StatusOr<std::string> reply) {
    consent::v1::AuthorizeResponse response;
    const bool heard = reply.ok() && response.ParseFromString(*reply);
    absl::StatusOr<consent::v1::Answer> answer = ConsentServiceDown();
    if (heard) answer = response.answer();
    {
      absl::MutexLock lock(&mutex_);
      if (how_ == "position") callback = waiting_.front();
      waiting_.pop_front();
      if (heard && response.answer().decision() == consent::v1::DECISION_PERMITTED) last_[key] = {response.answer(), absl::Now()};
      if (auto it = last_.find(key); !heard && how_ == "open" && it != last_.end()) answer = it->second.first;
    }
    callback(std::move(answer));
  }

  RpcClient* const client_;
  const std::string how_;
  std::atomic<uint64_t> number_{1};
  absl::Mutex mutex_;
  std::deque<Callback> waiting_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::pair<consent::v1::Answer, absl::Time>> last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

bool Answers(const consent::v1::Answer&, uint64_t, const std::string&) { return true; }

std::shared_ptr<AuthorizeClient> AuthorizeClient::Create(RpcClient* client, Telemetry*) {
  return std::make_shared<BrokenClient>(client, std::getenv("BROBYGGER_BROKEN"));
}

}  // namespace brobygger
