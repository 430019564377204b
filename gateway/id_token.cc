#include "gateway/id_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "services/runtime/crypto.h"

namespace brobygger::gateway {
namespace {

using Json = nlohmann::json;
constexpr absl::Duration kLeeway = absl::Seconds(60);
constexpr size_t kMaxToken = 8192;

absl::Status Bad(absl::string_view check) { return absl::UnauthenticatedError(absl::StrCat("ID token: ", check)); }

Json Part(absl::string_view base64) {
  std::string text;
  Json json(Json::value_t::discarded);
  if (crypto::FromBase64Url(base64, &text)) json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json(Json::value_t::discarded);
}

std::string Text(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

bool ForClient(const Json& claims, const std::string& client_id) {
  auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  if (aud->is_string()) return *aud == client_id;
  // With several audiences the token has to say that it was made for us.
  const bool listed = aud->is_array() && std::find(aud->begin(), aud->end(), Json(client_id)) != aud->end();
  return listed && (aud->size() == 1 || Text(claims, "azp") == client_id);
}

}  // namespace

absl::StatusOr<std::string> CheckIdToken(absl::string_view jwt, const KeySet& keys, const IdTokenWanted& wanted, absl::Time now) {
  const std::vector<absl::string_view> parts = absl::StrSplit(jwt, '.');
  std::string signature;
  if (jwt.size() > kMaxToken || parts.size() != 3 || !crypto::FromBase64Url(parts[2], &signature)) return Bad("form");
  const Json header = Part(parts[0]);
  if (header.is_discarded() || header.contains("crit")) return Bad("header");
  auto key = keys.find(Text(header, "kid"));
  if (key == keys.end()) return absl::NotFoundError("ID token: unknown key id");
  if (Text(header, "alg") != key->second.AlgorithmName()) return Bad("algorithm");
  if (!key->second.Verify(jwt.substr(0, jwt.rfind('.')), signature)) return Bad("signature");

  const Json claims = Part(parts[1]);
  if (claims.is_discarded()) return Bad("claims");
  if (Text(claims, "iss") != wanted.issuer) return Bad("iss");
  if (!ForClient(claims, wanted.client_id)) return Bad("aud");
  auto exp = claims.find("exp");
  if (exp == claims.end() || !exp->is_number() || absl::ToDoubleSeconds(now - kLeeway - absl::UnixEpoch()) >= exp->get<double>()) return Bad("exp");
  if (wanted.nonce.empty() || !crypto::ConstantTimeEqual(Text(claims, "nonce"), wanted.nonce)) return Bad("nonce");
  const std::string sub = Text(claims, "sub");
  if (sub.empty()) return Bad("sub");
  return sub;
}

}  // namespace brobygger::gateway
