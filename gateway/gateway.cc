#include "gateway/gateway.h"

#include <atomic>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/connect.h"
#include "gateway/connect_error.h"
#include "gateway/contracts.h"
#include "gateway/health_server.h"
#include "gateway/http_text.h"
#include "gateway/https_server.h"
#include "gateway/login.h"
#include "gateway/oidc_provider.h"
#include "gateway/session_store.h"
#include "gateway/sessions.h"
#include "gateway/static_files.h"
#include "services/runtime/config.h"
#include "services/runtime/redis.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/status.h"
#include "services/runtime/telemetry.h"

namespace brobygger::gateway {
namespace {

constexpr char kOwnName[] = "gateway";
constexpr absl::Duration kLongestCall = absl::Seconds(45);  // deadline of a call, refresh of a token, and some

// What everybody may know about the agencies: names, where to go and whom to call. Practitioners stay out.
std::string AgenciesJson(const Directory& directory) {
  std::string json = "{\"agencies\":[";
  bool first = true;
  for (const runtime::Agency& a : directory.all().agencies()) {
    absl::StrAppend(&json, first ? "" : ",", "{\"name\":", JsonString(a.name()), ",\"displayNameDa\":", JsonString(a.display_name_da()),
                    ",\"displayNameEn\":", JsonString(a.display_name_en()), ",\"kind\":", JsonString(type::v1::AgencyKind_Name(a.kind())),
                    ",\"contactDa\":", JsonString(a.contact_da()), ",\"contactEn\":", JsonString(a.contact_en()), ",\"place\":",
                    JsonString(a.place()), ",\"phone\":", JsonString(a.phone()), ",\"doors\":[");
    for (int i = 0; i < a.doors_size(); ++i) absl::StrAppend(&json, i == 0 ? "" : ",", JsonString(a.doors(i).service()));
    absl::StrAppend(&json, "]}");
    first = false;
  }
  return absl::StrCat(json, "],\"dataProtectionDa\":", JsonString(directory.all().data_protection_da()), ",\"dataProtectionEn\":",
                      JsonString(directory.all().data_protection_en()), "}");
}

class Running : public Gateway {
 public:
  ~Running() override {
    if (server_ != nullptr) Drain(absl::ZeroDuration());
  }

  absl::Status Start(const GatewayConfig& config) {
    telemetry_ = Telemetry::Create(kOwnName);
    BB_ASSIGN_OR_RETURN(contracts_, Contracts::Load(config.descriptors()));
    if (!config.web_root().empty()) {
      BB_ASSIGN_OR_RETURN(files_, StaticFiles::Load(config.web_root()));
    }
    if (!config.directory().empty()) {
      BB_ASSIGN_OR_RETURN(Directory directory, Directory::Load(config.directory()));
      directory_ = std::make_unique<Directory>(std::move(directory));
      agencies_ = AgenciesJson(*directory_);
    }
    BB_RETURN_IF_ERROR(MakeRoutes(config));
    SessionCredential credential;
    if (config.has_oidc()) {
      BB_RETURN_IF_ERROR(MakeSessions(config));
      credential = [this](const HttpRequest& request, bool second, std::function<void(absl::StatusOr<Credential>)> done) {
        sessions_->CredentialOf(request, second, std::move(done));
      };
    }
    connect_ = std::make_unique<ConnectGateway>(contracts_.get(), by_package_, std::move(credential), telemetry_.get());

    if (!config.metrics_listen().empty()) BB_RETURN_IF_ERROR(telemetry_->Expose(config.metrics_listen()));
    HttpsServer::Options options;
    options.listen = config.listen();
    options.certificate = config.https_certificate();
    options.key = config.https_key();
    options.telemetry = telemetry_.get();
    options.handler = [this](HttpRequest request, HttpReply reply) { Handle(std::move(request), std::move(reply)); };
    const Limits& l = config.limits();
    if (l.connections() > 0) options.max_connections = l.connections();
    if (l.threads() > 0) options.threads = l.threads();
    const auto limit = [](int ms, absl::Duration* d) { if (ms > 0) *d = absl::Milliseconds(ms); };
    limit(l.handshake_ms(), &options.handshake);
    limit(l.header_ms(), &options.header);
    limit(l.body_ms(), &options.body);
    limit(l.idle_ms(), &options.idle);
    limit(l.write_ms(), &options.write);
    BB_ASSIGN_OR_RETURN(server_, HttpsServer::Start(std::move(options)));
    serving_ = true;
    if (!config.health_listen().empty()) {
      BB_ASSIGN_OR_RETURN(health_, HealthServer::Start(config.health_listen(), &serving_));
    }
    telemetry_->Log("INFO", "serving", {{"methods", absl::StrCat(contracts_->methods().size())}, {"files", absl::StrCat(files_.size())}});
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }
  int health_port() const override { return health_ == nullptr ? 0 : health_->port(); }

