#include "services/housing/house.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "services/housing/common.h"
#include "services/housing/night.h"
#include "services/housing/unit.h"

namespace brobygger::housing {
namespace {

using Record = stored::HouseRecord;
using Place = std::pair<int, int>;  // floor, flat

constexpr int kMostHomes = 300;
constexpr int kHoldAheadDays = 92;

// The rules of the contract have checked the form.
Place PlaceOf(absl::string_view code) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(code, '-');
  Place place;
  if (!absl::SimpleAtoi(parts.first, &place.first) || !absl::SimpleAtoi(parts.second, &place.second)) return {0, 0};
  return place;
}

bool InLayout(const v1::House& house, const Place& p) {
  return p.first >= 1 && p.first <= house.floors() && p.second >= 1 && p.second <= house.flats_per_floor();
}

int Places(const v1::House& house) { return house.floors() * house.flats_per_floor(); }

void SetUnits(const std::set<Place>& places, Record* record) {
  for (const Place& p : places) {
    stored::Unit* unit = record->add_units();
    unit->set_code(absl::StrCat(p.first, "-", p.second));
    unit->set_state(v1::UNIT_STATE_VACANT);
  }
}

v1::House ShownHouse(const Record& record, absl::string_view slug, const std::string& etag) {
  v1::House house = record.house();
  for (const stored::Unit& u : record.units()) *house.add_units() = ShownUnit(slug, u);
  return Shown(std::move(house), "houses", slug, etag);
}

// A change of one home.
template <class Response, class Request, class Change>
absl::StatusOr<Decision> ChangeUnit(const Request& request, View& view, Change change) {
  const UnitName name(request.unit());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(name.house));
  Record record = *before;
  stored::Unit* unit = FindUnit(&record, name.code);
  if (unit == nullptr) return NotFound("unit");
  BB_RETURN_IF_ERROR(change(unit));
  Response response;
  *response.mutable_unit() = ShownUnit(name.house, *unit);
  Decision decision(response);
  decision.Put(Entities(), name.house, record);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> RegisterHouse(const Call&, const v1::RegisterHouseRequest& request, View& view) {
  Record record;
  v1::House& house = *record.mutable_house();
  house.set_display_name(request.display_name());
  house.set_address(request.address());
  house.set_kind(request.kind());
  house.set_floors(request.floors());
  house.set_flats_per_floor(request.flats_per_floor());
  house.set_rooms(request.rooms());
  house.set_kitchenette(request.kitchenette());
  house.set_bathroom(request.bathroom());
  *house.mutable_shared_rooms() = request.shared_rooms();
  std::vector<Violation> violations;
  if (Places(house) > kMostHomes) violations.push_back({"flats_per_floor", absl::StrCat("want at most ", kMostHomes, " homes in all")});
  if (request.kind() == v1::UNIT_KIND_CROOKED_HOME && !request.unit_codes().empty()) {
    violations.push_back({"unit_codes", "want none for crooked homes: the house has all of them"});
  }
  std::set<Place> places;
  for (int i = 0; i < request.unit_codes_size(); ++i) {
    const Place p = PlaceOf(request.unit_codes(i));
    if (!InLayout(house, p)) violations.push_back({absl::StrCat("unit_codes[", i, "]"), "want a floor and a flat of the house"});
    places.insert(p);
  }
  if (!violations.empty()) return Invalid(std::move(violations));
  if (places.empty()) {
    for (int floor = 1; floor <= house.floors(); ++floor) {
      for (int flat = 1; flat <= house.flats_per_floor(); ++flat) places.insert({floor, flat});
    }
  }
  SetUnits(places, &record);

  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(request.slug()));
  if (before != nullptr) return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "there is a house with this short name");
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(request.slug()));
  v1::RegisterHouseResponse response;
  *response.mutable_house() = ShownHouse(record, request.slug(), etag);
  Decision decision(response);
  decision.Put(Entities(), request.slug(), record);
  return decision;
}

absl::StatusOr<Decision> AddUnit(const Call&, const v1::AddUnitRequest& request, View& view) {
  const std::string slug = IdOf(request.house());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(slug));
  const v1::House& house = before->house();
  if (before->units_size() >= Places(house)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL",
                   absl::StrCat("the house has ", before->units_size(), " homes, and no room for another"));
  }
  const Place place = PlaceOf(request.unit_code());
  if (!InLayout(house, place)) return Invalid({{"unit_code", "want a floor and a flat of the house"}});
  Record record = *before;
  if (FindUnit(&record, request.unit_code()) != nullptr) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "the house has this home already");
  }
  stored::Unit* unit = record.add_units();
  unit->set_code(request.unit_code());
  unit->set_state(v1::UNIT_STATE_VACANT);
  std::sort(record.mutable_units()->begin(), record.mutable_units()->end(),
            [](const stored::Unit& a, const stored::Unit& b) { return PlaceOf(a.code()) < PlaceOf(b.code()); });
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(slug));
  v1::AddUnitResponse response;
  *response.mutable_house() = ShownHouse(record, slug, etag);
  Decision decision(response);
  decision.Put(Entities(), slug, record);
  return decision;
}

