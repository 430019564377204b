#include "gateway/login.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/connect_error.h"
#include "gateway/csrf.h"
#include "gateway/http_text.h"
#include "gateway/sessions.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr char kLoginCookie[] = "__Host-login";
constexpr absl::Duration kAttempt = absl::Minutes(10);

HttpResponse Json(std::string json) { return Respond(200, "application/json", std::move(json)); }

HttpResponse Only(absl::string_view method) {
  HttpResponse r = Respond(405, "text/plain; charset=utf-8", absl::StrCat(method, " only\n"));
  r.headers.emplace_back("Allow", std::string(method));
  return r;
}

std::string Parameter1(const std::map<std::string, std::string>& q, const char* name) {
  auto it = q.find(name);
  return it == q.end() ? "" : it->second;
}

void Set(HttpResponse* r, absl::string_view name, absl::string_view value, absl::Duration age) {
  r->headers.emplace_back("Set-Cookie", SetCookie(name, value, age));
}

}  // namespace

bool Login::IsLoginPath(absl::string_view path) {
  return path == "/login" || path == "/callback" || path == "/logout" || path == "/session" || path == "/second/clear";
}

void Login::Handle(const HttpRequest& request, HttpReply reply) {
  const bool post = request.path == "/logout" || request.path == "/second/clear";
  if (request.method != (post ? "POST" : "GET")) return reply(Only(post ? "POST" : "GET"));
  if (request.path == "/login") return Begin(request, std::move(reply));
  if (request.path == "/callback") return Callback(request, std::move(reply));
  if (request.path == "/logout") return Logout(request, std::move(reply));
  if (request.path == "/second/clear") return ClearSecond(request, std::move(reply));
  Show(request, std::move(reply));
}

HttpResponse Login::Failed(absl::string_view reason) {
  telemetry_->Count("gateway_sign_ins_failed");
  telemetry_->Log("WARNING", "sign-in failed", {{"reason", reason}});
  HttpResponse r = Redirect(absl::StrCat("/?loginError=", reason));
  Set(&r, kLoginCookie, "", absl::ZeroDuration());
  return r;
}

HttpResponse Login::Failed(const absl::Status& status, absl::string_view otherwise) {
  const std::string reason = ReasonOf(status);
  if (reason == "ISSUER_DOWN" || reason == "STORE_DOWN") return Failed(reason);
  telemetry_->Log("WARNING", "sign-in refused", {{"check", status.message()}});
  return Failed(otherwise);
}

void Login::Begin(const HttpRequest& request, HttpReply reply) {
  const auto query = ParseQuery(request.query);
  const std::string as = query ? Parameter1(*query, "as") : "?";
  const bool second = query && Parameter1(*query, "second") == "1";
  if (as != "staff" && as != "citizen" && !as.empty()) return reply(Respond(400, "text/plain; charset=utf-8", "want as=staff or as=citizen\n"));

  LoginAttempt attempt;
  attempt.set_state(RandomToken());
  attempt.set_nonce(RandomToken());
  attempt.set_verifier(RandomToken());
  attempt.set_return_to(LocalPath(Parameter1(*query, "return")));
  attempt.set_began_ms(absl::ToUnixMillis(store_->now()));
  attempt.set_as(as);
  // Whoever is still signed in at the provider may have left the machine. For staff that is the provider's choice; a second
  // person is somebody else by definition, and a citizen often sits at a machine of many.
  attempt.set_anew(second || as == "citizen" || Parameter1(*query, "anew") == "1");
  const auto send = [this, reply](const LoginAttempt& a) {
    HttpResponse r = Redirect(oidc_->AuthorizationUrl(a));
    Set(&r, kLoginCookie, store_->seal().SealAttempt(a), kAttempt);
    reply(std::move(r));
  };
  if (!second) return send(attempt);

  const std::string cookie = Sessions::CookieOf(request);
  store_->Load(cookie, [this, attempt, cookie, send, reply](absl::StatusOr<SessionStore::Loaded> loaded) mutable {
    if (!loaded.ok()) return reply(Failed(loaded.status(), "FAILED"));
    if (!loaded->session || loaded->session->citizen()) return reply(Failed("SIGN_IN_REQUIRED"));
    attempt.set_second(true);
    attempt.set_session_id(SessionSeal::IdOf(cookie));
    send(attempt);
  });
}

