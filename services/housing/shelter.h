// Stays at a shelter (section 110).
#pragma once

#include "brobygger/housing/v1/shelter.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

absl::StatusOr<Decision> CheckInToShelter(const Call& call, const v1::CheckInToShelterRequest& request, View& view);
absl::StatusOr<Decision> CheckOutOfShelter(const Call& call, const v1::CheckOutOfShelterRequest& request, View& view);
absl::StatusOr<Decision> GetShelterStay(const Call& call, const v1::GetShelterStayRequest& request, View& view);
absl::StatusOr<Decision> ListShelterStays(const Call& call, const v1::ListShelterStaysRequest& request, View& view);

}  // namespace brobygger::housing
