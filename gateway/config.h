// The gateway's configuration file.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "gateway/config.pb.h"

namespace brobygger::gateway {

// INVALID_ARGUMENT "<path>:<line>:<column>: …" for an unknown, repeated or malformed setting, "<path>: … is required" for a missing
// one; NOT_FOUND if unreadable. Relative paths inside are made absolute from the file's own directory.
absl::StatusOr<GatewayConfig> LoadConfig(const std::string& path);

}  // namespace brobygger::gateway
