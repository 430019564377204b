// Referrals to housing and the waiting list.
//
// The line is fair in a way that can be told in one sentence: it is by the day on which the citizen asked, not by the day on
// which the agency answered; within a day it is by lot (the records' random ids). Nothing that is noted or scored moves anybody.
// Declining, or an offer that lapses, changes no place. Who is offered a home without being first needs a reason from a closed
// set, which stands on the offer, and who was passed stays first.
#pragma once

#include <optional>

#include "brobygger/housing/v1/referral.pb.h"
#include "brobygger/housing/v1/referral_requests.pb.h"
#include "services/housing/duties.h"
#include "services/housing/standing.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

inline constexpr char kWaitingIndex[] = "waiting";

// What the rule finds: nothing speaks against it, or why not and what instead.
struct Finding {
  v1::ReferralRefusal refusal = v1::REFERRAL_REFUSAL_UNSPECIFIED;
  v1::Alternative alternative = v1::ALTERNATIVE_UNSPECIFIED;
};
// Crooked homes are for who is homeless or socially vulnerable and needs limited support. Whether somebody uses substances, or
// says so, decides nothing.
Finding FindEligibility(const v1::ReferralNeeds& needs);

// What is due about a referral by itself; its offer has a duty of its own.
std::optional<DueThing> DueOf(const v1::HousingReferral& referral);

// Moves it to a state that the table allows, and writes it with its duty; the standing follows, for the caller to write.
absl::Status MoveReferral(const Call& call, v1::ReferralState to, const std::string& id, v1::HousingReferral* referral, Dossier* dossier,
                          Decision* decision);

absl::StatusOr<Decision> SubmitHousingReferral(const Call& call, const v1::SubmitHousingReferralRequest& request, View& view);
absl::StatusOr<Decision> AssessHousingReferral(const Call& call, const v1::AssessHousingReferralRequest& request, View& view);
absl::StatusOr<Decision> JoinWaitingList(const Call& call, const v1::JoinWaitingListRequest& request, View& view);
absl::StatusOr<Decision> WithdrawHousingReferral(const Call& call, const v1::WithdrawHousingReferralRequest& request, View& view);
absl::StatusOr<Decision> GetHousingReferral(const Call& call, const v1::GetHousingReferralRequest& request, View& view);
absl::StatusOr<Decision> ListHousingReferrals(const Call& call, const v1::ListHousingReferralsRequest& request, View& view);
absl::StatusOr<Decision> ListWaiting(const Call& call, const v1::ListWaitingRequest& request, View& view);

}  // namespace brobygger::housing
