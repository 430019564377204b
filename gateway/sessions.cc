#include "gateway/sessions.h"

#include "absl/strings/str_cat.h"
#include "gateway/csrf.h"
#include "gateway/http_text.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr absl::Duration kRefreshBefore = absl::Seconds(60);
constexpr absl::Duration kWaitForOther = absl::Milliseconds(250);
constexpr int kWaits = 24;

absl::Status SignInRequired() { return Refusal(absl::StatusCode::kUnauthenticated, "SIGN_IN_REQUIRED", "sign in first"); }
absl::Status Down() { return Refusal(absl::StatusCode::kUnavailable, "ISSUER_DOWN", "sign-in cannot be checked right now: try again in a moment"); }

}  // namespace

std::string Sessions::CookieOf(const HttpRequest& request) {
  const absl::string_view cookie = CookieValue(request.Header("cookie"), kSessionCookie);
  return SessionSeal::IsCookie(cookie) ? std::string(cookie) : std::string();
}

Session Sessions::Make(const SignedIn& signed_in, absl::Time ends) {
  Session s;
  s.set_access_token(signed_in.access_token);
  s.set_refresh_token(signed_in.refresh_token);
  s.set_access_ends_ms(absl::ToUnixMillis(signed_in.caller.expires));
  s.set_person(signed_in.caller.person.value());
  s.set_agency(signed_in.caller.agency.value());
  for (type::v1::Role role : signed_in.caller.roles) s.add_roles(type::v1::Role_Name(role).substr(5));
  s.set_citizen(signed_in.caller.IsCitizen());
  s.set_csrf(RandomToken());
  // Without a refresh token nothing lasts longer than the access token.
  s.set_ends_ms(absl::ToUnixMillis(signed_in.refresh_token.empty() ? std::min(ends, signed_in.caller.expires) : ends));
  return s;
}

void Sessions::CredentialOf(const HttpRequest& request, bool second, OnCredential done) {
  const std::string cookie = CookieOf(request);
  if (cookie.empty()) return done(SignInRequired());
  // Only what the check needs: the body may be large.
  HttpRequest head;
  head.method = request.method;
  head.headers = request.headers;
  store_->Use(cookie, [this, cookie, second, head = std::move(head), done = std::move(done)](absl::StatusOr<SessionStore::Loaded> loaded) {
    if (!loaded.ok()) return done(loaded.status());
    if (!loaded->session) return done(SignInRequired());
    if (absl::Status s = CheckCsrf(head, *loaded->session, public_origin_); !s.ok()) {
      telemetry_->Count("gateway_csrf_refused");
      return done(s);
    }
    Fresh(cookie, *std::move(loaded->session), 0, [this, cookie, second, done](absl::StatusOr<Session> session) {
      if (!session.ok()) return done(session.status());
      Credential credential{session->access_token(), "", nullptr};
      if (!second) return done(std::move(credential));
      store_->LoadSecond(cookie, [this, cookie, credential, done](absl::StatusOr<std::optional<SecondPerson>> found) mutable {
        if (!found.ok()) return done(found.status());
        if (!found->has_value()) {
          return done(Refusal(absl::StatusCode::kFailedPrecondition, "SECOND_PERSON_MISSING", "no second person is signed in: sign in first"));
        }
        credential.second_token = (*found)->access_token();
        // If Redis does not answer, the second person stays until the ten minutes are over; the token is spent all the same.
        credential.forget_second = [this, cookie](std::function<void()> forgotten) {
          store_->ForgetSecond(cookie, [forgotten = std::move(forgotten)](absl::Status) { forgotten(); });
        };
        done(std::move(credential));
      });
    });
  });
}

