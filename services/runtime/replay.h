// Before anything is served: store and journal are laid side by side.
//
// - The store knows of fewer lines than the journal holds: it was put back from an older copy. What it has forgotten is done again,
//   by Module::on_replay and by destroying keys; the alarm "store_was_restored" is raised. If that fails, nothing is served.
// - Two different lines have one number: the store was put back while it was served, and gave the number out again. Both are done
//   again, with the same alarm, at each start until a line says that the journal begins after them.
// - A line that was given out stands neither in the journal nor waits in the store, and no line says that the journal begins after
//   it: this is not the store's journal, or a part of it was lost. FAILED_PRECONDITION, and nothing is served.
// - Lines that wait in the store (a process ended between the two) are written; from then on drain.h does it.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/runtime/journal.h"
#include "services/runtime/spec.h"
#include "services/runtime/store.h"
#include "services/runtime/telemetry.h"

namespace brobygger {

struct ReplayScope {
  Store::Scope scope;
  AgencyId agency;                     // empty: the trust store
  Store* store = nullptr;              // any of those over these keys
  std::vector<const Module*> modules;  // all modules over these keys
};

absl::Status ReplayJournal(Journal& journal, const std::vector<ReplayScope>& scopes, absl::Time now, Telemetry* telemetry,
                           const std::function<void(const char*)>& alarm);

}  // namespace brobygger
