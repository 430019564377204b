// The housing agency's records, and the ids under which they stand. All sealed under the citizen's key.
//   screening  random               v1::HomelessnessScreening
//   standing   citizen's reference  stored::Standing   which screening is current, what comes next
//   file       citizen's reference  v1::HousingFile    what the door shows
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// Made once; any thread.
const EntitySet& Entities();

// HOMELESS or AT_RISK, and no appointment is set.
bool NeedsFollowUp(const stored::Standing& standing);

// "screenings/x" -> "x", "citizens/x" -> "x". The rules of the contract have checked the form.
std::string IdOf(absl::string_view name);

}  // namespace brobygger::housing
