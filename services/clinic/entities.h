// The clinic's records, and the ids under which they stand. Those about a citizen are sealed under the citizen's key.
//   contact   random                v1::NurseContact     with somebody without a name: under the clinic's own key
//   course    random                v1::WoundCourse
//   referral  random                v1::DentalReferral
//   standing  citizen's reference   stored::Standing     what is open, and what comes next
//   file      citizen's reference   v1::ClinicFile       what the door shows
#pragma once

#include "services/runtime/decide.h"

namespace brobygger::clinic {

// Made once; any thread.
const EntitySet& Entities();

}  // namespace brobygger::clinic
