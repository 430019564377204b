// Sweeps up after erasure. A destroyed data key makes what it sealed unreadable at once; what is left are sealed bytes that nobody can open,
// and names: key ids, members of indexes, claims, due times, kept answers. All of it goes here, and with the next rewrite of the
// append-only file from the files, too. Online: each step looks and deletes in one.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "services/runtime/redis.h"

namespace brobygger::keeper {

struct Swept {
  std::uint64_t keys = 0;      // destroyed data keys whose last trace went
  std::uint64_t records = 0;   // sealed with them
  std::uint64_t answers = 0;   // kept answers that told of them
  std::uint64_t names = 0;     // members of indexes, claims and due times of records that are no more
};

absl::StatusOr<Swept> Sweep(Redis* redis);

}  // namespace brobygger::keeper
