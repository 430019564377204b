// The states of a consent and what may happen in each. Pure.
//
//              activate   decline    withdraw    narrow, renew   supersede
//   DRAFT      ACTIVE     DECLINED   -           -               SUPERSEDED (requests only: the question is answered)
//   ACTIVE     -          -          WITHDRAWN   SUPERSEDED      SUPERSEDED
//   expired    -          -          WITHDRAWN   -               SUPERSEDED
//   others     -          -          -           -               -
//
// A request (an agency's question) can be declined or answered, never activated.
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/consent/v1/consent.pb.h"

namespace brobygger::consent {

enum class Act { kActivate, kDecline, kWithdraw, kNarrow, kRenew, kSupersede };

struct Standing {
  v1::ConsentState state = v1::CONSENT_STATE_UNSPECIFIED;
  bool request = false;
  bool expired = false;  // derived from the clock, never stored
};

// The state after the act; FAILED_PRECONDITION WRONG_STATE naming the states.
absl::StatusOr<v1::ConsentState> After(Act act, const Standing& standing);

}  // namespace brobygger::consent
