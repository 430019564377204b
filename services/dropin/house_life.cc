#include "services/dropin/house_life.h"

#include "services/dropin/entities.h"
#include "services/dropin/house_meeting.h"
#include "services/dropin/shift.h"
#include "services/dropin/suggestion.h"
#include "services/dropin/today.h"
#include "services/dropin/user_shift.h"

namespace brobygger::dropin {

Module HouseLifeModule() {
  Module m;
  m.service = google::protobuf::DescriptorPool::generated_pool()
                  ->FindFileByName("brobygger/dropin/v1/house_life_service.proto")
                  ->FindServiceByName("HouseLifeService");
  m.prefix = "dropin";
  m.entities = &Entities();
  m.handlers = {
      {"GetToday", Typed<v1::GetTodayRequest>(GetToday)},
      {"GetNoticeBoard", Typed<v1::GetNoticeBoardRequest>(GetNoticeBoard)},
      {"PostSuggestion", Typed<v1::PostSuggestionRequest>(PostSuggestion)},
      {"ScreenSuggestion", Typed<v1::ScreenSuggestionRequest>(ScreenSuggestion)},
      {"PutOnAgenda", Typed<v1::PutOnAgendaRequest>(PutOnAgenda)},
      {"DecideSuggestion", Typed<v1::DecideSuggestionRequest>(DecideSuggestion)},
      {"ListSuggestions", Typed<v1::ListSuggestionsRequest>(ListSuggestions)},
      {"ListUnscreenedSuggestions", Typed<v1::ListUnscreenedSuggestionsRequest>(ListUnscreenedSuggestions)},
      {"ScheduleHouseMeeting", Typed<v1::ScheduleHouseMeetingRequest>(ScheduleHouseMeeting)},
      {"PublishAgenda", Typed<v1::PublishAgendaRequest>(PublishAgenda)},
      {"PublishMinutes", Typed<v1::PublishMinutesRequest>(PublishMinutes)},
      {"CancelHouseMeeting", Typed<v1::CancelHouseMeetingRequest>(CancelHouseMeeting)},
      {"GetHouseMeeting", Typed<v1::GetHouseMeetingRequest>(GetHouseMeeting)},
      {"ListHouseMeetings", Typed<v1::ListHouseMeetingsRequest>(ListHouseMeetings)},
      {"PlanShift", Typed<v1::PlanShiftRequest>(PlanShift)},
      {"ReportStaffing", Typed<v1::ReportStaffingRequest>(ReportStaffing)},
      {"CancelShift", Typed<v1::CancelShiftRequest>(CancelShift)},
      {"ListShifts", Typed<v1::ListShiftsRequest>(ListShifts)},
      {"PlanUserShift", Typed<v1::PlanUserShiftRequest>(PlanUserShift)},
      {"CancelUserShift", Typed<v1::CancelUserShiftRequest>(CancelUserShift)},
      {"ListUserShifts", Typed<v1::ListUserShiftsRequest>(ListUserShifts)},
  };
  m.on_due = {{"staff-shift", EndShift}, {"user-shift", EndUserShift}};
  return m;
}

}  // namespace brobygger::dropin
