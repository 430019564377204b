// The gateway, put together from its configuration.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/config.pb.h"

namespace brobygger::gateway {

class Gateway {
 public:
  // Serves when it returns. Every refusal is one line that names what is wrong. The services and the provider need not be up;
  // Redis has to be.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(const GatewayConfig& config);
  virtual ~Gateway() = default;  // drains without patience

  virtual int port() const = 0;
  virtual int health_port() const = 0;  // 0 if there is none
  // Health says 503 and no new connections are taken; running requests have `patience`. Blocks.
  virtual void Drain(absl::Duration patience) = 0;
};

}  // namespace brobygger::gateway
