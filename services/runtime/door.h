// The door: the one RPC of a service through which another agency may see a citizen. The runtime implements it; a service
// says only what its file contains. No service code is on the road between agencies.
//
// One look: ask the consent service (which writes the ledger) -> read the file by the holder's own reference -> drop every
// field that is not permitted -> reply. Refused: CONSENT_REQUIRED, one fixed text, the same work whatever exists.
#pragma once

#include "absl/status/status.h"
#include "services/runtime/runtime.h"

namespace brobygger {

// Serves every DOOR method of the runtime's modules. FAILED_PRECONDITION if there is one and no consent service is configured.
absl::Status AttachDoor(Runtime& runtime);

}  // namespace brobygger
