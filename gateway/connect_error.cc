#include "gateway/connect_error.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/http_text.h"
#include "google/rpc/status.pb.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

struct Row {
  absl::StatusCode code;
  const char* name;
  int http;
  const char* text;  // for a status that comes without details
};
constexpr Row kRows[] = {
    {absl::StatusCode::kCancelled, "canceled", 499, "the call was cancelled"},
    {absl::StatusCode::kUnknown, "unknown", 500, "something went wrong on our side"},
    {absl::StatusCode::kInvalidArgument, "invalid_argument", 400, "the request is not valid"},
    {absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504, "it took too long: try again"},
    {absl::StatusCode::kNotFound, "not_found", 404, "there is no such thing"},
    {absl::StatusCode::kAlreadyExists, "already_exists", 409, "it exists already"},
    {absl::StatusCode::kPermissionDenied, "permission_denied", 403, "you have no access"},
    {absl::StatusCode::kResourceExhausted, "resource_exhausted", 429, "too much at once: try again in a moment"},
    {absl::StatusCode::kFailedPrecondition, "failed_precondition", 400, "it is not in a state for this"},
    {absl::StatusCode::kAborted, "aborted", 409, "someone else was faster: try again"},
    {absl::StatusCode::kOutOfRange, "out_of_range", 400, "out of range"},
    {absl::StatusCode::kUnimplemented, "unimplemented", 501, "there is no such method"},
    {absl::StatusCode::kInternal, "internal", 500, "something went wrong on our side"},
    {absl::StatusCode::kUnavailable, "unavailable", 503, "the service cannot be reached right now: try again in a moment"},
    {absl::StatusCode::kDataLoss, "data_loss", 500, "something went wrong on our side"},
    {absl::StatusCode::kUnauthenticated, "unauthenticated", 401, "sign in first"},
};

const Row& RowOf(absl::StatusCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kRows[1];
}

std::string Unpadded(absl::string_view bytes) {
  std::string out = absl::Base64Escape(bytes);
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

}  // namespace

absl::string_view ConnectCode(absl::StatusCode code) { return RowOf(code).name; }
int ConnectHttpStatus(absl::StatusCode code) { return RowOf(code).http; }

absl::Status WithoutInternals(const absl::Status& status) {
  if (status.ok() || status.GetPayload("type.googleapis.com/google.rpc.Status").has_value()) return status;
  const Row& row = RowOf(status.code());
  return Refusal(row.code, absl::AsciiStrToUpper(row.name), row.text);
}

HttpResponse ConnectError(const absl::Status& status, const Contracts* contracts) {
  return ConnectError(status, contracts, ConnectHttpStatus(status.code()));
}

HttpResponse ConnectError(const absl::Status& status, const Contracts* contracts, int http_status) {
  const google::rpc::Status rpc = ToRpc(WithoutInternals(status));
  std::string json = absl::StrCat("{\"code\":\"", ConnectCode(static_cast<absl::StatusCode>(rpc.code())),
                                  "\",\"message\":", JsonString(rpc.message()));
  if (rpc.details_size() > 0) {
    absl::StrAppend(&json, ",\"details\":[");
    for (int i = 0; i < rpc.details_size(); ++i) {
      const absl::string_view url = rpc.details(i).type_url();
      absl::StrAppend(&json, i == 0 ? "" : ",", "{\"type\":", JsonString(url.substr(url.rfind('/') + 1)), ",\"value\":\"",
                      Unpadded(rpc.details(i).value()), "\"");
      const std::string debug = contracts == nullptr ? "" : contracts->DetailJson(rpc.details(i));
      absl::StrAppend(&json, debug.empty() ? "" : ",\"debug\":", debug, "}");
    }
    absl::StrAppend(&json, "]");
  }
  absl::StrAppend(&json, "}");
  return Respond(http_status, "application/json", std::move(json));
}

}  // namespace brobygger::gateway
