#include "services/dropin/entities.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "brobygger/dropin/v1/count_week.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "brobygger/dropin/v1/regular.pb.h"
#include "brobygger/dropin/v1/tally.pb.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/house_records.h"
#include "services/dropin/meal_plan.h"
#include "services/dropin/network_records.h"
#include "services/dropin/participant.h"
#include "services/dropin/regular.h"
#include "services/dropin/stored.pb.h"
#include "services/runtime/civil.h"
#include "services/runtime/rights.h"

namespace brobygger::dropin {
namespace {

std::string Citizen(absl::string_view id) { return absl::StrCat("citizens/", id); }

EntitySet Make() {
  std::vector<EntityType> all = {
      EntityOf<stored::CentreRecord>("centre", {}),
      EntityOf<v1::VisitTally>("tally", {}),
      EntityOf<v1::CountWeek>("count-week",
                              {.claims =
                                   [](absl::string_view, const v1::CountWeek& week) {
                                     std::vector<std::string> days;
                                     const absl::CivilDay first = ToDay(week.first_day());
                                     for (int i = 0; i < 7; ++i) days.push_back(absl::StrCat("count-day:", DayId(first + i)));
                                     return days;
                                   }}),
      EntityOf<v1::Participant>(
          "participant",
          {.owner = [](absl::string_view id, const v1::Participant&) { return absl::StrCat("participants/", id); },
           .indexes =
               [](absl::string_view, const v1::Participant& p) {
                 const std::int64_t order = DayNumber(p.last_use());
                 return std::vector<IndexEntry>{{"all", "", order}, {"by-state", v1::ParticipantState_Name(p.state()), order}};
               },
           .due = [](absl::string_view, const v1::Participant& p) { return ForgottenAt(p); }}),
      EntityOf<v1::Regular>("regular",
                            {.owner = [](absl::string_view id, const v1::Regular&) { return Citizen(id); },
                             .indexes =
                                 [](absl::string_view, const v1::Regular&) { return std::vector<IndexEntry>{{"all", "", 0}}; },
                             .due = [](absl::string_view, const v1::Regular& r) { return NextPassing(r); }}),
      StatementEntity(),
      EntityOf<v1::DropinFile>("file", {.owner = [](absl::string_view id, const v1::DropinFile&) { return Citizen(id); }}),
  };
  for (auto area : {ActivityEntities, MealEntities, HouseEntities, NetworkEntities}) {
    for (EntityType& type : area()) all.push_back(std::move(type));
  }
  return EntitySet(std::move(all));
}

}  // namespace

const EntitySet& Entities() {
  static const EntitySet* const entities = new EntitySet(Make());
  return *entities;
}

std::int64_t DayNumber(const type::v1::Date& date) { return ToDay(date) - absl::CivilDay(1970, 1, 1); }

std::string DayId(absl::CivilDay day) { return absl::StrFormat("%04d%02d%02d", day.year(), day.month(), day.day()); }

std::string IdOf(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace brobygger::dropin
