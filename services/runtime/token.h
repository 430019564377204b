// Who calls: an OIDC token, verified against the issuer's keys. The algorithm follows from the key and never from the token:
// ES256, RS256 (2048 bits or more) and EdDSA (Ed25519); `none` and every symmetric algorithm are refused.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/ids.h"

namespace brobygger {

// A verified caller. Either a person of one agency, or an agency's system (roles = {SYSTEM}), or a citizen by own login
// (roles = {CITIZEN}, no agency, citizen_identifier "<scheme number>/<issuer>/<value>").
struct Caller {
  PersonId person;
  AgencyId agency;
  std::vector<type::v1::Role> roles;
  std::string citizen_identifier;
  absl::Time expires;

  bool HasRole(type::v1::Role role) const;
  bool IsSystem() const { return HasRole(type::v1::ROLE_SYSTEM); }
  bool IsCitizen() const { return HasRole(type::v1::ROLE_CITIZEN); }
};

// Longest token looked at.
inline constexpr size_t kMaxTokenSize = 4096;

// Threads: any. A token seen before costs a hash and a look-up; it is remembered by SHA-256 until it expires, at most 5
// minutes. Keys are fetched when first needed and again on an unknown key id, at most every 10 seconds; that call blocks
// (at most 3 s), all others do not wait for it once keys are there.
class TokenVerifier {
 public:
  // INVALID_ARGUMENT for a jwks_uri that is neither https nor http on loopback. The issuer need not be up.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Create(const runtime::Tokens& config);
  virtual ~TokenVerifier() = default;

  // UNAUTHENTICATED TOKEN_INVALID (one text for every cause) or TOKEN_EXPIRED; UNAVAILABLE ISSUER_DOWN while no key is known.
  // `jwt` is the bare token, without "Bearer ".
  virtual absl::StatusOr<Caller> Verify(absl::string_view jwt, absl::Time now) = 0;
};

}  // namespace brobygger
