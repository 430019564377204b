// Erases all that one service keeps about one citizen for one agency: destroys the data key that everything about them is sealed with,
// as a commit of the service would, journal and all. Unreadable at once, also for services that are running; the sweep and the next rewrite
// of the files take away what is left.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/runtime/redis.h"

namespace brobygger::keeper {

struct EraseFrom {
  std::string service;      // "housing": whose journal
  std::string prefix;       // "housing": of the keys
  std::string slug;         // "boligenhed"
  std::string keys_dir;
  std::string journal_dir;
};
enum class Erased { kErased, kErasedBefore, kNothingKept };

// owner: "citizens/<reference>", the agency's own.
absl::StatusOr<Erased> Erase(Redis* redis, const EraseFrom& from, const std::string& owner);

}  // namespace brobygger::keeper
