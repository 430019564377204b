// The door: the one RPC of a service through which another agency may see a citizen. The runtime implements it; a service
// says only what its file contains. No service code is on the road between agencies.
//
// One look: ask the consent service (which writes the ledger) -> read the file by the holder's own reference -> drop every
// field that is not permitted -> reply. Refused: CONSENT_REQUIRED, one fixed text, the same work whatever exists.
#pragma once

#include "absl/status/status.h"
#include "services/runtime/runtime.h"

namespace brobygger {

// A service that is a witness (config's ledger_public_key) opens no door while the ledger is not the one that it saw (witness.h).
// Serves every DOOR method of the runtime's modules. FAILED_PRECONDITION if there is one and no consent service is configured;
// NOT_FOUND or FAILED_PRECONDITION if the ledger's public key is none.
absl::Status AttachDoor(Runtime& runtime);

}  // namespace brobygger
