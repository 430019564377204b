// What goes over the wire to Redis and comes back, apart from the connection.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/runtime/redis.h"

struct redisReply;

namespace brobygger::redis_wire {

// RESP, made on the caller's thread: the I/O thread only appends it.
std::string Wire(const std::vector<std::string>& argv);
// UNAVAILABLE STORE_DOWN if Redis cannot serve now, INTERNAL otherwise.
absl::Status FromError(absl::string_view text);
Redis::Reply FromHiredis(const redisReply& reply);
// The command, and what its reply means: FAILED_PRECONDITION names every wrong setting.
std::vector<std::string> AskDurability();
absl::Status Durable(const Redis::Reply& reply);

}  // namespace brobygger::redis_wire
