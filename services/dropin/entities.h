// The drop-in centre's records, and the ids under which they stand.
//   centre       "centre"             stored::CentreRecord   one per agency
//   tally        "20261121.morning"   v1::VisitTally         no person in it
//   count-week   "20261116"           v1::CountWeek          claims its seven days
//   participant  random               v1::Participant        sealed under a key of its own, forgotten after 12 months
//   regular      citizen's reference  v1::Regular            sealed under the citizen's key
//   file         citizen's reference  v1::DropinFile         what the door shows
// and those of each area: activity_records.h, meal_plan.h, house_records.h, network_records.h.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "brobygger/type/v1/type.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// Made once; any thread.
const EntitySet& Entities();

inline constexpr char kCentreId[] = "centre";

// Days since 1970: what indexes by day are ordered by. Earliest first is ordered by its negative.
std::int64_t DayNumber(const type::v1::Date& date);

// "20261121"
std::string DayId(absl::CivilDay day);

// "participants/x" -> "x", "citizens/x" -> "x". The rules of the contract have checked the form.
std::string IdOf(absl::string_view name);

}  // namespace brobygger::dropin
