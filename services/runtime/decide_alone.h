// Runs a decision that nobody has called for: what is due, what the journal brings back. Blocking, on a thread that has nothing
// else to do; never on an I/O thread.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "services/runtime/decide.h"
#include "services/runtime/store.h"

namespace brobygger {

using AloneDecide = std::function<absl::StatusOr<Decision>(const Call&, View&)>;

// Reads, decides and commits; a decision without any effect is not committed. ABORTED CONFLICT: somebody else was faster.
absl::Status DecideAlone(Store* store, const Store::Scope& scope, const EntitySet* entities, const Call& call, const AloneDecide& decide,
                         bool replayed = false);

// Waits for a callback.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> DueNow(Store* store, const Store::Scope& scope, absl::Time now, int limit);
// Destroys a data key by its id, as the journal says.
absl::Status DestroyAlone(Store* store, const Store::Scope& scope, const EntitySet* entities, const std::string& key_id, absl::Time now);

}  // namespace brobygger
