// The housing agency as the runtime sees it: its records, its decisions, its door.
#pragma once

#include "services/runtime/spec.h"

namespace brobygger::housing {

Module HousingModule();

}  // namespace brobygger::housing
