// What the clinic's door shows, and the standing that it follows from: what every change of something in the file reads, changes
// and writes back.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "services/clinic/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

// A pure function of the standing and the date. The next appointment is the earliest of the clinic's own and the referral's; where
// it is stands in a field of its own category, since it tells of health.
v1::ClinicFile BuildFile(const stored::Standing& standing, absl::CivilDay today);

// The citizen's standing, empty if there is none yet. `citizen` is the reference without "citizens/".
absl::StatusOr<stored::Standing> ReadStanding(View& view, const std::string& citizen);
// Writes the standing and the file.
void WriteStanding(const std::string& citizen, const stored::Standing& standing, absl::CivilDay today, Decision* decision);

}  // namespace brobygger::clinic
