// Puts the gate on the wire: Authorize, AuthorizeStream, and the two readings of the ledger.
#pragma once

#include "absl/status/status.h"
#include "services/runtime/runtime.h"

namespace brobygger::consent {

// Registers the raw methods and streams of AuthorizeService on the runtime's dispatcher.
absl::Status AttachGate(Runtime& runtime);

}  // namespace brobygger::consent
