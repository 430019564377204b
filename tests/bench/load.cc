#include "tests/bench/load.h"

#include <atomic>
#include <mutex>
#include <random>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/strings/str_cat.h"
#include "tests/bench/process.h"

namespace brobygger::bench {
namespace {

constexpr absl::Duration kWarmUp = absl::Milliseconds(300);
constexpr absl::Duration kDeadline = absl::Seconds(10);

}  // namespace

class Loop::State {
 public:
  State(RpcClient* client, Work work, int clients) : client_(client), work_(std::move(work)), slots_(clients), running_(clients) {
    for (int i = 0; i < clients; ++i) {
      slots_[i].metadata = &(*work_.metadata)[i % work_.metadata->size()];
      slots_[i].random.seed(static_cast<unsigned>(absl::ToUnixNanos(absl::Now())) + i * 7919);
    }
  }

  void Start() {
    for (Slot& slot : slots_) Next(&slot);
  }
  void Stop() {
    stopping_ = true;
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &State::AllStopped));
  }

  std::atomic<bool> measuring{false};

  std::vector<float> TakeMs() {
    std::vector<float> all;
    for (Slot& slot : slots_) {
      absl::MutexLock lock(&slot.mutex);
      all.insert(all.end(), slot.ms.begin(), slot.ms.end());
      slot.ms.clear();
    }
    return all;
  }

 private:
  struct Slot {
    const Metadata* metadata = nullptr;
    std::minstd_rand random;
    uint32_t citizen = 0;
    absl::Time sent;
    absl::Mutex mutex;
    std::vector<float> ms;
  };

  void Next(Slot* slot) {
    if (stopping_.load(std::memory_order_relaxed)) {
      absl::MutexLock lock(&mutex_);
      --running_;
      return;
    }
    slot->citizen = work_.first + slot->random() % work_.citizens;
    std::string request = work_.request(slot->citizen);
    slot->sent = absl::Now();
    client_->Call(work_.method, std::move(request), slot->sent + kDeadline, *slot->metadata,
                  [this, slot](absl::StatusOr<std::string> response) { Came(slot, response); });
  }

  void Came(Slot* slot, const absl::StatusOr<std::string>& response) {
    const absl::Time now = absl::Now();
    if (!response.ok()) Die(absl::StrCat(work_.method, ": ", response.status().ToString()));
    if (!work_.right(slot->citizen, *response)) Die(absl::StrCat(work_.method, ": the answer for citizen ", slot->citizen, " is wrong"));
    if (measuring.load(std::memory_order_relaxed)) {
      absl::MutexLock lock(&slot->mutex);
      slot->ms.push_back(static_cast<float>(absl::ToDoubleMilliseconds(now - slot->sent)));
    }
    Next(slot);
  }

  bool AllStopped() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_ == 0; }

  RpcClient* const client_;
  const Work work_;
  std::vector<Slot> slots_;
  std::atomic<bool> stopping_{false};
  absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_);
};

Loop::Loop(RpcClient* client, const Work& work, int clients) : state_(std::make_shared<State>(client, work, clients)) { state_->Start(); }
Loop::~Loop() { state_->Stop(); }
void Loop::Measure(bool on) { state_->measuring = on; }
std::vector<float> Loop::TakeMs() { return state_->TakeMs(); }

Observed Run(RpcClient* client, const Work& work, int clients, absl::Duration measured, const CpuClock& cpu) {
  Loop loop(client, work, clients);
  absl::SleepFor(kWarmUp);
  Observed out;
  const absl::Duration cpu_before = cpu();
  const absl::Time before = absl::Now();
  loop.Measure(true);
  absl::SleepFor(measured);
  loop.Measure(false);
  out.took = absl::Now() - before;
  out.cpu = cpu() - cpu_before;
  out.ms = loop.TakeMs();
  return out;
}

}  // namespace brobygger::bench
