#include "gateway/testing/gateway_world.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "brobygger/consent/v1/presence.pb.h"
#include "gateway/http_text.h"
#include "services/runtime/crypto.h"

namespace brobygger::gateway::testing {
namespace {

constexpr char kDirectory[] = R"(
  agencies { name: "agencies/perron-4" display_name_da: "Perron 4" display_name_en: "Platform 4" kind: AGENCY_KIND_DROP_IN_CENTRE
             contact_da: "personalet i Perron 4" place: "Jernbanegade 4D" phone: "00 00 00 01" }
  agencies { name: "agencies/housing" display_name_da: "Boligenheden" display_name_en: "Housing unit" kind: AGENCY_KIND_HOUSING_UNIT
             doors { service: "brobygger.housing.v1.HousingService" peer: "housing" } }
  data_protection_da: "Ring 00 00 00 99."
  practitioners { person: "staff-secret" agency: "agencies/housing" roles: ROLE_HOUSING_ADVISER }
)";

void Die(const absl::Status& s) {
  std::cerr << s << std::endl;
  std::abort();
}

}  // namespace

TokenEndpoint::TokenEndpoint() {
  evthread_use_pthreads();
  base_ = event_base_new();
  http_ = evhttp_new(base_);
  evhttp_set_gencb(
      http_,
      [](evhttp_request* request, void* self) {
        evbuffer* in = evhttp_request_get_input_buffer(request);
        std::string body(evbuffer_get_length(in), '\0');
        evbuffer_remove(in, body.data(), body.size());
        Form form = ParseQuery(body).value_or(Form());
        if (const char* auth = evhttp_find_header(evhttp_request_get_input_headers(request), "Authorization")) form[""] = auth;
        auto* me = static_cast<TokenEndpoint*>(self);
        std::pair<int, std::string> answer = {500, ""};
        {
          std::lock_guard<std::mutex> lock(me->mu_);
          if (me->handler_) answer = me->handler_(form);
        }
        evbuffer_add(evhttp_request_get_output_buffer(request), answer.second.data(), answer.second.size());
        evhttp_send_reply(request, answer.first, nullptr, nullptr);
      },
      this);
  evhttp_bound_socket* bound = evhttp_bind_socket_with_handle(http_, "127.0.0.1", 0);
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { event_base_dispatch(base_); });
}

TokenEndpoint::~TokenEndpoint() {
  event_base_loopbreak(base_);
  thread_.join();
  evhttp_free(http_);
  event_base_free(base_);
}

void TokenEndpoint::Set(Handler handler) {
  std::lock_guard<std::mutex> lock(mu_);
  handler_ = std::move(handler);
}

std::string TokenEndpoint::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/token"); }

GatewayWorld::GatewayWorld() : world(kDirectory) {
  OnCall([](Incoming in) { in.reply(absl::OkStatus(), ""); });
  service_config_ = world.Config("consent");
  RpcServer::Options options;
  options.config = &service_config_;
  options.services = {consent::v1::AttestPresenceRequest::descriptor()->file()->FindServiceByName("PresenceService")};
  options.on_call = [this](Incoming in) {
    RawMethod handler;
    {
      std::lock_guard<std::mutex> lock(mu_);
      handler = on_call_;
    }
    handler(std::move(in));
  };
  options.telemetry = telemetry.get();
  auto started = RpcServer::Start(std::move(options));
  if (!started.ok()) Die(started.status());
  service = *std::move(started);
}

GatewayWorld::~GatewayWorld() {
  gateway.reset();
  service.reset();
}

void GatewayWorld::OnCall(RawMethod handler) {
  std::lock_guard<std::mutex> lock(mu_);
  on_call_ = std::move(handler);
}

GatewayConfig GatewayWorld::Config() const {
  GatewayConfig c;
  const runtime::Tls https = world.pki.Issue("https");
  c.set_listen("127.0.0.1:0");
  c.set_health_listen("127.0.0.1:0");
  c.set_public_origin(kOrigin);
  c.set_https_certificate(https.certificate());
  c.set_https_key(https.key());
  c.set_descriptors(BROBYGGER_DESCRIPTORS);
  *c.mutable_tls() = world.pki.Issue("gateway");
  Route* route = c.add_routes();
  route->set_package("brobygger.consent.v1");
  route->mutable_service()->set_target(absl::StrCat("localhost:", service->port()));
  route->mutable_service()->set_name("consent");
  world.dir.File("web/index.html", "<!doctype html><title>Brobygger</title>");
  c.set_web_root(world.dir.path() + "/web");
  c.set_directory(world.dir.path() + "/directory.txtpb");
  Oidc* oidc = c.mutable_oidc();
  const runtime::Tokens tokens = world.issuer.config();
  oidc->set_issuer(tokens.issuer());
  oidc->set_jwks_uri(tokens.jwks_uri());
  oidc->set_audience(tokens.audience());
  oidc->set_authorization_endpoint("https://login.test/auth");
  oidc->set_end_session_endpoint("https://login.test/end");
  oidc->set_token_endpoint(provider.url());
  oidc->set_client_file(world.dir.File("client", "gateway-client\ns3cret/+\n"));
  Parameter* p = oidc->add_citizen();
  p->set_name("acr_values");
  p->set_value("citizen");
  *c.mutable_sessions() = world.redis.config();
  c.set_session_key(world.dir.File("session.key", std::string(64, 'a')));
  return c;
}

void GatewayWorld::Start(const GatewayConfig& config) {
  auto started = Gateway::Start(config);
  if (!started.ok()) Die(started.status());
  gateway = *std::move(started);
}

std::string GatewayWorld::Tokens(const ::brobygger::testing::TokenIssuer::Claims& access, const std::string& nonce, const std::string& refresh) const {
  ::brobygger::testing::TokenIssuer::Claims id = access;
  id.audience = "gateway-client";
  id.extra = absl::StrCat("\"nonce\":\"", nonce, "\"");
  return absl::StrCat("{\"token_type\":\"Bearer\",\"access_token\":\"", world.issuer.Token(access), "\",\"id_token\":\"", world.issuer.Token(id), "\"",
                      refresh.empty() ? "" : absl::StrCat(",\"refresh_token\":\"", refresh, "\""), "}");
}

}  // namespace brobygger::gateway::testing
