// Calls OnDue for records whose time has come. Every replica polls; the commit decides who did it: a lost commit is dropped.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/runtime/clock.h"
#include "services/runtime/spec.h"
#include "services/runtime/store.h"
#include "services/runtime/telemetry.h"

namespace brobygger {

class DueTimer {
 public:
  struct Served {
    const Module* module = nullptr;
    Store* store = nullptr;
    std::vector<AgencyId> agencies;  // empty for the trust scope
  };
  // One thread, asleep between polls; starts at once.
  static std::unique_ptr<DueTimer> Start(std::vector<Served> served, Clock clock, absl::Duration every, Telemetry* telemetry);
  virtual ~DueTimer() = default;  // waits for the poll under way
};

}  // namespace brobygger
