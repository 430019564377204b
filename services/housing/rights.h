// What the housing agency keeps about a citizen, for the citizen's rights (runtime/rights.h).
#pragma once

#include "services/runtime/rights.h"

namespace brobygger::housing {

RightsRules HousingRights();

}  // namespace brobygger::housing
