// A refusal as it travels over gRPC.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace brobygger {

// Code, message and the same two again, with all details and the request id, in grpc-status-details-bin. `reason`: the
// reason of the refusal, if it has one.
grpc::Status Travelling(const absl::Status& status, const std::string& request_id, std::string* reason);

}  // namespace brobygger
