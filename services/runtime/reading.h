// One Store::Read: what is asked of Redis, and the values made of its replies.
//
// Records, claims and lines of the reading log come by bb_read, in one moment. So does a page of the trust store: taking back is what
// nobody shall have to wait for, and how many trips it takes must not tell whether others keep something. An agency's pages come by plain
// commands: first the revision of the index and the members, then their records, then the data keys of these that are not known to stand. Whatever changes
// in between, a commit that rests on the page meets another revision. Inside a function a long page costs Redis many times as much: Lua
// hashes every byte of every string that it is given. In both ways a page shows a record only if the record itself says that it stands there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/runtime/decide.h"
#include "services/runtime/redis.h"

namespace brobygger {

class DataKeys;
struct ScopeKeys;

// Where the records lie and what opens them. The pointers outlive the reading.
struct ReadPlace {
  std::string base, slug;  // "dropin:{perron-4}:", "perron-4"
  const ScopeKeys* keys;
  const EntitySet* entities;
  DataKeys* data_keys;
};

// Stands in Redis where a wrapped data key was, as store.lua writes it.
inline constexpr char kDestroyed[] = "destroyed";
// "r:<kind>:<id>"
std::string RecordName(absl::string_view kind, absl::string_view id);

// "nl:…": the list of an owner's readings. The name alone tells nothing; what is written in the same moment may.
std::string ReadingsName(const ScopeKeys& keys, absl::string_view owner);

// One value for each key, in order. `done` runs on the I/O thread, or on this one if nothing can be asked.
void ReadAll(Redis* redis, ReadPlace place, std::vector<ReadKey> wanted, std::function<void(absl::StatusOr<std::vector<ReadValue>>)> done);

}  // namespace brobygger
