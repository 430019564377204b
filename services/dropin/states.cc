#include "services/dropin/states.h"

namespace brobygger::dropin {

using namespace v1;  // the names of the states, and nothing else here

bool MayBecome(ParticipantState from, ParticipantState to) {
  switch (from) {
    case PARTICIPANT_STATE_ALIAS: return to == PARTICIPANT_STATE_LINKED || to == PARTICIPANT_STATE_FORGOTTEN;
    case PARTICIPANT_STATE_LINKED: return to == PARTICIPANT_STATE_FORGOTTEN;
    default: return false;
  }
}

bool MayBecome(ActivityState from, ActivityState to) {
  switch (from) {
    case ACTIVITY_STATE_OPEN: return to == ACTIVITY_STATE_FULL || to == ACTIVITY_STATE_HELD || to == ACTIVITY_STATE_CANCELLED;
    case ACTIVITY_STATE_FULL: return to == ACTIVITY_STATE_OPEN || to == ACTIVITY_STATE_HELD || to == ACTIVITY_STATE_CANCELLED;
    default: return false;
  }
}

bool MayBecome(MealPlanState from, MealPlanState to) {
  switch (from) {
    case MEAL_PLAN_STATE_ACTIVE: return to == MEAL_PLAN_STATE_PAUSED || to == MEAL_PLAN_STATE_ENDED;
    case MEAL_PLAN_STATE_PAUSED: return to == MEAL_PLAN_STATE_ACTIVE || to == MEAL_PLAN_STATE_ENDED;
    default: return false;
  }
}

}  // namespace brobygger::dropin
