#include "services/consent/names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/runtime/crypto.h"
#include "services/runtime/ids.h"

namespace brobygger::consent {
namespace {

std::string AfterPrefix(absl::string_view text, absl::string_view prefix) {
  return absl::ConsumePrefix(&text, prefix) ? std::string(text) : "";
}

// 26 characters a-z2-7 of the first 130 bits.
std::string Base32(absl::string_view bytes) {
  std::string out;
  unsigned int buffer = 0;
  int bits = 0;
  for (size_t i = 0; out.size() < static_cast<size_t>(kIdLength); ++i) {
    buffer = (buffer << 8) | static_cast<unsigned char>(bytes[i]);
    bits += 8;
    while (bits >= 5 && out.size() < static_cast<size_t>(kIdLength)) {
      bits -= 5;
      out += "abcdefghijklmnopqrstuvwxyz234567"[(buffer >> bits) & 31];
    }
  }
  return out;
}

}  // namespace

std::string Slug(absl::string_view agency) { return AfterPrefix(agency, "agencies/"); }
std::string RefId(absl::string_view citizen) { return AfterPrefix(citizen, "citizens/"); }
std::string CitizenName(absl::string_view ref_id) { return ref_id.empty() ? "" : absl::StrCat("citizens/", ref_id); }

std::string Handle(absl::string_view key, absl::string_view id, absl::string_view whose) {
  return Base32(crypto::HmacSha256(key, absl::StrCat(id, "|", whose)));
}

std::string HandleOfName(absl::string_view name) {
  std::string handle = AfterPrefix(name, "consents/");
  return IsId(handle) ? handle : "";
}

std::string HandleClaim(absl::string_view handle) { return absl::StrCat("handle:", handle); }

std::string ReferenceId(absl::string_view agency, absl::string_view ref_id) { return absl::StrCat(Slug(agency), ".", ref_id); }

std::string ArrowId(absl::string_view recipient, absl::string_view recipient_ref, absl::string_view holder) {
  return absl::StrCat(Slug(recipient), ".", recipient_ref, ".", Slug(holder));
}

std::string IdentityId(absl::string_view key, const registry::v1::Identifier& identifier) {
  if (identifier.scheme() != registry::v1::IDENTIFIER_SCHEME_CPR || identifier.value().empty()) return "";
  return crypto::Hex(crypto::HmacSha256(key, absl::StrCat(static_cast<int>(identifier.scheme()), "|", identifier.issuer(), "|", NormalNumber(identifier.value()))));
}

registry::v1::Identifier IdentifierOfLogin(absl::string_view text) {
  registry::v1::Identifier out;
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  int scheme = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &scheme) || !registry::v1::IdentifierScheme_IsValid(scheme)) return out;
  out.set_scheme(static_cast<registry::v1::IdentifierScheme>(scheme));
  out.set_issuer(parts[1]);
  out.set_value(parts[2]);
  return out;
}

std::string NormalNumber(absl::string_view value) {
  std::string out;
  for (char c : value) {
    if (c != '-' && c != ' ') out += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace brobygger::consent
