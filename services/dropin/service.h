// The drop-in centre as the runtime sees it: its records, its decisions, its door.
#pragma once

#include <memory>

#include "services/dropin/participant.h"
#include "services/runtime/spec.h"

namespace brobygger::dropin {

// `links` is filled in before serving.
Module DropinModule(std::shared_ptr<const LinkCheck> links);

}  // namespace brobygger::dropin
