// One process: everything a service needs, put together from a ServiceConfig and a ServiceSpec.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runtime/clock.h"
#include "services/runtime/config.h"
#include "services/runtime/crypto.h"
#include "services/runtime/dispatch.h"
#include "services/runtime/redis.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/spec.h"
#include "services/runtime/store.h"
#include "services/runtime/telemetry.h"
#include "services/runtime/token.h"

namespace brobygger {

// Accessors: any thread, after Create. Owned objects live as long as the Runtime.
class Runtime {
 public:
  // Connects to Redis and checks its durability and function library; reads keys, certificates and the directory. Every
  // refusal is one line that names what is wrong. Does not listen yet.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(runtime::ServiceConfig config, ServiceSpec spec, Clock clock = SystemClock());
  virtual ~Runtime() = default;  // stops serving first

  virtual const runtime::ServiceConfig& config() const = 0;
  virtual const ServiceSpec& spec() const = 0;
  virtual const Directory& directory() const = 0;
  virtual TokenVerifier& tokens() = 0;
  virtual Telemetry& telemetry() = 0;
  virtual Dispatcher& dispatcher() = 0;
  virtual Redis* records() = 0;  // null if not configured
  virtual Redis* trust() = 0;    // null if not configured
  // One more connection to the trust store, checked as the first: for what must not wait behind others.
  virtual absl::StatusOr<std::unique_ptr<Redis>> ConnectTrust() = 0;
  virtual Store* StoreOf(const Module& module) = 0;  // null for Scope::kNone
  virtual const crypto::StatementVerifier* statements() const = 0;
  virtual const Clock& clock() const = 0;
  virtual const crypto::Key& service_key() const = 0;
  virtual const crypto::Key* trust_key() const = 0;  // null unless a module is of the trust scope
  // The channel to the consent service; null if not configured. Made at the first call.
  virtual RpcClient* consent() = 0;
  // Counts alarm_<what> and logs it as CRITICAL; `what` is a fixed word. Any thread; usable by everything that is kept.
  virtual std::function<void(const char* what)> Alarm() = 0;
  // Keeps an object alive until serving has stopped: what `extend` made.
  virtual void Keep(std::shared_ptr<void> object) = 0;

  // Listens. FAILED_PRECONDITION if a method is served by nobody.
  virtual absl::Status Start() = 0;
  virtual int port() const = 0;
  virtual int health_port() const = 0;
  // Not serving any more when it returns.
  virtual void Drain(absl::Duration patience) = 0;
};

}  // namespace brobygger
