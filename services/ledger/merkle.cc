#include "services/ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "openssl/evp.h"

namespace brobygger::ledger {
namespace {

// One digest of up to three parts. The algorithm is fetched once and the context is its thread's: looking both up for each node
// costs more than hashing it.
Hash Digest(absl::string_view a, absl::string_view b, absl::string_view c) {
  static const EVP_MD* const sha = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Hash out;
  unsigned size = 0;
  const bool done = sha != nullptr && context != nullptr && EVP_DigestInit_ex(context.get(), sha, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), a.data(), a.size()) == 1 && EVP_DigestUpdate(context.get(), b.data(), b.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), c.data(), c.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size) == 1 && size == out.size();
  if (!done) {  // no memory: a wrong hash would be worse than none
    std::fprintf(stderr, "ledger: SHA-256 failed\n");
    std::abort();
  }
  return out;
}

// The largest power of two below n; n > 1.
std::uint64_t SplitOf(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH over the leaves begin to end - 1; begin is a multiple of the next power of two, as in every subtree.
Hash Range(std::uint64_t begin, std::uint64_t end, const NodeAt& node) {
  const std::uint64_t n = end - begin;
  if (std::has_single_bit(n)) {
    const int level = std::countr_zero(n);
    return node(level, begin >> level);
  }
  const std::uint64_t middle = begin + SplitOf(n);
  const Hash left = Range(begin, middle, node);
  return NodeHash(left, Range(middle, end, node));
}

void Path(std::uint64_t leaf, std::uint64_t begin, std::uint64_t end, const NodeAt& node, std::vector<Hash>* out) {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + SplitOf(end - begin);
  if (leaf < middle) {
    Path(leaf, begin, middle, node, out);
    out->push_back(Range(middle, end, node));
  } else {
    Path(leaf, middle, end, node, out);
    out->push_back(Range(begin, middle, node));
  }
}

// SUBPROOF for the first `first` leaves of begin to end; `whole`: these are all of the earlier tree, whose root is known.
void SubProof(std::uint64_t first, std::uint64_t begin, std::uint64_t end, bool whole, const NodeAt& node, std::vector<Hash>* out) {
  if (first == end) {
    if (!whole) out->push_back(Range(begin, end, node));
    return;
  }
  const std::uint64_t middle = begin + SplitOf(end - begin);
  if (first <= middle) {
    SubProof(first, begin, middle, whole, node, out);
    out->push_back(Range(middle, end, node));
  } else {
    SubProof(first, middle, end, false, node, out);
    out->push_back(Range(begin, middle, node));
  }
}

}  // namespace

Hash Sha256(absl::string_view data) { return Digest(data, "", ""); }

std::optional<Hash> HashFrom(absl::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Hash EmptyRoot() { return Digest("", "", ""); }
Hash LeafHash(absl::string_view leaf) { return Digest(absl::string_view("\0", 1), leaf, ""); }
Hash NodeHash(const Hash& left, const Hash& right) { return Digest("\1", Bytes(left), Bytes(right)); }

Hash RootOf(std::uint64_t size, const NodeAt& node) { return size == 0 ? EmptyRoot() : Range(0, size, node); }

std::vector<Hash> InclusionPath(std::uint64_t leaf, std::uint64_t size, const NodeAt& node) {
  std::vector<Hash> out;
  Path(leaf, 0, size, node, &out);
  return out;
}

std::vector<Hash> ConsistencyPath(std::uint64_t first, std::uint64_t second, const NodeAt& node) {
  std::vector<Hash> out;
  SubProof(first, 0, second, true, node, &out);
  return out;
}

bool VerifyInclusion(const Hash& leaf_hash, std::uint64_t leaf, std::uint64_t size, const std::vector<Hash>& path, const Hash& root) {
  if (leaf >= size) return false;
  std::uint64_t fn = leaf, sn = size - 1;
  Hash r = leaf_hash;
  for (const Hash& p : path) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      r = NodeHash(p, r);
      while ((fn & 1) == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = NodeHash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool VerifyConsistency(std::uint64_t first, const Hash& first_root, std::uint64_t second, const Hash& second_root, const std::vector<Hash>& path) {
  if (first > second) return false;
  if (first == second) return path.empty() && first_root == second_root;
  if (first == 0) return path.empty() && first_root == EmptyRoot();
  const bool whole = std::has_single_bit(first);  // the earlier root is itself a node of the later tree and not sent
  if (!whole && path.empty()) return false;
  std::uint64_t fn = first - 1, sn = second - 1;
  while ((fn & 1) != 0) fn >>= 1, sn >>= 1;
  Hash fr = whole ? first_root : path[0];
  Hash sr = fr;
  for (size_t i = whole ? 0 : 1; i < path.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = NodeHash(path[i], fr);
      sr = NodeHash(path[i], sr);
      while ((fn & 1) == 0 && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = NodeHash(sr, path[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == first_root && sr == second_root;
}

}  // namespace brobygger::ledger