void Login::Callback(const HttpRequest& request, HttpReply reply) {
  const auto query = ParseQuery(request.query);
  if (!query) return reply(Failed("FAILED"));
  absl::StatusOr<LoginAttempt> attempt = store_->seal().OpenAttempt(CookieValue(request.Header("cookie"), kLoginCookie));
  if (!attempt.ok() || store_->now() - absl::FromUnixMillis(attempt->began_ms()) > kAttempt) return reply(Failed("EXPIRED"));
  if (!crypto::ConstantTimeEqual(Parameter1(*query, "state"), attempt->state())) return reply(Failed("EXPIRED"));
  // An answer that names another issuer was meant for another client of the browser (RFC 9207).
  const std::string iss = Parameter1(*query, "iss"), code = Parameter1(*query, "code");
  if (!iss.empty() && iss != oidc_->issuer()) return reply(Failed("FAILED"));
  if (query->count("error") != 0) return reply(Failed("DENIED"));
  if (code.empty() || code.size() > 2048) return reply(Failed("FAILED"));

  const std::string cookie = Sessions::CookieOf(request);
  oidc_->Exchange(code, *attempt, [this, attempt = *attempt, cookie, reply](absl::StatusOr<SignedIn> signed_in) {
    if (!signed_in.ok()) return reply(Failed(signed_in.status(), "FAILED"));
    if (signed_in->caller.IsSystem()) return reply(Failed("FAILED"));
    attempt.second() ? Join(attempt, cookie, *signed_in, reply) : SignIn(attempt, cookie, *signed_in, reply);
  });
}

void Login::SignIn(const LoginAttempt& attempt, const std::string& old_cookie, const SignedIn& signed_in, HttpReply reply) {
  if (!attempt.as().empty() && (attempt.as() == "citizen") != signed_in.caller.IsCitizen()) {
    // The provider remembered somebody of the other kind. Once more, and this time it has to ask.
    if (attempt.anew()) return reply(Failed("DENIED"));
    return reply(Redirect(absl::StrCat("/login?", FormEncode({{"as", attempt.as()}, {"anew", "1"}, {"return", attempt.return_to()}}))));
  }
  const Session session = Sessions::Make(signed_in, store_->now() + kSessionLongest);
  const std::string cookie = SessionSeal::NewCookie();  // always a new one: a planted cookie never becomes a session
  store_->Create(cookie, session, [this, cookie, old_cookie, return_to = attempt.return_to(), reply](absl::Status created) {
    if (!created.ok()) return reply(Failed(created, "STORE_DOWN"));
    telemetry_->Count("gateway_sign_ins");
    HttpResponse r = Redirect(return_to);
    Set(&r, kLoginCookie, "", absl::ZeroDuration());
    Set(&r, kSessionCookie, cookie, kSessionLongest);
    if (old_cookie.empty()) return reply(std::move(r));
    store_->End(old_cookie, [reply, r = std::move(r)](absl::Status) mutable { reply(std::move(r)); });
  });
}

void Login::Join(const LoginAttempt& attempt, const std::string& cookie, const SignedIn& second, HttpReply reply) {
  if (SessionSeal::IdOf(cookie) != attempt.session_id()) return reply(Failed("EXPIRED"));
  store_->Load(cookie, [this, attempt, cookie, second, reply](absl::StatusOr<SessionStore::Loaded> loaded) {
    if (!loaded.ok()) return reply(Failed(loaded.status(), "FAILED"));
    if (!loaded->session) return reply(Failed("SIGN_IN_REQUIRED"));
    if (second.caller.IsCitizen() || second.caller.person.value() == loaded->session->person()) return reply(Failed("SECOND_PERSON_INVALID"));
    SecondPerson witness;
    witness.set_access_token(second.access_token);
    witness.set_person(second.caller.person.value());
    witness.set_agency(second.caller.agency.value());
    witness.set_ends_ms(absl::ToUnixMillis(std::min(store_->now() + kSecondPersonLongest, second.caller.expires)));
    store_->PutSecond(cookie, witness, [this, return_to = attempt.return_to(), reply](absl::Status put) {
      if (!put.ok()) return reply(Failed(put, "STORE_DOWN"));
      telemetry_->Count("gateway_second_sign_ins");
      HttpResponse r = Redirect(return_to);
      Set(&r, kLoginCookie, "", absl::ZeroDuration());
      reply(std::move(r));
    });
  });
}

