#include "services/housing/shelter.h"

#include "services/housing/common.h"
#include "services/housing/standing.h"

namespace brobygger::housing {
namespace {

using Stay = v1::ShelterStay;

constexpr char kPlural[] = "shelterStays";
constexpr int kCheckInBackDays = 31;

// Writes the stay, and the standing with the file.
void PutStay(const Call& call, const std::string& id, Stay* stay, Dossier* dossier, Decision* decision) {
  *stay->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *stay);
  stored::Standing& standing = dossier->standing;
  standing.set_open_shelter_stay(stay->state() == v1::SHELTER_STAY_STATE_CHECKED_IN ? id : "");
  SetPeriod(standing.mutable_shelter_stays(), id, stay->check_in(), stay->has_check_out() ? &stay->check_out() : nullptr);
  dossier->Write(CopenhagenDay(call.now), decision);
}

}  // namespace

absl::StatusOr<Decision> CheckInToShelter(const Call& call, const v1::CheckInToShelterRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.check_in());
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  if (day > today || day < today - kCheckInBackDays) {
    return Invalid({{"check_in", absl::StrCat("want a day from ", kCheckInBackDays, " days back to today")}});
  }
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(request.citizen())));
  // Who checks out may check in again on the same day, here or elsewhere: the last day of a stay is a day of leaving.
  for (const stored::Period& p : dossier.standing.shelter_stays()) {
    if (!p.has_last_day() || ToDay(p.last_day()) > day) return DoubleBooked("another stay of the citizen covers this day");
  }
  const std::string id = call.NewId();
  Stay stay;
  Begin(call, request.citizen(), &stay);
  stay.set_state(v1::SHELTER_STAY_STATE_CHECKED_IN);
  *stay.mutable_check_in() = request.check_in();
  stay.set_self_referred(request.self_referred());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Stay>(id));
  Decision decision;
  PutStay(call, id, &stay, &dossier, &decision);
  v1::CheckInToShelterResponse response;
  *response.mutable_stay() = Shown(stay, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> CheckOutOfShelter(const Call& call, const v1::CheckOutOfShelterRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Stay* before, view.Get<Stay>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::SHELTER_STAY_STATE_CHECKED_OUT));
  const absl::CivilDay day = ToDay(request.check_out());
  if (day < ToDay(before->check_in())) return Invalid({{"check_out", "want a day not before the first", "BAD_DATE_ORDER"}});
  if (day > CopenhagenDay(call.now)) return Invalid({{"check_out", "want a day not after today", "BAD_DATE_ORDER"}});
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(before->citizen())));
  Stay stay = *before;
  stay.set_state(v1::SHELTER_STAY_STATE_CHECKED_OUT);
  *stay.mutable_check_out() = request.check_out();
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Stay>(id));
  Decision decision;
  PutStay(call, id, &stay, &dossier, &decision);
  v1::CheckOutOfShelterResponse response;
  *response.mutable_stay() = Shown(stay, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> GetShelterStay(const Call&, const v1::GetShelterStayRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Stay* stay, view.Get<Stay>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Stay>(id));
  v1::GetShelterStayResponse response;
  *response.mutable_stay() = Shown(*stay, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListShelterStays(const Call&, const v1::ListShelterStaysRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Stay> page, PageByCitizenOrState<Stay>(view, request, request.state(), "state"));
  v1::ListShelterStaysResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_stays()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::housing
