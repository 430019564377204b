// Houses and their homes, without anybody in them.
#pragma once

#include "brobygger/housing/v1/house_requests.pb.h"
#include "brobygger/housing/v1/unit_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

absl::StatusOr<Decision> RegisterHouse(const Call& call, const v1::RegisterHouseRequest& request, View& view);
absl::StatusOr<Decision> AddUnit(const Call& call, const v1::AddUnitRequest& request, View& view);
absl::StatusOr<Decision> GetHouse(const Call& call, const v1::GetHouseRequest& request, View& view);
absl::StatusOr<Decision> ListHouses(const Call& call, const v1::ListHousesRequest& request, View& view);
absl::StatusOr<Decision> GetCapacity(const Call& call, const v1::GetCapacityRequest& request, View& view);
absl::StatusOr<Decision> ReserveUnit(const Call& call, const v1::ReserveUnitRequest& request, View& view);
absl::StatusOr<Decision> ReleaseUnit(const Call& call, const v1::ReleaseUnitRequest& request, View& view);
absl::StatusOr<Decision> CloseUnit(const Call& call, const v1::CloseUnitRequest& request, View& view);
absl::StatusOr<Decision> ReopenUnit(const Call& call, const v1::ReopenUnitRequest& request, View& view);
// OnDue: reservations whose day has passed.
absl::StatusOr<Decision> ReleasePassed(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::housing
