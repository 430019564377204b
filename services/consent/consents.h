// The decisions of ConsentService: each an ordinary function from call, request and records to a decision. The contract
// (consent.v1) says what each does and with which reasons it refuses; lifecycle.h, word.h and terms.h hold the rules.
//
// Invariants
// 1. A consent becomes ACTIVE only here, in Activate, Narrow and Renew, and only after word.h has agreed.
// 2. At most one consent is ACTIVE for a subject, holder, recipient and purpose: a new one supersedes the older in the same commit.
// 3. The arrow of a recipient's reference names the latest consent given for each purpose, whatever became of it.
// 4. Every yes, no, withdrawal, narrowing and renewal appends one ledger entry per consent, in the same commit. Not logged are
//    drafts (written down, gone after kDraftLife), requests, and that something is SUPERSEDED: the entry of what supersedes it, or
//    answers it, tells. A merge is one entry of the registry, whatever comes along.
#pragma once

#include "absl/status/statusor.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "brobygger/consent/v1/consent_asking.pb.h"
#include "brobygger/consent/v1/consent_giving.pb.h"
#include "brobygger/consent/v1/consent_views.pb.h"
#include "brobygger/consent/v1/consent_withdrawing.pb.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

// Distinct categories on one page, and the peace after a no.
inline constexpr int kMaxCategoriesOnPage = 7;
inline constexpr absl::Duration kPeace = absl::Hours(24 * 30);
// The longest list of the citizen's own view, and how many an agency may ask for in an hour and person.
inline constexpr int kMaxListed = 500;
inline constexpr int kMaxRequestsPerHour = 60;
// How many pages one person may write down in an hour.
inline constexpr int kMaxProposedPerHour = 120;

absl::StatusOr<Decision> ProposeConsents(const ConsentRules&, const Call&, const v1::ProposeConsentsRequest&, View&);
absl::StatusOr<Decision> ActivateConsents(const ConsentRules&, const Call&, const v1::ActivateConsentsRequest&, View&);
absl::StatusOr<Decision> DeclineConsents(const ConsentRules&, const Call&, const v1::DeclineConsentsRequest&, View&);
absl::StatusOr<Decision> WithdrawConsents(const ConsentRules&, const Call&, const v1::WithdrawConsentsRequest&, View&);
absl::StatusOr<Decision> NarrowConsent(const ConsentRules&, const Call&, const v1::NarrowConsentRequest&, View&);
absl::StatusOr<Decision> RenewConsent(const ConsentRules&, const Call&, const v1::RenewConsentRequest&, View&);
absl::StatusOr<Decision> RequestConsent(const ConsentRules&, const Call&, const v1::RequestConsentRequest&, View&);
absl::StatusOr<Decision> GetConsent(const ConsentRules&, const Call&, const v1::GetConsentRequest&, View&);
absl::StatusOr<Decision> ListConsents(const ConsentRules&, const Call&, const v1::ListConsentsRequest&, View&);
absl::StatusOr<Decision> ListIncomingConsents(const ConsentRules&, const Call&, const v1::ListIncomingConsentsRequest&, View&);
absl::StatusOr<Decision> ListMyConsents(const ConsentRules&, const Call&, const v1::ListMyConsentsRequest&, View&);
absl::StatusOr<Decision> GetConsentText(const ConsentRules&, const Call&, const v1::GetConsentTextRequest&, View&);

// For a person of the holder: what the recipient may see now by a consent of this citizen for this purpose. Nothing for whom the
// registry does not know, and nothing while the citizen has closed all doors.
absl::StatusOr<Decision> SeeArrow(const ConsentRules&, const Call&, const v1::CheckArrowRequest&, View&);

// Deletes a draft that has lapsed.
absl::StatusOr<Decision> ForgetDraft(const Call&, const std::string& id, View&);

}  // namespace brobygger::consent
