#include "services/housing/service.h"

#include "brobygger/housing/v1/allocation_service.pb.h"
#include "brobygger/housing/v1/homes_service.pb.h"
#include "brobygger/housing/v1/housing_service.pb.h"
#include "brobygger/housing/v1/support_service.pb.h"
#include "services/housing/appointment.h"
#include "services/housing/board.h"
#include "services/housing/duties.h"
#include "services/housing/entities.h"
#include "services/housing/eviction.h"
#include "services/housing/house.h"
#include "services/housing/night.h"
#include "services/housing/offer.h"
#include "services/housing/referral.h"
#include "services/housing/rights.h"
#include "services/housing/screening.h"
#include "services/housing/shelter.h"
#include "services/housing/support.h"
#include "services/housing/tenancy.h"

namespace brobygger::housing {
namespace {

// `file` and `service` name the gRPC service; a file without a message has no other symbol to begin from.
Module Over(const char* file, const char* service) {
  Module m;
  m.service = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(file)->FindServiceByName(service);
  m.prefix = "housing";
  m.entities = &Entities();
  return m;
}

Module Screenings() {
  Module m = Over("brobygger/housing/v1/housing_service.proto", "HousingService");
  m.file_kind = "file";
  m.handlers = {
      {"CreateScreening", Typed<v1::CreateScreeningRequest>(CreateScreening)},
      {"UpdateScreening", Typed<v1::UpdateScreeningRequest>(UpdateScreening)},
      {"CompleteScreening", Typed<v1::CompleteScreeningRequest>(CompleteScreening)},
      {"CancelScreening", Typed<v1::CancelScreeningRequest>(CancelScreening)},
      {"GetScreening", Typed<v1::GetScreeningRequest>(GetScreening)},
      {"ListScreenings", Typed<v1::ListScreeningsRequest>(ListScreenings)},
      {"SetNextAppointment", Typed<v1::SetNextAppointmentRequest>(SetNextAppointment)},
      {"GetNextAppointment", Typed<v1::GetNextAppointmentRequest>(GetNextAppointment)},
  };
  // The kinds are the same in every module; their time comes in this one.
  m.on_due = {
      {"standing", DropPassed}, {"house", ReleasePassed}, {"night", ForgetSlips},
      {"offer", LapseOffer},    {"tenancy", EndNoticed},  {"support", BeginPlanned},
  };
  return m;
}

Module Homes() {
  Module m = Over("brobygger/housing/v1/homes_service.proto", "HomesService");
  m.handlers = {
      {"RegisterHouse", Typed<v1::RegisterHouseRequest>(RegisterHouse)},
      {"AddUnit", Typed<v1::AddUnitRequest>(AddUnit)},
      {"GetHouse", Typed<v1::GetHouseRequest>(GetHouse)},
      {"ListHouses", Typed<v1::ListHousesRequest>(ListHouses)},
      {"GetCapacity", Typed<v1::GetCapacityRequest>(GetCapacity)},
      {"ReserveUnit", Typed<v1::ReserveUnitRequest>(ReserveUnit)},
      {"ReleaseUnit", Typed<v1::ReleaseUnitRequest>(ReleaseUnit)},
      {"CloseUnit", Typed<v1::CloseUnitRequest>(CloseUnit)},
      {"ReopenUnit", Typed<v1::ReopenUnitRequest>(ReopenUnit)},
      {"OpenNightPlaces", Typed<v1::OpenNightPlacesRequest>(OpenNightPlaces)},
      {"TakeNightPlace", Typed<v1::TakeNightPlaceRequest>(TakeNightPlace)},
      {"ReleaseNightPlace", Typed<v1::ReleaseNightPlaceRequest>(ReleaseNightPlace)},
      {"ListNightPlaces", Typed<v1::ListNightPlacesRequest>(ListNightPlaces)},
      {"ScheduleBoardMeeting", Typed<v1::ScheduleBoardMeetingRequest>(ScheduleBoardMeeting)},
      {"SendBoardAgenda", Typed<v1::SendBoardAgendaRequest>(SendBoardAgenda)},
      {"RecordBoardMinutes", Typed<v1::RecordBoardMinutesRequest>(RecordBoardMinutes)},
      {"CancelBoardMeeting", Typed<v1::CancelBoardMeetingRequest>(CancelBoardMeeting)},
      {"ListBoardMeetings", Typed<v1::ListBoardMeetingsRequest>(ListBoardMeetings)},
  };
  return m;
}

Module Allocation() {
  Module m = Over("brobygger/housing/v1/allocation_service.proto", "AllocationService");
  m.handlers = {
      {"SubmitHousingReferral", Typed<v1::SubmitHousingReferralRequest>(SubmitHousingReferral)},
      {"AssessHousingReferral", Typed<v1::AssessHousingReferralRequest>(AssessHousingReferral)},
      {"JoinWaitingList", Typed<v1::JoinWaitingListRequest>(JoinWaitingList)},
      {"WithdrawHousingReferral", Typed<v1::WithdrawHousingReferralRequest>(WithdrawHousingReferral)},
      {"GetHousingReferral", Typed<v1::GetHousingReferralRequest>(GetHousingReferral)},
      {"ListHousingReferrals", Typed<v1::ListHousingReferralsRequest>(ListHousingReferrals)},
      {"ListWaiting", Typed<v1::ListWaitingRequest>(ListWaiting)},
      {"OfferUnit", Typed<v1::OfferUnitRequest>(OfferUnit)},
      {"AcceptOffer", Typed<v1::AcceptOfferRequest>(AcceptOffer)},
      {"DeclineOffer", Typed<v1::DeclineOfferRequest>(DeclineOffer)},
      {"RecordMoveIn", Typed<v1::RecordMoveInRequest>(RecordMoveIn)},
      {"GetOffer", Typed<v1::GetOfferRequest>(GetOffer)},
      {"ListOffers", Typed<v1::ListOffersRequest>(ListOffers)},
      {"OpenTenancy", Typed<v1::OpenTenancyRequest>(OpenTenancy)},
      {"EndTenancy", Typed<v1::EndTenancyRequest>(EndTenancy)},
      {"TakeBackNotice", Typed<v1::TakeBackNoticeRequest>(TakeBackNotice)},
      {"GetTenancy", Typed<v1::GetTenancyRequest>(GetTenancy)},
      {"ListTenancies", Typed<v1::ListTenanciesRequest>(ListTenancies)},
  };
  return m;
}

Module Support() {
  Module m = Over("brobygger/housing/v1/support_service.proto", "SupportService");
  m.handlers = {
      {"OpenEvictionCase", Typed<v1::OpenEvictionCaseRequest>(OpenEvictionCase)},
      {"AddMeasure", Typed<v1::AddMeasureRequest>(AddMeasure)},
      {"AdvanceEvictionStage", Typed<v1::AdvanceEvictionStageRequest>(AdvanceEvictionStage)},
      {"CloseEvictionCase", Typed<v1::CloseEvictionCaseRequest>(CloseEvictionCase)},
      {"GetEvictionCase", Typed<v1::GetEvictionCaseRequest>(GetEvictionCase)},
      {"ListEvictionCases", Typed<v1::ListEvictionCasesRequest>(ListEvictionCases)},
      {"StartSupportEpisode", Typed<v1::StartSupportEpisodeRequest>(StartSupportEpisode)},
      {"AdvanceCtiPhase", Typed<v1::AdvanceCtiPhaseRequest>(AdvanceCtiPhase)},
      {"PauseSupportEpisode", Typed<v1::PauseSupportEpisodeRequest>(PauseSupportEpisode)},
      {"ResumeSupportEpisode", Typed<v1::ResumeSupportEpisodeRequest>(ResumeSupportEpisode)},
      {"EndSupportEpisode", Typed<v1::EndSupportEpisodeRequest>(EndSupportEpisode)},
      {"GetSupportEpisode", Typed<v1::GetSupportEpisodeRequest>(GetSupportEpisode)},
      {"ListSupportEpisodes", Typed<v1::ListSupportEpisodesRequest>(ListSupportEpisodes)},
      {"CheckInToShelter", Typed<v1::CheckInToShelterRequest>(CheckInToShelter)},
      {"CheckOutOfShelter", Typed<v1::CheckOutOfShelterRequest>(CheckOutOfShelter)},
      {"GetShelterStay", Typed<v1::GetShelterStayRequest>(GetShelterStay)},
      {"ListShelterStays", Typed<v1::ListShelterStaysRequest>(ListShelterStays)},
      {"ListDuties", Typed<v1::ListDutiesRequest>(ListDuties)},
      {"SettleDuty", Typed<v1::SettleDutyRequest>(SettleDuty)},
  };
  return m;
}

Module Rights() { return RightsModule(Over("brobygger/housing/v1/housing_rights.proto", "HousingRightsService").service, "housing", HousingRights()); }

}  // namespace

std::vector<Module> HousingModules() { return {Screenings(), Homes(), Allocation(), Support(), Rights()}; }

}  // namespace brobygger::housing
