// The citizen's part in a call (rule R3), from what the request says about it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "brobygger/type/v1/type.pb.h"
#include "services/runtime/ids.h"

namespace brobygger {

namespace crypto {
class StatementVerifier;
}

// What is signed: this, and the serialised PresenceStatement.
inline constexpr absl::string_view kPresenceContext = "brobygger presence 1\n";
inline constexpr absl::Duration kPresenceLifetime = absl::Hours(24);
// How far another machine's clock may run ahead of ours.
inline constexpr absl::Duration kPresenceSkew = absl::Minutes(5);

// FAILED_PRECONDITION PRESENCE_REQUIRED: the one answer to a missing, stale, foreign or forged presence.
absl::Status PresenceRequired();

// Who took part, checked. Call it when the request carries a presence or the method needs one.
// - stated: a method, a time within the last 24 hours; becomes a statement of WORD_PRESENT with the caller as the only
//   person, for `agency` and `citizen`. Not enough under PRESENCE_NEED_SIGNED.
// - signed: by the consent service, for `agency`, for `citizen` (not compared if the request names none, ""), not older
//   than 24 hours. Whether it was used before is for the consent service to say, where that matters. `verifier` is null
//   where no key is configured: nothing signed is then accepted.
// PRESENCE_REQUIRED otherwise.
absl::StatusOr<type::v1::PresenceStatement> CheckPresence(const type::v1::Presence& presence, policy::v1::PresenceNeed need,
                                                          const AgencyId& agency, const std::string& citizen,
                                                          const PersonId& person, absl::Time now,
                                                          const crypto::StatementVerifier* verifier);

}  // namespace brobygger
