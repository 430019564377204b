// The tables of how the house is run and of who looks out for whom.
#include "services/dropin/states.h"

namespace brobygger::dropin {

using namespace v1;  // the names of the states, and nothing else here

bool MayBecome(SuggestionState from, SuggestionState to) {
  switch (from) {
    case SUGGESTION_STATE_POSTED: return to == SUGGESTION_STATE_ON_AGENDA;
    case SUGGESTION_STATE_ON_AGENDA:
      // Back in the box if the meeting is called off.
      return to == SUGGESTION_STATE_DECIDED_AT_MEETING || to == SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT || to == SUGGESTION_STATE_POSTED;
    case SUGGESTION_STATE_DECIDED_AT_MEETING:
    case SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT: return to == SUGGESTION_STATE_ACCEPTED || to == SUGGESTION_STATE_NOT_NOW;
    case SUGGESTION_STATE_ACCEPTED: return to == SUGGESTION_STATE_DONE;
    case SUGGESTION_STATE_NOT_NOW: return to == SUGGESTION_STATE_ON_AGENDA;
    default: return false;
  }
}

bool MayBecome(HouseMeetingState from, HouseMeetingState to) {
  switch (from) {
    case HOUSE_MEETING_STATE_PLANNED:
    case HOUSE_MEETING_STATE_AGENDA_POSTED:
      // A corrected agenda is posted again.
      return to == HOUSE_MEETING_STATE_AGENDA_POSTED || to == HOUSE_MEETING_STATE_HELD || to == HOUSE_MEETING_STATE_CANCELLED;
    case HOUSE_MEETING_STATE_HELD: return to == HOUSE_MEETING_STATE_HELD;  // corrected minutes
    default: return false;
  }
}

bool MayBecome(ShiftState from, ShiftState to) {
  return from == SHIFT_STATE_PLANNED && (to == SHIFT_STATE_HELD || to == SHIFT_STATE_CANCELLED);
}

bool MayBecome(SmallStepState from, SmallStepState to) { return from == SMALL_STEP_STATE_WRITTEN && to == SMALL_STEP_STATE_SHOWN; }

bool MayBecome(CompanionState from, CompanionState to) {
  switch (from) {
    case COMPANION_STATE_ASKED: return to == COMPANION_STATE_PROMISED || to == COMPANION_STATE_NOT_POSSIBLE;
    case COMPANION_STATE_PROMISED: return to == COMPANION_STATE_DONE || to == COMPANION_STATE_NOT_POSSIBLE;
    default: return false;
  }
}

bool MayBecome(CallState from, CallState to) {
  switch (from) {
    // A call that was answered, or a first one that was not.
    case CALL_STATE_CALLING: return to == CALL_STATE_CALLING || to == CALL_STATE_ASK_PERSON || to == CALL_STATE_STOPPED;
    case CALL_STATE_ASK_PERSON: return to == CALL_STATE_CALLING || to == CALL_STATE_STOPPED;
    case CALL_STATE_STOPPED: return to == CALL_STATE_CALLING;
    default: return false;
  }
}

bool MayBecome(FoodRoundState from, FoodRoundState to) {
  return from == FOOD_ROUND_STATE_PLANNED && (to == FOOD_ROUND_STATE_CLOSED || to == FOOD_ROUND_STATE_CANCELLED);
}

bool MayBecome(OutdoorAreaState from, OutdoorAreaState to) {
  return (from == OUTDOOR_AREA_STATE_OPEN && to == OUTDOOR_AREA_STATE_CLOSED) ||
         (from == OUTDOOR_AREA_STATE_CLOSED && to == OUTDOOR_AREA_STATE_OPEN);
}

}  // namespace brobygger::dropin
