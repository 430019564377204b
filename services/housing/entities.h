// The housing agency's records, and the ids under which they stand. Those about a citizen are sealed under the citizen's key.
//   screening     random                v1::HomelessnessScreening
//   standing      citizen's reference   stored::Standing   what is current and open, and what comes next
//   file          citizen's reference   v1::HousingFile    what the door shows
//   referral      random                v1::HousingReferral
//   offer         random                v1::HousingOffer
//   tenancy       random                v1::Tenancy
//   eviction-case random                v1::EvictionPreventionCase
//   support       random                v1::SupportEpisode
//   shelter-stay  random                v1::ShelterStay
//   duty          "offer-<id>" …        v1::Duty           what is due about that record
// and these about nobody, under the agency's own key:
//   house         "perron-4"            stored::HouseRecord  with all its homes
//   night         "nattely.20261121"    stored::Night        a site's night places
//   board-year    "perron-4.2026"       stored::BoardYear    the tenants' board's meetings
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// Made once; any thread.
const EntitySet& Entities();

// HOMELESS or AT_RISK, and no appointment is set.
bool NeedsFollowUp(const stored::Standing& standing);

// "20261121"
std::string DayId(absl::CivilDay day);

// "screenings/x" -> "x", "citizens/x" -> "x". The rules of the contract have checked the form.
std::string IdOf(absl::string_view name);

}  // namespace brobygger::housing
