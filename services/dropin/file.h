// What the drop-in centre's door shows: a pure function of the regular's record and the date.
#pragma once

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/regular.pb.h"

namespace brobygger::dropin {

// Only what was agreed for sharing: wishes stay in the house. Appointments before `today` are gone, the others in order of
// day and part of day; daily life in the order of the enum.
v1::DropinFile BuildFile(const v1::Regular& regular, absl::CivilDay today);

}  // namespace brobygger::dropin
