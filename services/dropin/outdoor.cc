#include "services/dropin/outdoor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/outreach.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"

namespace brobygger::dropin {
namespace {

using Record = stored::AreaRecord;

constexpr char kPlural[] = "outdoorAreas";
constexpr int kMostAreas = 50;

void Empty(v1::OutdoorArea* area) {
  for (int& inside : *area->mutable_group_inside()) inside = 0;
}

// What it is now: who was there yesterday is not, also in the moment before the timer says so.
Record On(const Record& record, absl::CivilDay today) {
  Record now = record;
  if (ToDay(now.day()) != today) Empty(now.mutable_area());
  *now.mutable_day() = ToDate(today);
  return now;
}

void Split(int capacity, int groups, v1::OutdoorArea* area) {
  area->clear_group_capacity();
  area->clear_group_inside();
  for (int i = 0; i < groups; ++i) {
    area->add_group_capacity(capacity / groups + (i < capacity % groups ? 1 : 0));
    area->add_group_inside(0);
  }
}

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const Record& record, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  Response response;
  *response.mutable_area() = Named(record.area(), kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  return decision;
}

// The open area of today, and that it has the group.
template <class Request>
absl::StatusOr<Record> Group(const Call& call, const Request& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(IdOf(request.name())));
  if (before->area().state() != v1::OUTDOOR_AREA_STATE_OPEN) return WrongState(Word(before->area().state()), "OPEN");
  const int groups = before->area().group_inside_size();
  if (request.group() > groups) return Invalid({{"group", absl::StrCat("want a group from 1 to ", groups)}});
  return On(*before, CopenhagenDay(call.now));
}

}  // namespace

absl::StatusOr<Decision> OpenOutdoorArea(const Call& call, const v1::OpenOutdoorAreaRequest& request, View& view) {
  if (request.groups() > request.capacity()) return Invalid({{"groups", "want no more groups than there is room for"}});
  BB_ASSIGN_OR_RETURN(const std::string known, view.FindByClaim<Record>(AreaClaim(request.display_name())));
  const std::string id = known.empty() ? call.NewId() : known;
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  if (before != nullptr && before->area().state() == v1::OUTDOOR_AREA_STATE_OPEN) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "an open area has this name");
  }
  if (before == nullptr) {
    BB_ASSIGN_OR_RETURN(const Listed<Record> all, view.Page<Record>("all", "", kMostAreas));
    if (all.records.size() >= kMostAreas) {
      return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", absl::StrCat("a house has at most ", kMostAreas, " areas"));
    }
  }
  Record record;
  v1::OutdoorArea* area = record.mutable_area();
  area->set_display_name(request.display_name());
  area->set_capacity(request.capacity());
  Split(request.capacity(), request.groups(), area);
  area->set_state(v1::OUTDOOR_AREA_STATE_OPEN);
  *record.mutable_day() = ToDate(CopenhagenDay(call.now));
  return Put<v1::OpenOutdoorAreaResponse>(id, record, view);
}

absl::StatusOr<Decision> CloseOutdoorArea(const Call&, const v1::CloseOutdoorAreaRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->area().state(), v1::OUTDOOR_AREA_STATE_CLOSED));
  Record record = *before;
  record.mutable_area()->set_state(v1::OUTDOOR_AREA_STATE_CLOSED);
  Empty(record.mutable_area());
  return Put<v1::CloseOutdoorAreaResponse>(id, record, view);
}

absl::StatusOr<Decision> CheckInOutdoors(const Call& call, const v1::CheckInOutdoorsRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(Record record, Group(call, request, view));
  const int group = request.group() - 1;
  const int inside = record.area().group_inside(group) + request.people();
  if (inside > record.area().group_capacity(group)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", "there is no room for so many in this group now");
  }
  record.mutable_area()->set_group_inside(group, inside);
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::CheckInOutdoorsResponse>(IdOf(request.name()), record, view));
  BB_ASSIGN_OR_RETURN(stored::OutreachDay numbers, NumbersOf(today, view));
  numbers.set_outdoor_check_ins(numbers.outdoor_check_ins() + request.people());
  decision.Put(Entities(), DayId(today), numbers);
  return decision;
}

absl::StatusOr<Decision> CheckOutOutdoors(const Call& call, const v1::CheckOutOutdoorsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(Record record, Group(call, request, view));
  const int group = request.group() - 1;
  const int inside = record.area().group_inside(group) - request.people();
  if (inside < 0) return Invalid({{"people", absl::StrCat("want at most the ", record.area().group_inside(group), " who are there")}});
  record.mutable_area()->set_group_inside(group, inside);
  return Put<v1::CheckOutOutdoorsResponse>(IdOf(request.name()), record, view);
}

absl::StatusOr<Decision> ListOutdoorAreas(const Call& call, const v1::ListOutdoorAreasRequest&, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>("all", "", kMostAreas));
  v1::ListOutdoorAreasResponse response;
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    *response.add_areas() = Named(On(*record, CopenhagenDay(call.now)).area(), kPlural, id, etag);
  }
  std::sort(response.mutable_areas()->begin(), response.mutable_areas()->end(),
            [](const v1::OutdoorArea& a, const v1::OutdoorArea& b) { return a.display_name() < b.display_name(); });
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EmptyArea(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  Decision decision;
  if (before != nullptr && EmptiedAt(*before) <= call.now) decision.Put(Entities(), id, On(*before, CopenhagenDay(call.now)));
  return decision;
}

std::string AreaClaim(absl::string_view display_name) {
  return absl::StrCat("outdoor:", crypto::Hex(crypto::Sha256(display_name).substr(0, 16)));
}

absl::Time EmptiedAt(const stored::AreaRecord& record) {
  const auto& inside = record.area().group_inside();
  const bool empty = std::all_of(inside.begin(), inside.end(), [](int n) { return n == 0; });
  return empty ? absl::InfiniteFuture() : StartOfDay(ToDay(record.day()) + 1);
}

}  // namespace brobygger::dropin
