// Whether a request that changes something comes from our own page.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "gateway/http.h"
#include "gateway/session.pb.h"

namespace brobygger::gateway {

// For everything but GET and HEAD that a session cookie came with: an Origin equal to the public one, and X-CSRF-Token equal to
// the session's. PERMISSION_DENIED CSRF otherwise.
absl::Status CheckCsrf(const HttpRequest& request, const Session& session, const std::string& public_origin);

}  // namespace brobygger::gateway
