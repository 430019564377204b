// A citizen's next appointment. Part of the standing; the file follows.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "services/clinic/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

absl::StatusOr<Decision> SetNextAppointment(const Call& call, const v1::SetNextAppointmentRequest& request, View& view);
absl::StatusOr<Decision> GetNextAppointment(const Call& call, const v1::GetNextAppointmentRequest& request, View& view);
// OnDue: appointments and days agreed for a next contact that have passed go.
absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view);

// The beginning of the day after the first that the standing names; InfiniteFuture if it names none.
absl::Time PassesAt(const stored::Standing& standing);

}  // namespace brobygger::clinic
