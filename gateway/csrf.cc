#include "gateway/csrf.h"

#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {

absl::Status CheckCsrf(const HttpRequest& request, const Session& session, const std::string& public_origin) {
  if (request.method == "GET" || request.method == "HEAD") return absl::OkStatus();
  const bool ours = request.Header("origin") == public_origin && !session.csrf().empty() &&
                    crypto::ConstantTimeEqual(request.Header("x-csrf-token"), session.csrf());
  if (ours) return absl::OkStatus();
  return Refusal(absl::StatusCode::kPermissionDenied, "CSRF", "the request does not come from our own page: load the page again");
}

}  // namespace brobygger::gateway
