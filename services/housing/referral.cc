#include "services/housing/referral.h"

#include "services/housing/common.h"
#include "services/housing/file_sections.h"
#include "services/housing/offer.h"

namespace brobygger::housing {
namespace {

using Referral = v1::HousingReferral;

constexpr char kPlural[] = "referrals";
constexpr int kAssessWithinDays = 7;
constexpr int kAskWithinDays = 14;

bool IsOpen(v1::ReferralState state) {
  return state != v1::REFERRAL_STATE_NOT_ELIGIBLE && state != v1::REFERRAL_STATE_MOVED_IN && state != v1::REFERRAL_STATE_WITHDRAWN;
}

// The citizen's standing after a change of the referral.
void Follow(const std::string& id, const Referral& referral, stored::Standing* standing) {
  standing->set_open_referral(IsOpen(referral.state()) ? id : "");
  standing->clear_application();
  if (auto section = InFile(referral)) *standing->mutable_application() = *std::move(section);
}

// A change of one referral that needs nothing but the referral and the citizen's standing.
template <class Response, class Change>
absl::StatusOr<Decision> ChangeReferral(const Call& call, const std::string& name, View& view, bool with_citizen, Change change) {
  const std::string id = IdOf(name);
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  if (with_citizen) BB_RETURN_IF_ERROR(CheckPresenceOf(call, before->citizen()));
  Referral referral = *before;
  BB_ASSIGN_OR_RETURN(const v1::ReferralState to, change(&referral));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), to));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(referral.citizen())));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Referral>(id));
  Decision decision;
  BB_RETURN_IF_ERROR(MoveReferral(call, to, id, &referral, &dossier, &decision));
  dossier.Write(CopenhagenDay(call.now), &decision);
  Response response;
  *response.mutable_referral() = Shown(referral, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

}  // namespace

Finding FindEligibility(const v1::ReferralNeeds& needs) {
  if (needs.requested_kind() != v1::UNIT_KIND_CROOKED_HOME) return {};
  if (needs.support_need() == v1::SUPPORT_NEED_INTENSIVE) {
    return {v1::REFERRAL_REFUSAL_NEEDS_MORE_SUPPORT, v1::ALTERNATIVE_ACT_OR_ICM_IN_OWN_HOME};
  }
  if (!needs.homeless() && !needs.socially_vulnerable()) {
    return {v1::REFERRAL_REFUSAL_OUTSIDE_TARGET_GROUP, v1::ALTERNATIVE_HOUSING_ASSOCIATION_LIST};
  }
  return {};
}

std::optional<DueThing> DueOf(const Referral& referral) {
  const absl::CivilDay day = ToDay(referral.submitted_on());
  switch (referral.state()) {
    case v1::REFERRAL_STATE_SUBMITTED: return DueThing{v1::DUTY_REASON_ASSESS_REFERRAL, day + kAssessWithinDays};
    case v1::REFERRAL_STATE_ELIGIBLE: return DueThing{v1::DUTY_REASON_ASK_WHETHER_TO_WAIT, day + kAskWithinDays};
    default: return std::nullopt;
  }
}

absl::Status MoveReferral(const Call& call, v1::ReferralState to, const std::string& id, Referral* referral, Dossier* dossier,
                          Decision* decision) {
  BB_RETURN_IF_ERROR(CheckMove(referral->state(), to));
  referral->set_state(to);
  if (to != v1::REFERRAL_STATE_OFFERED && to != v1::REFERRAL_STATE_ACCEPTED) referral->clear_offer();
  *referral->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *referral);
  SetDuty("referral", absl::StrCat(kPlural, "/", id), referral->citizen(), referral->adviser(), DueOf(*referral), decision);
  Follow(id, *referral, &dossier->standing);
  return absl::OkStatus();
}

