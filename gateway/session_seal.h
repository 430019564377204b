// How a session is named and sealed. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/session.pb.h"
#include "services/runtime/crypto.h"

namespace brobygger::gateway {

// Threads: any.
class SessionSeal {
 public:
  explicit SessionSeal(crypto::Key gateway_key) : key_(std::move(gateway_key)) {}

  // A cookie's value: 32 random bytes as 43 characters of base64url.
  static std::string NewCookie();
  static bool IsCookie(absl::string_view value);
  // Hex SHA-256 of the cookie: what Redis keys are made of. A reader of Redis cannot get from it to the cookie.
  static std::string IdOf(absl::string_view cookie);
  // "gateway:session:<id>", "gateway:second:<id>".
  static std::string RedisKey(absl::string_view kind, absl::string_view id);

  // Sealed under Derive(gateway key, kind and cookie), bound to the Redis key. DATA_LOSS if the cookie or the key is another.
  std::string Seal(absl::string_view kind, absl::string_view cookie, const google::protobuf::MessageLite& content) const;
  absl::Status Open(absl::string_view kind, absl::string_view cookie, absl::string_view sealed, google::protobuf::MessageLite* content) const;

  // A login attempt as a cookie's value, and back. DATA_LOSS for anything that we have not made.
  std::string SealAttempt(const LoginAttempt& attempt) const;
  absl::StatusOr<LoginAttempt> OpenAttempt(absl::string_view cookie) const;

 private:
  std::string KeyFor(absl::string_view kind, absl::string_view cookie) const;
  crypto::Key key_;
};

// Random text for state, nonce, PKCE verifier and CSRF token: 256 bits, 43 characters of base64url.
std::string RandomToken();
// base64url(SHA-256(verifier)): the S256 challenge.
std::string PkceChallenge(absl::string_view verifier);

}  // namespace brobygger::gateway
