// The consent service as lists: which decision answers which method, over which records.
#pragma once

#include <memory>

#include "services/consent/rules.h"
#include "services/runtime/spec.h"

namespace brobygger::consent {

// ConsentService, PresenceService, RegistryService, LedgerService and LedgerProofService over the trust store, CitizenCardService over the
// agencies' own cards. `rules` may be filled after this call, but before the first request.
// `cards` (CardEntities) and `rules` outlive the spec.
ServiceSpec MakeSpec(const ConsentRules* rules, const EntitySet* cards);

}  // namespace brobygger::consent
