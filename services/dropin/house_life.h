// How the house is run, as the runtime sees it: HouseLifeService.
#pragma once

#include "services/runtime/spec.h"

namespace brobygger::dropin {

// Over the same records as the others of the house; the time of its own kinds comes in it.
Module HouseLifeModule();

}  // namespace brobygger::dropin
