// GET /healthz over plain HTTP on its own port, for probes that speak no TLS. No other path, no data.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace brobygger::gateway {

class HealthServer {
 public:
  // 200 "ok" while `*serving`, 503 "draining" otherwise. Listens when it returns; UNAVAILABLE if the address is taken.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const std::string& listen, const std::atomic<bool>* serving);
  virtual ~HealthServer() = default;
  virtual int port() const = 0;
};

}  // namespace brobygger::gateway
