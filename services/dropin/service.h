// The drop-in centre as the runtime sees it: its records, its decisions, its door.
#pragma once

#include <memory>
#include <vector>

#include "services/dropin/participant.h"
#include "services/runtime/spec.h"

namespace brobygger::dropin {

// Every gRPC service of the house, over the same records; DropinService with the door is the first. `links` is filled in before serving.
std::vector<Module> DropinModules(std::shared_ptr<const LinkCheck> links);

}  // namespace brobygger::dropin
