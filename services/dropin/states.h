// The state tables: which state may follow which. One function per entity; whatever it does not name is refused.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "brobygger/dropin/v1/activity.pb.h"
#include "brobygger/dropin/v1/call_list.pb.h"
#include "brobygger/dropin/v1/companion.pb.h"
#include "brobygger/dropin/v1/food_round.pb.h"
#include "brobygger/dropin/v1/house_meeting.pb.h"
#include "brobygger/dropin/v1/meal_plan.pb.h"
#include "brobygger/dropin/v1/outdoor.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "brobygger/dropin/v1/shift.pb.h"
#include "brobygger/dropin/v1/small_step.pb.h"
#include "brobygger/dropin/v1/suggestion.pb.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "services/runtime/status.h"

namespace brobygger::dropin {

// FORGOTTEN is the state of having no record.
bool MayBecome(v1::ParticipantState from, v1::ParticipantState to);
// OPEN and FULL follow from the number of places taken.
bool MayBecome(v1::ActivityState from, v1::ActivityState to);
bool MayBecome(v1::MealPlanState from, v1::MealPlanState to);
bool MayBecome(v1::SuggestionState from, v1::SuggestionState to);
bool MayBecome(v1::HouseMeetingState from, v1::HouseMeetingState to);
bool MayBecome(v1::ShiftState from, v1::ShiftState to);
bool MayBecome(v1::SmallStepState from, v1::SmallStepState to);
bool MayBecome(v1::CompanionState from, v1::CompanionState to);
bool MayBecome(v1::CallState from, v1::CallState to);
bool MayBecome(v1::FoodRoundState from, v1::FoodRoundState to);
bool MayBecome(v1::OutdoorAreaState from, v1::OutdoorAreaState to);

// "OPEN": the value's name without its enum's.
template <class State>
std::string Word(State state) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  const auto* value = type->FindValueByNumber(state);
  const size_t prefix = type->FindValueByNumber(0)->name().size() - absl::string_view("UNSPECIFIED").size();
  return value == nullptr ? "UNSPECIFIED" : value->name().substr(prefix);
}

// OK if the table has it. WRONG_STATE otherwise: the state that it is in, and those from which this may follow.
template <class State>
absl::Status CheckMove(State from, State to) {
  if (MayBecome(from, to)) return absl::OkStatus();
  std::vector<std::string> want;
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  for (int i = 1; i < type->value_count(); ++i) {
    const State s = static_cast<State>(type->value(i)->number());
    if (MayBecome(s, to)) want.push_back(Word(s));
  }
  return WrongState(Word(from), absl::StrJoin(want, " or "));
}

}  // namespace brobygger::dropin
