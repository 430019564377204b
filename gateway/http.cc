#include "gateway/http.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brobygger::gateway {
namespace {

// On everything, errors too. `script-src 'self'` without 'unsafe-inline' is what makes a smuggled script harmless.
constexpr char kSecurity[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "Strict-Transport-Security: max-age=31536000\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n";

bool IsClean(absl::string_view value) {
  for (unsigned char c : value) {
    if (c < 0x20 || c == 0x7f) return false;
  }
  return true;
}

}  // namespace

absl::string_view HttpRequest::Header(absl::string_view lower_name) const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : headers) {
    if (name != lower_name) continue;
    if (found != nullptr) return "";
    found = &value;
  }
  return found == nullptr ? absl::string_view() : absl::string_view(*found);
}

bool HttpRequest::Has(absl::string_view lower_name) const {
  for (const auto& header : headers) {
    if (header.first == lower_name) return true;
  }
  return false;
}

HttpResponse Respond(int status, absl::string_view content_type, std::string body) {
  HttpResponse r;
  r.status = status;
  r.headers.emplace_back("Content-Type", std::string(content_type));
  r.body = std::make_shared<const std::string>(std::move(body));
  return r;
}

HttpResponse Redirect(absl::string_view location) {
  HttpResponse r;
  r.status = 303;
  r.headers.emplace_back("Location", std::string(location));
  return r;
}

absl::string_view StatusText(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

std::string SerialiseHead(const HttpResponse& response, bool keep_alive, bool head_only) {
  std::string out = absl::StrCat("HTTP/1.1 ", response.status, " ", StatusText(response.status), "\r\n");
  for (const auto& [name, value] : response.headers) {
    if (IsClean(value)) absl::StrAppend(&out, name, ": ", value, "\r\n");
  }
  if (response.status != 304) {
    absl::StrAppend(&out, "Content-Length: ", response.body == nullptr ? 0 : response.body->size(), "\r\n");
  }
  absl::StrAppend(&out, "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()), "\r\n");
  absl::StrAppend(&out, "Cache-Control: ", response.immutable ? "public, max-age=31536000, immutable" : "no-store", "\r\n");
  absl::StrAppend(&out, "Connection: ", keep_alive ? "keep-alive" : "close", "\r\n", kSecurity, "\r\n");
  return out;
}

}  // namespace brobygger::gateway
