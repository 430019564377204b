// The gate. One question in, one answer out, one ledger entry on disk in between.
//
// Invariants
// 1. The answer leaves after its entry is durable (the trust store fsyncs before it replies).
// 2. Nothing about consents is kept in this process: each question runs the script, in Redis, anew.
// 3. An answer carries the SHA-256 of the question exactly as received: it cannot be taken for the answer to another.
// 4. PERMITTED is answered only if the four records that it rests on carry valid MACs; if not, an alarm is logged and a
//    second entry (RULE_NOT_AUTHENTIC) says so.
// 5. Malformed or unauthenticated questions, and those from a service that does not hold the files, are answered
//    without an entry: they name no person who could be held to them. What is over somebody's quota is logged as a sum.
//    Everything else is logged, each.
// 6. A store at its watermark is asked nothing: it keeps its room for the citizen's word.
//
// Threads: Ask may be called from any thread; the callback runs on the calling thread or the Redis I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "services/consent/quota.h"
#include "services/runtime/clock.h"
#include "services/runtime/config.h"
#include "services/runtime/record.h"
#include "services/runtime/redis.h"
#include "services/runtime/stored.pb.h"
#include "services/runtime/token.h"

namespace brobygger::consent {

class Authoriser {
 public:
  // UNAVAILABLE if the trust store cannot answer: nothing is shared then.
  using Callback = std::function<void(absl::StatusOr<v1::Answer>)>;

  struct Limits {
    std::int64_t looks_per_hour = LookQuota::kUsual;            // of one person
    std::function<bool()> room = [] { return true; };  // quick, any thread: whether the store has room for looks
  };
  // `keys`: of the trust store. `alarm` is called with a fixed word: "not_authentic",
  // "clock_stepped_back", "gate_failed". All pointers outlive this object.
  Authoriser(Redis* trust, const Directory* directory, TokenVerifier* tokens, Clock clock, ScopeKeys keys,
             std::function<void(const char*)> alarm, Limits limits);

  // `peer`: the name of the service that carries the question, from its certificate.
  void Ask(const std::string& peer, const std::string& question_bytes, Callback callback);

 private:
  struct Asked;
  // Appends the row, about `subject` ("" for nobody), then answers with the refusal.
  void LogAndRefuse(const std::shared_ptr<Asked>& asked, const std::string& subject);
  void Conclude(const std::shared_ptr<Asked>& asked, absl::StatusOr<Redis::Reply> reply);

  Redis* trust_;
  const Directory* directory_;
  TokenVerifier* tokens_;
  Clock clock_;
  ScopeKeys keys_;
  std::function<void(const char*)> alarm_;
  LookQuota quota_;
  const std::function<bool()> room_;
};

}  // namespace brobygger::consent
