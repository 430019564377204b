#include "services/dropin/service.h"

#include <utility>

#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "services/dropin/activity.h"
#include "services/dropin/activity_group.h"
#include "services/dropin/budget.h"
#include "services/dropin/centre.h"
#include "services/dropin/count_week.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_life.h"
#include "services/dropin/meal_plan.h"
#include "services/dropin/network.h"
#include "services/dropin/offer.h"
#include "services/dropin/place.h"
#include "services/dropin/regular.h"
#include "services/dropin/rights.h"
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
  // The kinds are the same in every module; their time comes in one of them.
  m.on_due = {
      {"participant", ForgetUnused},
      {"regular", DropPassed},
      {"activity", CloseActivity},
      {"budget", SettleBudget},
      {"meal-plan", DropEnded},
  };
  return m;
}

// `file` and `service` name the gRPC service; a file without a message has no other symbol to begin from.
Module Over(const char* file, const char* service) {
  Module m;
  m.service = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(file)->FindServiceByName(service);
  m.prefix = "dropin";
  m.entities = &Entities();
  return m;
}

Module Activities() {
  Module m = Over("brobygger/dropin/v1/activity_service.proto", "ActivityService");
  m.handlers = {
      {"CreateActivity", Typed<v1::CreateActivityRequest>(CreateActivity)},
      {"UpdateActivity", Typed<v1::UpdateActivityRequest>(UpdateActivity)},
      {"GetActivity", Typed<v1::GetActivityRequest>(GetActivity)},
      {"ListActivities", Typed<v1::ListActivitiesRequest>(ListActivities)},
      {"SignUp", Typed<v1::SignUpRequest>(SignUp)},
      {"TakePlace", Typed<v1::TakePlaceRequest>(TakePlace)},
      {"CancelPlace", Typed<v1::CancelPlaceRequest>(CancelPlace)},
      {"WaiveFee", Typed<v1::WaiveFeeRequest>(WaiveFee)},
      {"ListPlaces", Typed<v1::ListPlacesRequest>(ListPlaces)},
      {"HoldActivity", Typed<v1::HoldActivityRequest>(HoldActivity)},
      {"CancelActivity", Typed<v1::CancelActivityRequest>(CancelActivity)},
      {"CreateActivityGroup", Typed<v1::CreateActivityGroupRequest>(CreateActivityGroup)},
      {"UpdateActivityGroup", Typed<v1::UpdateActivityGroupRequest>(UpdateActivityGroup)},
      {"RecordGroupMeeting", Typed<v1::RecordGroupMeetingRequest>(RecordGroupMeeting)},
      {"EndActivityGroup", Typed<v1::EndActivityGroupRequest>(EndActivityGroup)},
      {"ListActivityGroups", Typed<v1::ListActivityGroupsRequest>(ListActivityGroups)},
      {"OpenBudget", Typed<v1::OpenBudgetRequest>(OpenBudget)},
      {"AddReceipt", Typed<v1::AddReceiptRequest>(AddReceipt)},
      {"RemoveReceipt", Typed<v1::RemoveReceiptRequest>(RemoveReceipt)},
      {"ListBudgets", Typed<v1::ListBudgetsRequest>(ListBudgets)},
  };
  return m;
}

Module Meals() {
  Module m = Over("brobygger/dropin/v1/meal_service.proto", "MealService");
  m.handlers = {
      {"StartMealPlan", Typed<v1::StartMealPlanRequest>(StartMealPlan)},
      {"ChangeMealPlan", Typed<v1::ChangeMealPlanRequest>(ChangeMealPlan)},
      {"PauseMealPlan", Typed<v1::PauseMealPlanRequest>(PauseMealPlan)},
      {"ResumeMealPlan", Typed<v1::ResumeMealPlanRequest>(ResumeMealPlan)},
      {"EndMealPlan", Typed<v1::EndMealPlanRequest>(EndMealPlan)},
      {"GetMealPlan", Typed<v1::GetMealPlanRequest>(GetMealPlan)},
      {"ListMealPlans", Typed<v1::ListMealPlansRequest>(ListMealPlans)},
      {"GetMealNumbers", Typed<v1::GetMealNumbersRequest>(GetMealNumbers)},
      {"EstimateLooseContact", Typed<v1::EstimateLooseContactRequest>(EstimateLooseContact)},
  };
  return m;
}

Module Rights() { return RightsModule(Over("brobygger/dropin/v1/dropin_rights.proto", "DropinRightsService").service, "dropin", DropinRights()); }

}  // namespace

std::vector<Module> DropinModules(std::shared_ptr<const LinkCheck> links) { return {Centre(std::move(links)), Activities(), Meals(), HouseLifeModule(), NetworkModule(), Rights()}; }

}  // namespace brobygger::dropin
