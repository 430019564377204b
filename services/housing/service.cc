#include "services/housing/service.h"

#include "brobygger/housing/v1/housing_service.pb.h"
#include "services/housing/appointment.h"
#include "services/housing/entities.h"
#include "services/housing/screening.h"

namespace brobygger::housing {

Module HousingModule() {
  Module m;
  m.service = v1::GetCitizenFileRequest::descriptor()->file()->service(0);
  m.prefix = "housing";
  m.entities = &Entities();
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
  m.on_due = {{"standing", DropPassed}};
  return m;
}

}  // namespace brobygger::housing
