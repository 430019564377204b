// Calls and asking, for the pure tests of housing.
#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/screening_requests.pb.h"
#include "services/housing/entities.h"
#include "services/housing/service.h"
#include "services/runtime/civil.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger::housing {

inline absl::Time Noon(absl::CivilDay day = absl::CivilDay(2026, 11, 21)) { return StartOfDay(day) + absl::Hours(12); }

inline type::v1::Date Day(int year, int month, int day) { return ToDate(absl::CivilDay(year, month, day)); }

inline const std::string& CitizenId() {
  static const std::string* const id = new std::string(26, 'c');
  return *id;
}

// Answers that can be completed: homeless, 24 years old.
inline v1::ScreeningAnswers Complete() {
  v1::ScreeningAnswers answers;
  *answers.mutable_screened_on() = Day(2026, 11, 21);
  *answers.mutable_birth_date() = Day(2001, 11, 22);
  answers.set_living_situation(v1::LIVING_SITUATION_WITH_OTHERS);
  answers.set_since_band(v1::SITUATION_SINCE_1_TO_6_MONTHS);
  answers.add_risk_flags(v1::RISK_FLAG_LOST_TEMPORARY_STAY);
  answers.set_preference(v1::HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON);
  return answers;
}

// One housing agency in memory, asked as the runtime would ask it.
class Office {
 public:
  Office() : module(HousingModule()), store(&Entities()) {}

  Call NewCall(absl::Time at) {
    Call call;
    call.agency = *AgencyId::Parse("agencies/boligenheden");
    call.person = *PersonId::Parse("br");
    call.roles = {type::v1::ROLE_HOUSING_ADVISER};
    call.now = at;
    call.seed = absl::StrCat("seed-", ++calls_, std::string(20, 'x'));
    call.presence = presence;
    return call;
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request, absl::Time at = Noon()) {
    return store.Ask<Response>(module.handlers.at(method), NewCall(at), request);
  }
  // Everything whose time has come, as the timer would.
  void RunDue(absl::Time at) {
    for (const auto& [kind, id] : store.Due(at)) {
      auto it = module.on_due.find(kind);
      ASSERT_NE(it, module.on_due.end()) << kind;
      EXPECT_TRUE(store.RunDue(it->second, NewCall(at), id).ok());
    }
  }
  absl::StatusOr<v1::HomelessnessScreening> Create(const v1::ScreeningAnswers& answers, const std::string& citizen = CitizenId(),
                                                   absl::Time at = Noon()) {
    v1::CreateScreeningRequest request;
    request.set_citizen("citizens/" + citizen);
    *request.mutable_answers() = answers;
    BB_ASSIGN_OR_RETURN(v1::CreateScreeningResponse response, Ask<v1::CreateScreeningResponse>("CreateScreening", request, at));
    return response.screening();
  }
  absl::StatusOr<v1::CompleteScreeningResponse> Finish(const v1::HomelessnessScreening& screening, absl::Time at = Noon()) {
    v1::CompleteScreeningRequest request;
    request.set_name(screening.name());
    request.set_etag(screening.etag());
    return Ask<v1::CompleteScreeningResponse>("CompleteScreening", request, at);
  }
  absl::StatusOr<v1::CompleteScreeningResponse> CreateAndFinish(const v1::ScreeningAnswers& answers, const std::string& citizen = CitizenId(),
                                                                absl::Time at = Noon()) {
    BB_ASSIGN_OR_RETURN(const v1::HomelessnessScreening screening, Create(answers, citizen, at));
    return Finish(screening, at);
  }
  absl::StatusOr<v1::SetNextAppointmentResponse> Appoint(type::v1::Date date, const std::string& citizen = CitizenId(), absl::Time at = Noon()) {
    v1::SetNextAppointmentRequest request;
    request.set_citizen("citizens/" + citizen);
    *request.mutable_appointment()->mutable_date() = date;
    request.mutable_appointment()->set_start_minute(10 * 60);
    request.mutable_appointment()->set_place(v1::APPOINTMENT_PLACE_DROP_IN_CENTRE);
    return Ask<v1::SetNextAppointmentResponse>("SetNextAppointment", request, at);
  }

  // As the runtime has verified it.
  std::optional<type::v1::PresenceStatement> presence = [] {
    type::v1::PresenceStatement p;
    p.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    return p;
  }();
  Module module;
  testing::MemoryStore store;

 private:
  int calls_ = 0;
};

}  // namespace brobygger::housing
