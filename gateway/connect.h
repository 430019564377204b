// The Connect protocol, unary: POST /<package.Service>/<Method> with application/json or application/proto.
//
// Who calls is either a machine with its own `Authorization: Bearer` header, or a browser with a session. The token goes to the
// service as it is: the service verifies it. Nothing else of the HTTP request becomes gRPC metadata but `traceparent`, and
// no metadata of the answer becomes an HTTP header.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/contracts.h"
#include "gateway/http.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/telemetry.h"

namespace brobygger::gateway {

// What a call is made with.
struct Credential {
  std::string token;         // access token of the caller
  std::string second_token;  // of the second person, only if it was asked for
  // Forgets the second person, then calls back; set with second_token. A second person signs in for one statement: called when
  // the statement has been made, not when it was refused.
  std::function<void(std::function<void()> done)> forget_second = nullptr;
};
// Finds the credential of a browser's request: session, CSRF token and Origin checked. `second`: the second person's, too.
// Calls back once, on any thread. UNAUTHENTICATED, PERMISSION_DENIED (CSRF), FAILED_PRECONDITION SECOND_PERSON_MISSING, UNAVAILABLE.
using SessionCredential = std::function<void(const HttpRequest&, bool second, std::function<void(absl::StatusOr<Credential>)>)>;

// The header with which a browser asks that the second signed-in person's token be put into AttestPresence's second_token.
inline constexpr char kSecondPersonHeader[] = "x-second-person";

// Threads: any.
class ConnectGateway {
 public:
  // `clients` by package. All outlive the gateway.
  ConnectGateway(const Contracts* contracts, std::map<std::string, RpcClient*> clients, SessionCredential session, Telemetry* telemetry);
  ~ConnectGateway();

  // True for a path of the form "/a.b.C/M".
  static bool IsConnectPath(absl::string_view path);
  void Handle(HttpRequest request, HttpReply reply);

 private:
  struct Call;
  void Forward(std::shared_ptr<Call> call, absl::StatusOr<Credential> credential);
  void Finish(const std::shared_ptr<Call>& call, absl::StatusOr<std::string> wire);

  const Contracts* contracts_;
  const std::map<std::string, RpcClient*> clients_;
  const SessionCredential session_;
  Telemetry* telemetry_;
};

// "<n>" of Connect-Timeout-Ms: the default for "", at most the longest deadline; INVALID_ARGUMENT for anything but 1 to 10 digits.
absl::StatusOr<absl::Duration> ConnectTimeout(absl::string_view header);

}  // namespace brobygger::gateway
