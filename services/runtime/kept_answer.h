// The form in which the answer to a request id stands in Redis for its 24 hours. Pure; no I/O.
//
//   2 number of owners | 16 key id of each | sealed
//
// Sealed under a key that follows from the scope's and from the data key of every owner whom the decision read or wrote
// about: an answer repeats what was stored, so destroying one of these keys makes it unreadable, as it does the records.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/runtime/crypto.h"
#include "services/runtime/record.h"

namespace brobygger {

// A data key, and the id under which it is found again.
struct OwnerKey {
  std::string id;  // 16 bytes
  const crypto::Key* key = nullptr;
};

std::string SealKept(const ScopeKeys& keys, absl::string_view redis_key, const std::vector<OwnerKey>& owners, absl::string_view plaintext);
// The key ids, in order. DATA_LOSS if the bytes are no kept answer. Nothing is authenticated yet.
absl::StatusOr<std::vector<std::string>> OwnersOfKept(absl::string_view bytes);
// `owners` as OwnersOfKept gave them, with their keys. DATA_LOSS if it is not authentic under these keys at this place.
absl::StatusOr<std::string> OpenKept(const ScopeKeys& keys, absl::string_view redis_key, const std::vector<OwnerKey>& owners, absl::string_view bytes);

}  // namespace brobygger
