// What the consent service's decisions are given, besides call, request and view: values, fixed at composition.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/consent/entities.h"
#include "services/consent/stored.pb.h"
#include "services/consent/texts.h"
#include "services/runtime/config.h"
#include "services/runtime/decide.h"
#include "services/runtime/token.h"

namespace brobygger::consent {

struct ConsentRules {
  EntitySet entities = TrustEntities();
  const Directory* directory = nullptr;
  ConsentTexts texts;
  std::string identifier_key;  // 32 bytes: HMAC of identifiers, aliases and quota names
  std::string handle_key;      // 32 bytes: HMAC of consents' names
  std::string name_key;        // 32 bytes: HMAC of the words by which a card is found
  // Ed25519 over the bytes, context included.
  std::function<std::string(absl::string_view bytes)> sign;
  // A second presence in a request, which the runtime has not looked at: verified, for this agency and citizen, not older than
  // 24 hours; only signed ones. PRESENCE_REQUIRED otherwise.
  std::function<absl::StatusOr<type::v1::PresenceStatement>(const type::v1::Presence&, const std::string& citizen, const Call&)> check_signed;
  // The second person's token, verified like every token. May block: only for methods marked slow.
  std::function<absl::StatusOr<Caller>(absl::string_view token, absl::Time now)> second_person;
};

}  // namespace brobygger::consent
