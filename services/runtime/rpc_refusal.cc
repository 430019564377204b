#include "services/runtime/rpc_refusal.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/runtime/status.h"

namespace brobygger {

grpc::Status Travelling(const absl::Status& status, const std::string& request_id, std::string* reason) {
  google::rpc::Status rpc = ToRpc(status);
  google::rpc::ErrorInfo info;
  if (rpc.details_size() > 0 && rpc.details(0).UnpackTo(&info)) *reason = info.reason();
  google::rpc::RequestInfo request;
  request.set_request_id(request_id);
  rpc.add_details()->PackFrom(request);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(), rpc.SerializeAsString());
}

}  // namespace brobygger
