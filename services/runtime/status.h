// How the suite says no. A refusal is an absl::Status that carries a google.rpc.Status as payload: canonical code, one
// fixed text, ErrorInfo.reason (domain "brobygger.dk") and, for bad input, every violated field at once. Texts never hold
// internals or personal data.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::rpc {
class Status;
}

namespace brobygger {

// One violated field: its path ("card.phone", "arrows[1].holder") and what was wanted ("want E.164: + and 8 to 15 digits").
struct Violation {
  std::string field;
  std::string want;
  std::string reason = "OUT_OF_RANGE";  // FIELD_REQUIRED, OUT_OF_RANGE, BAD_DATE_ORDER, UNKNOWN_ENUM, TEXT_TOO_LONG, CPR_INVALID …
};

// A refusal with a machine-readable reason.
absl::Status Refusal(absl::StatusCode code, absl::string_view reason, absl::string_view text);
// INVALID_ARGUMENT with BadRequest; the ErrorInfo reason is the first violation's.
absl::Status Invalid(std::vector<Violation> violations);

// The ones that several places give; one text each.
absl::Status ConsentRequired();                       // PERMISSION_DENIED CONSENT_REQUIRED, the same bytes for every cause
absl::Status ConsentServiceDown();                    // UNAVAILABLE CONSENT_SERVICE_DOWN
absl::Status StoreDown();                             // UNAVAILABLE STORE_DOWN
absl::Status NotFound(absl::string_view kind);        // NOT_FOUND NOT_FOUND "no such <kind> in your agency"
absl::Status WrongState(absl::string_view is, absl::string_view want);  // FAILED_PRECONDITION WRONG_STATE naming the states
absl::Status EtagMismatch();                          // ABORTED ETAG_MISMATCH

// The reason of a refusal, "" if it has none. For tests and metrics.
std::string ReasonOf(const absl::Status& status);
// The google.rpc.Status to send; an absl::Status without payload becomes INTERNAL with a fixed text (its own text is not sent).
google::rpc::Status ToRpc(const absl::Status& status);
// The refusal that another service sent: ToRpc and ReasonOf give back what it holds. INTERNAL if its code is none.
absl::Status FromRpc(const google::rpc::Status& rpc);

}  // namespace brobygger

// status.h is included by every rule: the two macros every rule needs live here.
#define BB_CONCAT_(a, b) a##b
#define BB_CONCAT(a, b) BB_CONCAT_(a, b)
// Leaves the function with the status if it is not OK.
#define BB_RETURN_IF_ERROR(expr)                    \
  do {                                              \
    if (absl::Status bb_s = (expr); !bb_s.ok()) return bb_s; \
  } while (false)
// lhs = value of the StatusOr, or leaves the function with its status.
#define BB_ASSIGN_OR_RETURN(lhs, expr) BB_ASSIGN_OR_RETURN_(BB_CONCAT(bb_or_, __LINE__), lhs, expr)
#define BB_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                         \
  if (!tmp.ok()) return tmp.status();        \
  lhs = std::move(tmp).value()
