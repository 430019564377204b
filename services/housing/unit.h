// Homes in their house's record: moving one from state to state. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/housing/v1/house.pb.h"
#include "services/housing/stored.pb.h"

namespace brobygger::housing {

// "houses/perron-4/units/2-4" -> "perron-4", "2-4". The rules of the contract have checked the form.
struct UnitName {
  explicit UnitName(absl::string_view name);
  std::string house, code;
};
std::string NameOfUnit(absl::string_view house, absl::string_view code);

// The home, or nullptr.
stored::Unit* FindUnit(stored::HouseRecord* house, absl::string_view code);

// WRONG_STATE if the table does not have it. What belongs to the state that was left is gone: who holds it, until when.
absl::Status MoveUnit(stored::Unit* unit, v1::UnitState to);

// From a tenancy to the repair between two tenancies, at once; `last_day` stays known.
absl::Status VacateUnit(stored::Unit* unit, const type::v1::Date& last_day);

// When a home of the house returns by itself; InfiniteFuture for never. One held by hand on the day after its last. One that is
// offered a day later: its offer returns it in time, unless nobody can read the offer any more.
absl::Time NextRelease(const stored::HouseRecord& house);
absl::Time ReleasedAt(const stored::Unit& unit);

v1::HousingUnit ShownUnit(absl::string_view house, const stored::Unit& unit);

}  // namespace brobygger::housing
