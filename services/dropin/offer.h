// What the house offers, and when. Offers stand in the centre's record.
#pragma once

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/offer.pb.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// What is offered on the opening's day, the earliest first. An offer without days, times and dates is there as long
// as the centre is open; so is one by weekday; one with times or dates of its own is there then, whether or not the centre is open.
std::vector<v1::OfferToday> OfferedToday(const stored::CentreRecord& record, const v1::Opening& opening);
// Every offer once, and stretches and dates that make sense.
std::vector<Violation> CheckOffers(const google::protobuf::RepeatedPtrField<v1::Offer>& offers, absl::CivilDay today);

absl::StatusOr<Decision> ListOffers(const Call& call, const v1::ListOffersRequest& request, View& view);
absl::StatusOr<Decision> UpdateOffers(const Call& call, const v1::UpdateOffersRequest& request, View& view);

}  // namespace brobygger::dropin
