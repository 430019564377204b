// The due list. A record has at most one duty, under an id of its own ("offer-<id>"); whoever writes the record writes its duty
// in the same commit, so that nothing can be due that nobody sees.
#pragma once

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "brobygger/housing/v1/duty.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

struct DueThing {
  v1::DutyReason reason;
  absl::CivilDay by;
};

// Puts the one duty of `about` ("offers/<id>"), or takes it away. The adviser is who answers for the record.
void SetDuty(absl::string_view prefix, const std::string& about, const std::string& citizen, const std::string& adviser,
             const std::optional<DueThing>& due, Decision* decision);

// Whether somebody may say that it is done; others end with what they are about.
bool MayBeSettled(v1::DutyReason reason);

// What the list of one adviser's duties is kept under: it names nobody.
std::string AdviserKey(absl::string_view adviser);

absl::StatusOr<Decision> ListDuties(const Call& call, const v1::ListDutiesRequest& request, View& view);
absl::StatusOr<Decision> SettleDuty(const Call& call, const v1::SettleDutyRequest& request, View& view);

}  // namespace brobygger::housing
