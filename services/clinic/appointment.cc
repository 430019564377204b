#include "services/clinic/appointment.h"

#include <algorithm>

#include "services/clinic/common.h"
#include "services/clinic/file.h"

namespace brobygger::clinic {

absl::Time PassesAt(const stored::Standing& standing) {
  absl::Time passes = absl::InfiniteFuture();
  const auto names = [&passes](const type::v1::Date& date) { passes = std::min(passes, StartOfDay(ToDay(date) + 1)); };
  if (standing.has_next_appointment()) names(standing.next_appointment().date());
  if (standing.has_dental_appointment()) names(standing.dental_appointment().date());
  for (const stored::FollowUp& f : standing.follow_ups()) names(f.on());
  return passes;
}

absl::StatusOr<Decision> SetNextAppointment(const Call& call, const v1::SetNextAppointmentRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (request.has_appointment()) {
    BB_RETURN_IF_ERROR(CheckDay("appointment.date", request.appointment().date(), today, today + kAheadDays, "want a day from today to 366 days ahead"));
  }
  const std::string citizen = IdOf(request.citizen());
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, citizen));
  v1::SetNextAppointmentResponse response;
  if (!request.has_appointment() && !standing.has_next_appointment()) return Decision(std::move(response));
  standing.clear_next_appointment();
  if (request.has_appointment()) {
    *standing.mutable_next_appointment() = request.appointment();
    *response.mutable_appointment() = request.appointment();
  }
  Decision decision(response);
  WriteStanding(citizen, standing, today, &decision);
  return decision;
}

absl::StatusOr<Decision> GetNextAppointment(const Call& call, const v1::GetNextAppointmentRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Standing standing, ReadStanding(view, IdOf(request.citizen())));
  v1::GetNextAppointmentResponse response;
  if (standing.has_next_appointment() && ToDay(standing.next_appointment().date()) >= CopenhagenDay(call.now)) {
    *response.mutable_appointment() = standing.next_appointment();
  }
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, id));
  Decision decision;
  if (PassesAt(standing) > call.now) return decision;
  const absl::CivilDay today = CopenhagenDay(call.now);
  const auto passed = [today](const type::v1::Date& date) { return ToDay(date) < today; };
  if (standing.has_next_appointment() && passed(standing.next_appointment().date())) standing.clear_next_appointment();
  if (standing.has_dental_appointment() && passed(standing.dental_appointment().date())) standing.clear_dental_appointment();
  auto* follow_ups = standing.mutable_follow_ups();
  follow_ups->erase(std::remove_if(follow_ups->begin(), follow_ups->end(), [&](const auto& f) { return passed(f.on()); }), follow_ups->end());
  WriteStanding(id, standing, today, &decision);
  return decision;
}

}  // namespace brobygger::clinic
