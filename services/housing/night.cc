#include "services/housing/night.h"

#include <algorithm>
#include <utility>

#include "services/housing/common.h"

namespace brobygger::housing {
namespace {

constexpr int kAheadDays = 31;
constexpr int kMostSites = 100;
constexpr int kNoon = 12;
constexpr int kSlipLength = 8;

std::string NightId(absl::string_view site, absl::CivilDay day) { return absl::StrCat(site, ".", DayId(day)); }

// The night that is on, or why there is none.
absl::StatusOr<const stored::Night*> NightOn(const Call& call, View& view, const std::string& site, absl::CivilDay day) {
  if (!IsOn(day, call.now)) return Invalid({{"date", "want a night that has begun and is not over"}});
  return view.Get<stored::Night>(NightId(site, day));
}

absl::StatusOr<v1::NightPlaces> After(View& view, const stored::Night& night) {
  const std::string id = NightId(night.places().site(), ToDay(night.places().date()));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<stored::Night>(id));
  return Shown(night.places(), "nightPlaces", id, etag);
}

void PutNight(const stored::Night& night, Decision* decision) {
  decision->Put(Entities(), NightId(night.places().site(), ToDay(night.places().date())), night);
}

}  // namespace

bool IsOn(absl::CivilDay day, absl::Time now) {
  const absl::CivilSecond wall = CopenhagenTime(now);
  return wall >= absl::CivilSecond(day) && absl::CivilHour(wall) < absl::CivilHour(day + 1) + kNoon;
}

absl::Time SlipsForgottenAt(const stored::Night& night) {
  return night.slips().empty() ? absl::InfiniteFuture() : StartOfDay(ToDay(night.places().date()) + 2);
}

absl::StatusOr<Decision> OpenNightPlaces(const Call& call, const v1::OpenNightPlacesRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kAheadDays) {
    return Invalid({{"date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});
  }
  BB_ASSIGN_OR_RETURN(const stored::Night* before, view.Find<stored::Night>(NightId(request.site(), day)));
  stored::Night night;
  if (before != nullptr) night = *before;
  if (request.capacity() < night.places().taken()) {
    return Invalid({{"capacity", absl::StrCat("want at least ", night.places().taken(), ": so many are taken")}});
  }
  night.mutable_places()->set_site(request.site());
  *night.mutable_places()->mutable_date() = request.date();
  night.mutable_places()->set_capacity(request.capacity());
  v1::OpenNightPlacesResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_night_places(), After(view, night));
  Decision decision(response);
  PutNight(night, &decision);
  return decision;
}

absl::StatusOr<Decision> TakeNightPlace(const Call& call, const v1::TakeNightPlaceRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Night* before, NightOn(call, view, request.site(), ToDay(request.date())));
  if (before->places().taken() >= before->places().capacity()) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", "every place of this night is taken");
  }
  stored::Night night = *before;
  night.mutable_places()->set_taken(night.places().taken() + 1);
  v1::TakeNightPlaceResponse response;
  response.set_token(call.NewId().substr(0, kSlipLength));
  night.add_slips(response.token());
  BB_ASSIGN_OR_RETURN(*response.mutable_night_places(), After(view, night));
  Decision decision(response);
  PutNight(night, &decision);
  return decision;
}

absl::StatusOr<Decision> ReleaseNightPlace(const Call& call, const v1::ReleaseNightPlaceRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Night* before, NightOn(call, view, request.site(), ToDay(request.date())));
  stored::Night night = *before;
  auto* slips = night.mutable_slips();
  const auto slip = std::find(slips->begin(), slips->end(), request.token());
  if (slip == slips->end()) return NotFound("slip");
  slips->erase(slip);
  night.mutable_places()->set_taken(night.places().taken() - 1);
  v1::ReleaseNightPlaceResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_night_places(), After(view, night));
  Decision decision(response);
  PutNight(night, &decision);
  return decision;
}

absl::StatusOr<std::vector<v1::NightPlaces>> NightsOf(View& view, absl::CivilDay day) {
  BB_ASSIGN_OR_RETURN(const Listed<stored::Night> page, view.Page<stored::Night>("by-day", DayId(day), kMostSites));
  std::vector<v1::NightPlaces> nights;
  for (const auto& [id, night] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<stored::Night>(id));
    nights.push_back(Shown(night->places(), "nightPlaces", id, etag));
  }
  return nights;
}

absl::StatusOr<Decision> ListNightPlaces(const Call&, const v1::ListNightPlacesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const std::vector<v1::NightPlaces> nights, NightsOf(view, ToDay(request.date())));
  v1::ListNightPlacesResponse response;
  for (const v1::NightPlaces& n : nights) *response.add_night_places() = n;
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ForgetSlips(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Night* before, view.Find<stored::Night>(id));
  Decision decision;
  if (before == nullptr || SlipsForgottenAt(*before) > call.now) return decision;
  stored::Night night = *before;
  night.clear_slips();
  PutNight(night, &decision);
  return decision;
}

}  // namespace brobygger::housing