void Sessions::Fresh(const std::string& cookie, Session session, int attempt, OnSession done) {
  const absl::Duration left = absl::FromUnixMillis(session.access_ends_ms()) - store_->now();
  if (left > kRefreshBefore || (session.refresh_token().empty() && left > absl::ZeroDuration())) return done(std::move(session));
  if (session.refresh_token().empty()) return done(SignInRequired());
  {
    std::lock_guard<std::mutex> lock(mu_);
    auto [it, first] = refreshing_.try_emplace(cookie);
    it->second.push_back(std::move(done));
    if (!first) return;
  }
  store_->LockRefresh(cookie, [this, cookie, session = std::move(session), attempt, left](absl::StatusOr<bool> ours) {
    if (!ours.ok()) return EndOf(cookie, ours.status());
    if (*ours) return RefreshLocked(cookie);
    // Another gateway is at it. The token we have will do while it is good; otherwise wait for theirs.
    if (left > absl::Seconds(5)) return EndOf(cookie, session);
    if (attempt >= kWaits) return EndOf(cookie, Down());
    oidc_->Later(kWaitForOther, [this, cookie, attempt] {
      store_->Load(cookie, [this, cookie, attempt](absl::StatusOr<SessionStore::Loaded> loaded) {
        std::vector<OnSession> waiting;
        {
          std::lock_guard<std::mutex> lock(mu_);
          waiting = std::move(refreshing_[cookie]);
          refreshing_.erase(cookie);
        }
        for (OnSession& w : waiting) {
          if (!loaded.ok()) {
            w(loaded.status());
          } else if (!loaded->session) {
            w(SignInRequired());
          } else {
            Fresh(cookie, *loaded->session, attempt + 1, std::move(w));
          }
        }
      });
    });
  });
}

void Sessions::RefreshLocked(const std::string& cookie) {
  // Read again under the lock: another gateway may just have finished, and a refresh token is used once.
  store_->Load(cookie, [this, cookie](absl::StatusOr<SessionStore::Loaded> loaded) {
    const auto end = [this, cookie](absl::StatusOr<Session> result) {
      store_->UnlockRefresh(cookie);
      EndOf(cookie, std::move(result));
    };
    if (!loaded.ok()) return end(loaded.status());
    if (!loaded->session) return end(SignInRequired());
    if (absl::FromUnixMillis(loaded->session->access_ends_ms()) - store_->now() > kRefreshBefore) return end(*loaded->session);
    Refresh(cookie, *loaded->session, end);
  });
}

void Sessions::Refresh(const std::string& cookie, const Session& session, OnSession done) {
  oidc_->Refresh(session.refresh_token(), [this, cookie, session, done = std::move(done)](absl::StatusOr<SignedIn> renewed) {
    const bool still_good = absl::FromUnixMillis(session.access_ends_ms()) > store_->now();
    if (absl::IsUnavailable(renewed.status())) return done(still_good ? absl::StatusOr<Session>(session) : Down());
    telemetry_->Count(renewed.ok() ? "gateway_tokens_refreshed" : "gateway_refreshes_refused");
    // Another person or agency behind the same refresh token cannot be: such a session is over.
    if (!renewed.ok() || renewed->caller.person.value() != session.person() || renewed->caller.agency.value() != session.agency()) {
      return store_->End(cookie, [done](absl::Status) { done(SignInRequired()); });
    }
    Session fresh = Make(*renewed, absl::FromUnixMillis(session.ends_ms()));
    fresh.set_csrf(session.csrf());
    fresh.set_ends_ms(session.ends_ms());
    if (fresh.refresh_token().empty()) fresh.set_refresh_token(session.refresh_token());
    store_->Update(cookie, fresh, [fresh, done](absl::Status written) {
      // Not kept: the provider may have voided the old refresh token, so the next refresh may fail; this call still goes through.
      done(fresh);
    });
  });
}

void Sessions::EndOf(const std::string& cookie, absl::StatusOr<Session> result) {
  std::vector<OnSession> waiting;
  {
    std::lock_guard<std::mutex> lock(mu_);
    waiting = std::move(refreshing_[cookie]);
    refreshing_.erase(cookie);
  }
  for (const OnSession& w : waiting) w(result);
}

}  // namespace brobygger::gateway
