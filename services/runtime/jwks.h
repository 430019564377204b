// The issuer's keys: fetched over HTTP, parsed into verification keys. What is not exactly a key that we use is left out.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;

namespace brobygger {

// One public key with the only algorithm it may verify.
struct VerificationKey {
  enum class Algorithm { kEs256, kRs256, kEdDsa } algorithm;
  std::shared_ptr<evp_pkey_st> key;

  absl::string_view AlgorithmName() const;  // as in a token's header
  bool Verify(absl::string_view input, absl::string_view signature) const;
};

using KeySet = std::map<std::string, VerificationKey, std::less<>>;  // by key id

// Keys with an id, for signatures, of kty EC/P-256, RSA (2048 bits or more) or OKP/Ed25519; at most 32; others are left out.
// INVALID_ARGUMENT if it is no JWKS.
absl::StatusOr<KeySet> ParseJwks(absl::string_view json);

// GET, at most 3 s and 256 KB, no redirects. `ca`: PEM file, "" for the system's. UNAVAILABLE on any failure.
absl::StatusOr<std::string> FetchJwks(const std::string& uri, const std::string& ca);

}  // namespace brobygger
