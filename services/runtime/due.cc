#include "services/runtime/due.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "services/runtime/config.h"
#include "services/runtime/crypto.h"
#include "services/runtime/decide_alone.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr int kAtOnce = 100;

class Timer : public DueTimer {
 public:
  Timer(std::vector<Served> served, Clock clock, absl::Duration every, Telemetry* telemetry)
      : served_(std::move(served)), clock_(std::move(clock)), every_(every), telemetry_(telemetry), thread_([this] { Loop(); }) {}
  ~Timer() override {
    {
      std::lock_guard<std::mutex> lock(mu_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void Loop() {
    while (true) {
      for (const Served& s : served_) {
        if (s.module->scope == Module::Scope::kTrust) Poll(s, AgencyId());
        for (const AgencyId& agency : s.agencies) Poll(s, agency);
      }
      std::unique_lock<std::mutex> lock(mu_);
      if (wake_.wait_for(lock, absl::ToChronoNanoseconds(every_), [this] { return stopping_; })) return;
    }
  }

  bool Stopping() {
    std::lock_guard<std::mutex> lock(mu_);
    return stopping_;
  }

  void Poll(const Served& s, const AgencyId& agency) {
    const Store::Scope scope{agency.empty() ? std::string(Store::kTrustSlug) : std::string(SlugOf(agency))};
    const auto due = DueNow(s.store, scope, clock_(), kAtOnce);
    if (!due.ok()) return;  // the store's own metrics tell; the next poll tries again
    for (const auto& [kind, id] : *due) {
      if (Stopping()) return;
      auto handler = s.module->on_due.find(kind);
      if (handler == s.module->on_due.end()) continue;
      const absl::Status status = Once(s, scope, agency, handler->second, id);
      if (status.ok()) {
        telemetry_->Count("due");
      } else if (status.code() != absl::StatusCode::kAborted) {  // ABORTED: another replica was faster
        telemetry_->Log("ERROR", "due_failed", {{"kind", kind}, {"reason", ReasonOf(status)}});
      }
    }
  }

  absl::Status Once(const Served& s, const Store::Scope& scope, const AgencyId& agency, const OnDue& on_due, const std::string& id) {
    Call call;
    call.method = "OnDue";
    call.agency = agency;
    call.now = clock_();
    call.seed = crypto::Random(32);
    return DecideAlone(s.store, scope, s.module->entities, call, [&](const Call& c, View& view) { return on_due(c, id, view); });
  }

  const std::vector<Served> served_;
  const Clock clock_;
  const absl::Duration every_;
  Telemetry* const telemetry_;
  std::mutex mu_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace

std::unique_ptr<DueTimer> DueTimer::Start(std::vector<Served> served, Clock clock, absl::Duration every, Telemetry* telemetry) {
  return std::make_unique<Timer>(std::move(served), std::move(clock), every, telemetry);
}

}  // namespace brobygger
