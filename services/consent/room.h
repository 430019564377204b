// Whether the trust store has room for looks. Each look writes an entry; a store that is full takes no withdrawal either (a
// Redis that cannot write its file ends). So looks stop at a watermark, well before, and the citizen's word still passes.
//
// Looked at by Redis's own figures, and on the volume itself where this process can see it; about once a second, by whoever
// asks. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/redis.h"

namespace brobygger::consent {

// What Redis says of itself (INFO), in bytes; max_memory 0: no limit.
struct StoreSize {
  std::int64_t memory = 0, max_memory = 0, file = 0;
};
// Sections "memory" and "persistence" of INFO.
StoreSize ParseInfo(absl::string_view info);
// False if one of the limits is passed; `free` < 0: not known. Pure.
bool HasRoom(const runtime::LookLimits& limits, const StoreSize& size, std::int64_t free);

class Room {
 public:
  // `redis` outlives it. `changed` hears when looks stop and when they may go on.
  Room(Redis* redis, runtime::LookLimits limits, std::function<void(bool)> changed);
  // Looks for the first time; blocking, at start-up. INTERNAL if Redis does not tell; INVALID_ARGUMENT if the directory is none.
  absl::Status Begin();
  bool ForLooks();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace brobygger::consent
