#include "services/dropin/file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/runtime/civil.h"

namespace brobygger::dropin {

v1::DropinFile BuildFile(const v1::Regular& regular, absl::CivilDay today) {
  v1::DropinFile file;
  file.set_goals(regular.shared().goals());
  file.set_how_to_meet(regular.shared().how_to_meet());
  std::vector<std::pair<std::pair<absl::CivilDay, int>, const v1::CentreAppointment*>> appointments;
  for (const v1::CentreAppointment& a : regular.shared().appointments()) {
    const absl::CivilDay day = ToDay(a.date());
    if (day >= today) appointments.push_back({{day, a.part_of_day()}, &a});
  }
  std::sort(appointments.begin(), appointments.end());
  for (const auto& [when, appointment] : appointments) *file.add_appointments() = *appointment;
  *file.mutable_daily_life() = regular.shared().daily_life();
  std::sort(file.mutable_daily_life()->begin(), file.mutable_daily_life()->end());
  return file;
}

}  // namespace brobygger::dropin
