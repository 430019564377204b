// The decisions of PresenceService: signed statements that the citizen took part, and code cards.
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/consent/v1/presence.pb.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

// A wrong code is counted before it is refused: five in an hour, whoever types them, and no code is looked at until the first
// is an hour old.
absl::StatusOr<Decision> AttestPresence(const ConsentRules&, const Call&, const v1::AttestPresenceRequest&, View&);
absl::StatusOr<Decision> IssueCodeCard(const ConsentRules&, const Call&, const v1::IssueCodeCardRequest&, View&);

}  // namespace brobygger::consent
