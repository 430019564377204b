// Calls to another service over mutual TLS. The server's SPIFFE name is checked in the handshake: a process with another
// certificate of the same CA never sees a byte.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runtime/config.pb.h"

namespace brobygger {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// One bidirectional stream. Threads: any. on_message is called in order, one at a time, on a gRPC thread; on_done once,
// last. on_done may destroy the BidiClient, on_message and on_writable may not.
class BidiClient {
 public:
  virtual ~BidiClient() = default;  // cancels, and waits for on_done unless it runs inside it
  // Once.
  // on_writable (optional): the queue of writes has run empty after a Write; never called from inside Write.
  virtual void Start(std::function<void(std::string message)> on_message, std::function<void(absl::Status)> on_done,
                     std::function<void()> on_writable = nullptr) = 0;
  // Queued, written one after the other. False once the stream has ended: the message will not be sent.
  virtual bool Write(std::string message) = 0;
  // Messages queued and not yet handed to the transport.
  virtual size_t queued() const = 0;
  virtual void Cancel() = 0;
};

// One channel to one service. Threads: any; destroyed on none of gRPC's (in no callback), after its BidiClients. Destroying it
// cancels the calls that are under way, and waits until all of them have been told. Reconnects by itself.
class RpcClient {
 public:
  // `tls` is our own identity (its files are checked where the process starts); insecure (loopback only): no TLS, and our own name `own_name` travels as metadata.
  static absl::StatusOr<std::unique_ptr<RpcClient>> Create(const runtime::Tls& tls, const runtime::Peer& peer, bool insecure,
                                                           std::string own_name);
  virtual ~RpcClient() = default;

  using Callback = std::function<void(absl::StatusOr<std::string> response)>;
  // `method` is "/package.Service/Method". The callback comes once, on a gRPC thread. A refusal keeps its details: ReasonOf works on it.
  virtual void Call(const std::string& method, std::string request, absl::Time deadline, const Metadata& metadata, Callback done) = 0;
  // The same, blocking.
  absl::StatusOr<std::string> CallAndWait(const std::string& method, std::string request, absl::Time deadline, const Metadata& metadata = {});
  // Not started yet; no deadline. If the service cannot be reached, on_done comes at once: nobody waits for a service that is down.
  virtual std::unique_ptr<BidiClient> Stream(const std::string& method, const Metadata& metadata = {}) = 0;
};

}  // namespace brobygger
