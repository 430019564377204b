// The one step in which the gate decides and writes: bb_authorise of authorise.lua. A file of its own, so that the fault
// tests can link a step that is not atomic and see their checker find it.
#pragma once

#include <string>
#include <vector>

#include "services/runtime/redis.h"

namespace brobygger::consent {

// arguments: the key prefix, then what bb_authorise takes. Any thread; the callback as Redis::Command says.
void RunGate(Redis* trust, std::vector<std::string> arguments, Redis::Callback done);

}  // namespace brobygger::consent
