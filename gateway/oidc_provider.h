// The OpenID provider: where a browser is sent, what a code or a refresh token is worth.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/config.pb.h"
#include "gateway/session.pb.h"
#include "gateway/worker_pool.h"
#include "services/runtime/token.h"

namespace brobygger::gateway {

// A person whom the provider has signed in; the access token has been verified as the services will.
struct SignedIn {
  Caller caller;
  std::string access_token, refresh_token;  // the latter may be empty
};

// Threads: any. Callbacks come on a worker thread.
class OidcProvider {
 public:
  // INVALID_ARGUMENT for an end point that is neither https nor http on loopback, or an unusable client_file. The provider need
  // not be up.
  static absl::StatusOr<std::unique_ptr<OidcProvider>> Create(const Oidc& config, const std::string& public_origin);
  virtual ~OidcProvider() = default;  // waits for the requests that are under way

  // Where to send the browser.
  virtual std::string AuthorizationUrl(const LoginAttempt& attempt) const = 0;
  // Where to send the browser to end the provider's own session, "" if that is not configured.
  virtual std::string EndSessionUrl() const = 0;
  virtual const std::string& issuer() const = 0;

  using OnSignedIn = std::function<void(absl::StatusOr<SignedIn>)>;
  // UNAUTHENTICATED if the provider or one of the checks says no (text for the log: fixed words); UNAVAILABLE ISSUER_DOWN.
  virtual void Exchange(const std::string& code, const LoginAttempt& attempt, OnSignedIn done) = 0;
  // The same for a new access token; without a new refresh token the old one goes on.
  virtual void Refresh(const std::string& refresh_token, OnSignedIn done) = 0;
  // Calls back on a worker thread after a while.
  virtual void Later(absl::Duration wait, std::function<void()> job) = 0;
};

}  // namespace brobygger::gateway
