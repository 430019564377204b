// Before a referral is sent: whether the citizen's consent lets the recipient see it. The clinic keeps no copy of any consent; it
// asks each time, with the nurse's own token.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/runtime/runtime.h"

namespace brobygger::clinic {

// Puts the question before SendDentalReferral. FAILED_PRECONDITION if no consent service is configured.
// A call then hears OUT_OF_RANGE for a recipient that is no social dental agency, CONSENT_REQUIRED without an active consent for
// HEALTH_AND_DENTAL_CARE with HEALTH, CONSENT_SERVICE_DOWN without an answer, and the consent service's own refusal if the person's
// call is what it refuses (a token that has run out, a role).
absl::Status AttachConsentCheck(Runtime& runtime);

// What an answer to CheckArrow, serialised, or its refusal means for the call.
absl::Status JudgeConsent(const absl::StatusOr<std::string>& bytes);

}  // namespace brobygger::clinic
