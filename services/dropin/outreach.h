// What reaches people who do not come, as numbers: phone hours, greetings, and the weeks' sums. Nobody is in them.
#pragma once

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/outreach.pb.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> SetOutreachPlan(const Call& call, const v1::SetOutreachPlanRequest& request, View& view);
absl::StatusOr<Decision> GetOutreachPlan(const Call& call, const v1::GetOutreachPlanRequest& request, View& view);
absl::StatusOr<Decision> CountPhoneCalls(const Call& call, const v1::CountPhoneCallsRequest& request, View& view);
absl::StatusOr<Decision> CountGreetings(const Call& call, const v1::CountGreetingsRequest& request, View& view);
absl::StatusOr<Decision> GetOutreachNumbers(const Call& call, const v1::GetOutreachNumbersRequest& request, View& view);

// The numbers of a day, as far as they were counted; put under its DayId.
absl::StatusOr<stored::OutreachDay> NumbersOf(absl::CivilDay day, View& view);

}  // namespace brobygger::dropin
