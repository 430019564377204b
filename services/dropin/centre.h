// The centre, its offers and its conditional days. One record, so that a change of any of them is a change of one etag.
#pragma once

#include "brobygger/dropin/v1/centre.pb.h"
#include "brobygger/dropin/v1/offer.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> GetCentre(const Call& call, const v1::GetCentreRequest& request, View& view);
absl::StatusOr<Decision> UpdateCentre(const Call& call, const v1::UpdateCentreRequest& request, View& view);
absl::StatusOr<Decision> ConfirmConditionalDay(const Call& call, const v1::ConfirmConditionalDayRequest& request, View& view);
absl::StatusOr<Decision> ListOffers(const Call& call, const v1::ListOffersRequest& request, View& view);
absl::StatusOr<Decision> UpdateOffers(const Call& call, const v1::UpdateOffersRequest& request, View& view);

}  // namespace brobygger::dropin
