// The form in which records stand in Redis, and the keys of a scope. Pure; no I/O.
//
//   1 version | 8 revision | 16 key id | 2 type (CRC-16 of the kind) | 2 facet length | facet | 32 facet MAC if there is a facet | sealed
//
// Numbers are big-endian. `sealed` is the serialised message under the data key of its owner; associated data: full Redis
// key, revision, type, scope. So a record moved to another key, agency or revision does not open.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/runtime/crypto.h"
#include "services/runtime/master_keys.h"

namespace brobygger {

// The keys of a scope (an agency of a service, or the trust store): one for each purpose, from the scope's own key; and the
// master keys, which are changed from time to time.
struct ScopeKeys {
  explicit ScopeKeys(const crypto::Key& key);
  std::shared_ptr<MasterKeys> masters;  // wrap data keys
  crypto::Key key_id;       // HMAC: owner -> key id
  crypto::Key facet;        // HMAC: facets
  crypto::Key idempotency;  // HMAC of names, part of the seal of kept answers
  crypto::Key outbox;       // seals events
  crypto::Key notes;        // HMAC of members and seal of the reading log
  crypto::Key journal;      // seals the journal's lines
};

// Where a record stands.
struct RecordPlace {
  absl::string_view redis_key;  // full: "dropin:{perron-4}:r:participant:abc…"
  absl::string_view kind;
  absl::string_view slug;       // "perron-4" or "trust"
};

inline constexpr std::size_t kKeyIdSize = 16;
inline constexpr std::size_t kFacetMacSize = 32;
inline constexpr std::size_t kMaxFacet = 4096;

struct RecordHeader {
  std::uint64_t revision = 0;
  std::string key_id;           // 16 bytes
  absl::string_view facet;      // into the record's bytes
  absl::string_view facet_mac;
  absl::string_view sealed;
};

// 16 bytes, HMAC of the owner.
std::string KeyId(const ScopeKeys& keys, absl::string_view owner);
// The data key, sealed with a master key; associated data: the Redis key it stands at.
std::string WrapKey(const ScopeKeys& keys, absl::string_view redis_key, const crypto::Key& data_key);
absl::StatusOr<crypto::Key> UnwrapKey(const ScopeKeys& keys, absl::string_view redis_key, absl::string_view wrapped);

// HMAC-SHA256 under ScopeKeys::facet over full Redis key, revision and facet. Whoever acts on a facet that a script gave
// out checks it first.
std::string FacetMac(const ScopeKeys& keys, absl::string_view redis_key, std::uint64_t revision, absl::string_view facet);

std::string SealRecord(const ScopeKeys& keys, const RecordPlace& place, std::uint64_t revision, absl::string_view key_id,
                       const crypto::Key& data_key, absl::string_view facet, absl::string_view plaintext);
// DATA_LOSS if the bytes are no record of this kind. Nothing is authenticated yet.
absl::StatusOr<RecordHeader> ParseRecord(absl::string_view bytes, absl::string_view kind);
// The plaintext. DATA_LOSS if record or facet is not authentic at this place.
absl::StatusOr<std::string> OpenRecord(const ScopeKeys& keys, const RecordPlace& place, const RecordHeader& header,
                                       const crypto::Key& data_key);

// Small sealed values that belong to no record: events, lines of the reading log. Bound to the Redis key.
std::string SealValue(const crypto::Key& key, absl::string_view redis_key, absl::string_view plaintext);
absl::StatusOr<std::string> OpenValue(const crypto::Key& key, absl::string_view redis_key, absl::string_view sealed);

}  // namespace brobygger
