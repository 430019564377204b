// Whether the centre is open: derived from hours, confirmed days and the clock. A conditional day without its user shift is
// a closed day. Pure.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/centre.pb.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/status.h"

namespace brobygger::dropin {

v1::Opening OpeningAt(const stored::CentreRecord& record, absl::Time now);

v1::Weekday WeekdayOf(absl::CivilDay day);
bool IsConditional(const v1::Centre& centre, absl::CivilDay day);

// Each stretch ends after it begins, and those of one weekday do not overlap. `field`: where they stand.
void CheckStretches(const google::protobuf::RepeatedPtrField<v1::OpeningHours>& stretches, absl::string_view field, std::vector<Violation>* out);

// What the contract's rules cannot say: hours in order, no overlap within a day, a conditional day has hours. Paths start
// with "centre.".
std::vector<Violation> CheckHours(const v1::Centre& centre);

}  // namespace brobygger::dropin
