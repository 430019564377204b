// Page tokens: sealed, and bound to who asked for what. A token of another person, agency, method or query does not open.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/runtime/crypto.h"

namespace brobygger {

// SHA-256 of method, agency, person and the request without its `page_token`, `page_size` and `request_id`.
std::string QueryDigest(absl::string_view method, absl::string_view agency, absl::string_view person,
                        const google::protobuf::Message& request);

// The token for a cursor; "" for the empty cursor (no further page). Base64url, without padding.
std::string SealPage(const crypto::Key& key, absl::string_view cursor, absl::string_view query_digest);
// The cursor; "" for the empty token (first page). INVALID_ARGUMENT BAD_PAGE_TOKEN on `page_token` for any other token
// that SealPage did not give for this digest.
absl::StatusOr<std::string> OpenPage(const crypto::Key& key, absl::string_view token, absl::string_view query_digest);

}  // namespace brobygger
