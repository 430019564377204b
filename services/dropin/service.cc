#include "services/dropin/service.h"

#include <utility>

#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "services/dropin/centre.h"
#include "services/dropin/count_week.h"
#include "services/dropin/entities.h"
#include "services/dropin/regular.h"
#include "services/dropin/tally.h"

namespace brobygger::dropin {
namespace {

Module Centre(std::shared_ptr<const LinkCheck> links) {
  Module m;
  m.service = v1::GetCitizenFileRequest::descriptor()->file()->service(0);
  m.prefix = "dropin";
  m.entities = &Entities();
  m.file_kind = "file";
  m.handlers = {
      {"GetCentre", Typed<v1::GetCentreRequest>(GetCentre)},
      {"UpdateCentre", Typed<v1::UpdateCentreRequest>(UpdateCentre)},
      {"ConfirmConditionalDay", Typed<v1::ConfirmConditionalDayRequest>(ConfirmConditionalDay)},
      {"ListOffers", Typed<v1::ListOffersRequest>(ListOffers)},
      {"UpdateOffers", Typed<v1::UpdateOffersRequest>(UpdateOffers)},
      {"RecordVisitTally", Typed<v1::RecordVisitTallyRequest>(RecordVisitTally)},
      {"CorrectVisitTally", Typed<v1::CorrectVisitTallyRequest>(CorrectVisitTally)},
      {"GetVisitTallies", Typed<v1::GetVisitTalliesRequest>(GetVisitTallies)},
      {"OpenCountWeek", Typed<v1::OpenCountWeekRequest>(OpenCountWeek)},
      {"CloseCountWeek", Typed<v1::CloseCountWeekRequest>(CloseCountWeek)},
      {"GetCountWeek", Typed<v1::GetCountWeekRequest>(GetCountWeek)},
      {"CreateParticipant", Typed<v1::CreateParticipantRequest>(CreateParticipant)},
      {"GetParticipant", Typed<v1::GetParticipantRequest>(GetParticipant)},
      {"UpdateParticipant", Typed<v1::UpdateParticipantRequest>(UpdateParticipant)},
      {"ListParticipants", Typed<v1::ListParticipantsRequest>(ListParticipants)},
      {"ForgetParticipant", Typed<v1::ForgetParticipantRequest>(ForgetParticipant)},
      {"LinkParticipant", Typed<v1::LinkParticipantRequest>([links](const Call& call, const v1::LinkParticipantRequest& request, View& view) {
         return LinkParticipant(*links, call, request, view);
       })},
      {"UpdateRegular", Typed<v1::UpdateRegularRequest>(UpdateRegular)},
      {"GetRegular", Typed<v1::GetRegularRequest>(GetRegular)},
      {"ListRegulars", Typed<v1::ListRegularsRequest>(ListRegulars)},
  };
  // The kinds are the same in every module; their time comes in this one.
  m.on_due = {
      {"participant", ForgetUnused},
      {"regular", DropPassed},
  };
  return m;
}

}  // namespace

std::vector<Module> DropinModules(std::shared_ptr<const LinkCheck> links) { return {Centre(std::move(links))}; }

}  // namespace brobygger::dropin
