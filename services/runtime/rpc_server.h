// The gRPC server: mutual TLS, limits, health, reflection, drain. Assembled from descriptors; knows no service.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/incoming.h"
#include "services/runtime/telemetry.h"

namespace brobygger {

// Longest deadline a unary call may have; one without, or with a longer one, is refused (DEADLINE_REQUIRED).
inline constexpr absl::Duration kMaxDeadline = absl::Seconds(30);

class RpcServer {
 public:
  struct Options {
    const runtime::ServiceConfig* config = nullptr;
    std::vector<const google::protobuf::ServiceDescriptor*> services;
    RawMethod on_call;      // every unary call with an authenticated peer, on a gRPC thread
    RawStream on_stream;    // every bidirectional stream
    Telemetry* telemetry = nullptr;
  };
  // Listens when it returns. INVALID_ARGUMENT for an unreadable certificate or key, UNAVAILABLE if the address is taken.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(Options options);
  virtual ~RpcServer() = default;  // drains without patience

  virtual int port() const = 0;         // of `listen`
  virtual int health_port() const = 0;  // 0 if there is none
  // Health says NOT_SERVING, new calls are refused, running ones have `patience`; then everything is cancelled. Blocks.
  virtual void Drain(absl::Duration patience) = 0;
};

}  // namespace brobygger