absl::StatusOr<Decision> SubmitHousingReferral(const Call& call, const v1::SubmitHousingReferralRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(request.citizen())));
  if (!dossier.standing.open_referral().empty()) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "the citizen has an open referral: work on that one, or withdraw it");
  }
  const std::string id = call.NewId();
  const absl::CivilDay today = CopenhagenDay(call.now);
  Referral referral;
  Begin(call, request.citizen(), &referral);
  referral.set_state(v1::REFERRAL_STATE_SUBMITTED);
  *referral.mutable_needs() = request.needs();
  *referral.mutable_submitted_on() = ToDate(today);
  referral.set_presence_method(call.presence->method());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Referral>(id));
  v1::SubmitHousingReferralResponse response;
  *response.mutable_referral() = Shown(referral, kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, referral);
  SetDuty("referral", absl::StrCat(kPlural, "/", id), referral.citizen(), referral.adviser(), DueOf(referral), &decision);
  Follow(id, referral, &dossier.standing);
  dossier.Write(today, &decision);
  return decision;
}

absl::StatusOr<Decision> AssessHousingReferral(const Call& call, const v1::AssessHousingReferralRequest& request, View& view) {
  const bool refused = request.refusal() != v1::REFERRAL_REFUSAL_UNSPECIFIED;
  const bool alternative = request.alternative() != v1::ALTERNATIVE_UNSPECIFIED;
  if (refused && !alternative) return Invalid({{"alternative", "want what the citizen is pointed to instead", "FIELD_REQUIRED"}});
  if (alternative && !refused) return Invalid({{"alternative", "want none without a refusal"}});
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Referral>(IdOf(request.name())));
  if (!etag.empty() && etag != request.etag()) return EtagMismatch();
  return ChangeReferral<v1::AssessHousingReferralResponse>(call, request.name(), view, false, [&](Referral* r) -> absl::StatusOr<v1::ReferralState> {
    const Finding finding = refused ? Finding{request.refusal(), request.alternative()} : FindEligibility(r->needs());
    if (finding.refusal == v1::REFERRAL_REFUSAL_UNSPECIFIED) return v1::REFERRAL_STATE_ELIGIBLE;
    r->set_refusal(finding.refusal);
    r->set_alternative(finding.alternative);
    return v1::REFERRAL_STATE_NOT_ELIGIBLE;
  });
}

absl::StatusOr<Decision> JoinWaitingList(const Call& call, const v1::JoinWaitingListRequest& request, View& view) {
  return ChangeReferral<v1::JoinWaitingListResponse>(call, request.name(), view, true, [](Referral* r) -> absl::StatusOr<v1::ReferralState> {
    // Back into the line from an offer is the offer's way.
    if (r->state() != v1::REFERRAL_STATE_ELIGIBLE) return WrongState(Word(r->state()), "ELIGIBLE");
    return v1::REFERRAL_STATE_WAITING;
  });
}

absl::StatusOr<Decision> WithdrawHousingReferral(const Call& call, const v1::WithdrawHousingReferralRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* before, view.Get<Referral>(id));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, before->citizen()));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::REFERRAL_STATE_WITHDRAWN));
  if (before->offer().empty()) {
    return ChangeReferral<v1::WithdrawHousingReferralResponse>(call, request.name(), view, true, [](Referral*) -> absl::StatusOr<v1::ReferralState> {
      return v1::REFERRAL_STATE_WITHDRAWN;
    });
  }
  BB_ASSIGN_OR_RETURN(OfferParts parts, OfferParts::Read(view, IdOf(before->offer())));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Referral>(id));
  Decision decision;
  BB_RETURN_IF_ERROR(EndOffer(call, v1::OFFER_STATE_DECLINED, v1::REFERRAL_STATE_WITHDRAWN, &parts, &decision));
  v1::WithdrawHousingReferralResponse response;
  *response.mutable_referral() = Shown(parts.referral, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> GetHousingReferral(const Call&, const v1::GetHousingReferralRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Referral* referral, view.Get<Referral>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Referral>(id));
  v1::GetHousingReferralResponse response;
  *response.mutable_referral() = Shown(*referral, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListHousingReferrals(const Call&, const v1::ListHousingReferralsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Referral> page, PageByCitizenOrState<Referral>(view, request, request.state(), "state"));
  v1::ListHousingReferralsResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_referrals()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListWaiting(const Call&, const v1::ListWaitingRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Referral> page, PageOf<Referral>(view, kWaitingIndex, Word(request.kind()), request));
  v1::ListWaitingResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_referrals()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::housing