void Login::Logout(const HttpRequest& request, HttpReply reply) {
  const std::string cookie = Sessions::CookieOf(request);
  store_->Load(cookie, [this, cookie, request, reply](absl::StatusOr<SessionStore::Loaded> loaded) {
    if (!loaded.ok()) return reply(ConnectError(loaded.status(), nullptr));
    const auto gone = [this, reply] {
      const std::string next = oidc_->EndSessionUrl();
      HttpResponse r = Json(absl::StrCat("{\"next\":", JsonString(next.empty() ? "/" : next), "}"));
      Set(&r, kSessionCookie, "", absl::ZeroDuration());
      reply(std::move(r));
    };
    if (!loaded->session) return gone();
    if (absl::Status s = CheckCsrf(request, *loaded->session, public_origin_); !s.ok()) return reply(ConnectError(s, nullptr));
    store_->End(cookie, [this, gone, reply](absl::Status ended) {
      // Not ended is said as such: who signs out at a shared machine must be able to rely on it.
      if (!ended.ok()) return reply(ConnectError(ended, nullptr));
      telemetry_->Count("gateway_sign_outs");
      gone();
    });
  });
}

void Login::ClearSecond(const HttpRequest& request, HttpReply reply) {
  const std::string cookie = Sessions::CookieOf(request);
  store_->Load(cookie, [this, cookie, request, reply](absl::StatusOr<SessionStore::Loaded> loaded) {
    absl::Status status = loaded.status();
    if (status.ok() && !loaded->session) status = Refusal(absl::StatusCode::kUnauthenticated, "SIGN_IN_REQUIRED", "sign in first");
    if (status.ok()) status = CheckCsrf(request, *loaded->session, public_origin_);
    if (!status.ok()) return reply(ConnectError(status, nullptr));
    store_->ForgetSecond(cookie, [reply](absl::Status forgotten) { reply(forgotten.ok() ? Json("{}") : ConnectError(forgotten, nullptr)); });
  });
}

void Login::Show(const HttpRequest& request, HttpReply reply) {
  const std::string cookie = Sessions::CookieOf(request);
  store_->Load(cookie, [this, cookie, reply](absl::StatusOr<SessionStore::Loaded> loaded) {
    if (!loaded.ok()) return reply(ConnectError(loaded.status(), nullptr));
    if (!loaded->session) return reply(Json("{\"signedIn\":false}"));
    store_->LoadSecond(cookie, [this, loaded = *std::move(loaded), reply](absl::StatusOr<std::optional<SecondPerson>> second) {
      if (!second.ok()) return reply(ConnectError(second.status(), nullptr));
      reply(SessionJson(*loaded.session, loaded.expires, second->has_value() ? &**second : nullptr));
    });
  });
}

std::string Login::AgencyFields(const std::string& agency) const {
  std::string out = absl::StrCat("\"agency\":", JsonString(agency));
  if (directory_ != nullptr && directory_->FindAgency(agency) != nullptr) {
    absl::StrAppend(&out, ",\"agencyName\":", JsonString(directory_->DisplayNameDa(agency)), ",\"agencyNameEn\":",
                    JsonString(directory_->DisplayNameEn(agency)));
  }
  return out;
}

HttpResponse Login::SessionJson(const Session& session, absl::Time expires, const SecondPerson* second) const {
  const auto time = [](absl::Time t) { return JsonString(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", t, absl::UTCTimeZone())); };
  std::string json = absl::StrCat("{\"signedIn\":true,\"person\":", JsonString(session.person()), ",", AgencyFields(session.agency()),
                                  ",\"roles\":[");
  for (int i = 0; i < session.roles_size(); ++i) absl::StrAppend(&json, i == 0 ? "" : ",", JsonString(session.roles(i)));
  absl::StrAppend(&json, "],\"citizen\":", session.citizen() ? "true" : "false", ",\"csrf\":", JsonString(session.csrf()),
                  ",\"expires\":", time(expires));
  if (second != nullptr) {
    absl::StrAppend(&json, ",\"secondPerson\":{\"person\":", JsonString(second->person()), ",", AgencyFields(second->agency()),
                    ",\"expires\":", time(absl::FromUnixMillis(second->ends_ms())), "}");
  }
  return Json(absl::StrCat(json, "}"));
}

}  // namespace brobygger::gateway
