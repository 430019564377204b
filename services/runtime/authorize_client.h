// Asks the consent service whether a look is permitted: many questions over one long-lived stream.
//
// Invariants
// 1. A tag is never used twice in the life of the process; an answer counts only if its tag is waiting and its digest is
//    the SHA-256 of the very bytes that were asked. Anything else breaks the stream: an answer that went to the wrong
//    question would be another person's data.
// 2. A question is asked once. If the stream breaks before its answer, the asker hears UNAVAILABLE; nothing is repeated.
// 3. No answer is kept.
//
// While the stream is down, questions go by the unary call. Threads: any; the callback runs on a gRPC thread, once.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/telemetry.h"

namespace brobygger {

class AuthorizeClient {
 public:
  using Callback = std::function<void(absl::StatusOr<consent::v1::Answer>)>;

  // `client` and `telemetry` outlive it.
  static std::shared_ptr<AuthorizeClient> Create(RpcClient* client, Telemetry* telemetry);
  virtual ~AuthorizeClient() = default;  // questions without answer hear UNAVAILABLE

  // The tag of `question` is set here. UNAVAILABLE CONSENT_SERVICE_DOWN if there is no trustworthy answer in time.
  virtual void Ask(consent::v1::Question question, absl::Time deadline, Callback callback) = 0;
};

// The check of invariant 1, apart from all transport: true if `answer` is the answer to the question with this tag and
// these bytes' digest.
bool Answers(const consent::v1::Answer& answer, uint64_t tag, const std::string& digest);

}  // namespace brobygger
