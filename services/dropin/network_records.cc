#include "services/dropin/network_records.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/food_round.pb.h"
#include "brobygger/dropin/v1/outreach.pb.h"
#include "services/dropin/call_list.h"
#include "services/dropin/companion.h"
#include "services/dropin/entities.h"
#include "services/dropin/food_stop.h"
#include "services/dropin/outdoor.h"
#include "services/dropin/small_step.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Indexes = std::vector<IndexEntry>;

template <class Record>
std::string Participant(absl::string_view id, const Record&) {
  return absl::StrCat("participants/", id);
}

// A person stands once under each state, by the earliest meeting in it.
Indexes CompanionIndexes(absl::string_view, const stored::Companions& c) {
  std::map<v1::CompanionState, std::int64_t> earliest;
  for (const stored::CompanionRecord& r : c.requests()) {
    const std::int64_t day = DayNumber(r.request().date());
    const auto [it, added] = earliest.emplace(r.request().state(), day);
    if (!added) it->second = std::min(it->second, day);
  }
  Indexes out;
  for (const auto& [state, day] : earliest) out.push_back({"by-state", Word(state), -day});
  return out;
}

// Whom to ask about comes first, then who is to be rung up first.
Indexes CallIndexes(absl::string_view, const stored::CallRecord& c) {
  const v1::CallEntry& entry = c.entry();
  const std::int64_t order = entry.state() == v1::CALL_STATE_CALLING ? -DayNumber(entry.next_call()) : 0;
  Indexes out{{"by-state", Word(entry.state()), order}};
  if (entry.state() != v1::CALL_STATE_STOPPED) out.push_back({"active", "", order});
  return out;
}

Indexes RoundIndexes(absl::string_view, const v1::FoodRound& r) {
  Indexes out{{"all", "", DayNumber(r.date())}};
  if (r.state() == v1::FOOD_ROUND_STATE_CLOSED) out.push_back({"closed-by-week", DayId(MondayOf(ToDay(r.date()))), 0});
  return out;
}

template <class Record>
absl::Status Drop(absl::string_view kind, const std::string& id, View& view, Decision* decision) {
  BB_ASSIGN_OR_RETURN(const Record* record, view.Find<Record>(id));
  if (record != nullptr) decision->Delete(kind, id);
  return absl::OkStatus();
}

}  // namespace

std::vector<EntityType> NetworkEntities() {
  return {
      EntityOf<stored::Steps>("steps", {.owner = Participant<stored::Steps>,
                                        .due = [](absl::string_view, const stored::Steps& s) { return NextUnshown(s); }}),
      EntityOf<stored::Companions>("companions", {.owner = [](absl::string_view, const stored::Companions& c) { return c.person(); },
                                                  .indexes = CompanionIndexes,
                                                  .due = [](absl::string_view, const stored::Companions& c) { return NextPast(c); }}),
      EntityOf<stored::CallRecord>("call-entry", {.owner = Participant<stored::CallRecord>,
                                                  .indexes = CallIndexes,
                                                  .due = [](absl::string_view, const stored::CallRecord& c) { return GoneAt(c); }}),
      EntityOf<v1::FoodStop>("food-stop",
                             {.owner = Participant<v1::FoodStop>,
                              .indexes =
                                  [](absl::string_view, const v1::FoodStop& s) {
                                    return Indexes{{"all", "", -DayNumber(s.until())}};
                                  },
                              .due = [](absl::string_view, const v1::FoodStop& s) { return StartOfDay(ToDay(s.until()) + 1); }}),
      EntityOf<v1::FoodRound>("food-round", {.indexes = RoundIndexes}),
      EntityOf<stored::AreaRecord>(
          "outdoor-area",
          {.indexes = [](absl::string_view, const stored::AreaRecord&) { return Indexes{{"all", "", 0}}; },
           .claims = [](absl::string_view, const stored::AreaRecord& a) { return std::vector<std::string>{AreaClaim(a.area().display_name())}; },
           .due = [](absl::string_view, const stored::AreaRecord& a) { return EmptiedAt(a); }}),
      EntityOf<v1::OutreachPlan>("outreach-plan", {}),
      EntityOf<stored::OutreachDay>("outreach-day", {}),
      EntityOf<stored::Greetings>("greetings", {}),
  };
}

TicketName::TicketName(absl::string_view name) {
  const std::string id = IdOf(name);
  const size_t dot = id.find('.');
  person = id.substr(0, dot);
  ticket = dot == std::string::npos ? "" : id.substr(dot + 1);
}

absl::CivilDay MondayOf(absl::CivilDay day) { return day - static_cast<int>(absl::GetWeekday(day)); }

absl::Status ForgetNetwork(const Call&, const std::string& id, View& view, Decision* decision) {
  // Ask for all of them before giving up: one round.
  absl::Status status = Drop<stored::Steps>("steps", id, view, decision);
  status.Update(Drop<stored::Companions>("companions", id, view, decision));
  status.Update(Drop<stored::CallRecord>("call-entry", id, view, decision));
  status.Update(Drop<v1::FoodStop>("food-stop", id, view, decision));
  return status;
}

}  // namespace brobygger::dropin
