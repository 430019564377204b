#include "services/clinic/service.h"

#include <utility>

#include "brobygger/clinic/v1/clinic_service.pb.h"
#include "services/clinic/appointment.h"
#include "services/clinic/contact.h"
#include "services/clinic/dental.h"
#include "services/clinic/entities.h"
#include "services/clinic/rights.h"
#include "services/clinic/wound.h"

namespace brobygger::clinic {

std::vector<Module> ClinicModules() {
  Module m;
  m.service = v1::GetCitizenFileRequest::descriptor()->file()->FindServiceByName("ClinicService");
  m.prefix = "clinic";
  m.entities = &Entities();
  m.file_kind = "file";
  m.handlers = {
      {"RecordNurseContact", Typed<v1::RecordNurseContactRequest>(RecordNurseContact)},
      {"CorrectNurseContact", Typed<v1::CorrectNurseContactRequest>(CorrectNurseContact)},
      {"GetNurseContact", Typed<v1::GetNurseContactRequest>(GetNurseContact)},
      {"ListNurseContacts", Typed<v1::ListNurseContactsRequest>(ListNurseContacts)},
      {"OpenWoundCourse", Typed<v1::OpenWoundCourseRequest>(OpenWoundCourse)},
      {"CloseWoundCourse", Typed<v1::CloseWoundCourseRequest>(CloseWoundCourse)},
      {"ListWoundCourses", Typed<v1::ListWoundCoursesRequest>(ListWoundCourses)},
      {"WishDentalCare", Typed<v1::WishDentalCareRequest>(WishDentalCare)},
      {"SendDentalReferral", Typed<v1::SendDentalReferralRequest>(SendDentalReferral)},
      {"SetDentalAppointment", Typed<v1::SetDentalAppointmentRequest>(SetDentalAppointment)},
      {"RecordDentalVisit", Typed<v1::RecordDentalVisitRequest>(RecordDentalVisit)},
      {"TakeBackDentalReferral", Typed<v1::TakeBackDentalReferralRequest>(TakeBackDentalReferral)},
      {"GetDentalReferral", Typed<v1::GetDentalReferralRequest>(GetDentalReferral)},
      {"ListDentalReferrals", Typed<v1::ListDentalReferralsRequest>(ListDentalReferrals)},
      {"SetNextAppointment", Typed<v1::SetNextAppointmentRequest>(SetNextAppointment)},
      {"GetNextAppointment", Typed<v1::GetNextAppointmentRequest>(GetNextAppointment)},
  };
  m.on_due = {{"standing", DropPassed}};
  Module rights = RightsModule(google::protobuf::DescriptorPool::generated_pool()->FindFileByName("brobygger/clinic/v1/clinic_rights.proto")->service(0), "clinic",
                               ClinicRights());
  return {std::move(m), std::move(rights)};
}

}  // namespace brobygger::clinic
