// The small texts of HTTP: queries, cookies, local paths, tokens in headers. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace brobygger::gateway {

// Decoded parameters; nothing for a malformed escape, a control character, invalid UTF-8 or a name that is there twice.
std::optional<std::map<std::string, std::string>> ParseQuery(absl::string_view query);
// application/x-www-form-urlencoded, in order.
std::string FormEncode(const std::vector<std::pair<std::string, std::string>>& parameters);

// The cookie's value, "" if it is absent or there twice.
absl::string_view CookieValue(absl::string_view cookie_header, absl::string_view name);
// Set-Cookie for a __Host- cookie: Secure, HttpOnly, SameSite=Lax, Path=/. A zero age forgets it.
std::string SetCookie(absl::string_view name, absl::string_view value, absl::Duration age);

// The path itself if a browser will surely stay with us when it is sent there, otherwise "/". At most 512 plain characters.
std::string LocalPath(absl::string_view return_to);

// The token of "Bearer <token>", "" if the header has another form.
absl::string_view BearerToken(absl::string_view authorization);

// A JSON string literal, with quotes. Invalid UTF-8 becomes "?".
std::string JsonString(absl::string_view text);

// "https://host[:port]" in lower case without default port or path.
bool IsOrigin(absl::string_view origin);

}  // namespace brobygger::gateway
