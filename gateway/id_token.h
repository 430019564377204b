// ID tokens: what the provider says to us about a sign-in, as against access tokens, which it says to the services.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runtime/jwks.h"

namespace brobygger::gateway {

struct IdTokenWanted {
  std::string issuer, client_id, nonce;
};

// The `sub` of a token that is signed by one of the keys (algorithm from the key), by this issuer, for this client, of this sign-in,
// not expired (60 s leeway). NOT_FOUND if its key id is unknown, UNAUTHENTICATED for everything else; the text says which check.
absl::StatusOr<std::string> CheckIdToken(absl::string_view jwt, const KeySet& keys, const IdTokenWanted& wanted, absl::Time now);

}  // namespace brobygger::gateway
