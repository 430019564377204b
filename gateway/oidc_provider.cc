#include "gateway/oidc_provider.h"

#include <fstream>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "gateway/form_post.h"
#include "gateway/http_text.h"
#include "gateway/id_token.h"
#include "gateway/session_seal.h"
#include "nlohmann/json.hpp"
#include "services/runtime/jwks.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

using Json = nlohmann::json;

constexpr int kThreads = 4;
constexpr size_t kMaxQueue = 128;
constexpr absl::Duration kRefetchKeys = absl::Seconds(10);

absl::Status Down() { return Refusal(absl::StatusCode::kUnavailable, "ISSUER_DOWN", "sign-in cannot be checked right now: try again in a moment"); }

std::string Text(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

class Provider : public OidcProvider {
 public:
  Provider(const Oidc& config, std::string origin, std::string client_id, std::string secret, std::unique_ptr<TokenVerifier> verifier)
      : config_(config), redirect_uri_(absl::StrCat(origin, "/callback")), home_(absl::StrCat(origin, "/")), client_id_(std::move(client_id)),
        secret_(std::move(secret)), verifier_(std::move(verifier)) {}

  std::string AuthorizationUrl(const LoginAttempt& attempt) const override {
    std::vector<std::pair<std::string, std::string>> q = {
        {"client_id", client_id_},
        {"response_type", "code"},
        {"redirect_uri", redirect_uri_},
        {"scope", config_.scope().empty() ? "openid" : config_.scope()},
        {"state", attempt.state()},
        {"nonce", attempt.nonce()},
        {"code_challenge", PkceChallenge(attempt.verifier())},
        {"code_challenge_method", "S256"},
    };
    if (!config_.resource().empty()) q.emplace_back("resource", config_.resource());
    if (attempt.anew()) q.emplace_back("prompt", "login");
    for (const Parameter& p : attempt.as() == "citizen" ? config_.citizen() : config_.staff()) q.emplace_back(p.name(), p.value());
    const std::string& base = config_.authorization_endpoint();
    return absl::StrCat(base, absl::StrContains(base, "?") ? "&" : "?", FormEncode(q));
  }

  std::string EndSessionUrl() const override {
    const std::string& base = config_.end_session_endpoint();
    if (base.empty()) return "";
    return absl::StrCat(base, absl::StrContains(base, "?") ? "&" : "?",
                        FormEncode({{"client_id", client_id_}, {"post_logout_redirect_uri", home_}}));
  }

  const std::string& issuer() const override { return config_.issuer(); }

  void Exchange(const std::string& code, const LoginAttempt& attempt, OnSignedIn done) override {
    InPool(std::move(done), [this, code, attempt] {
      return Redeem({{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", redirect_uri_}, {"code_verifier", attempt.verifier()}},
                    attempt.nonce());
    });
  }

  void Refresh(const std::string& refresh_token, OnSignedIn done) override {
    InPool(std::move(done), [this, refresh_token] { return Redeem({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}}, ""); });
  }

  void Later(absl::Duration wait, std::function<void()> job) override {
    // A full queue only means that there is enough to do meanwhile.
    if (!pool_.Run([wait, job] { absl::SleepFor(wait); job(); })) job();
  }

 private:
  void InPool(OnSignedIn done, std::function<absl::StatusOr<SignedIn>()> work) {
    if (!pool_.Run([done, work = std::move(work)] { done(work()); })) done(Down());
  }

  // Blocks. With a nonce: an ID token must come and be of this sign-in.
  absl::StatusOr<SignedIn> Redeem(std::vector<std::pair<std::string, std::string>> form, const std::string& nonce) {
    if (!config_.resource().empty()) form.emplace_back("resource", config_.resource());
    absl::StatusOr<FormAnswer> answer = Send({config_.token_endpoint(), config_.ca(), client_id_, secret_, std::move(form)});
    if (!answer.ok() || answer->status >= 500) return Down();
    const Json json = Json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
    if (answer->status != 200 || !json.is_object()) {
      // The error is one of RFC 6749's words; an odd one is not repeated.
      std::string error = json.is_object() ? Text(json, "error") : "";
      for (char c : error) {
        if (!absl::ascii_islower(c) && c != '_') error = "malformed";
      }
      return absl::UnauthenticatedError(absl::StrCat("token end point: ", answer->status, " ", error.substr(0, 40)));
    }
    SignedIn out;
    out.access_token = Text(json, "access_token");
    out.refresh_token = Text(json, "refresh_token");
    const absl::Time now = absl::Now();
    absl::StatusOr<Caller> caller = verifier_->Verify(out.access_token, now);
    if (!caller.ok()) {
      if (absl::IsUnavailable(caller.status())) return Down();
      return absl::UnauthenticatedError("access token: not one that the services would take");
    }
    out.caller = *std::move(caller);
    if (!nonce.empty()) {
      BB_ASSIGN_OR_RETURN(const std::string sub, IdTokenSubject(Text(json, "id_token"), nonce, now));
      if (sub != out.caller.person.value()) return absl::UnauthenticatedError("ID token: another person than the access token");
    }
    return out;
  }

  absl::StatusOr<std::string> IdTokenSubject(const std::string& jwt, const std::string& nonce, absl::Time now) {
    const IdTokenWanted wanted{config_.issuer(), client_id_, nonce};
    std::lock_guard<std::mutex> lock(keys_mu_);
    absl::StatusOr<std::string> sub = CheckIdToken(jwt, keys_, wanted, now);
    if (!absl::IsNotFound(sub.status())) return sub;
    if (now < next_fetch_) return absl::UnauthenticatedError("ID token: unknown key id");
    next_fetch_ = now + kRefetchKeys;
    absl::StatusOr<std::string> document = FetchJwks(config_.jwks_uri(), config_.ca());
    absl::StatusOr<KeySet> keys = document.ok() ? ParseJwks(*document) : document.status();
    if (!keys.ok()) {
      next_fetch_ = now + absl::Seconds(1);
      return Down();
    }
    keys_ = *std::move(keys);
    sub = CheckIdToken(jwt, keys_, wanted, now);
    return absl::IsNotFound(sub.status()) ? absl::UnauthenticatedError("ID token: unknown key id") : sub;
  }

  const Oidc config_;
  const std::string redirect_uri_, home_, client_id_, secret_;
  const std::unique_ptr<TokenVerifier> verifier_;
  std::mutex keys_mu_;
  KeySet keys_;
  absl::Time next_fetch_ = absl::InfinitePast();
  WorkerPool pool_{kThreads, kMaxQueue};  // last: its threads use the rest
};

}  // namespace

absl::StatusOr<std::unique_ptr<OidcProvider>> OidcProvider::Create(const Oidc& config, const std::string& public_origin) {
  if (config.issuer().empty() || config.audience().empty()) return absl::InvalidArgumentError("oidc.issuer and oidc.audience are required");
  for (const std::string* url : {&config.authorization_endpoint(), &config.token_endpoint(), &config.jwks_uri()}) {
    if (!IsIssuerUrl(*url)) return absl::InvalidArgumentError("oidc end points want https, or http on loopback");
  }
  if (!config.end_session_endpoint().empty() && !IsIssuerUrl(config.end_session_endpoint())) {
    return absl::InvalidArgumentError("oidc.end_session_endpoint wants https, or http on loopback");
  }
  std::ifstream in(config.client_file());
  std::string client_id, secret;
  if (!in || !std::getline(in, client_id) || !std::getline(in, secret) || client_id.empty() || secret.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(config.client_file(), ": want the client id in line 1 and the secret in line 2"));
  }
  runtime::Tokens tokens;
  tokens.set_issuer(config.issuer());
  tokens.set_jwks_uri(config.jwks_uri());
  tokens.set_ca(config.ca());
  tokens.set_audience(config.audience());
  BB_ASSIGN_OR_RETURN(std::unique_ptr<TokenVerifier> verifier, TokenVerifier::Create(tokens));
  return std::unique_ptr<OidcProvider>(
      std::make_unique<Provider>(config, public_origin, std::move(client_id), std::move(secret), std::move(verifier)));
}

}  // namespace brobygger::gateway
