// The clinic as the runtime sees it: its records, its decisions, its door.
#pragma once

#include <vector>

#include "services/runtime/spec.h"

namespace brobygger::clinic {

std::vector<Module> ClinicModules();

}  // namespace brobygger::clinic
