#include "services/housing/appointment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/housing/entities.h"
#include "services/housing/standing.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

constexpr int kAheadDays = 366;

}  // namespace

absl::Time PassesAt(const stored::Standing& standing) {
  absl::Time passes = absl::InfiniteFuture();
  if (standing.has_next_appointment()) passes = StartOfDay(ToDay(standing.next_appointment().date()) + 1);
  if (standing.has_leaving_on()) passes = std::min(passes, StartOfDay(ToDay(standing.leaving_on()) + 1));
  return passes;
}

absl::StatusOr<Decision> SetNextAppointment(const Call& call, const v1::SetNextAppointmentRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (request.has_appointment()) {
    const absl::CivilDay day = ToDay(request.appointment().date());
    if (day < today || day > today + kAheadDays) {
      return Invalid({{"appointment.date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});
    }
  }
  const std::string citizen = IdOf(request.citizen());
  BB_ASSIGN_OR_RETURN(const stored::Standing* before, view.Find<stored::Standing>(citizen));
  v1::SetNextAppointmentResponse response;
  if (before == nullptr && !request.has_appointment()) return Decision(std::move(response));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, citizen));
  dossier.standing.clear_next_appointment();
  if (request.has_appointment()) {
    *dossier.standing.mutable_next_appointment() = request.appointment();
    *response.mutable_appointment() = request.appointment();
  }
  Decision decision(response);
  dossier.Write(today, &decision);
  return decision;
}

absl::StatusOr<Decision> GetNextAppointment(const Call& call, const v1::GetNextAppointmentRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* standing, view.Find<stored::Standing>(IdOf(request.citizen())));
  v1::GetNextAppointmentResponse response;
  if (standing != nullptr && standing->has_next_appointment() &&
      ToDay(standing->next_appointment().date()) >= CopenhagenDay(call.now)) {
    *response.mutable_appointment() = standing->next_appointment();
  }
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* before, view.Find<stored::Standing>(id));
  Decision decision;
  if (before == nullptr || PassesAt(*before) > call.now) return decision;
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, id));
  stored::Standing& standing = dossier.standing;
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (standing.has_next_appointment() && ToDay(standing.next_appointment().date()) < today) standing.clear_next_appointment();
  if (standing.has_leaving_on() && ToDay(standing.leaving_on()) < today) standing.clear_leaving_on();
  dossier.Write(today, &decision);
  return decision;
}

}  // namespace brobygger::housing
