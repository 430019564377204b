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

// What the decisions are given besides: outlives the handlers.
struct CardRules {
  const EntitySet* entities = nullptr;
  absl::string_view name_key;  // 32 bytes: HMAC of the words that a card is found by
};
absl::StatusOr<Decision> UpdateCitizenCard(const CardRules&, const Call&, const registry::v1::UpdateCitizenCardRequest&, View&);
absl::StatusOr<Decision> GetCitizenCard(const Call&, const registry::v1::GetCitizenCardRequest&, View&);
absl::StatusOr<Decision> ListCitizenCards(const CardRules&, const Call&, const registry::v1::ListCitizenCardsRequest&, View&);

}  // namespace brobygger::consent
