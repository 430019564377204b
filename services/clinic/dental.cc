#include "services/clinic/dental.h"

#include <string>
#include <utility>

#include "services/clinic/common.h"
#include "services/clinic/file.h"

namespace brobygger::clinic {
namespace {

using Referral = v1::DentalReferral;

constexpr char kPlural[] = "dentalReferrals";

// What the standing knows of the referral is what it says now; of one that is over, nothing.
void Reflect(const std::string& id, const Referral& referral, stored::Standing* standing) {
  standing->clear_open_referral();
  standing->clear_dental();
  standing->clear_dental_appointment();
  const bool sent = referral.state() == v1::DENTAL_REFERRAL_STATE_SENT;
  if (!sent && referral.state() != v1::DENTAL_REFERRAL_STATE_WISHED) return;
  standing->set_open_referral(id);
  if (!sent) return;
  v1::DentalWish* shown = standing->mutable_dental();
  shown->set_need(referral.need());
  if (referral.own_words_for_sharing()) shown->set_own_words(referral.own_words());
  *shown->mutable_sent_on() = referral.sent_on();
  if (referral.has_appointment()) *standing->mutable_dental_appointment() = referral.appointment();
}

// Writes the referral, and the standing with the file.
template <class Response>
absl::StatusOr<Decision> PutReferral(const Call& call, View& view, const std::string& id, const Referral& referral, stored::Standing standing) {
  Reflect(id, referral, &standing);
  Decision decision;
  WriteStanding(IdOf(referral.citizen()), standing, CopenhagenDay(call.now), &decision);
  Response response;
  BB_ASSIGN_OR_RETURN(*response.mutable_referral(), PutRecord(call, view, kPlural, id, referral, &decision));
  decision.Answer(response);
  return decision;
}

// The same, of a referral that is there already.
template <class Response>
absl::StatusOr<Decision> Change(const Call& call, View& view, const std::string& id, const Referral& referral) {
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, IdOf(referral.citizen())));
  return PutReferral<Response>(call, view, id, referral, std::move(standing));
}

}  // namespace

bool MayBecome(v1::DentalReferralState from, v1::DentalReferralState to) {
  switch (from) {
    case v1::DENTAL_REFERRAL_STATE_WISHED: return to == v1::DENTAL_REFERRAL_STATE_SENT || to == v1::DENTAL_REFERRAL_STATE_TAKEN_BACK;
    case v1::DENTAL_REFERRAL_STATE_SENT: return to == v1::DENTAL_REFERRAL_STATE_VISITED || to == v1::DENTAL_REFERRAL_STATE_TAKEN_BACK;
    default: return false;
  }
}

absl::StatusOr<Decision> WishDentalCare(const Call& call, const v1::WishDentalCareRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, IdOf(request.citizen())));
  if (!standing.open_referral().empty()) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "a referral of the citizen is under way already");
  }
  Referral referral;
  Begin(call, request.citizen(), &referral);
  referral.set_state(v1::DENTAL_REFERRAL_STATE_WISHED);
  referral.set_need(request.need());
  referral.set_own_words(request.own_words());
  referral.set_own_words_for_sharing(request.own_words_for_sharing());
  return PutReferral<v1::WishDentalCareResponse>(call, view, call.NewId(), referral, std::move(standing));
}

absl::StatusOr<Decision> SendDentalReferral(const Call& call, const v1::SendDentalReferralRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  if (before->citizen() != request.citizen()) return Invalid({{"citizen", "want the citizen whose referral it is"}});
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::DENTAL_REFERRAL_STATE_SENT));
  Referral referral = *before;
  referral.set_state(v1::DENTAL_REFERRAL_STATE_SENT);
  referral.set_recipient(request.recipient());
  *referral.mutable_sent_on() = ToDate(CopenhagenDay(call.now));
  return Change<v1::SendDentalReferralResponse>(call, view, id, referral);
}

absl::StatusOr<Decision> SetDentalAppointment(const Call& call, const v1::SetDentalAppointmentRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  if (before->state() != v1::DENTAL_REFERRAL_STATE_SENT) return WrongState(Word(before->state()), Word(v1::DENTAL_REFERRAL_STATE_SENT));
  if (request.has_appointment()) {
    const absl::CivilDay today = CopenhagenDay(call.now);
    BB_RETURN_IF_ERROR(CheckDay("appointment.date", request.appointment().date(), today, today + kAheadDays, "want a day from today to 366 days ahead"));
  }
  Referral referral = *before;
  referral.clear_appointment();
  if (request.has_appointment()) *referral.mutable_appointment() = request.appointment();
  return Change<v1::SetDentalAppointmentResponse>(call, view, id, referral);
}

absl::StatusOr<Decision> RecordDentalVisit(const Call& call, const v1::RecordDentalVisitRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::DENTAL_REFERRAL_STATE_VISITED));
  BB_RETURN_IF_ERROR(CheckDay("visited_on", request.visited_on(), ToDay(before->sent_on()), CopenhagenDay(call.now),
                              "want a day from that on which it was sent to today"));
  Referral referral = *before;
  referral.set_state(v1::DENTAL_REFERRAL_STATE_VISITED);
  *referral.mutable_visited_on() = request.visited_on();
  return Change<v1::RecordDentalVisitResponse>(call, view, id, referral);
}

absl::StatusOr<Decision> TakeBackDentalReferral(const Call& call, const v1::TakeBackDentalReferralRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, before->citizen()));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::DENTAL_REFERRAL_STATE_TAKEN_BACK));
  Referral referral = *before;
  referral.set_state(v1::DENTAL_REFERRAL_STATE_TAKEN_BACK);
  return Change<v1::TakeBackDentalReferralResponse>(call, view, id, referral);
}

absl::StatusOr<Decision> GetDentalReferral(const Call&, const v1::GetDentalReferralRequest& request, View& view) {
  v1::GetDentalReferralResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_referral(), ShownRecord<Referral>(view, kPlural, IdOf(request.name())));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListDentalReferrals(const Call&, const v1::ListDentalReferralsRequest& request, View& view) {
  const bool by_state = request.state() != v1::DENTAL_REFERRAL_STATE_UNSPECIFIED;
  if (by_state != request.citizen().empty()) return Invalid({{"citizen", "want exactly one of citizen and state"}});
  v1::ListDentalReferralsResponse response;
  BB_RETURN_IF_ERROR(ShowPage(view, by_state ? "by-state" : "by-citizen", by_state ? Word(request.state()) : IdOf(request.citizen()), request, kPlural,
                              response.mutable_referrals(), response.mutable_next_page_token()));
  return Decision(std::move(response));
}

}  // namespace brobygger::clinic
