// The records of who looks out for whom. What is one person's stands under that person's id, one record of a kind.
//   steps          participant's id            stored::Steps        sealed under the participant's key
//   companions     participant's or citizen's  stored::Companions   sealed under that person's key; by-state
//   call-entry     participant's id            stored::CallRecord   sealed under the participant's key; active, by-state
//   food-stop      participant's id            v1::FoodStop         sealed under the participant's key; all
//   food-round     random                      v1::FoodRound        all, closed-by-week
//   outdoor-area   random                      stored::AreaRecord   all; claims its name
//   outreach-plan  "plan"                      v1::OutreachPlan     one per agency
//   outreach-day   "20261122"                  stored::OutreachDay  numbers
//   greetings      "2026.EASTER"               stored::Greetings    a number
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/dropin/stored_network.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

std::vector<EntityType> NetworkEntities();

// "smallSteps/<person>.<ticket>" -> person, ticket. The rules of the contract have checked the form.
struct TicketName {
  explicit TicketName(absl::string_view name);
  std::string person, ticket;
};

// The Monday of its week.
absl::CivilDay MondayOf(absl::CivilDay day);

// A participant's part in all of this goes: steps, companions, the place on the call list, the address.
absl::Status ForgetNetwork(const Call& call, const std::string& id, View& view, Decision* decision);

}  // namespace brobygger::dropin
