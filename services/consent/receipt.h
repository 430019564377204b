// What the citizen takes home after giving, refusing, narrowing or withdrawing: plain sentences. Pure.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "brobygger/consent/v1/consent.pb.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/config.h"

namespace brobygger::consent {

// `act`: GIVEN, DECLINED, WITHDRAWN, NARROWED or RENEWED. `id`: 26 characters. `consents`: what it was about, as it now stands.
// `unnamed`: there may have been more, of which the reader is not told; a line says so whether there was or not.
v1::Receipt MakeReceipt(ledger::v1::Act act, absl::string_view id, const std::vector<const records::ConsentRecord*>& consents,
                        const Directory& directory, absl::Time now, bool unnamed = false);

}  // namespace brobygger::consent
