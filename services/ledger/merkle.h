// The Merkle tree of RFC 9162, section 2.1, with SHA-256: what heads are roots of, and the proofs against them. Values in, values
// out; no I/O. Leaves are counted from 0 here, entries of the ledger from 1.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brobygger::ledger {

using Hash = std::array<char, 32>;

Hash Sha256(absl::string_view data);
inline absl::string_view Bytes(const Hash& hash) { return {hash.data(), hash.size()}; }
// Nothing unless there are exactly 32 bytes.
std::optional<Hash> HashFrom(absl::string_view bytes);

Hash EmptyRoot();                                        // SHA-256 of nothing
Hash LeafHash(absl::string_view leaf);                   // SHA-256(0x00 | leaf)
Hash NodeHash(const Hash& left, const Hash& right);      // SHA-256(0x01 | left | right)

// The hash over the leaves index * 2^level to (index + 1) * 2^level - 1; asked for complete subtrees only.
using NodeAt = std::function<Hash(int level, std::uint64_t index)>;

// MTH over the first `size` leaves.
Hash RootOf(std::uint64_t size, const NodeAt& node);
// PATH(leaf, D[size]), 2.1.3.1. leaf < size.
std::vector<Hash> InclusionPath(std::uint64_t leaf, std::uint64_t size, const NodeAt& node);
// PROOF(first, D[second]), 2.1.4.1. 1 <= first <= second.
std::vector<Hash> ConsistencyPath(std::uint64_t first, std::uint64_t second, const NodeAt& node);

// 2.1.3.2. `size` has to come with the root, from a signed head: a proof alone does not bind it.
bool VerifyInclusion(const Hash& leaf_hash, std::uint64_t leaf, std::uint64_t size, const std::vector<Hash>& path, const Hash& root);
// 2.1.4.2. The empty tree is consistent with every other, by an empty path.
bool VerifyConsistency(std::uint64_t first, const Hash& first_root, std::uint64_t second, const Hash& second_root, const std::vector<Hash>& path);

}  // namespace brobygger::ledger
