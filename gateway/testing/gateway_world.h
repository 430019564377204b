// A gateway with everything around it, for tests: a CA, Redis, an issuer's keys, a token end point, and a gRPC server in the place
// of a service, which answers what the test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "gateway/gateway.h"
#include "gateway/testing/tls_client.h"
#include "services/runtime/rpc_server.h"
#include "services/runtime/testing/world.h"

struct event_base;
struct evhttp;

namespace brobygger::gateway::testing {

// POST /token of an OpenID provider on loopback. The handler gets the form and the Authorization header under "".
class TokenEndpoint {
 public:
  using Form = std::map<std::string, std::string>;
  using Handler = std::function<std::pair<int, std::string>(const Form&)>;
  TokenEndpoint();
  ~TokenEndpoint();
  void Set(Handler handler);
  std::string url() const;

 private:
  event_base* base_;
  evhttp* http_;
  int port_ = 0;
  std::mutex mu_;
  Handler handler_;
  std::thread thread_;
};

class GatewayWorld {
 public:
  static constexpr char kOrigin[] = "https://localhost:8443";
  static constexpr char kAttest[] = "/brobygger.consent.v1.PresenceService/AttestPresence";

  GatewayWorld();
  ~GatewayWorld();
  GatewayConfig Config() const;
  void Start(const GatewayConfig& config);
  void Start() { Start(Config()); }
  Answer Ask(const std::string& request) { return testing::Ask(gateway->port(), request); }

  // What the service answers; the default echoes an empty response.
  void OnCall(RawMethod handler);
  // The token end point's answer: tokens of this person, the ID token with this nonce.
  std::string Tokens(const ::brobygger::testing::TokenIssuer::Claims& access, const std::string& nonce, const std::string& refresh = "") const;

  ::brobygger::testing::World world;
  TokenEndpoint provider;
  std::unique_ptr<Telemetry> telemetry = Telemetry::Create("test");
  std::unique_ptr<RpcServer> service;
  std::unique_ptr<Gateway> gateway;

 private:
  runtime::ServiceConfig service_config_;
  std::mutex mu_;
  RawMethod on_call_;
};

}  // namespace brobygger::gateway::testing
