#include "services/clinic/entities.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "brobygger/clinic/v1/dental_referral.pb.h"
#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "brobygger/clinic/v1/wound_course.pb.h"
#include "services/clinic/appointment.h"
#include "services/clinic/common.h"
#include "services/clinic/stored.pb.h"
#include "services/runtime/rights.h"

namespace brobygger::clinic {
namespace {

using Indexes = std::vector<IndexEntry>;

constexpr std::int64_t kDayMs = 86'400'000;

std::string Citizen(absl::string_view id) { return absl::StrCat("citizens/", id); }

// Latest day first; within a day, what was written down last.
Indexes ContactIndexes(absl::string_view, const v1::NurseContact& c) {
  const std::int64_t order = DayNumber(c.content().date()) * kDayMs + Milliseconds(c.create_time()) % kDayMs;
  Indexes out{{"all", "", order}};
  if (!c.citizen().empty()) out.push_back({"by-citizen", IdOf(c.citizen()), order});
  if (c.content().has_follow_up_on()) out.push_back({"follow-up", DayId(c.content().follow_up_on()), order});
  return out;
}

EntitySet Make() {
  return EntitySet({
      EntityOf<v1::NurseContact>("contact", {.owner = [](absl::string_view, const v1::NurseContact& c) { return c.citizen(); },
                                             .indexes = ContactIndexes}),
      EntityOf<v1::WoundCourse>("course", {.owner = [](absl::string_view, const v1::WoundCourse& c) { return c.citizen(); },
                                           .indexes =
                                               [](absl::string_view, const v1::WoundCourse& c) {
                                                 return Indexes{{"by-citizen", IdOf(c.citizen()), DayNumber(c.since())}};
                                               }}),
      EntityOf<v1::DentalReferral>("referral", {.owner = [](absl::string_view, const v1::DentalReferral& r) { return r.citizen(); },
                                                .indexes =
                                                    [](absl::string_view, const v1::DentalReferral& r) {
                                                      const std::int64_t order = Milliseconds(r.create_time());
                                                      return Indexes{{"by-citizen", IdOf(r.citizen()), order}, {"by-state", Word(r.state()), order}};
                                                    }}),
      EntityOf<stored::Standing>("standing", {.owner = [](absl::string_view id, const stored::Standing&) { return Citizen(id); },
                                              .due = [](absl::string_view, const stored::Standing& s) { return PassesAt(s); }}),
      StatementEntity(),
      EntityOf<v1::ClinicFile>("file", {.owner = [](absl::string_view id, const v1::ClinicFile&) { return Citizen(id); }}),
  });
}

}  // namespace

const EntitySet& Entities() {
  static const EntitySet* const entities = new EntitySet(Make());
  return *entities;
}

}  // namespace brobygger::clinic
