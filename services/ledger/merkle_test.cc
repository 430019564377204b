// The tree of RFC 9162: known vectors, then every tree up to 130 leaves against the definition, and every proof against changes.
#include "services/ledger/merkle.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/ledger/entry.h"

namespace brobygger::ledger {
namespace {

std::string Hex(const Hash& hash) { return absl::BytesToHexString(Bytes(hash)); }
std::vector<std::string> Hex(const std::vector<Hash>& path) {
  std::vector<std::string> out;
  for (const Hash& hash : path) out.push_back(Hex(hash));
  return out;
}

// MTH as section 2.1.1 defines it, over leaf hashes.
Hash Mth(const std::vector<Hash>& leaves, size_t begin, size_t end) {
  if (begin == end) return EmptyRoot();
  if (end - begin == 1) return leaves[begin];
  size_t k = 1;
  while (2 * k < end - begin) k *= 2;
  return NodeHash(Mth(leaves, begin, begin + k), Mth(leaves, begin + k, end));
}

NodeAt Over(const std::vector<Hash>& leaves) {
  return [&leaves](int level, std::uint64_t index) { return Mth(leaves, index << level, (index + 1) << level); };
}

// The eight leaves of the Certificate Transparency project's test data.
std::vector<Hash> Known() {
  std::vector<Hash> out;
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    out.push_back(LeafHash(absl::HexStringToBytes(hex)));
  }
  return out;
}

TEST(MerkleVectors, RootsOfTheKnownLeaves) {
  const char* roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  const std::vector<Hash> leaves = Known();
  for (size_t n = 0; n <= 8; ++n) EXPECT_EQ(Hex(RootOf(n, Over(leaves))), roots[n]) << n;
}

TEST(MerkleVectors, InclusionPathsOfTheKnownLeaves) {
  const std::vector<Hash> leaves = Known();
  const struct {
    std::uint64_t leaf, size;
    std::vector<std::string> path;
  } rows[] = {
      {0, 1, {}},
      {0, 8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {5, 8,
       {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
      {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
      {1, 5,
       {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
  };
  for (const auto& row : rows) EXPECT_EQ(Hex(InclusionPath(row.leaf, row.size, Over(leaves))), row.path) << row.leaf << " of " << row.size;
}

TEST(MerkleVectors, ConsistencyPathsOfTheKnownLeaves) {
  const std::vector<Hash> leaves = Known();
  const struct {
    std::uint64_t first, second;
    std::vector<std::string> path;
  } rows[] = {
      {1, 1, {}},
      {1, 8,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {6, 8,
       {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
      {2, 5,
       {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
  };
  for (const auto& row : rows) EXPECT_EQ(Hex(ConsistencyPath(row.first, row.second, Over(leaves))), row.path) << row.first << " in " << row.second;
}

class EveryTree : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMost = 130;
  EveryTree() {
    for (std::uint64_t i = 0; i < kMost; ++i) leaves_.push_back(LeafHash(absl::StrCat("leaf ", i)));
    for (std::uint64_t n = 0; n <= kMost; ++n) roots_.push_back(Mth(leaves_, 0, n));
    node_ = [this](int level, std::uint64_t index) {
      auto& memo = nodes_[{level, index}];
      if (memo == Hash{}) memo = Mth(leaves_, index << level, (index + 1) << level);
      return memo;
    };
  }
  static Hash Other(Hash hash) { return hash[7] ^= 1, hash; }
  // Each way of spoiling a path by one element.
  static std::vector<std::vector<Hash>> Spoilt(const std::vector<Hash>& path) {
    std::vector<std::vector<Hash>> out;
    for (size_t i = 0; i < path.size(); ++i) {
      out.push_back(path);
      out.back()[i] = Other(path[i]);
      out.push_back(path);
      out.back().erase(out.back().begin() + static_cast<std::ptrdiff_t>(i));
      if (i > 0) {
        out.push_back(path);
        std::swap(out.back()[i - 1], out.back()[i]);
      }
    }
    out.push_back(path);
    out.back().push_back(path.empty() ? Hash{} : path.back());
    out.push_back(path);
    out.back().insert(out.back().begin(), Hash{});
    return out;
  }

  std::vector<Hash> leaves_, roots_;
  std::map<std::pair<int, std::uint64_t>, Hash> nodes_;
  NodeAt node_;
};

TEST_F(EveryTree, EveryLeafIsProvedAndNoSpoiltProofPasses) {
  for (std::uint64_t n = 1; n <= kMost; ++n) {
    ASSERT_EQ(RootOf(n, node_), roots_[n]);
    for (std::uint64_t leaf = 0; leaf < n; ++leaf) {
      const std::vector<Hash> path = InclusionPath(leaf, n, node_);
      ASSERT_TRUE(VerifyInclusion(leaves_[leaf], leaf, n, path, roots_[n])) << leaf << " of " << n;
      ASSERT_FALSE(VerifyInclusion(Other(leaves_[leaf]), leaf, n, path, roots_[n]));
      ASSERT_FALSE(VerifyInclusion(leaves_[leaf], leaf, n, path, Other(roots_[n])));
      ASSERT_FALSE(VerifyInclusion(leaves_[leaf], leaf + n, n, path, roots_[n]));
      if (n > 1) {
        ASSERT_FALSE(VerifyInclusion(leaves_[leaf], (leaf + 1) % n, n, path, roots_[n])) << leaf << " of " << n;
      }
      for (const auto& spoilt : Spoilt(path)) ASSERT_FALSE(VerifyInclusion(leaves_[leaf], leaf, n, spoilt, roots_[n])) << leaf << " of " << n;
    }
  }
}

TEST_F(EveryTree, EveryPairIsProvedAndNoSpoiltProofPasses) {
  for (std::uint64_t second = 1; second <= kMost; ++second) {
    for (std::uint64_t first = 1; first <= second; ++first) {
      const std::vector<Hash> path = ConsistencyPath(first, second, node_);
      ASSERT_TRUE(VerifyConsistency(first, roots_[first], second, roots_[second], path)) << first << " in " << second;
      ASSERT_FALSE(VerifyConsistency(first, Other(roots_[first]), second, roots_[second], path)) << first << " in " << second;
      ASSERT_FALSE(VerifyConsistency(first, roots_[first], second, Other(roots_[second]), path)) << first << " in " << second;
      if (first != second) {
        ASSERT_FALSE(VerifyConsistency(second, roots_[second], first, roots_[first], path));
      }
      for (const auto& spoilt : Spoilt(path)) {
        ASSERT_FALSE(VerifyConsistency(first, roots_[first], second, roots_[second], spoilt)) << first << " in " << second;
      }
    }
  }
}

// A proof for one size is none for twice or half of it, even with the root that belongs to the proof.
TEST_F(EveryTree, AProofForOneSizeIsNoneForAnother) {
  for (std::uint64_t n : {2, 4, 8, 16, 32, 64}) {
    for (std::uint64_t leaf = 0; leaf < n; ++leaf) {
      const std::vector<Hash> path = InclusionPath(leaf, n, node_);
      ASSERT_FALSE(VerifyInclusion(leaves_[leaf], leaf, 2 * n, path, roots_[n])) << leaf << " of " << n;
      ASSERT_FALSE(VerifyInclusion(leaves_[leaf], leaf, n / 2, path, roots_[n])) << leaf << " of " << n;
      ASSERT_FALSE(VerifyInclusion(leaves_[n + leaf], leaf, n, InclusionPath(n + leaf, 2 * n, node_), roots_[2 * n])) << leaf << " of " << n;
    }
    for (std::uint64_t first = 1; first < n; ++first) {
      const std::vector<Hash> path = ConsistencyPath(first, n, node_);
      ASSERT_FALSE(VerifyConsistency(first, roots_[first], 2 * n, roots_[n], path)) << first << " in " << n;
      if (first < n / 2) {
        ASSERT_FALSE(VerifyConsistency(first, roots_[first], n / 2, roots_[n], path)) << first << " in " << n;
      }
    }
  }
}

TEST(Merkle, TheEmptyTreeIsConsistentWithEveryTreeAndProvesNothing) {
  const Hash root = LeafHash("x");
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 1, root, {}));
  EXPECT_FALSE(VerifyConsistency(0, root, 1, root, {}));
  EXPECT_FALSE(VerifyConsistency(0, EmptyRoot(), 1, root, {root}));
  EXPECT_FALSE(VerifyInclusion(root, 0, 0, {}, EmptyRoot()));
}

TEST(Entry, LeafBytesAreTheDeterministicMessage) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1767225600000}, std::int64_t{1} << 62}) {
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 63}) {
      for (const std::uint32_t kind : {0u, 1u, 4u}) {
        Entry entry{number, time, kind, Sha256("s"), Sha256("d")};
        v1::LedgerEntry message;
        message.set_number(number);
        message.set_time_ms(time);
        message.set_kind(static_cast<v1::EntryKind>(kind));
        message.set_subject_commitment(std::string(Bytes(entry.subject)));
        message.set_details_commitment(std::string(Bytes(entry.details)));
        EXPECT_EQ(LeafBytes(entry), Deterministic(message));
      }
    }
  }
}

}  // namespace
}  // namespace brobygger::ledger
