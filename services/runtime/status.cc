#include "services/runtime/status.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace brobygger {
namespace {

constexpr char kPayload[] = "type.googleapis.com/google.rpc.Status";
constexpr char kDomain[] = "brobygger.dk";

google::rpc::Status Base(absl::StatusCode code, absl::string_view reason, absl::string_view text) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(code));
  rpc.set_message(std::string(text));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  rpc.add_details()->PackFrom(info);
  return rpc;
}

absl::Status Carry(const google::rpc::Status& rpc) {
  absl::Status s(static_cast<absl::StatusCode>(rpc.code()), rpc.message());
  s.SetPayload(kPayload, absl::Cord(rpc.SerializeAsString()));
  return s;
}

}  // namespace

absl::Status Refusal(absl::StatusCode code, absl::string_view reason, absl::string_view text) {
  return Carry(Base(code, reason, text));
}

absl::Status Invalid(std::vector<Violation> violations) {
  const std::string reason = violations.empty() ? "OUT_OF_RANGE" : violations.front().reason;
  std::string text = "the request is not valid";
  for (size_t i = 0; i < violations.size() && i < 3; ++i) {
    absl::StrAppend(&text, i == 0 ? ": " : "; ", violations[i].field, ": ", violations[i].want);
  }
  google::rpc::Status rpc = Base(absl::StatusCode::kInvalidArgument, reason, text);
  google::rpc::BadRequest bad;
  for (const Violation& v : violations) {
    auto* f = bad.add_field_violations();
    f->set_field(v.field);
    f->set_description(absl::StrCat(v.reason, ": ", v.want));
  }
  rpc.add_details()->PackFrom(bad);
  return Carry(rpc);
}

absl::Status ConsentRequired() {
  return Refusal(absl::StatusCode::kPermissionDenied, "CONSENT_REQUIRED",
                 "You have no access. Ask the citizen: you can send a request for consent.");
}
absl::Status ConsentServiceDown() {
  return Refusal(absl::StatusCode::kUnavailable, "CONSENT_SERVICE_DOWN",
                 "The consent cannot be checked right now, so nothing is shown. Try again in a moment.");
}
absl::Status StoreDown() {
  return Refusal(absl::StatusCode::kUnavailable, "STORE_DOWN", "The store cannot be reached right now. Nothing is lost; try again in a moment.");
}
absl::Status NotFound(absl::string_view kind) {
  return Refusal(absl::StatusCode::kNotFound, "NOT_FOUND", absl::StrCat("there is no such ", kind, " in your agency"));
}
absl::Status WrongState(absl::string_view is, absl::string_view want) {
  return Refusal(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", absl::StrCat("the state is ", is, ", want ", want));
}
absl::Status EtagMismatch() {
  return Refusal(absl::StatusCode::kAborted, "ETAG_MISMATCH", "someone has changed it since you read it: read it again");
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const google::rpc::Status rpc = ToRpc(status);  // named: a range-for does not keep the temporary its range is a part of
  for (const auto& detail : rpc.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

google::rpc::Status ToRpc(const absl::Status& status) {
  google::rpc::Status rpc;
  if (status.ok()) return rpc;
  if (auto payload = status.GetPayload(kPayload); payload.has_value() && rpc.ParseFromString(std::string(*payload))) return rpc;
  return Base(absl::StatusCode::kInternal, "INTERNAL", "something went wrong on our side");
}

absl::Status FromRpc(const google::rpc::Status& rpc) {
  if (rpc.code() <= 0 || rpc.code() > 16) return absl::InternalError("no canonical code");
  return Carry(rpc);
}

}  // namespace brobygger
