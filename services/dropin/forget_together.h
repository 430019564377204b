// A participant's part in what people do together: places, groups, budgets.
#pragma once

#include <string>

#include "services/runtime/decide.h"

namespace brobygger::dropin {

// Places go, the waiting list moves up, and what waived their fees goes back; the user leaves the groups; budgets are settled.
absl::Status ForgetTogether(const Call& call, const std::string& id, View& view, Decision* decision);

}  // namespace brobygger::dropin
