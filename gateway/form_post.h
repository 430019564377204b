// One HTTP POST of a form, as OAuth wants it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace brobygger::gateway {

struct FormPost {
  std::string url;                                        // https, or http on loopback (checked by the caller)
  std::string ca;                                         // PEM file, "" for the system's
  std::string user, password;                             // client_secret_basic; each is form-encoded first (RFC 6749, 2.3.1)
  std::vector<std::pair<std::string, std::string>> form;
};
struct FormAnswer {
  long status = 0;
  std::string body;  // at most 64 KB
};

// Blocks for at most 5 s; no redirects, no proxy. UNAVAILABLE if there is no answer.
absl::StatusOr<FormAnswer> Send(const FormPost& post);

// https, or http on a loopback address without user information.
bool IsIssuerUrl(absl::string_view url);

}  // namespace brobygger::gateway
