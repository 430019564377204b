// The decisions of PresenceService: signed statements that the citizen took part, and code cards.
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/consent/v1/presence.pb.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

// A wrong code is counted before it is refused; how many are allowed, and from whom, says code_card.h.
// A second person's token is spent by the statement that it made, in the same commit. Whoever attests a yes has to name what the
// yes is to: consents of this citizen that the agency knows and that a yes can be given to.
absl::StatusOr<Decision> AttestPresence(const ConsentRules&, const Call&, const v1::AttestPresenceRequest&, View&);
absl::StatusOr<Decision> IssueCodeCard(const ConsentRules&, const Call&, const v1::IssueCodeCardRequest&, View&);

}  // namespace brobygger::consent
