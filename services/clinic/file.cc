#include "services/clinic/file.h"

#include <utility>

#include "services/clinic/entities.h"
#include "services/runtime/civil.h"

namespace brobygger::clinic {
namespace {

void AddNextContact(const stored::Standing& standing, absl::CivilDay today, v1::ClinicFile* file) {
  for (const stored::FollowUp& f : standing.follow_ups()) {
    if (ToDay(f.on()) < today) continue;
    // Two on one day: always the same of them.
    if (file->has_next_contact_on() && std::pair(ToDay(file->next_contact_on()), file->next_contact_kind()) <= std::pair(ToDay(f.on()), f.kind())) continue;
    *file->mutable_next_contact_on() = f.on();
    file->set_next_contact_kind(f.kind());
  }
}

// A ClinicAppointment or a DentalAppointment, if none before it is known.
template <class Appointment>
void AddAppointment(const Appointment& appointment, v1::ClinicPlace place, absl::CivilDay today, v1::ClinicFile* file) {
  if (ToDay(appointment.date()) < today) return;
  const v1::AppointmentInFile& known = file->next_appointment();
  if (file->has_next_appointment() &&
      std::pair(ToDay(known.date()), known.start_minute()) <= std::pair(ToDay(appointment.date()), appointment.start_minute())) {
    return;
  }
  v1::AppointmentInFile* out = file->mutable_next_appointment();
  *out->mutable_date() = appointment.date();
  out->set_start_minute(appointment.start_minute());
  out->set_companion_wanted(appointment.companion_wanted());
  file->set_next_appointment_place(place);
}

}  // namespace

v1::ClinicFile BuildFile(const stored::Standing& standing, absl::CivilDay today) {
  v1::ClinicFile file;
  AddNextContact(standing, today, &file);
  if (standing.has_wound_since()) *file.mutable_wound_since() = standing.wound_since();
  if (standing.has_dental()) *file.mutable_dental() = standing.dental();
  if (standing.has_next_appointment()) AddAppointment(standing.next_appointment(), standing.next_appointment().place(), today, &file);
  if (standing.has_dental_appointment()) {
    const v1::DentalAppointment& dental = standing.dental_appointment();
    AddAppointment(dental, v1::CLINIC_PLACE_DENTAL, today, &file);
    if (ToDay(dental.date()) >= today) *file.mutable_dental()->mutable_appointment_on() = dental.date();
  }
  if (standing.has_statements()) *file.mutable_statements() = standing.statements();
  return file;
}

absl::StatusOr<stored::Standing> ReadStanding(View& view, const std::string& citizen) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* standing, view.Find<stored::Standing>(citizen));
  return standing == nullptr ? stored::Standing() : *standing;
}

void WriteStanding(const std::string& citizen, const stored::Standing& standing, absl::CivilDay today, Decision* decision) {
  decision->Put(Entities(), citizen, standing);
  decision->Put(Entities(), citizen, BuildFile(standing, today));
}

}  // namespace brobygger::clinic