  void Drain(absl::Duration patience) override {
    if (!serving_.exchange(false)) return;
    telemetry_->Log("INFO", "draining");
    server_->Drain(patience);
    // What has been handed on answers into nothing, but it still uses what we are about to destroy. Every part has its own limit.
    const absl::Time until = absl::Now() + kLongestCall;
    while (running_ > 0 && absl::Now() < until) absl::SleepFor(absl::Milliseconds(5));
    telemetry_->Log("INFO", "drained");
  }

 private:
  absl::Status MakeRoutes(const GatewayConfig& config) {
    std::map<std::string, RpcClient*> by_peer;
    for (const Route& route : config.routes()) {
      if (contracts_->packages().count(route.package()) == 0) {
        return absl::InvalidArgumentError(absl::StrCat("routes: no open method in package ", route.package()));
      }
      RpcClient*& client = by_peer[absl::StrCat(route.service().target(), " ", route.service().name())];
      if (client == nullptr) {
        BB_ASSIGN_OR_RETURN(std::unique_ptr<RpcClient> made,
                            RpcClient::Create(config.tls(), route.service(), config.insecure_loopback(), kOwnName));
        client = made.get();
        clients_.push_back(std::move(made));
      }
      by_package_[route.package()] = client;
    }
    for (const std::string& package : contracts_->packages()) {
      if (by_package_.count(package) == 0) telemetry_->Log("WARNING", "package without route", {{"package", package}});
    }
    return absl::OkStatus();
  }

  absl::Status MakeSessions(const GatewayConfig& config) {
    BB_ASSIGN_OR_RETURN(crypto::Key key, crypto::ReadKeyFile(config.session_key()));
    BB_ASSIGN_OR_RETURN(oidc_, OidcProvider::Create(config.oidc(), config.public_origin()));
    BB_ASSIGN_OR_RETURN(redis_, Redis::Connect(config.sessions()));
    store_ = std::make_unique<SessionStore>(redis_.get(), SessionSeal(std::move(key)), SystemClock());
    sessions_ = std::make_unique<Sessions>(store_.get(), oidc_.get(), config.public_origin(), telemetry_.get());
    login_ = std::make_unique<Login>(store_.get(), oidc_.get(), directory_.get(), config.public_origin(), telemetry_.get());
    return absl::OkStatus();
  }

  void Handle(HttpRequest request, HttpReply reply) {
    ++running_;
    HttpReply counted = [this, reply = std::move(reply)](HttpResponse response) {
      telemetry_->Count(absl::StrCat("gateway_responses_", response.status / 100, "xx"));
      reply(std::move(response));
      --running_;
    };
    if (ConnectGateway::IsConnectPath(request.path)) return connect_->Handle(std::move(request), std::move(counted));
    if (login_ != nullptr && Login::IsLoginPath(request.path)) return login_->Handle(request, std::move(counted));
    if (Login::IsLoginPath(request.path)) return counted(Respond(404, "text/plain; charset=utf-8", "sign-in is not configured\n"));
    if (request.path == "/agencies" && directory_ != nullptr && request.method == "GET") return counted(Respond(200, "application/json", agencies_));
    counted(files_.Answer(request));
  }

  // In the order in which they need each other: the last is destroyed first.
  std::unique_ptr<Telemetry> telemetry_;
  std::unique_ptr<HttpsServer> server_;  // stopped by Drain; outlives whoever still replies
  std::unique_ptr<Contracts> contracts_;
  StaticFiles files_;
  std::unique_ptr<Directory> directory_;
  std::string agencies_;
  std::vector<std::unique_ptr<RpcClient>> clients_;
  std::map<std::string, RpcClient*> by_package_;
  std::unique_ptr<Redis> redis_;
  std::unique_ptr<SessionStore> store_;
  std::unique_ptr<OidcProvider> oidc_;
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<Login> login_;
  std::unique_ptr<ConnectGateway> connect_;
  std::atomic<bool> serving_{false};
  std::atomic<int> running_{0};
  std::unique_ptr<HealthServer> health_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(const GatewayConfig& config) {
  auto gateway = std::make_unique<Running>();
  if (absl::Status s = gateway->Start(config); !s.ok()) return s;
  return std::unique_ptr<Gateway>(std::move(gateway));
}

}  // namespace brobygger::gateway
