// Offers: one home, one citizen, until a day. The home is RESERVED in its house's record in the same commit, so that of two offers
// of one home at the same moment one is run again and finds it taken; the other citizen still stands in the line.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "brobygger/housing/v1/offer.pb.h"
#include "brobygger/housing/v1/offer_requests.pb.h"
#include "brobygger/housing/v1/referral.pb.h"
#include "services/housing/standing.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// The last day of what is open: to say yes, or to move in. nullptr once it has ended.
const type::v1::Date* LastDayOf(const v1::HousingOffer& offer);
// The beginning of the day after; InfiniteFuture once it has ended.
absl::Time LapsesAt(const v1::HousingOffer& offer);
// Its state by the clock: what has lapsed is LAPSED before the timer has come round.
v1::OfferState StateAt(const v1::HousingOffer& offer, absl::Time now);

// An offer with everything that moves together with it. Copies, to be changed.
struct OfferParts {
  static absl::StatusOr<OfferParts> Read(View& view, const std::string& offer_id);  // three rounds
  std::string id, referral_id;
  v1::HousingOffer offer;
  v1::HousingReferral referral;
  stored::HouseRecord house;
  Dossier dossier;
  // Its home, if the home is still held for this offer.
  stored::Unit* unit();
};

// Ends an offer that is OPEN or ACCEPTED: the home is VACANT, the referral moves on, the duty says who has to talk with whom.
absl::Status EndOffer(const Call& call, v1::OfferState to, v1::ReferralState referral_to, OfferParts* parts, Decision* decision);

absl::StatusOr<Decision> OfferUnit(const Call& call, const v1::OfferUnitRequest& request, View& view);
absl::StatusOr<Decision> AcceptOffer(const Call& call, const v1::AcceptOfferRequest& request, View& view);
absl::StatusOr<Decision> DeclineOffer(const Call& call, const v1::DeclineOfferRequest& request, View& view);
absl::StatusOr<Decision> RecordMoveIn(const Call& call, const v1::RecordMoveInRequest& request, View& view);
absl::StatusOr<Decision> GetOffer(const Call& call, const v1::GetOfferRequest& request, View& view);
absl::StatusOr<Decision> ListOffers(const Call& call, const v1::ListOffersRequest& request, View& view);
// OnDue: what nobody answered, and what nobody moved into.
absl::StatusOr<Decision> LapseOffer(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::housing
