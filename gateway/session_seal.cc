#include "gateway/session_seal.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr char kAttemptLabel[] = "gateway/login";
constexpr size_t kCookieSize = 43;

}  // namespace

std::string RandomToken() { return absl::WebSafeBase64Escape(crypto::Random(32)); }
std::string PkceChallenge(absl::string_view verifier) { return absl::WebSafeBase64Escape(crypto::Sha256(verifier)); }

std::string SessionSeal::NewCookie() { return RandomToken(); }

bool SessionSeal::IsCookie(absl::string_view value) {
  if (value.size() != kCookieSize) return false;
  for (char c : value) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '_') return false;
  }
  return true;
}

std::string SessionSeal::IdOf(absl::string_view cookie) { return absl::BytesToHexString(crypto::Sha256(cookie)); }
std::string SessionSeal::RedisKey(absl::string_view kind, absl::string_view id) { return absl::StrCat("gateway:", kind, ":", id); }

std::string SessionSeal::KeyFor(absl::string_view kind, absl::string_view cookie) const {
  return crypto::Derive(key_, absl::StrCat("gateway/", kind, "/", cookie));
}

std::string SessionSeal::Seal(absl::string_view kind, absl::string_view cookie, const google::protobuf::MessageLite& content) const {
  return crypto::Seal(KeyFor(kind, cookie), content.SerializeAsString(), RedisKey(kind, IdOf(cookie)));
}

absl::Status SessionSeal::Open(absl::string_view kind, absl::string_view cookie, absl::string_view sealed,
                               google::protobuf::MessageLite* content) const {
  BB_ASSIGN_OR_RETURN(const std::string plain, crypto::Open(KeyFor(kind, cookie), sealed, RedisKey(kind, IdOf(cookie))));
  return content->ParseFromString(plain) ? absl::OkStatus() : absl::DataLossError("malformed session");
}

std::string SessionSeal::SealAttempt(const LoginAttempt& attempt) const {
  return absl::WebSafeBase64Escape(crypto::Seal(crypto::Derive(key_, kAttemptLabel), attempt.SerializeAsString(), kAttemptLabel));
}

absl::StatusOr<LoginAttempt> SessionSeal::OpenAttempt(absl::string_view cookie) const {
  std::string sealed;
  if (cookie.empty() || !crypto::FromBase64Url(cookie, &sealed)) return absl::DataLossError("no login attempt");
  BB_ASSIGN_OR_RETURN(const std::string plain, crypto::Open(crypto::Derive(key_, kAttemptLabel), sealed, kAttemptLabel));
  LoginAttempt attempt;
  if (!attempt.ParseFromString(plain)) return absl::DataLossError("malformed login attempt");
  return attempt;
}

}  // namespace brobygger::gateway
