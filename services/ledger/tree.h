// The tree as it grows. An append costs one hash on average and at most log2 n; nothing is ever built anew.
//
// In memory are the roots of complete tiles (2^kTileLevel leaves each) with all nodes above them, and the nodes of the tile that
// is still open: 64 bytes for 256 entries. The leaves of a complete tile are given again when a proof runs through it, two
// tiles at most. So tile roots and the open tile's leaves are all that a restart needs.
//
// Not thread-safe; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "services/ledger/merkle.h"

namespace brobygger::ledger {

class Tree {
 public:
  static constexpr int kTileLevel = 8;
  // Leaf hashes of complete tiles, 2^tile_level each, by number of the tile.
  using Tiles = std::map<std::uint64_t, std::vector<Hash>>;

  // `tile_level` from 1 to 16. `tile_roots`: of the complete tiles with which it goes on.
  explicit Tree(int tile_level = kTileLevel, const std::vector<Hash>& tile_roots = {});

  void Append(const Hash& leaf_hash);
  std::uint64_t size() const { return size_; }
  Hash Root() const;
  std::uint64_t tile_size() const { return std::uint64_t{1} << tile_level_; }
  const std::vector<Hash>& tile_roots() const { return levels_[static_cast<size_t>(tile_level_)]; }

  // Which complete tiles' leaves the function of the same name needs.
  std::set<std::uint64_t> TilesForRoot(std::uint64_t size) const;
  std::set<std::uint64_t> TilesForInclusion(std::uint64_t leaf, std::uint64_t size) const;
  std::set<std::uint64_t> TilesForConsistency(std::uint64_t first, std::uint64_t second) const;
  // OUT_OF_RANGE if the sizes are not of this tree or contradict each other, FAILED_PRECONDITION if a tile is not given, DATA_LOSS
  // if one that is given is not the one that was appended.
  absl::StatusOr<Hash> RootAt(std::uint64_t size, const Tiles& tiles) const;
  absl::StatusOr<std::vector<Hash>> Inclusion(std::uint64_t leaf, std::uint64_t size, const Tiles& tiles) const;
  absl::StatusOr<std::vector<Hash>> Consistency(std::uint64_t first, std::uint64_t second, const Tiles& tiles) const;

 private:
  void Push(size_t level, Hash hash);
  absl::Status Check(const std::set<std::uint64_t>& needed, const Tiles& tiles) const;
  Hash Node(int level, std::uint64_t index, const Tiles& tiles) const;
  // Runs `walk` with a node source that only notes which tiles are asked for.
  std::set<std::uint64_t> Needed(const std::function<void(const NodeAt&)>& walk) const;

  int tile_level_;
  std::uint64_t size_ = 0;
  // levels_[l]: from tile_level_ upwards all complete nodes of that level; below, those of the open tile.
  std::vector<std::vector<Hash>> levels_;
};

// The root over 2^n leaves.
Hash TileRoot(const std::vector<Hash>& leaves);

}  // namespace brobygger::ledger
