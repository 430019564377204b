// Certificates without gRPC: what a process checks about its own before it serves, and how peers are named.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/runtime/config.pb.h"

namespace brobygger {

// The name after "spiffe://<trust_domain>/", or "" if the identity is of another form or domain.
std::string PeerName(absl::string_view spiffe_id, absl::string_view trust_domain);

// Our own SPIFFE name. INVALID_ARGUMENT naming the file if certificate, key or CA cannot be read, do not belong together,
// are out of date, or if the certificate has not exactly one URI of the trust domain.
absl::StatusOr<std::string> CheckTlsFiles(const runtime::Tls& tls);

}  // namespace brobygger
