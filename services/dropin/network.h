// Who looks out for whom, as the runtime sees it: NetworkService.
#pragma once

#include "services/runtime/spec.h"

namespace brobygger::dropin {

// Over the same records as the others of the house; the time of its own kinds comes in it. It has no door.
Module NetworkModule();

}  // namespace brobygger::dropin