absl::StatusOr<Decision> GetHouse(const Call&, const v1::GetHouseRequest& request, View& view) {
  const std::string slug = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(slug));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(slug));
  v1::GetHouseResponse response;
  *response.mutable_house() = ShownHouse(*record, slug, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListHouses(const Call&, const v1::ListHousesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, PageOf<Record>(view, "all", "", request));
  v1::ListHousesResponse response;
  for (const auto& [slug, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(slug));
    *response.add_houses() = ShownHouse(*record, slug, etag);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> GetCapacity(const Call& call, const v1::GetCapacityRequest&, View& view) {
  constexpr int kMostHouses = 100;
  const auto houses = view.Page<Record>("all", "", kMostHouses);
  const auto nights = NightsOf(view, CopenhagenDay(call.now));  // asked for in the same round
  BB_RETURN_IF_ERROR(houses.status());
  BB_RETURN_IF_ERROR(nights.status());
  v1::GetCapacityResponse response;
  for (const auto& [slug, record] : houses->records) {
    v1::CapacityLine* line = response.add_houses();
    line->set_house(absl::StrCat("houses/", slug));
    line->set_display_name(record->house().display_name());
    line->set_kind(record->house().kind());
    line->set_total(record->units_size());
    std::map<v1::UnitState, int> count;
    for (const stored::Unit& u : record->units()) ++count[u.state()];
    line->set_vacant(count[v1::UNIT_STATE_VACANT]);
    line->set_reserved(count[v1::UNIT_STATE_RESERVED]);
    line->set_occupied(count[v1::UNIT_STATE_OCCUPIED]);
    line->set_vacating(count[v1::UNIT_STATE_VACATING]);
    line->set_maintenance(count[v1::UNIT_STATE_MAINTENANCE]);
  }
  for (const v1::NightPlaces& n : *nights) *response.add_night_places() = n;
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ReserveUnit(const Call& call, const v1::ReserveUnitRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), until = ToDay(request.until());
  if (until < today || until > today + kHoldAheadDays) {
    return Invalid({{"until", absl::StrCat("want a day from today to ", kHoldAheadDays, " days ahead")}});
  }
  return ChangeUnit<v1::ReserveUnitResponse>(request, view, [&](stored::Unit* unit) {
    BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_RESERVED));
    *unit->mutable_reserved_until() = request.until();
    return absl::OkStatus();
  });
}

absl::StatusOr<Decision> ReleaseUnit(const Call&, const v1::ReleaseUnitRequest& request, View& view) {
  return ChangeUnit<v1::ReleaseUnitResponse>(request, view, [](stored::Unit* unit) -> absl::Status {
    // MAINTENANCE may become VACANT too, but not in this way.
    if (unit->state() != v1::UNIT_STATE_RESERVED) return WrongState(Word(unit->state()), "RESERVED");
    if (!unit->offer().empty()) return WrongState("RESERVED for an offer", "RESERVED by hand");
    return MoveUnit(unit, v1::UNIT_STATE_VACANT);
  });
}

absl::StatusOr<Decision> CloseUnit(const Call& call, const v1::CloseUnitRequest& request, View& view) {
  return ChangeUnit<v1::CloseUnitResponse>(request, view, [&](stored::Unit* unit) -> absl::Status {
    if (!unit->tenancy().empty()) {
      BB_ASSIGN_OR_RETURN(const v1::Tenancy* tenancy, view.Find<v1::Tenancy>(unit->tenancy()));
      // Whoever lived here has been forgotten, and no tenancy can end any more.
      if (tenancy == nullptr) return VacateUnit(unit, ToDate(CopenhagenDay(call.now)));
    }
    // VACATING may become MAINTENANCE too, when the tenancy ends.
    if (unit->state() != v1::UNIT_STATE_VACANT) return WrongState(Word(unit->state()), "VACANT");
    return MoveUnit(unit, v1::UNIT_STATE_MAINTENANCE);
  });
}

absl::StatusOr<Decision> ReopenUnit(const Call&, const v1::ReopenUnitRequest& request, View& view) {
  return ChangeUnit<v1::ReopenUnitResponse>(request, view, [](stored::Unit* unit) -> absl::Status {
    if (unit->state() != v1::UNIT_STATE_MAINTENANCE) return WrongState(Word(unit->state()), "MAINTENANCE");
    return MoveUnit(unit, v1::UNIT_STATE_VACANT);
  });
}

absl::StatusOr<Decision> ReleasePassed(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  Decision decision;
  if (before == nullptr || NextRelease(*before) > call.now) return decision;
  Record record = *before;
  for (stored::Unit& unit : *record.mutable_units()) {
    if (ReleasedAt(unit) <= call.now) BB_RETURN_IF_ERROR(MoveUnit(&unit, v1::UNIT_STATE_VACANT));
  }
  decision.Put(Entities(), id, record);
  return decision;
}

}  // namespace brobygger::housing
