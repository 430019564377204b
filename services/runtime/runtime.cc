#include "services/runtime/runtime.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "services/runtime/drain.h"
#include "services/runtime/due.h"
#include "services/runtime/replay.h"
#include "services/runtime/rpc_server.h"
#include "services/runtime/status.h"
#include "services/runtime/tls.h"

namespace brobygger {
namespace {

constexpr absl::Duration kDueEvery = absl::Seconds(5);

// A refusal to start says where it comes from.
absl::Status At(absl::string_view place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

class Process : public Runtime {
 public:
  Process(runtime::ServiceConfig config, ServiceSpec spec, Clock clock) : config_(std::move(config)), spec_(std::move(spec)), clock_(std::move(clock)) {}
  ~Process() override {
    Drain(absl::ZeroDuration());
    drain_.reset();
    if (journal_ != nullptr) journal_->Stop();  // it tells the stores what it has written
  }

  absl::Status Prepare() {
    telemetry_ = Telemetry::Create(spec_.name);
    google::protobuf::SetLogHandler(nullptr);  // it would write about malformed requests in plain text
    if (!config_.insecure_loopback()) {
      BB_ASSIGN_OR_RETURN(const std::string name, CheckTlsFiles(config_.tls()));
      if (name != spec_.name) {
        return absl::InvalidArgumentError(absl::StrCat(config_.tls().certificate(), ": is the certificate of ", name, ", want ", spec_.name));
      }
    }
    BB_ASSIGN_OR_RETURN(Directory directory, Directory::Load(config_.directory()));
    directory_ = std::make_unique<Directory>(std::move(directory));
    served_ = directory_->AgenciesServedBy(spec_.name);
    BB_ASSIGN_OR_RETURN(tokens_, TokenVerifier::Create(config_.tokens()));
    BB_RETURN_IF_ERROR(ReadKeys());
    BB_RETURN_IF_ERROR(ConnectStores());

    Dispatcher::Wiring wiring;
    wiring.service = spec_.name;
    wiring.directory = directory_.get();
    wiring.tokens = tokens_.get();
    wiring.statements = statements();
    wiring.service_key = &service_key_;
    wiring.telemetry = telemetry_.get();
    wiring.clock = clock_;
    wiring.slow_threads = config_.slow_threads();
    dispatcher_ = Dispatcher::Create(std::move(wiring));
    for (const Module& module : spec_.modules) dispatcher_->AddModule(module, StoreOf(module));
    return absl::OkStatus();
  }

  const runtime::ServiceConfig& config() const override { return config_; }
  const ServiceSpec& spec() const override { return spec_; }
  const Directory& directory() const override { return *directory_; }
  TokenVerifier& tokens() override { return *tokens_; }
  Telemetry& telemetry() override { return *telemetry_; }
  Dispatcher& dispatcher() override { return *dispatcher_; }
  Redis* records() override { return records_.get(); }
  Redis* trust() override { return trust_.get(); }
  absl::StatusOr<std::unique_ptr<Redis>> ConnectTrust() override { return ConnectOne("trust", config_.trust()); }
  Store* StoreOf(const Module& module) override {
    auto it = stores_.find(module.service);
    return it == stores_.end() ? nullptr : it->second.get();
  }
  const crypto::StatementVerifier* statements() const override { return statements_.has_value() ? &*statements_ : nullptr; }
  const Clock& clock() const override { return clock_; }
  const crypto::Key& service_key() const override { return service_key_; }
  const crypto::Key* trust_key() const override { return trust_key_.empty() ? nullptr : &trust_key_; }
  RpcClient* consent() override {
    std::lock_guard<std::mutex> lock(consent_mu_);
    if (consent_ == nullptr && config_.has_consent()) {
      auto client = RpcClient::Create(config_.tls(), config_.consent(), config_.insecure_loopback(), spec_.name);
      if (client.ok()) consent_ = *std::move(client);
    }
    return consent_.get();
  }
  std::function<void(const char*)> Alarm() override {
    return [telemetry = telemetry_.get()](const char* what) {
      telemetry->Count(absl::StrCat("alarm_", what));
      telemetry->Log("CRITICAL", what);
    };
  }
  void Keep(std::shared_ptr<void> object) override { kept_.push_back(std::move(object)); }

  absl::Status Start() override {
    BB_RETURN_IF_ERROR(dispatcher_->CheckComplete());
    BB_RETURN_IF_ERROR(CheckJournal());
    if (!config_.metrics_listen().empty()) BB_RETURN_IF_ERROR(telemetry_->Expose(config_.metrics_listen()));
    RpcServer::Options options;
    options.config = &config_;
    for (const Module& module : spec_.modules) options.services.push_back(module.service);
    options.on_call = [this](Incoming in) { dispatcher_->Handle(std::move(in)); };
    options.on_stream = [this](IncomingStream stream) { return dispatcher_->Open(std::move(stream)); };
    options.telemetry = telemetry_.get();
    BB_ASSIGN_OR_RETURN(server_, RpcServer::Start(std::move(options)));
    StartDue();
    telemetry_->Log("INFO", "serving", {{"listen", config_.listen()}});
    return absl::OkStatus();
  }
  int port() const override { return server_ == nullptr ? 0 : server_->port(); }
  int health_port() const override { return server_ == nullptr ? 0 : server_->health_port(); }

  void Drain(absl::Duration patience) override {
    if (server_ == nullptr) return;
    telemetry_->Log("INFO", "draining");
    due_.reset();
    server_->Drain(patience);
    server_.reset();
    telemetry_->Log("INFO", "stopped");
  }

 private:
  bool Has(Module::Scope scope) const {
    for (const Module& m : spec_.modules) {
      if (m.scope == scope) return true;
    }
    return false;
  }

  absl::Status ReadKeys() {
    BB_ASSIGN_OR_RETURN(service_key_, crypto::ReadKeyFile(absl::StrCat(config_.keys_dir(), "/service.key")));
    if (Has(Module::Scope::kTrust)) {
      BB_ASSIGN_OR_RETURN(trust_key_, crypto::ReadKeyFile(absl::StrCat(config_.keys_dir(), "/trust.key")));
      BB_RETURN_IF_ERROR(trust_ring_.AddFrom(config_.keys_dir(), Store::kTrustSlug, trust_key_));
    }
    if (Has(Module::Scope::kOwnAgency)) {
      for (const AgencyId& agency : served_) {
        const std::string slug(SlugOf(agency));
        BB_ASSIGN_OR_RETURN(const crypto::Key key, crypto::ReadKeyFile(absl::StrCat(config_.keys_dir(), "/", slug, ".key")));
        BB_RETURN_IF_ERROR(agency_ring_.AddFrom(config_.keys_dir(), slug, key));
      }
    }
    if (!config_.statement_public_key().empty()) {
      BB_ASSIGN_OR_RETURN(statements_, crypto::StatementVerifier::FromPemFile(config_.statement_public_key()));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Redis>> ConnectOne(const char* name, const runtime::Redis& config) {
    auto redis = Redis::Connect(config);
    if (!redis.ok()) return At(name, redis.status());
    if (absl::Status s = (*redis)->CheckDurability(); !s.ok()) return At(name, s);
    return redis;
  }

  absl::Status ConnectStores() {
    if (Has(Module::Scope::kOwnAgency) && !config_.has_records()) return absl::InvalidArgumentError("records: is required by this service");
    if (Has(Module::Scope::kTrust) && !config_.has_trust()) return absl::InvalidArgumentError("trust: is required by this service");
    if (config_.has_records()) {
      BB_ASSIGN_OR_RETURN(records_, ConnectOne("records", config_.records()));
    }
    if (config_.has_trust()) {
      BB_ASSIGN_OR_RETURN(trust_, ConnectTrust());
    }
    if (!config_.journal_dir().empty()) {
      BB_ASSIGN_OR_RETURN(journal_, Journal::Open(config_.journal_dir(), spec_.name, Alarm()));
    }
    for (const Module& module : spec_.modules) {
      if (module.scope == Module::Scope::kNone) continue;
      const bool trust = module.scope == Module::Scope::kTrust;
      auto store = std::make_unique<Store>(trust ? trust_.get() : records_.get(), module.prefix, module.entities, trust ? trust_ring_ : agency_ring_);
      if (absl::Status s = store->CheckLibrary(); !s.ok()) return At(trust ? "trust" : "records", s);
      if (journal_ != nullptr) store->KeepJournal(journal_.get());
      stores_[module.service] = std::move(store);
    }
    return absl::OkStatus();
  }

  // Modules over the same keys share their journal.
  absl::Status CheckJournal() {
    if (journal_ == nullptr) {
      if (stores_.empty()) return absl::OkStatus();
      if (!config_.no_journal()) {
        return absl::InvalidArgumentError("journal_dir: is required by a service with a store: without it an old copy of the store brings back what was taken away");
      }
      telemetry_->Log("WARNING", "no_journal");
      return absl::OkStatus();
    }
    std::map<std::string, ReplayScope> scopes;
    const auto add = [&](const Module& module, Store* store, const std::string& slug, const AgencyId& agency) {
      ReplayScope& s = scopes[store->JournalBase({slug})];
      s.scope = {slug};
      s.agency = agency;
      s.store = store;
      s.modules.push_back(&module);
    };
    for (const Module& module : spec_.modules) {
      Store* const store = StoreOf(module);
      if (store == nullptr) continue;
      if (module.scope == Module::Scope::kTrust) add(module, store, Store::kTrustSlug, AgencyId());
      else for (const AgencyId& agency : served_) add(module, store, std::string(SlugOf(agency)), agency);
    }
    std::vector<ReplayScope> all;
    for (auto& [base, scope] : scopes) all.push_back(std::move(scope));
    BB_RETURN_IF_ERROR(ReplayJournal(*journal_, all, clock_(), telemetry_.get(), Alarm()));
    JournalDrain::Options options;
    // At once, without draining: every answer would come from a store that gives back what was taken away.
    options.restored = [] { std::_Exit(1); };
    options.waiting = [this](std::size_t lines) { telemetry_->Gauge("journal_waiting_lines", static_cast<double>(lines)); };
    drain_ = JournalDrain::Start(journal_.get(), std::move(all), Alarm(), std::move(options));
    return absl::OkStatus();
  }

  void StartDue() {
    std::vector<DueTimer::Served> served;
    for (const Module& module : spec_.modules) {
      if (module.on_due.empty()) continue;
      served.push_back({&module, StoreOf(module), module.scope == Module::Scope::kTrust ? std::vector<AgencyId>() : served_});
    }
    if (!served.empty()) due_ = DueTimer::Start(std::move(served), clock_, kDueEvery, telemetry_.get());
  }

  // Destroyed from the last to the first: what serves before what is served.
  const runtime::ServiceConfig config_;
  const ServiceSpec spec_;
  const Clock clock_;
  std::unique_ptr<Telemetry> telemetry_;
  std::unique_ptr<Directory> directory_;
  std::vector<AgencyId> served_;
  std::unique_ptr<TokenVerifier> tokens_;
  crypto::Key service_key_, trust_key_;
  KeyRing trust_ring_, agency_ring_;
  std::optional<crypto::StatementVerifier> statements_;
  std::map<const google::protobuf::ServiceDescriptor*, std::unique_ptr<Store>> stores_;  // outlives the callbacks of its Redis
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Redis> records_, trust_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::mutex consent_mu_;
  std::unique_ptr<RpcClient> consent_;
  std::vector<std::shared_ptr<void>> kept_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<DueTimer> due_;
  std::unique_ptr<JournalDrain> drain_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(runtime::ServiceConfig config, ServiceSpec spec, Clock clock) {
  auto process = std::make_unique<Process>(std::move(config), std::move(spec), std::move(clock));
  BB_RETURN_IF_ERROR(process->Prepare());
  return std::unique_ptr<Runtime>(std::move(process));
}

}  // namespace brobygger
