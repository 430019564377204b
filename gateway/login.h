// Signing in and out: /login, /callback, /logout, /session, /second/clear.
//
//   GET  /login?as=staff|citizen&return=/path     to the provider (code flow, PKCE S256, state, nonce); a citizen is asked anew,
//                                                 staff with anew=1 or if the provider remembers a citizen
//   GET  /login?second=1&return=/path             a second person joins the session, for one statement (the provider asks anew)
//   GET  /callback                                from the provider
//   GET  /session                                 who is signed in, as JSON; does not count as use
//   POST /logout                                  {"next": where to go on}
//   POST /second/clear                            forgets the second person
//
// The browser gets two cookies and never a token: __Host-login while a sign-in is under way, __Host-session afterwards. A
// sign-in that comes to nothing ends at "/?loginError=<reason>": DENIED, EXPIRED, FAILED, ISSUER_DOWN, STORE_DOWN,
// SIGN_IN_REQUIRED, SECOND_PERSON_INVALID.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/http.h"
#include "gateway/oidc_provider.h"
#include "gateway/session_store.h"
#include "services/runtime/config.h"
#include "services/runtime/telemetry.h"

namespace brobygger::gateway {

// Threads: any. Everything given outlives it; `directory` may be null.
class Login {
 public:
  Login(SessionStore* store, OidcProvider* oidc, const Directory* directory, std::string public_origin, Telemetry* telemetry)
      : store_(store), oidc_(oidc), directory_(directory), public_origin_(std::move(public_origin)), telemetry_(telemetry) {}

  static bool IsLoginPath(absl::string_view path);
  void Handle(const HttpRequest& request, HttpReply reply);

 private:
  void Begin(const HttpRequest& request, HttpReply reply);
  void Callback(const HttpRequest& request, HttpReply reply);
  void SignIn(const LoginAttempt& attempt, const std::string& old_cookie, const SignedIn& signed_in, HttpReply reply);
  void Join(const LoginAttempt& attempt, const std::string& cookie, const SignedIn& second, HttpReply reply);
  void Logout(const HttpRequest& request, HttpReply reply);
  void ClearSecond(const HttpRequest& request, HttpReply reply);
  void Show(const HttpRequest& request, HttpReply reply);
  HttpResponse SessionJson(const Session& session, absl::Time expires, const SecondPerson* second) const;
  std::string AgencyFields(const std::string& agency) const;  // "agency":…,"agencyName":…
  // To "/?loginError=<reason>"; the attempt is over.
  HttpResponse Failed(absl::string_view reason);
  HttpResponse Failed(const absl::Status& status, absl::string_view otherwise);

  SessionStore* store_;
  OidcProvider* oidc_;
  const Directory* directory_;
  const std::string public_origin_;
  Telemetry* telemetry_;
};

}  // namespace brobygger::gateway
