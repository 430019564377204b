// Changes the master key of one scope while its service serves. What is written anew are the wrapped data keys, 60 bytes each.
//
// 1. <slug>.master.key becomes <slug>.master.old.key, a new one takes its place. Services find both when they need them.
// 2. The store names the new one ("mk"): from this moment on no commit wraps a new data key with the old one.
// 3. Each wrapped data key that is not the new one's is opened and wrapped anew, and replaces itself only if it still stands there.
// 4. Once more, until a whole walk finds nothing to do. Then nothing in the store needs the old key.
//
// Killed anywhere, the same command goes on: each wrapped key says by itself which master key it needs, and while the old file is
// there no other change begins. How far it has come stands in the store ("mp").
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "services/runtime/redis.h"

namespace brobygger::keeper {

struct Rotated {
  std::uint64_t keys = 0;       // data keys that stand in the store
  std::uint64_t rewrapped = 0;  // by this run
  bool went_on = false;         // with a change that had begun before
  std::string old_file;         // may be removed once no backup from before is kept; empty: there was none
};

// `remove_old`: removes the old file at the end, instead of naming it. `go_on`: asked after each data key; false ends the run there,
// as a kill would (ABORTED). For tests.
absl::StatusOr<Rotated> Rotate(Redis* redis, const std::string& prefix, const std::string& slug, const std::string& keys_dir, bool remove_old,
                               const std::function<bool()>& go_on = nullptr);

}  // namespace brobygger::keeper
