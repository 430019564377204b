// The only clock: injected, so that tests and replays choose the time.
#pragma once

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brobygger {

using Clock = std::function<absl::Time()>;
inline Clock SystemClock() {
  return [] { return absl::Now(); };
}

}  // namespace brobygger
