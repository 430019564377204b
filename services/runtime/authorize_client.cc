#include "services/runtime/authorize_client.h"

#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/runtime/crypto.h"
#include "services/runtime/redis.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr char kStream[] = "/brobygger.consent.v1.AuthorizeService/AuthorizeStream";
constexpr char kUnary[] = "/brobygger.consent.v1.AuthorizeService/Authorize";
// Questions in one message, by number and bytes: a message stays far below the 256 KB that a server takes.
constexpr size_t kMaxBatch = 64;
constexpr size_t kMaxBatchBytes = 128 * 1024;
// A stream takes new questions this long; then the next one does, and it ends when its last answer has come. Shorter than
// the grace that a server gives an aged connection, so that no question is lost to its end.
constexpr absl::Duration kStreamAge = absl::Minutes(5);
// A stream that failed is not opened again before this has passed; questions go by the unary call until then.
constexpr absl::Duration kReopenAfter = absl::Milliseconds(200);
// How often questions whose deadline has passed without an answer are given up.
constexpr absl::Duration kSweepEvery = absl::Milliseconds(500);

struct Waiting {
  std::string digest;
  absl::Time deadline;
  AuthorizeClient::Callback callback;
};
using WaitingMap = std::map<uint64_t, Waiting>;

void Fail(WaitingMap& waiting) {
  for (auto& [tag, w] : waiting) w.callback(ConsentServiceDown());
}

// One stream and the questions on it. Lives until its on_done.
struct Stream {
  absl::Mutex mutex;
  std::unique_ptr<BidiClient> client ABSL_GUARDED_BY(mutex);
  WaitingMap waiting ABSL_GUARDED_BY(mutex);
  std::vector<std::string> queue ABSL_GUARDED_BY(mutex);
  bool ended ABSL_GUARDED_BY(mutex) = false;
  bool writing ABSL_GUARDED_BY(mutex) = false;
  bool retired ABSL_GUARDED_BY(mutex) = false;  // takes no new questions
  absl::Time opened;
  absl::Time swept ABSL_GUARDED_BY(mutex) = absl::InfinitePast();

  // Writes what is queued, one batch, if the transport is idle. What comes while it is busy forms the next batch.
  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (queue.empty() || ended || writing) return;
    writing = true;
    consent::v1::AuthorizeStreamRequest batch;
    size_t n = 0, bytes = 0;
    for (; n < queue.size() && n < kMaxBatch && (n == 0 || bytes + queue[n].size() <= kMaxBatchBytes); ++n) {
      bytes += queue[n].size();
      batch.add_questions(std::move(queue[n]));
    }
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(n));
    client->Write(batch.SerializeAsString());
  }

  // A retired stream goes with its last question.
  void EndIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (retired && !ended && waiting.empty()) client->Cancel();
  }

  // Takes out the questions whose deadline has passed; looks at most every kSweepEvery.
  void TakeLate(absl::Time now, WaitingMap& late) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (now - swept < kSweepEvery) return;
    swept = now;
    for (auto it = waiting.begin(); it != waiting.end();) {
      auto next = std::next(it);
      if (it->second.deadline < now) late.insert(waiting.extract(it));
      it = next;
    }
  }
};

class StreamAuthorizeClient : public AuthorizeClient, public std::enable_shared_from_this<StreamAuthorizeClient> {
 public:
  StreamAuthorizeClient(RpcClient* client, Telemetry* telemetry) : client_(client), telemetry_(telemetry) {}

  ~StreamAuthorizeClient() override {
    std::shared_ptr<Stream> stream;
    {
      absl::MutexLock lock(&mutex_);
      stream = std::move(stream_);
    }
    if (stream != nullptr) Close(stream);
  }

  void Ask(consent::v1::Question question, absl::Time deadline, Callback callback) override {
    const uint64_t tag = next_tag_.fetch_add(1, std::memory_order_relaxed);
    question.set_tag(tag);
    std::string bytes = question.SerializeAsString();
    Waiting waiting{crypto::Sha256(bytes), deadline, std::move(callback)};
    if (std::shared_ptr<Stream> stream = Open(); stream != nullptr) {
      WaitingMap late;
      bool queued = false;
      {
        absl::MutexLock lock(&stream->mutex);
        if (!stream->ended && !stream->retired) {
          stream->waiting.emplace(tag, std::move(waiting));
          stream->queue.push_back(std::move(bytes));
          stream->Flush();
          stream->TakeLate(absl::Now(), late);
          queued = true;
        }
      }
      Fail(late);
      if (queued) return;
    }
    AskUnary(tag, std::move(bytes), std::move(waiting));
  }

