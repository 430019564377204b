// Names that leave the trust store. A consent has another name in each agency and one for the citizen, so that two agencies
// that compare their stores find no name in common.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "brobygger/registry/v1/registry.pb.h"

namespace brobygger::consent {

// Whose name it is, where it is the citizen's own.
inline constexpr char kCitizen[] = "citizen";

// "perron-4" of "agencies/perron-4"; "" of anything else.
std::string Slug(absl::string_view agency);
// The 26 characters of "citizens/…"; "" of anything else.
std::string RefId(absl::string_view citizen);
// "citizens/…", "" of "".
std::string CitizenName(absl::string_view ref_id);

// The 26 characters under which `whose` ("agencies/…" or kCitizen) knows the consent or page `id`.
std::string Handle(absl::string_view key, absl::string_view id, absl::string_view whose);
// The handle in "consents/<handle>"; "" if it has not that form.
std::string HandleOfName(absl::string_view name);
std::string HandleClaim(absl::string_view handle);

std::string ReferenceId(absl::string_view agency, absl::string_view ref_id);                                    // record id
std::string ArrowId(absl::string_view recipient, absl::string_view recipient_ref, absl::string_view holder);   // record id
// The record id of an identity; "" for one that never matches (replacement numbers, none).
std::string IdentityId(absl::string_view key, const registry::v1::Identifier& identifier);
// From a login's "<scheme number>/<issuer>/<value>"; scheme UNSPECIFIED if it is not of this form.
registry::v1::Identifier IdentifierOfLogin(absl::string_view text);
// Ten digits without dash, letters in upper case.
std::string NormalNumber(absl::string_view value);

}  // namespace brobygger::consent
