// Regulars: citizens who chose to be known here. The record holds the house's own wishes and, apart from them, what the
// citizen agreed that others may see; the file is rewritten with every change of it.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/regular.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> UpdateRegular(const Call& call, const v1::UpdateRegularRequest& request, View& view);
absl::StatusOr<Decision> GetRegular(const Call& call, const v1::GetRegularRequest& request, View& view);
absl::StatusOr<Decision> ListRegulars(const Call& call, const v1::ListRegularsRequest& request, View& view);
// OnDue: the appointments that have passed go, from record and file.
absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view);

// As a caller sees it on `today`.
v1::Regular ShownRegular(const v1::Regular& regular, absl::string_view id, const std::string& etag, absl::CivilDay today);
// Writes the record and the file that follows from it.
void PutRegular(absl::string_view id, const v1::Regular& regular, absl::CivilDay today, Decision* decision);
// When the earliest appointment has passed: the beginning of the day after it. InfiniteFuture if there is none.
absl::Time NextPassing(const v1::Regular& regular);

}  // namespace brobygger::dropin
