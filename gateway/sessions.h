// Sessions as the rest of the gateway uses them: the credential of a browser's call, kept fresh.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/connect.h"
#include "gateway/oidc_provider.h"
#include "gateway/session_store.h"
#include "services/runtime/telemetry.h"

namespace brobygger::gateway {

inline constexpr char kSessionCookie[] = "__Host-session";

// Threads: any. Everything given outlives it.
class Sessions {
 public:
  Sessions(SessionStore* store, OidcProvider* oidc, std::string public_origin, Telemetry* telemetry)
      : store_(store), oidc_(oidc), public_origin_(std::move(public_origin)), telemetry_(telemetry) {}

  using OnCredential = std::function<void(absl::StatusOr<Credential>)>;
  // See SessionCredential. Counts as use. UNAUTHENTICATED SIGN_IN_REQUIRED without a session.
  void CredentialOf(const HttpRequest& request, bool second, OnCredential done);

  static std::string CookieOf(const HttpRequest& request);  // "" if there is none
  // From a sign-in; `ends` is kept when a token is refreshed.
  static Session Make(const SignedIn& signed_in, absl::Time ends);

 private:
  using OnSession = std::function<void(absl::StatusOr<Session>)>;
  // The session with an access token that is good for a while yet.
  void Fresh(const std::string& cookie, Session session, int attempt, OnSession done);
  void RefreshLocked(const std::string& cookie);  // by the one gateway and call that may
  void Refresh(const std::string& cookie, const Session& session, OnSession done);
  void EndOf(const std::string& cookie, absl::StatusOr<Session> result);  // of a refresh: tells everybody who waits

  SessionStore* store_;
  OidcProvider* oidc_;
  const std::string public_origin_;
  Telemetry* telemetry_;
  std::mutex mu_;
  std::map<std::string, std::vector<OnSession>> refreshing_;  // who waits, by cookie
};

}  // namespace brobygger::gateway
