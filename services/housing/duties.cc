#include "services/housing/duties.h"

#include "services/housing/common.h"
#include "services/runtime/crypto.h"

namespace brobygger::housing {

void SetDuty(absl::string_view prefix, const std::string& about, const std::string& citizen, const std::string& adviser,
             const std::optional<DueThing>& due, Decision* decision) {
  const std::string id = absl::StrCat(prefix, "-", IdOf(about));
  if (!due) {
    decision->Delete("duty", id);
    return;
  }
  v1::Duty duty;
  duty.set_citizen(citizen);
  duty.set_reason(due->reason);
  *duty.mutable_due_on() = ToDate(due->by);
  duty.set_about(about);
  duty.set_adviser(adviser);
  decision->Put(Entities(), id, duty);
}

bool MayBeSettled(v1::DutyReason reason) {
  switch (reason) {
    case v1::DUTY_REASON_OFFER_LAPSED:
    case v1::DUTY_REASON_ACCEPTED_OFFER_DECLINED:
    case v1::DUTY_REASON_ACCEPTED_OFFER_LAPSED:
    case v1::DUTY_REASON_HOME_BEFORE_LEAVING:
      return true;
    default:
      return false;
  }
}

std::string AdviserKey(absl::string_view adviser) {
  return crypto::Hex(crypto::Sha256(absl::StrCat("brobygger due list\n", adviser)).substr(0, 16));
}

absl::StatusOr<Decision> ListDuties(const Call& call, const v1::ListDutiesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::Duty> page,
                      request.mine() ? PageOf<v1::Duty>(view, "by-adviser", AdviserKey(call.person.value()), request)
                                     : PageOf<v1::Duty>(view, "all", "", request));
  v1::ListDutiesResponse response;
  for (const auto& [id, duty] : page.records) {
    v1::Duty* shown = response.add_duties();
    *shown = *duty;
    shown->set_name(absl::StrCat("duties/", id));
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> SettleDuty(const Call&, const v1::SettleDutyRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Duty* duty, view.Get<v1::Duty>(id));
  if (!MayBeSettled(duty->reason())) {
    return WrongState(Word(duty->reason()), "OFFER_LAPSED or ACCEPTED_OFFER_DECLINED or ACCEPTED_OFFER_LAPSED or HOME_BEFORE_LEAVING");
  }
  Decision decision{v1::SettleDutyResponse()};
  decision.Delete("duty", id);
  return decision;
}

}  // namespace brobygger::housing
