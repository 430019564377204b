// A citizen's next appointment with the housing agency. Part of the standing; the file follows.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

absl::StatusOr<Decision> SetNextAppointment(const Call& call, const v1::SetNextAppointmentRequest& request, View& view);
absl::StatusOr<Decision> GetNextAppointment(const Call& call, const v1::GetNextAppointmentRequest& request, View& view);
// OnDue: an appointment or a day of leaving that has passed goes, and the citizen may need follow-up again.
absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view);

// The beginning of the day after the appointment or the day of leaving, whichever is first; InfiniteFuture without one.
absl::Time PassesAt(const stored::Standing& standing);

}  // namespace brobygger::housing
