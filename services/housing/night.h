// Emergency night places: a site, a date, two numbers. Nobody is registered.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/housing/v1/night_place.pb.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

absl::StatusOr<Decision> OpenNightPlaces(const Call& call, const v1::OpenNightPlacesRequest& request, View& view);
absl::StatusOr<Decision> TakeNightPlace(const Call& call, const v1::TakeNightPlaceRequest& request, View& view);
absl::StatusOr<Decision> ReleaseNightPlace(const Call& call, const v1::ReleaseNightPlaceRequest& request, View& view);
absl::StatusOr<Decision> ListNightPlaces(const Call& call, const v1::ListNightPlacesRequest& request, View& view);
// OnDue: the slips of a night that is over; the numbers stay.
absl::StatusOr<Decision> ForgetSlips(const Call& call, const std::string& id, View& view);

// The nights that begin on a day, as they are shown; the first hundred sites.
absl::StatusOr<std::vector<v1::NightPlaces>> NightsOf(View& view, absl::CivilDay day);
// Whether the night that begins on `day` is still on: from the day's beginning until noon of the next, by the clock on the wall.
bool IsOn(absl::CivilDay day, absl::Time now);
// The end of the day after; InfiniteFuture without slips.
absl::Time SlipsForgottenAt(const stored::Night& night);

}  // namespace brobygger::housing
