#include "services/runtime/token.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "brobygger/registry/v1/registry.pb.h"
#include "nlohmann/json.hpp"
#include "services/runtime/config.h"
#include "services/runtime/crypto.h"
#include "services/runtime/jwks.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using Json = nlohmann::json;

constexpr absl::Duration kLeeway = absl::Seconds(60);
constexpr absl::Duration kRemember = absl::Minutes(5);
constexpr absl::Duration kRefetch = absl::Seconds(10);
constexpr absl::Duration kRetryWithoutKeys = absl::Seconds(1);
constexpr size_t kGeneration = 8192;  // tokens remembered in one generation; two are kept

absl::Status Bad() { return Refusal(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "the token is not valid here: sign in again"); }
absl::Status Expired() { return Refusal(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED", "the token has expired: sign in again"); }
absl::Status Down() { return Refusal(absl::StatusCode::kUnavailable, "ISSUER_DOWN", "sign-in cannot be checked right now: try again in a moment"); }

// The object of a base64url part; a discarded value if it is none.
Json Part(absl::string_view base64) {
  std::string text;
  if (!crypto::FromBase64Url(base64, &text)) return Json(Json::value_t::discarded);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json(Json::value_t::discarded);
}

std::string Text(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// A NumericDate, InfinitePast if it is missing or no sane number.
absl::Time Date(const Json& object, const char* name) {
  auto it = object.find(name);
  if (it == object.end() || !it->is_number()) return absl::InfinitePast();
  const double seconds = it->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e11) return absl::InfinitePast();
  return absl::FromUnixMicros(static_cast<int64_t>(seconds * 1e6));
}

bool HasAudience(const Json& claims, const std::string& wanted) {
  auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  if (aud->is_string()) return *aud == wanted;
  return aud->is_array() && std::any_of(aud->begin(), aud->end(), [&](const Json& a) { return a.is_string() && a == wanted; });
}

// "<scheme number>/<issuer>/<value>", "" if it is no identifier.
std::string Identifier(const Json& claims) {
  auto it = claims.find("identifier");
  if (it == claims.end() || !it->is_object()) return "";
  registry::v1::IdentifierScheme scheme;
  if (!registry::v1::IdentifierScheme_Parse(absl::StrCat("IDENTIFIER_SCHEME_", Text(*it, "scheme")), &scheme) || scheme == 0) return "";
  const std::string issuer = Text(*it, "issuer");
  std::string value = Text(*it, "value");
  if (scheme == registry::v1::IDENTIFIER_SCHEME_CPR) value = absl::StrReplaceAll(value, {{"-", ""}});
  if (value.empty() || value.size() > 20 || issuer.size() > 40 || absl::StrContains(value, "/") || absl::StrContains(issuer, "/")) return "";
  return absl::StrCat(static_cast<int>(scheme), "/", issuer, "/", value);
}

// The roles we know; others are the issuer's own business. Empty if the claim is malformed.
std::vector<type::v1::Role> Roles(const Json& claims) {
  std::vector<type::v1::Role> roles;
  auto it = claims.find("roles");
  if (it == claims.end() || !it->is_array() || it->size() > 32) return roles;
  for (const Json& name : *it) {
    type::v1::Role role;
    if (name.is_string() && type::v1::Role_Parse(absl::StrCat("ROLE_", name.get<std::string>()), &role) && role != 0 &&
        std::find(roles.begin(), roles.end(), role) == roles.end()) {
      roles.push_back(role);
    }
  }
  return roles;
}

absl::StatusOr<Caller> CallerOf(const Json& claims) {
  Caller caller;
  auto person = PersonId::Parse(Text(claims, "sub"));
  if (!person.ok()) return Bad();
  caller.person = *std::move(person);
  caller.roles = Roles(claims);
  if (caller.roles.empty()) return Bad();
  // A citizen is never at work, and a system is no person: these two stand alone.
  if ((caller.IsCitizen() || caller.IsSystem()) && caller.roles.size() != 1) return Bad();
  if (caller.IsCitizen()) {
    caller.citizen_identifier = Identifier(claims);
    if (caller.citizen_identifier.empty() || claims.contains("agency")) return Bad();
  } else {
    auto agency = AgencyId::Parse(Text(claims, "agency"));
    if (!agency.ok()) return Bad();
    caller.agency = *std::move(agency);
  }
  return caller;
}

class Verifier : public TokenVerifier {
 public:
  explicit Verifier(const runtime::Tokens& config) : config_(config) {}

  absl::StatusOr<Caller> Verify(absl::string_view jwt, absl::Time now) override {
    if (jwt.empty() || jwt.size() > kMaxTokenSize) return Bad();
    std::string hash = crypto::Sha256(jwt);
    {
      std::lock_guard<std::mutex> lock(remembered_mu_);
      if (const Remembered* r = Find(hash); r != nullptr) {
        if (now < r->until) return r->caller;
        if (now >= r->caller.expires + kLeeway) return Expired();
      }
    }
    auto caller = VerifyFully(jwt, now);
    if (!caller.ok()) return caller;
    std::lock_guard<std::mutex> lock(remembered_mu_);
    if (young_.size() >= kGeneration) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_[std::move(hash)] = {*caller, std::min(caller->expires + kLeeway, now + kRemember)};
    return caller;
  }

 private:
  struct Remembered {
    Caller caller;
    absl::Time until;
  };

  const Remembered* Find(const std::string& hash) const {
    for (const auto* generation : {&young_, &old_}) {
      if (auto it = generation->find(hash); it != generation->end()) return &it->second;
    }
    return nullptr;
  }

  absl::StatusOr<Caller> VerifyFully(absl::string_view jwt, absl::Time now) {
    const size_t dot1 = jwt.find('.'), dot2 = jwt.rfind('.');
    if (dot1 == absl::string_view::npos || dot2 == dot1 || jwt.find('.', dot1 + 1) != dot2) return Bad();
    const Json header = Part(jwt.substr(0, dot1));
    std::string signature;
    if (header.is_discarded() || header.contains("crit") || !crypto::FromBase64Url(jwt.substr(dot2 + 1), &signature)) return Bad();
    const std::string kid = Text(header, "kid");
    if (kid.empty() || kid.size() > 256) return Bad();
    BB_ASSIGN_OR_RETURN(const VerificationKey key, KeyFor(kid));
    // The key says which algorithm; the header may only agree.
    if (Text(header, "alg") != key.AlgorithmName() || !key.Verify(jwt.substr(0, dot2), signature)) return Bad();

    const Json claims = Part(jwt.substr(dot1 + 1, dot2 - dot1 - 1));
    if (claims.is_discarded() || Text(claims, "iss") != config_.issuer() || !HasAudience(claims, config_.audience())) return Bad();
    const absl::Time expires = Date(claims, "exp");
    if (expires == absl::InfinitePast()) return Bad();
    if (now >= expires + kLeeway) return Expired();
    if (claims.contains("nbf") && (Date(claims, "nbf") == absl::InfinitePast() || Date(claims, "nbf") > now + kLeeway)) return Bad();
    BB_ASSIGN_OR_RETURN(Caller caller, CallerOf(claims));
    caller.expires = expires;
    return caller;
  }

  // The key of this id, fetched if need be. Intervals between fetches are real time, whatever the caller's clock says.
  absl::StatusOr<VerificationKey> KeyFor(const std::string& kid) {
    bool have_keys = false;
    if (auto key = Known(kid, &have_keys); key.has_value()) return *key;
    std::unique_lock<std::mutex> fetching(fetch_mu_, std::defer_lock);
    if (!have_keys) {
      fetching.lock();
    } else if (!fetching.try_lock()) {
      return Down();  // one thread may wait for the issuer, not all of them
    }
    if (auto key = Known(kid, &have_keys); key.has_value()) return *key;
    const absl::Time real = absl::Now();
    if (real < next_fetch_) return have_keys ? Bad() : Down();
    auto document = FetchJwks(config_.jwks_uri(), config_.ca());
    absl::StatusOr<KeySet> fetched = document.ok() ? ParseJwks(*document) : document.status();
    next_fetch_ = absl::Now() + (have_keys || fetched.ok() ? kRefetch : kRetryWithoutKeys);
    if (!fetched.ok()) return Down();
    {
      std::lock_guard<std::mutex> lock(keys_mu_);
      keys_ = *std::move(fetched);
    }
    if (auto key = Known(kid, &have_keys); key.has_value()) return *key;
    return have_keys ? Bad() : Down();
  }

  std::optional<VerificationKey> Known(const std::string& kid, bool* have_keys) const {
    std::lock_guard<std::mutex> lock(keys_mu_);
    *have_keys = !keys_.empty();
    auto it = keys_.find(kid);
    if (it == keys_.end()) return std::nullopt;
    return it->second;
  }

  const runtime::Tokens config_;
  mutable std::mutex keys_mu_;
  KeySet keys_;
  std::mutex fetch_mu_;
  absl::Time next_fetch_ = absl::InfinitePast();
  std::mutex remembered_mu_;
  std::unordered_map<std::string, Remembered> young_, old_;
};

}  // namespace

bool Caller::HasRole(type::v1::Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Create(const runtime::Tokens& config) {
  absl::string_view uri = config.jwks_uri();
  const bool https = absl::ConsumePrefix(&uri, "https://");
  const bool loopback = !https && absl::ConsumePrefix(&uri, "http://") && IsLoopback(uri) && !absl::StrContains(uri, "@");
  if (!https && !loopback) return absl::InvalidArgumentError("tokens.jwks_uri wants https, or http on loopback");
  return std::unique_ptr<TokenVerifier>(std::make_unique<Verifier>(config));
}

}  // namespace brobygger
