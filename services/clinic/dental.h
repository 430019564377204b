// The way to social dental care: from a wish to a visit, or taken back.
#pragma once

#include "brobygger/clinic/v1/dental_requests.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

bool MayBecome(v1::DentalReferralState from, v1::DentalReferralState to);

absl::StatusOr<Decision> WishDentalCare(const Call& call, const v1::WishDentalCareRequest& request, View& view);
// That a consent lets the recipient look was asked for the request's citizen before (consent_check.h).
absl::StatusOr<Decision> SendDentalReferral(const Call& call, const v1::SendDentalReferralRequest& request, View& view);
absl::StatusOr<Decision> SetDentalAppointment(const Call& call, const v1::SetDentalAppointmentRequest& request, View& view);
absl::StatusOr<Decision> RecordDentalVisit(const Call& call, const v1::RecordDentalVisitRequest& request, View& view);
absl::StatusOr<Decision> TakeBackDentalReferral(const Call& call, const v1::TakeBackDentalReferralRequest& request, View& view);
absl::StatusOr<Decision> GetDentalReferral(const Call& call, const v1::GetDentalReferralRequest& request, View& view);
absl::StatusOr<Decision> ListDentalReferrals(const Call& call, const v1::ListDentalReferralsRequest& request, View& view);

}  // namespace brobygger::clinic
