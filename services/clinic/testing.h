// Calls and asking, for the pure tests of the clinic.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "brobygger/clinic/v1/dental_requests.pb.h"
#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "brobygger/clinic/v1/wound_course.pb.h"
#include "services/clinic/entities.h"
#include "services/clinic/service.h"
#include "services/clinic/stored.pb.h"
#include "services/runtime/civil.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger::clinic {

inline const absl::CivilDay kToday(2026, 11, 21);
inline absl::Time Noon(absl::CivilDay day = kToday) { return StartOfDay(day) + absl::Hours(12); }

// "citizens/ccc…", "citizens/ddd…"
inline std::string Citizen(char letter = 'c') { return absl::StrCat("citizens/", std::string(26, letter)); }

// One clinic in memory, asked as the runtime would ask it.
class Ward {
 public:
  Ward() : store(&Entities()) {
    for (const Module& m : ClinicModules()) {
      handlers_.insert(m.handlers.begin(), m.handlers.end());
      on_due_.insert(m.on_due.begin(), m.on_due.end());
    }
    presence.emplace();
  }

  Call NewCall(absl::Time at) {
    Call call;
    call.agency = *AgencyId::Parse("agencies/perron-4-clinic");
    call.person = *PersonId::Parse("clinic-nurse-1");
    call.roles = {type::v1::ROLE_DROPIN_NURSE};
    call.now = at;
    call.seed = absl::StrCat("seed-", ++calls_, std::string(20, 'x'));
    call.presence = presence;
    return call;
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request, absl::Time at = Noon()) {
    return store.Ask<Response>(handlers_.at(method), NewCall(at), request);
  }
  // Everything whose time has come, as the timer would.
  void RunDue(absl::Time at) {
    for (const auto& [kind, id] : store.Due(at)) {
      auto it = on_due_.find(kind);
      ASSERT_NE(it, on_due_.end()) << kind;
      Call call = NewCall(at);
      call.person = PersonId();  // nobody
      call.presence.reset();
      const absl::Status done = store.RunDue(it->second, call, id);
      EXPECT_TRUE(done.ok()) << kind << " " << done;
    }
  }

  // --- contacts; an empty citizen has no name ---
  static v1::NurseContactContent Content(v1::NurseContactKind kind, absl::CivilDay day, std::optional<absl::CivilDay> follow_up = {}) {
    v1::NurseContactContent content;
    content.set_kind(kind);
    *content.mutable_date() = ToDate(day);
    if (follow_up) *content.mutable_follow_up_on() = ToDate(*follow_up);
    return content;
  }
  absl::StatusOr<v1::NurseContact> Record(const std::string& citizen, const v1::NurseContactContent& content, absl::Time at = Noon()) {
    v1::RecordNurseContactRequest request;
    request.set_citizen(citizen);
    *request.mutable_content() = content;
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::RecordNurseContactResponse>("RecordNurseContact", request, at));
    return response.contact();
  }
  absl::StatusOr<v1::NurseContact> Correct(const v1::NurseContact& contact, const v1::NurseContactContent& content, absl::Time at = Noon()) {
    v1::CorrectNurseContactRequest request;
    request.set_name(contact.name());
    request.set_etag(contact.etag());
    *request.mutable_content() = content;
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::CorrectNurseContactResponse>("CorrectNurseContact", request, at));
    return response.contact();
  }

  // --- wounds ---
  absl::StatusOr<v1::WoundCourse> Open(absl::CivilDay since, const std::string& citizen = Citizen()) {
    v1::OpenWoundCourseRequest request;
    request.set_citizen(citizen);
    *request.mutable_since() = ToDate(since);
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::OpenWoundCourseResponse>("OpenWoundCourse", request));
    return response.course();
  }
  absl::StatusOr<v1::WoundCourse> Close(const std::string& name, absl::CivilDay day) {
    v1::CloseWoundCourseRequest request;
    request.set_name(name);
    *request.mutable_closed_on() = ToDate(day);
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::CloseWoundCourseResponse>("CloseWoundCourse", request));
    return response.course();
  }

  // --- teeth ---
  absl::StatusOr<v1::DentalReferral> Wish(const std::string& words = "", bool for_sharing = false, const std::string& citizen = Citizen()) {
    v1::WishDentalCareRequest request;
    request.set_citizen(citizen);
    request.set_need(v1::DENTAL_NEED_PAIN);
    request.set_own_words(words);
    request.set_own_words_for_sharing(for_sharing);
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::WishDentalCareResponse>("WishDentalCare", request));
    return response.referral();
  }
  absl::StatusOr<v1::DentalReferral> Send(const std::string& name, const std::string& citizen = Citizen()) {
    v1::SendDentalReferralRequest request;
    request.set_name(name);
    request.set_citizen(citizen);
    request.set_recipient("agencies/socialtandpleje");
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::SendDentalReferralResponse>("SendDentalReferral", request));
    return response.referral();
  }
  absl::StatusOr<v1::DentalReferral> Appoint(const std::string& name, std::optional<absl::CivilDay> day, int minute = 570) {
    v1::SetDentalAppointmentRequest request;
    request.set_name(name);
    if (day) {
      *request.mutable_appointment()->mutable_date() = ToDate(*day);
      request.mutable_appointment()->set_start_minute(minute);
      request.mutable_appointment()->set_place("Eksempelvej 10");
      request.mutable_appointment()->set_companion_wanted(true);
    }
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::SetDentalAppointmentResponse>("SetDentalAppointment", request));
    return response.referral();
  }
  absl::StatusOr<v1::DentalReferral> Visited(const std::string& name, absl::CivilDay day, absl::Time at = Noon()) {
    v1::RecordDentalVisitRequest request;
    request.set_name(name);
    *request.mutable_visited_on() = ToDate(day);
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::RecordDentalVisitResponse>("RecordDentalVisit", request, at));
    return response.referral();
  }
  absl::StatusOr<v1::DentalReferral> TakeBack(const std::string& name) {
    v1::TakeBackDentalReferralRequest request;
    request.set_name(name);
    BB_ASSIGN_OR_RETURN(const auto response, Ask<v1::TakeBackDentalReferralResponse>("TakeBackDentalReferral", request));
    return response.referral();
  }

  absl::StatusOr<v1::SetNextAppointmentResponse> SetNext(std::optional<absl::CivilDay> day, int minute = 600, const std::string& citizen = Citizen()) {
    v1::SetNextAppointmentRequest request;
    request.set_citizen(citizen);
    if (day) {
      *request.mutable_appointment()->mutable_date() = ToDate(*day);
      request.mutable_appointment()->set_start_minute(minute);
      request.mutable_appointment()->set_place(v1::CLINIC_PLACE_HOSPITAL);
    }
    return Ask<v1::SetNextAppointmentResponse>("SetNextAppointment", request);
  }
  const v1::ClinicFile* File(const std::string& citizen = Citizen()) const { return store.Find<v1::ClinicFile>(citizen.substr(9)); }

  testing::MemoryStore store;
  std::optional<type::v1::PresenceStatement> presence;  // of every call

 private:
  std::map<std::string, Handler> handlers_;
  std::map<std::string, OnDue> on_due_;
  int calls_ = 0;
};

}  // namespace brobygger::clinic
