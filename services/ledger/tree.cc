#include "services/ledger/tree.h"

namespace brobygger::ledger {

Hash TileRoot(const std::vector<Hash>& leaves) {
  std::vector<Hash> nodes = leaves;
  while (nodes.size() > 1) {
    for (size_t i = 0; i < nodes.size() / 2; ++i) nodes[i] = NodeHash(nodes[2 * i], nodes[2 * i + 1]);
    nodes.resize(nodes.size() / 2);
  }
  return nodes[0];
}

Tree::Tree(int tile_level, const std::vector<Hash>& tile_roots) : tile_level_(tile_level), levels_(65) {
  for (const Hash& root : tile_roots) Push(static_cast<size_t>(tile_level_), root);
  size_ = tile_roots.size() << tile_level_;
}

void Tree::Append(const Hash& leaf_hash) {
  Push(0, leaf_hash);
  ++size_;
  if (size_ % tile_size() != 0) return;
  for (size_t level = 0; level < static_cast<size_t>(tile_level_); ++level) levels_[level].clear();
}

void Tree::Push(size_t level, Hash hash) {
  levels_[level].push_back(hash);
  for (; levels_[level].size() % 2 == 0; ++level) {
    const std::vector<Hash>& nodes = levels_[level];
    levels_[level + 1].push_back(NodeHash(nodes[nodes.size() - 2], nodes.back()));
  }
}

Hash Tree::Node(int level, std::uint64_t index, const Tiles& tiles) const {
  if (level >= tile_level_) return levels_[static_cast<size_t>(level)][index];
  const std::uint64_t tile = index >> (tile_level_ - level);
  const std::uint64_t inside = index - (tile << (tile_level_ - level));
  if (tile == tile_roots().size()) return levels_[static_cast<size_t>(level)][inside];
  const auto leaves = tiles.at(tile).begin() + static_cast<std::ptrdiff_t>(inside << level);
  return TileRoot({leaves, leaves + (std::ptrdiff_t{1} << level)});
}

Hash Tree::Root() const {
  return RootOf(size_, [this](int level, std::uint64_t index) { return Node(level, index, {}); });
}

std::set<std::uint64_t> Tree::Needed(const std::function<void(const NodeAt&)>& walk) const {
  std::set<std::uint64_t> needed;
  walk([&](int level, std::uint64_t index) {
    const std::uint64_t tile = level >= tile_level_ ? tile_roots().size() : index >> (tile_level_ - level);
    if (tile < tile_roots().size()) needed.insert(tile);
    return Hash{};
  });
  return needed;
}

std::set<std::uint64_t> Tree::TilesForRoot(std::uint64_t size) const {
  if (size > size_) return {};
  return Needed([&](const NodeAt& node) { RootOf(size, node); });
}

std::set<std::uint64_t> Tree::TilesForInclusion(std::uint64_t leaf, std::uint64_t size) const {
  if (leaf >= size || size > size_) return {};
  return Needed([&](const NodeAt& node) { InclusionPath(leaf, size, node); });
}

std::set<std::uint64_t> Tree::TilesForConsistency(std::uint64_t first, std::uint64_t second) const {
  if (first == 0 || first > second || second > size_) return {};
  return Needed([&](const NodeAt& node) { ConsistencyPath(first, second, node); });
}

absl::Status Tree::Check(const std::set<std::uint64_t>& needed, const Tiles& tiles) const {
  for (const std::uint64_t tile : needed) {
    const auto it = tiles.find(tile);
    if (it == tiles.end()) return absl::FailedPreconditionError("a tile of the ledger is not given");
    if (it->second.size() != tile_size() || TileRoot(it->second) != tile_roots()[tile]) {
      return absl::DataLossError("entries of the ledger are not those that were hashed");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Hash> Tree::RootAt(std::uint64_t size, const Tiles& tiles) const {
  if (size > size_) return absl::OutOfRangeError("the ledger is not that long");
  if (absl::Status s = Check(TilesForRoot(size), tiles); !s.ok()) return s;
  return RootOf(size, [&](int level, std::uint64_t index) { return Node(level, index, tiles); });
}

absl::StatusOr<std::vector<Hash>> Tree::Inclusion(std::uint64_t leaf, std::uint64_t size, const Tiles& tiles) const {
  if (leaf >= size || size > size_) return absl::OutOfRangeError("the ledger is not that long");
  if (absl::Status s = Check(TilesForInclusion(leaf, size), tiles); !s.ok()) return s;
  return InclusionPath(leaf, size, [&](int level, std::uint64_t index) { return Node(level, index, tiles); });
}

absl::StatusOr<std::vector<Hash>> Tree::Consistency(std::uint64_t first, std::uint64_t second, const Tiles& tiles) const {
  if (first == 0 || first > second || second > size_) return absl::OutOfRangeError("the ledger is not that long");
  if (absl::Status s = Check(TilesForConsistency(first, second), tiles); !s.ok()) return s;
  return ConsistencyPath(first, second, [&](int level, std::uint64_t index) { return Node(level, index, tiles); });
}

}  // namespace brobygger::ledger