 private:
  // The open stream, or a new one, or null if the last one failed a moment ago.
  std::shared_ptr<Stream> Open() {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = absl::Now();
    if (stream_ != nullptr && now - stream_->opened < kStreamAge) return stream_;
    if (stream_ != nullptr) {
      absl::MutexLock retire(&stream_->mutex);
      stream_->retired = true;
      stream_->EndIfIdle();
    }
    if (now - failed_ < kReopenAfter) return nullptr;
    auto stream = std::make_shared<Stream>();
    stream->opened = now;
    {
      absl::MutexLock made(&stream->mutex);
      stream->client = client_->Stream(kStream);
    }
    stream_ = stream;
    std::weak_ptr<StreamAuthorizeClient> self = weak_from_this();
    stream->client->Start([self, stream](std::string message) { OnMessage(self, stream, message); },
                          [self, stream](absl::Status) { OnDone(self, stream); },
                          [stream] {
                            absl::MutexLock flush(&stream->mutex);
                            stream->writing = false;
                            stream->Flush();
                          });
    return stream;
  }

  static void OnMessage(const std::weak_ptr<StreamAuthorizeClient>& self, const std::shared_ptr<Stream>& stream, const std::string& message) {
    consent::v1::AuthorizeStreamResponse batch;
    bool trustworthy = batch.ParseFromString(message);
    std::vector<std::pair<Waiting, consent::v1::Answer>> done;
    {
      absl::MutexLock lock(&stream->mutex);
      for (consent::v1::Answer& answer : *batch.mutable_answers()) {
        auto it = stream->waiting.find(answer.tag());
        if (it == stream->waiting.end()) continue;  // given up at its deadline
        if (!Answers(answer, it->first, it->second.digest)) {
          trustworthy = false;
          break;
        }
        done.emplace_back(std::move(it->second), std::move(answer));
        stream->waiting.erase(it);
      }
      if (!trustworthy) stream->client->Cancel();
      else stream->EndIfIdle();
    }
    if (!trustworthy) {
      if (auto s = self.lock()) s->telemetry_->Log("ERROR", "authorise_answer_mismatch");
    }
    const Redis::Together reads;  // what follows from answers that came together goes on together
    for (auto& [waiting, answer] : done) waiting.callback(std::move(answer));
  }

  static void OnDone(const std::weak_ptr<StreamAuthorizeClient>& self, const std::shared_ptr<Stream>& stream) {
    if (auto s = self.lock()) {
      absl::MutexLock lock(&s->mutex_);
      if (s->stream_ == stream) {
        s->stream_.reset();
        s->failed_ = absl::Now();
      }
    }
    WaitingMap lost;
    std::unique_ptr<BidiClient> client;  // it holds this stream, which holds it
    {
      absl::MutexLock lock(&stream->mutex);
      stream->ended = true;
      lost.swap(stream->waiting);
      stream->queue.clear();
      client = std::move(stream->client);
    }
    Fail(lost);
  }

  static void Close(const std::shared_ptr<Stream>& stream) {
    absl::MutexLock lock(&stream->mutex);
    if (stream->client != nullptr) stream->client->Cancel();
  }

  void AskUnary(uint64_t tag, std::string bytes, Waiting waiting) {
    // The unary request embeds the very bytes whose digest is compared: field 1, length-delimited.
    std::string request("\x0a", 1);
    for (size_t n = bytes.size(); ; n >>= 7) {
      if (n < 128) { request += static_cast<char>(n); break; }
      request += static_cast<char>((n & 127) | 128);
    }
    request += bytes;
    const absl::Time deadline = waiting.deadline;
    auto shared = std::make_shared<Waiting>(std::move(waiting));
    client_->Call(kUnary, std::move(request), deadline, {}, [tag, shared](absl::StatusOr<std::string> reply) {
      consent::v1::AuthorizeResponse response;
      if (!reply.ok() || !response.ParseFromString(*reply) || !Answers(response.answer(), tag, shared->digest)) {
        return shared->callback(ConsentServiceDown());
      }
      shared->callback(std::move(*response.mutable_answer()));
    });
  }

  RpcClient* client_;
  Telemetry* telemetry_;
  // Random start: a tag is not used twice across restarts of this process either.
  std::atomic<uint64_t> next_tag_{[] {
    const std::string r = crypto::Random(8);
    uint64_t tag = 0;
    for (char c : r) tag = (tag << 8) | static_cast<unsigned char>(c);
    return tag;
  }()};
  absl::Mutex mutex_;
  std::shared_ptr<Stream> stream_ ABSL_GUARDED_BY(mutex_);
  absl::Time failed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace

bool Answers(const consent::v1::Answer& answer, uint64_t tag, const std::string& digest) {
  return answer.tag() == tag && digest.size() == 32 && answer.digest() == digest;
}

std::shared_ptr<AuthorizeClient> AuthorizeClient::Create(RpcClient* client, Telemetry* telemetry) {
  return std::make_shared<StreamAuthorizeClient>(client, telemetry);
}

}  // namespace brobygger
