#include "services/dropin/network.h"

#include "services/dropin/call_list.h"
#include "services/dropin/companion.h"
#include "services/dropin/entities.h"
#include "services/dropin/food_round.h"
#include "services/dropin/food_stop.h"
#include "services/dropin/outdoor.h"
#include "services/dropin/outreach.h"
#include "services/dropin/small_step.h"

namespace brobygger::dropin {

Module NetworkModule() {
  Module m;
  m.service = google::protobuf::DescriptorPool::generated_pool()
                  ->FindFileByName("brobygger/dropin/v1/network_service.proto")
                  ->FindServiceByName("NetworkService");
  m.prefix = "dropin";
  m.entities = &Entities();
  m.handlers = {
      {"RecordSmallStep", Typed<v1::RecordSmallStepRequest>(RecordSmallStep)},
      {"ShowSmallStep", Typed<v1::ShowSmallStepRequest>(ShowSmallStep)},
      {"RemoveSmallStep", Typed<v1::RemoveSmallStepRequest>(RemoveSmallStep)},
      {"ListSmallSteps", Typed<v1::ListSmallStepsRequest>(ListSmallSteps)},
      {"RequestCompanion", Typed<v1::RequestCompanionRequest>(RequestCompanion)},
      {"AnswerCompanion", Typed<v1::AnswerCompanionRequest>(AnswerCompanion)},
      {"TakeBackCompanionRequest", Typed<v1::TakeBackCompanionRequestRequest>(TakeBackCompanionRequest)},
      {"ListCompanionRequests", Typed<v1::ListCompanionRequestsRequest>(ListCompanionRequests)},
      {"JoinCallList", Typed<v1::JoinCallListRequest>(JoinCallList)},
      {"LeaveCallList", Typed<v1::LeaveCallListRequest>(LeaveCallList)},
      {"RecordCall", Typed<v1::RecordCallRequest>(RecordCall)},
      {"RecordAsked", Typed<v1::RecordAskedRequest>(RecordAsked)},
      {"GetCallEntry", Typed<v1::GetCallEntryRequest>(GetCallEntry)},
      {"ListCallEntries", Typed<v1::ListCallEntriesRequest>(ListCallEntries)},
      {"PlanFoodRound", Typed<v1::PlanFoodRoundRequest>(PlanFoodRound)},
      {"CloseFoodRound", Typed<v1::CloseFoodRoundRequest>(CloseFoodRound)},
      {"CancelFoodRound", Typed<v1::CancelFoodRoundRequest>(CancelFoodRound)},
      {"ListFoodRounds", Typed<v1::ListFoodRoundsRequest>(ListFoodRounds)},
      {"JoinFoodRounds", Typed<v1::JoinFoodRoundsRequest>(JoinFoodRounds)},
      {"LeaveFoodRounds", Typed<v1::LeaveFoodRoundsRequest>(LeaveFoodRounds)},
      {"GetFoodStops", Typed<v1::GetFoodStopsRequest>(GetFoodStops)},
      {"OpenOutdoorArea", Typed<v1::OpenOutdoorAreaRequest>(OpenOutdoorArea)},
      {"CloseOutdoorArea", Typed<v1::CloseOutdoorAreaRequest>(CloseOutdoorArea)},
      {"CheckInOutdoors", Typed<v1::CheckInOutdoorsRequest>(CheckInOutdoors)},
      {"CheckOutOutdoors", Typed<v1::CheckOutOutdoorsRequest>(CheckOutOutdoors)},
      {"ListOutdoorAreas", Typed<v1::ListOutdoorAreasRequest>(ListOutdoorAreas)},
      {"SetOutreachPlan", Typed<v1::SetOutreachPlanRequest>(SetOutreachPlan)},
      {"GetOutreachPlan", Typed<v1::GetOutreachPlanRequest>(GetOutreachPlan)},
      {"CountPhoneCalls", Typed<v1::CountPhoneCallsRequest>(CountPhoneCalls)},
      {"CountGreetings", Typed<v1::CountGreetingsRequest>(CountGreetings)},
      {"GetOutreachNumbers", Typed<v1::GetOutreachNumbersRequest>(GetOutreachNumbers)},
  };
  m.on_due = {
      {"steps", DropUnshown},
      {"companions", DropPastMeetings},
      {"call-entry", DropStopped},
      {"food-stop", DropFoodStop},
      {"outdoor-area", EmptyArea},
  };
  return m;
}

}  // namespace brobygger::dropin
