// The main of every service.
#pragma once

#include <functional>

#include "services/runtime/runtime.h"
#include "services/runtime/spec.h"

namespace brobygger {

// argv: exactly one path of a ServiceConfig text file. Serves until SIGTERM or SIGINT, then drains for at most 10 s and
// returns 0. A refusal to start is one line on stderr and 2. Doors are attached by themselves; `extend` runs before listening and may register
// raw methods; its refusal is a refusal to start.
int RunService(int argc, char** argv, const ServiceSpec& spec, std::function<absl::Status(Runtime&)> extend = nullptr);

}  // namespace brobygger
