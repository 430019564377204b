#include "services/housing/appointment.h"

#include "absl/strings/str_cat.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/housing/entities.h"
#include "services/housing/file.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

constexpr int kAheadDays = 366;

// Writes the standing and the file that follows from it.
absl::Status PutStanding(View& view, const std::string& citizen, const stored::Standing& standing, absl::CivilDay today, Decision* decision) {
  const v1::HomelessnessScreening* current = nullptr;
  if (!standing.current_screening().empty()) {
    BB_ASSIGN_OR_RETURN(current, view.Get<v1::HomelessnessScreening>(standing.current_screening()));
  }
  decision->Put(Entities(), citizen, standing);
  decision->Put(Entities(), citizen, BuildFile(current, standing, today));
  return absl::OkStatus();
}

}  // namespace

absl::Time PassesAt(const stored::Standing& standing) {
  if (!standing.has_next_appointment()) return absl::InfiniteFuture();
  return StartOfDay(ToDay(standing.next_appointment().date()) + 1);
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
  if (before == nullptr && !request.has_appointment()) return Decision(response);
  stored::Standing standing = before == nullptr ? stored::Standing() : *before;
  standing.clear_next_appointment();
  if (request.has_appointment()) {
    *standing.mutable_next_appointment() = request.appointment();
    *response.mutable_appointment() = request.appointment();
  }
  Decision decision(response);
  BB_RETURN_IF_ERROR(PutStanding(view, citizen, standing, today, &decision));
  return decision;
}

absl::StatusOr<Decision> GetNextAppointment(const Call& call, const v1::GetNextAppointmentRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* standing, view.Find<stored::Standing>(IdOf(request.citizen())));
  v1::GetNextAppointmentResponse response;
  if (standing != nullptr && standing->has_next_appointment() && PassesAt(*standing) > call.now) {
    *response.mutable_appointment() = standing->next_appointment();
  }
  return Decision(response);
}

absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* before, view.Find<stored::Standing>(id));
  Decision decision;
  if (before == nullptr || PassesAt(*before) > call.now) return decision;
  stored::Standing standing = *before;
  standing.clear_next_appointment();
  BB_RETURN_IF_ERROR(PutStanding(view, id, standing, CopenhagenDay(call.now), &decision));
  return decision;
}

}  // namespace brobygger::housing
