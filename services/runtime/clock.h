// The time, injected: nothing below main asks the machine for it.
#pragma once

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brobygger {

// Call from any thread.
using Clock = std::function<absl::Time()>;
inline Clock SystemClock() {
  return [] { return absl::Now(); };
}

// Stands still until it is set or moved on. Outlives what AsClock gave out.
class TestClock {
 public:
  explicit TestClock(absl::Time now = absl::FromUnixSeconds(1'772'000'000)) : now_(now) {}
  absl::Time Now() {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }
  Clock AsClock() {
    return [this] { return Now(); };
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brobygger
