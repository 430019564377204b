#include "services/runtime/due.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "services/runtime/config.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr int kAtOnce = 100;

// Waits for a callback. This thread has nothing else to do, and no call waits for it.
template <class T>
T Await(const std::function<void(std::function<void(T)>)>& start) {
  struct Box {
    std::mutex mu;
    std::condition_variable cv;
    std::optional<T> value;
  };
  auto box = std::make_shared<Box>();
  start([box](T value) {
    std::lock_guard<std::mutex> lock(box->mu);
    box->value = std::move(value);
    box->cv.notify_one();
  });
  std::unique_lock<std::mutex> lock(box->mu);
  box->cv.wait(lock, [&] { return box->value.has_value(); });
  return *std::move(box->value);
}

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
    using Listed = absl::StatusOr<std::vector<std::pair<std::string, std::string>>>;
    const Listed due = Await<Listed>([&](std::function<void(Listed)> done) { s.store->Due(scope, clock_(), kAtOnce, std::move(done)); });
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
    View view(s.module->entities);
    for (int round = 0; round < kMaxRounds; ++round) {
      absl::StatusOr<Decision> decision = on_due(call, id, view);
      if (view.pending().empty()) {
        BB_RETURN_IF_ERROR(decision.status());
        return Await<absl::Status>([&](std::function<void(absl::Status)> done) {
          Store::CommitRequest commit;
          commit.view = &view;
          commit.decision = &*decision;
          commit.now = call.now;
          s.store->Commit(scope, std::move(commit), std::move(done));
        });
      }
      using Values = absl::StatusOr<std::vector<ReadValue>>;
      const std::vector<ReadKey> keys = view.pending();
      Values values = Await<Values>([&](std::function<void(Values)> done) { s.store->Read(scope, keys, std::move(done)); });
      BB_RETURN_IF_ERROR(values.status());
      for (size_t i = 0; i < keys.size(); ++i) view.Provide(keys[i], std::move((*values)[i]));
    }
    return absl::InternalError("OnDue asks for more in every round");
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
