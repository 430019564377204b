// An entry as the tree hashes it, and what its commitments commit to.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/ledger/merkle.h"

namespace brobygger::ledger {

// LedgerEntry as a value.
struct Entry {
  std::uint64_t number = 0;
  std::int64_t time_ms = 0;
  std::uint32_t kind = 0;
  Hash subject{}, details{};
};

// The bytes of a leaf: the deterministic LedgerEntry (fields in order of number, defaults left out).
std::string LeafBytes(const Entry& entry);
inline Hash LeafOf(const Entry& entry) { return LeafHash(LeafBytes(entry)); }

Hash SubjectCommitment(absl::string_view salt, absl::string_view subject);
Hash DetailsCommitment(absl::string_view salt, const v1::EntryDetails& details);

// Deterministic serialisation (fields in order of number, defaults left out).
std::string Deterministic(const google::protobuf::Message& message);

}  // namespace brobygger::ledger
