#include "gateway/http_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/json_scan.h"

namespace brobygger::gateway {
namespace {

constexpr size_t kMaxReturn = 512;
constexpr size_t kMaxBearer = 4096;

int HexDigit(char c) {
  if (!absl::ascii_isxdigit(c)) return -1;
  return absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
}

std::optional<std::string> Decode(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    }
    if (absl::ascii_iscntrl(c)) return std::nullopt;
    out.push_back(c);
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

std::string Encode(absl::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      absl::StrAppendFormat(&out, "%%%02X", c);
    }
  }
  return out;
}

}  // namespace

std::optional<std::map<std::string, std::string>> ParseQuery(absl::string_view query) {
  std::map<std::string, std::string> out;
  for (absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    std::optional<std::string> name = Decode(pair.first), value = Decode(pair.second);
    if (!name || !value || !out.emplace(std::move(*name), std::move(*value)).second) return std::nullopt;
  }
  return out;
}

std::string FormEncode(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) absl::StrAppend(&out, out.empty() ? "" : "&", Encode(name), "=", Encode(value));
  return out;
}

absl::string_view CookieValue(absl::string_view cookie_header, absl::string_view name) {
  absl::string_view found;
  bool seen = false;
  for (absl::string_view part : absl::StrSplit(cookie_header, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (!absl::ConsumePrefix(&part, name) || !absl::ConsumePrefix(&part, "=")) continue;
    if (seen) return "";
    seen = true;
    found = part;
  }
  return found;
}

std::string SetCookie(absl::string_view name, absl::string_view value, absl::Duration age) {
  return absl::StrCat(name, "=", value, "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=", absl::ToInt64Seconds(age));
}

std::string LocalPath(absl::string_view return_to) {
  // "//host" and "/\host" leave the site; a browser drops tabs and newlines before it looks, so only plain characters pass.
  if (return_to.empty() || return_to.size() > kMaxReturn || return_to[0] != '/' || absl::StartsWith(return_to, "//")) return "/";
  for (char c : return_to) {
    if (!absl::ascii_isalnum(c) && absl::string_view("/-._~?=&%:@,+").find(c) == absl::string_view::npos) return "/";
  }
  return std::string(return_to);
}

absl::string_view BearerToken(absl::string_view authorization) {
  const size_t space = authorization.find(' ');
  if (space == absl::string_view::npos || !absl::EqualsIgnoreCase(authorization.substr(0, space), "bearer")) return "";
  const absl::string_view token = authorization.substr(space + 1);
  if (token.size() > kMaxBearer) return "";
  for (char c : token) {
    if (!absl::ascii_isalnum(c) && absl::string_view("-._~+/=").find(c) == absl::string_view::npos) return "";
  }
  return token;
}

std::string JsonString(absl::string_view text) {
  if (!IsUtf8(text)) return "\"?\"";
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x7f) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  out.push_back('"');
  return out;
}

bool IsOrigin(absl::string_view origin) {
  if (!absl::ConsumePrefix(&origin, "https://")) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(origin, ':');
  if (parts.size() > 2 || parts[0].empty()) return false;
  for (char c : parts[0]) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '.' && c != '-') return false;
  }
  int port = 0;
  return parts.size() == 1 || (absl::SimpleAtoi(parts[1], &port) && port > 0 && port < 65536 && port != 443 && absl::StrCat(port) == parts[1]);
}

}  // namespace brobygger::gateway
