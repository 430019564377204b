#include "services/housing/unit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/housing/states.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {

UnitName::UnitName(absl::string_view name) {
  const size_t first = name.find('/'), second = name.find('/', first + 1), third = name.rfind('/');
  house = std::string(name.substr(first + 1, second - first - 1));
  code = std::string(name.substr(third + 1));
}

std::string NameOfUnit(absl::string_view house, absl::string_view code) { return absl::StrCat("houses/", house, "/units/", code); }

stored::Unit* FindUnit(stored::HouseRecord* house, absl::string_view code) {
  auto it = std::find_if(house->mutable_units()->begin(), house->mutable_units()->end(), [&](const stored::Unit& u) { return u.code() == code; });
  return it == house->mutable_units()->end() ? nullptr : &*it;
}

absl::Status MoveUnit(stored::Unit* unit, v1::UnitState to) {
  BB_RETURN_IF_ERROR(CheckMove(unit->state(), to));
  unit->set_state(to);
  if (to != v1::UNIT_STATE_RESERVED) {
    unit->clear_offer();
    unit->clear_reserved_until();
  }
  if (to != v1::UNIT_STATE_OCCUPIED && to != v1::UNIT_STATE_VACATING) unit->clear_tenancy();
  return absl::OkStatus();
}

absl::Status VacateUnit(stored::Unit* unit, const type::v1::Date& last_day) {
  if (unit->state() != v1::UNIT_STATE_VACATING) BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_VACATING));
  *unit->mutable_last_day() = last_day;
  return MoveUnit(unit, v1::UNIT_STATE_MAINTENANCE);
}

absl::Time ReleasedAt(const stored::Unit& unit) {
  if (unit.state() != v1::UNIT_STATE_RESERVED) return absl::InfiniteFuture();
  return StartOfDay(ToDay(unit.reserved_until()) + (unit.offer().empty() ? 1 : 2));
}

absl::Time NextRelease(const stored::HouseRecord& house) {
  absl::Time next = absl::InfiniteFuture();
  for (const stored::Unit& u : house.units()) next = std::min(next, ReleasedAt(u));
  return next;
}

v1::HousingUnit ShownUnit(absl::string_view house, const stored::Unit& unit) {
  v1::HousingUnit out;
  out.set_name(NameOfUnit(house, unit.code()));
  out.set_state(unit.state());
  if (unit.state() == v1::UNIT_STATE_RESERVED) *out.mutable_reserved_until() = unit.reserved_until();
  if (unit.state() == v1::UNIT_STATE_VACATING) *out.mutable_last_day() = unit.last_day();
  return out;
}

}  // namespace brobygger::housing
