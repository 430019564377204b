// Errors as the Connect protocol wants them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "gateway/contracts.h"
#include "gateway/http.h"

namespace brobygger::gateway {

// "permission_denied" of PERMISSION_DENIED, and the HTTP status that goes with it.
absl::string_view ConnectCode(absl::StatusCode code);
int ConnectHttpStatus(absl::StatusCode code);

// Keeps a refusal's details. A status without them (the transport's own) keeps its code and gets one fixed text per code: its
// own text names addresses and libraries.
absl::Status WithoutInternals(const absl::Status& status);

// {"code","message","details":[{"type","value","debug"}]} with its HTTP status; always JSON, also for a binary request.
// `contracts` may be null: then without "debug".
HttpResponse ConnectError(const absl::Status& status, const Contracts* contracts);
// The same under another HTTP status (404 for a method that is not there, 415).
HttpResponse ConnectError(const absl::Status& status, const Contracts* contracts, int http_status);

}  // namespace brobygger::gateway
