// A house like Perron 4, for the pure tests of how it is run.
#pragma once

#include <string>

#include "services/dropin/testing.h"
#include "brobygger/dropin/v1/centre.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"

namespace brobygger::dropin {

inline constexpr absl::CivilDay kSaturday(2026, 11, 21), kSunday(2026, 11, 22);

inline type::v1::Date DateOf(absl::CivilDay day) { return ToDate(day); }

// Monday to Friday 08-21, Saturday and Sunday 08-14, Sunday only with a user shift; two on duty.
class OpenHouse : public House {
 public:
  OpenHouse() {
    v1::UpdateCentreRequest request;
    v1::Centre* centre = request.mutable_centre();
    centre->set_display_name("Perron 4");
    for (int day = v1::WEEKDAY_MONDAY; day <= v1::WEEKDAY_SUNDAY; ++day) {
      v1::OpeningHours* hours = centre->add_opening_hours();
      hours->set_weekday(static_cast<v1::Weekday>(day));
      hours->set_from_minute(8 * 60);
      hours->set_to_minute(day <= v1::WEEKDAY_FRIDAY ? 21 * 60 : 14 * 60);
    }
    centre->add_conditional_days(v1::WEEKDAY_SUNDAY);
    centre->set_safety_staffing(2);
    EXPECT_TRUE(Ask<v1::UpdateCentreResponse>("UpdateCentre", request).ok());
  }

  std::string Participant(const std::string& alias = "Løve", absl::Time at = Noon()) {
    v1::CreateParticipantRequest request;
    request.set_alias(alias);
    auto response = Ask<v1::CreateParticipantResponse>("CreateParticipant", request, at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->participant().name() : "";
  }
  absl::Status Forget(const std::string& participant) {
    v1::ForgetParticipantRequest request;
    request.set_name(participant);
    return Ask<v1::ForgetParticipantResponse>("ForgetParticipant", request).status();
  }
};

}  // namespace brobygger::dropin
