// Requests and answers as values. The rest of the gateway sees these and never a socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace brobygger::gateway {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;   // "GET", "HEAD", "POST"
  std::string path;     // "/session": up to the question mark, not decoded, begins with a slash
  std::string query;    // after the question mark, not decoded
  HttpHeaders headers;  // names in lower case
  std::string body;

  // The value, "" if absent. A header that is there twice is "" too: nobody should guess which one was meant.
  absl::string_view Header(absl::string_view lower_name) const;
  bool Has(absl::string_view lower_name) const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // without Content-Length, Connection, Date and the security headers: the server adds those
  // Shared, because static files are sent by many connections at once. Null: empty.
  std::shared_ptr<const std::string> body;
  // True for content that may be kept for ever because its name holds its hash; everything else is no-store.
  bool immutable = false;
};

// Called exactly once, from any thread.
using HttpReply = std::function<void(HttpResponse)>;
// Called on a socket thread: must not block.
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

HttpResponse Respond(int status, absl::string_view content_type, std::string body);
// 303: the browser goes on with GET.
HttpResponse Redirect(absl::string_view location);
// The reason phrase of a status.
absl::string_view StatusText(int status);
// Status line, headers, security headers and an empty line. Header values with control characters are dropped.
std::string SerialiseHead(const HttpResponse& response, bool keep_alive, bool head_only);

}  // namespace brobygger::gateway
