// The growing tree: the same roots and proofs as the definition whatever the size of its tiles, from a restart as from the
// beginning; and what a proof costs in a ledger of ten million entries.
#include "services/ledger/tree.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brobygger::ledger {
namespace {

std::vector<Hash> Leaves(std::uint64_t n) {
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < n; ++i) out.push_back(LeafHash(absl::StrCat("leaf ", i)));
  return out;
}

Tree::Tiles TilesOf(const std::vector<Hash>& leaves, const std::set<std::uint64_t>& numbers, std::uint64_t tile_size) {
  Tree::Tiles tiles;
  for (const std::uint64_t n : numbers) {
    const auto begin = leaves.begin() + static_cast<std::ptrdiff_t>(n * tile_size);
    tiles[n].assign(begin, begin + static_cast<std::ptrdiff_t>(tile_size));
  }
  return tiles;
}

// All roots and proofs of a tree, checked.
void ExpectProves(const Tree& tree, const std::vector<Hash>& leaves, const std::vector<Hash>& roots, std::uint64_t step) {
  const std::uint64_t size = tree.size(), tile = tree.tile_size();
  for (std::uint64_t n = 1; n <= size; n += step) {
    const auto root = tree.RootAt(n, TilesOf(leaves, tree.TilesForRoot(n), tile));
    ASSERT_TRUE(root.ok() && *root == roots[n]) << n;
    for (std::uint64_t m = 1; m <= n; m += step) {
      const auto needed = tree.TilesForConsistency(m, n);
      ASSERT_LE(needed.size(), 2u);
      const auto path = tree.Consistency(m, n, TilesOf(leaves, needed, tile));
      ASSERT_TRUE(path.ok() && VerifyConsistency(m, roots[m], n, roots[n], *path)) << m << " in " << n;
      const auto for_leaf = tree.TilesForInclusion(m - 1, n);
      ASSERT_LE(for_leaf.size(), 2u);
      const auto to_root = tree.Inclusion(m - 1, n, TilesOf(leaves, for_leaf, tile));
      ASSERT_TRUE(to_root.ok() && VerifyInclusion(leaves[m - 1], m - 1, n, *to_root, roots[n])) << m - 1 << " of " << n;
    }
  }
}

TEST(Tree, EveryRootAndProofUpTo130WhateverTheTiles) {
  const std::vector<Hash> leaves = Leaves(130);
  for (int level : {1, 2, 3, 5, 8}) {
    Tree tree(level);
    std::vector<Hash> roots = {EmptyRoot()};
    EXPECT_EQ(tree.Root(), EmptyRoot());
    for (const Hash& leaf : leaves) {
      tree.Append(leaf);
      roots.push_back(tree.Root());
      const auto at = [&](int l, std::uint64_t i) {
        const auto begin = leaves.begin() + static_cast<std::ptrdiff_t>(i << l);
        return TileRoot({begin, begin + (std::ptrdiff_t{1} << l)});
      };
      ASSERT_EQ(tree.Root(), RootOf(tree.size(), at)) << tree.size();
    }
    ExpectProves(tree, leaves, roots, 1);
  }
}

TEST(Tree, GoesOnFromItsTilesAsIfNothingHadHappened) {
  const std::vector<Hash> leaves = Leaves(100);
  for (int level : {1, 3}) {
    const std::uint64_t tile = std::uint64_t{1} << level;
    for (std::uint64_t stop = 0; stop <= leaves.size(); ++stop) {
      Tree before(level);
      for (std::uint64_t i = 0; i < stop; ++i) before.Append(leaves[i]);
      Tree after(level, before.tile_roots());
      ASSERT_EQ(after.size(), stop / tile * tile);
      std::vector<Hash> roots = {EmptyRoot()};
      Tree whole(level);
      for (std::uint64_t i = 0; i < leaves.size(); ++i) {
        if (i >= after.size()) after.Append(leaves[i]);
        whole.Append(leaves[i]);
        roots.push_back(whole.Root());
      }
      ASSERT_EQ(after.Root(), whole.Root()) << stop;
      if (stop % 10 == 7) ExpectProves(after, leaves, roots, 3);
    }
  }
}

TEST(Tree, RefusesWhatIsNotInItAndTilesThatAreNotItsOwn) {
  const std::vector<Hash> leaves = Leaves(20);
  Tree tree(2);
  for (const Hash& leaf : leaves) tree.Append(leaf);
  EXPECT_EQ(tree.Inclusion(20, 20, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Inclusion(0, 21, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Consistency(0, 20, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Consistency(3, 21, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Consistency(9, 8, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.RootAt(21, {}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(tree.Inclusion(0, 20, {}).status().code(), absl::StatusCode::kFailedPrecondition);
  Tree::Tiles tiles = TilesOf(leaves, {0}, 4);
  ASSERT_TRUE(tree.Inclusion(0, 20, tiles).ok());
  tiles[0][3][0] ^= 1;
  EXPECT_EQ(tree.Inclusion(0, 20, tiles).status().code(), absl::StatusCode::kDataLoss) << "the leaf next to it was changed in the store";
  tiles[0].pop_back();
  EXPECT_EQ(tree.Inclusion(0, 20, tiles).status().code(), absl::StatusCode::kDataLoss);
}

// One of ten million, within 5 ms and 2 KB. The tiles are what the store keeps; only the one that is asked for has leaves here.
TEST(Tree, AProofInTenMillionEntriesIsSmallAndQuick) {
  constexpr std::uint64_t kSize = 10'000'000;
  const std::uint64_t tile = std::uint64_t{1} << Tree::kTileLevel, wanted = 12'345;
  const std::vector<Hash> leaves = Leaves(tile);
  std::vector<Hash> roots;
  for (std::uint64_t t = 0; t < kSize / tile; ++t) roots.push_back(t == wanted ? TileRoot(leaves) : LeafHash(absl::StrCat("tile ", t)));
  Tree tree(Tree::kTileLevel, roots);
  while (tree.size() < kSize) tree.Append(LeafHash("the open tile"));
  const std::uint64_t leaf = wanted * tile + 77;
  ASSERT_EQ(tree.TilesForInclusion(leaf, kSize), std::set<std::uint64_t>{wanted});
  const Tree::Tiles tiles = {{wanted, leaves}};
  const auto start = std::chrono::steady_clock::now();
  constexpr int kTimes = 20;
  absl::StatusOr<std::vector<Hash>> path;
  for (int i = 0; i < kTimes; ++i) path = tree.Inclusion(leaf, kSize, tiles);
  const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / kTimes;
  ASSERT_TRUE(path.ok());
  EXPECT_TRUE(VerifyInclusion(leaves[77], leaf, kSize, *path, tree.Root()));
  EXPECT_LE(path->size() * 32, 2048u);
  EXPECT_LT(ms, 5.0);
  RecordProperty("ms", std::to_string(ms));
  std::printf("one entry of %llu: %zu bytes, %.2f ms\n", static_cast<unsigned long long>(kSize), path->size() * 32, ms);
}

}  // namespace
}  // namespace brobygger::ledger
