// The decisions of RegistryService: references, links, merges, restriction, export.
//
// EnsureCitizen is no oracle for "is known elsewhere": whether the citizen was known to the agency, to another one, or to
// nobody, it reads and writes records of the same kinds in the same number of rounds and answers with a reference.
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/registry/v1/registry.pb.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

inline constexpr int kMaxEnsuredPerHour = 60;
// What LinkAlias signs: this, and the serialised AliasLink.
inline constexpr char kLinkContext[] = "brobygger link 1\n";

absl::StatusOr<Decision> EnsureCitizen(const ConsentRules&, const Call&, const registry::v1::EnsureCitizenRequest&, View&);
absl::StatusOr<Decision> LinkAlias(const ConsentRules&, const Call&, const registry::v1::LinkAliasRequest&, View&);
absl::StatusOr<Decision> MergeCitizens(const ConsentRules&, const Call&, const registry::v1::MergeCitizensRequest&, View&);
absl::StatusOr<Decision> RestrictCitizen(const ConsentRules&, const Call&, const registry::v1::RestrictCitizenRequest&, View&);
absl::StatusOr<Decision> ExportCitizenData(const ConsentRules&, const Call&, const registry::v1::ExportCitizenDataRequest&, View&);
// Answers without the recipients and hands over a serialised records.ExportReading: the service fills the answer again after the commit,
// with what the ledger says (recipients.h).
absl::Status FillExport(const ConsentRules&, const records::Export&, absl::Time now, registry::v1::ExportCitizenDataResponse*);

// Deletes a record whose time has passed (spent, quota).
absl::StatusOr<Decision> ForgetSpent(const Call&, const std::string& id, View&);
absl::StatusOr<Decision> ForgetQuota(const Call&, const std::string& id, View&);

}  // namespace brobygger::consent
