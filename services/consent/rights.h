// The decisions of RightsService: tickets by the citizen's word, each with an entry in the ledger. The registry alone knows which agencies
// keep something about a citizen, and it keeps nothing of what they keep.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/registry/v1/rights_service.pb.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

absl::StatusOr<Decision> IssueAccessTickets(const ConsentRules&, const Call&, const registry::v1::IssueAccessTicketsRequest&, View&);
// Hands over a serialised records::ActReading if the word is enough to be told whom the agency has to tell: the service completes the answer
// after the commit, with what the ledger says (serve_rights.cc).
absl::StatusOr<Decision> IssueActTickets(const ConsentRules&, const Call&, const registry::v1::IssueActTicketsRequest&, View&);

// How long ago a look may be for its recipient to be told.
inline constexpr absl::Duration kTellWithin = absl::Hours(24 * 366);  // 12 months

// "brobygger.housing.v1.HousingRightsService" of the door's "brobygger.housing.v1.HousingService".
std::string RightsServiceOf(absl::string_view door);

}  // namespace brobygger::consent
