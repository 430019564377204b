// HTTPS/1.1 on Boost.Beast: TLS 1.2 or newer, keep-alive, bounds on everything a stranger can send or hold. The only file pair that
// knows sockets; everything else sees http.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/http.h"
#include "services/runtime/telemetry.h"

namespace brobygger::gateway {

inline constexpr size_t kMaxHeader = 16 * 1024;  // request line and headers: 431
inline constexpr size_t kMaxBody = 64 * 1024;    // 413, readable by the client

class HttpsServer {
 public:
  struct Options {
    std::string listen;            // "127.0.0.1:8443", "[::]:8443"; port 0: a free one
    std::string certificate, key;  // PEM files; watched, new connections get the new ones
    absl::Duration watch = absl::Minutes(1);
    HttpHandler handler;
    Telemetry* telemetry = nullptr;
    int max_connections = 1024;  // more are closed at once
    int threads = 2;
    absl::Duration handshake = absl::Seconds(5);
    absl::Duration header = absl::Seconds(10);  // from the first byte of a request to the end of its header
    absl::Duration body = absl::Seconds(15);    // from there to the end of the body
    absl::Duration idle = absl::Seconds(60);    // between requests
    absl::Duration write = absl::Seconds(30);   // until the answer is taken
  };
  // Listens when it returns. INVALID_ARGUMENT for a bad address, certificate or key; UNAVAILABLE if the address is taken.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Start(Options options);
  // Closes everything. Whoever still owes a reply has to be done before.
  virtual ~HttpsServer() = default;

  virtual int port() const = 0;
  virtual int connections() const = 0;
  // No new connections; idle ones are closed, running requests have `patience` and answer with Connection: close. Blocks.
  // Afterwards no handler is called any more, and replies that still come are dropped.
  virtual void Drain(absl::Duration patience) = 0;
};

}  // namespace brobygger::gateway
