// What a drop-in centre keeps about a citizen who chose to be known there, for the citizen's rights (runtime/rights.h). A participant by
// alias is no citizen: who has been nobody asks for nothing by name.
#pragma once

#include "services/runtime/rights.h"

namespace brobygger::dropin {

RightsRules DropinRights();

}  // namespace brobygger::dropin
