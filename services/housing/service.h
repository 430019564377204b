// The housing agency as the runtime sees it: its records, its decisions, its door.
#pragma once

#include <vector>

#include "services/runtime/spec.h"

namespace brobygger::housing {

// One for each gRPC service, over the same records. The first has the door and the due times.
std::vector<Module> HousingModules();

}  // namespace brobygger::housing
