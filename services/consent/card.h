// The decisions of CitizenCardService: one agency's card of a citizen, on its own side. The card is the record that the door
// shows (id: the agency's reference without "citizens/").
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/registry/v1/card.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

inline constexpr char kMaskedCpr[] = "••••••-••••";
inline constexpr int kMinAge = 15;
inline constexpr int kMaxAge = 110;

// `cards` outlives the handlers.
absl::StatusOr<Decision> UpdateCitizenCard(const EntitySet& cards, const Call&, const registry::v1::UpdateCitizenCardRequest&, View&);
absl::StatusOr<Decision> GetCitizenCard(const Call&, const registry::v1::GetCitizenCardRequest&, View&);

}  // namespace brobygger::consent
