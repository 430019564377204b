// What the clinic keeps about a citizen, for the citizen's rights (runtime/rights.h).
#pragma once

#include "services/runtime/rights.h"

namespace brobygger::clinic {

RightsRules ClinicRights();

}  // namespace brobygger::clinic
