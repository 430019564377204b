// The centre and its conditional days. One record with its offers (offer.h), so that a change of any of them is a change of one etag.
#pragma once

#include "absl/time/civil_time.h"
#include "brobygger/dropin/v1/centre.pb.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// How far ahead a conditional day can be confirmed; always by a user shift.
inline constexpr int kConfirmAheadDays = 62;
// Confirms a conditional day or takes that back; days that are past or not conditional go.
void SetConfirmed(stored::CentreRecord* record, absl::CivilDay day, bool open, absl::CivilDay today);

absl::StatusOr<Decision> GetCentre(const Call& call, const v1::GetCentreRequest& request, View& view);
absl::StatusOr<Decision> UpdateCentre(const Call& call, const v1::UpdateCentreRequest& request, View& view);
absl::StatusOr<Decision> ConfirmConditionalDay(const Call& call, const v1::ConfirmConditionalDayRequest& request, View& view);

}  // namespace brobygger::dropin
