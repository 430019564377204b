// Waiting in tests for what another thread or process does.
#pragma once

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brobygger::testing {

// Longer than anything takes that is going to happen, on whatever machine.
inline constexpr absl::Duration kPatience = absl::Minutes(1);

// Whether it comes true within this time.
inline bool Comes(const std::function<bool()>& condition, absl::Duration within = kPatience) {
  for (const absl::Time end = absl::Now() + within; absl::Now() < end; absl::SleepFor(absl::Milliseconds(5))) {
    if (condition()) return true;
  }
  return condition();
}

}  // namespace brobygger::testing
