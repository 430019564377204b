// What the housing agency's door shows: a pure function of the citizen's current screening, their standing and the date. The
// standing holds the sections that other records give (file_sections.h).
#pragma once

#include "absl/time/civil_time.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/housing/stored.pb.h"

namespace brobygger::housing {

// `current` is null if none was completed. What tells of a release, a discharge or a debt stands in a field of its own
// category, and is taken out of the living situation and the risk flags. Own words only if they were written for sharing.
v1::HousingFile BuildFile(const v1::HomelessnessScreening* current, const stored::Standing& standing, absl::CivilDay today);

}  // namespace brobygger::housing
