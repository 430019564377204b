#include "services/runtime/jwks.h"

#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "curl/curl.h"
#include "nlohmann/json.hpp"
#include "openssl/bn.h"
#include "openssl/core_names.h"
#include "openssl/ecdsa.h"
#include "openssl/evp.h"
#include "openssl/param_build.h"
#include "services/runtime/crypto.h"

namespace brobygger {
namespace {

constexpr size_t kMaxKeys = 32;
constexpr size_t kMaxDocument = 256 * 1024;

using Json = nlohmann::json;
using PkeyPtr = std::shared_ptr<EVP_PKEY>;
using Bignum = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

std::string Text(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string Bytes(const Json& object, const char* name) {
  std::string out;
  return crypto::FromBase64Url(Text(object, name), &out) ? out : std::string();
}

Bignum Number(const std::string& bytes) {
  return Bignum(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr), BN_free);
}

// A public key from named parameters, checked by OpenSSL (a point has to be on its curve).
PkeyPtr FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  EVP_PKEY* key = nullptr;
  const bool made = params != nullptr && ctx != nullptr && EVP_PKEY_fromdata_init(ctx) == 1 &&
                    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
  EVP_PKEY_CTX_free(ctx);
  OSSL_PARAM_free(params);
  if (!made) return nullptr;
  PkeyPtr shared(key, EVP_PKEY_free);
  EVP_PKEY_CTX* check = EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr);
  const bool sound = check != nullptr && EVP_PKEY_public_check(check) == 1;
  EVP_PKEY_CTX_free(check);
  return sound ? shared : nullptr;
}

PkeyPtr EcKey(const Json& jwk) {
  const std::string x = Bytes(jwk, "x"), y = Bytes(jwk, "y");
  if (Text(jwk, "crv") != "P-256" || x.size() != 32 || y.size() != 32) return nullptr;
  const std::string point = absl::StrCat("\x04", x, y);
  OSSL_PARAM_BLD* b = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  PkeyPtr key = FromParameters("EC", b);
  OSSL_PARAM_BLD_free(b);
  return key;
}

PkeyPtr RsaKey(const Json& jwk) {
  const std::string n = Bytes(jwk, "n"), e = Bytes(jwk, "e");
  if (n.size() < 256 || n.size() > 1024 || e.empty() || e.size() > 8) return nullptr;
  const Bignum modulus = Number(n), exponent = Number(e);
  if (BN_num_bits(modulus.get()) < 2048) return nullptr;
  OSSL_PARAM_BLD* b = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, exponent.get());
  PkeyPtr key = FromParameters("RSA", b);
  OSSL_PARAM_BLD_free(b);
  return key;
}

PkeyPtr EdKey(const Json& jwk) {
  const std::string x = Bytes(jwk, "x");
  if (Text(jwk, "crv") != "Ed25519" || x.size() != 32) return nullptr;
  return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x.data()), x.size()),
                 EVP_PKEY_free);
}

// A JWS carries r|s; OpenSSL wants them in DER.
std::string EcdsaDer(absl::string_view raw) {
  if (raw.size() != 64) return "";
  ECDSA_SIG* sig = ECDSA_SIG_new();
  const auto* p = reinterpret_cast<const unsigned char*>(raw.data());
  ECDSA_SIG_set0(sig, BN_bin2bn(p, 32, nullptr), BN_bin2bn(p + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(sig, &der);
  std::string out(reinterpret_cast<char*>(der), size > 0 ? size : 0);
  OPENSSL_free(der);
  ECDSA_SIG_free(sig);
  return out;
}

size_t Append(char* data, size_t, size_t size, void* into) {
  auto* out = static_cast<std::string*>(into);
  if (out->size() + size > kMaxDocument) return 0;  // aborts the transfer
  out->append(data, size);
  return size;
}

}  // namespace

absl::string_view VerificationKey::AlgorithmName() const {
  switch (algorithm) {
    case Algorithm::kEs256: return "ES256";
    case Algorithm::kRs256: return "RS256";
    case Algorithm::kEdDsa: return "EdDSA";
  }
  return "";
}

bool VerificationKey::Verify(absl::string_view input, absl::string_view signature) const {
  const std::string der = algorithm == Algorithm::kEs256 ? EcdsaDer(signature) : std::string(signature);
  if (der.empty()) return false;
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  const EVP_MD* digest = algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  const bool good = EVP_DigestVerifyInit(ctx, nullptr, digest, nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(ctx, reinterpret_cast<const unsigned char*>(der.data()), der.size(),
                                     reinterpret_cast<const unsigned char*>(input.data()), input.size()) == 1;
  EVP_MD_CTX_free(ctx);
  return good;
}

absl::StatusOr<KeySet> ParseJwks(absl::string_view json) {
  const Json document = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  auto keys = document.is_object() ? document.find("keys") : document.end();
  if (!document.is_object() || keys == document.end() || !keys->is_array()) return absl::InvalidArgumentError("not a JWKS");
  KeySet set;
  for (const Json& jwk : *keys) {
    if (!jwk.is_object() || set.size() >= kMaxKeys) continue;
    const std::string kid = Text(jwk, "kid"), kty = Text(jwk, "kty"), use = Text(jwk, "use"), alg = Text(jwk, "alg");
    if (kid.empty() || kid.size() > 256 || (!use.empty() && use != "sig")) continue;
    VerificationKey key;
    if (kty == "EC") {
      key = {VerificationKey::Algorithm::kEs256, EcKey(jwk)};
    } else if (kty == "RSA") {
      key = {VerificationKey::Algorithm::kRs256, RsaKey(jwk)};
    } else if (kty == "OKP") {
      key = {VerificationKey::Algorithm::kEdDsa, EdKey(jwk)};
    } else {
      continue;  // "oct" above all: a symmetric key verifies nothing here
    }
    if (key.key == nullptr || (!alg.empty() && alg != key.AlgorithmName())) continue;
    set.emplace(kid, std::move(key));
  }
  return set;
}

absl::StatusOr<std::string> FetchJwks(const std::string& uri, const std::string& ca) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, uri.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, absl::StartsWith(uri, "https:") ? "https" : "http");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");  // an issuer is reached directly or not at all
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 3000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  if (!ca.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, ca.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return absl::UnavailableError(absl::StrCat("JWKS: ", curl_easy_strerror(code)));
  return body;
}

}  // namespace brobygger
