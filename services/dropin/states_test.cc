// Every pair of states, and that a refusal names them.
#include "services/dropin/states.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace brobygger::dropin {
namespace {

template <class State>
void CheckTable(const std::set<std::pair<State, State>>& allowed) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  for (int i = 0; i < type->value_count(); ++i) {
    for (int j = 0; j < type->value_count(); ++j) {
      const State from = static_cast<State>(type->value(i)->number()), to = static_cast<State>(type->value(j)->number());
      EXPECT_EQ(MayBecome(from, to), allowed.count({from, to}) > 0) << Word(from) << " -> " << Word(to);
      EXPECT_EQ(ReasonOf(CheckMove(from, to)), MayBecome(from, to) ? "" : "WRONG_STATE");
    }
  }
}

TEST(States, Participant) {
  CheckTable<v1::ParticipantState>({
      {v1::PARTICIPANT_STATE_ALIAS, v1::PARTICIPANT_STATE_LINKED},
      {v1::PARTICIPANT_STATE_ALIAS, v1::PARTICIPANT_STATE_FORGOTTEN},
      {v1::PARTICIPANT_STATE_LINKED, v1::PARTICIPANT_STATE_FORGOTTEN},
  });
}

TEST(States, Activity) {
  CheckTable<v1::ActivityState>({
      {v1::ACTIVITY_STATE_OPEN, v1::ACTIVITY_STATE_FULL},
      {v1::ACTIVITY_STATE_FULL, v1::ACTIVITY_STATE_OPEN},
      {v1::ACTIVITY_STATE_OPEN, v1::ACTIVITY_STATE_HELD},
      {v1::ACTIVITY_STATE_FULL, v1::ACTIVITY_STATE_HELD},
      {v1::ACTIVITY_STATE_OPEN, v1::ACTIVITY_STATE_CANCELLED},
      {v1::ACTIVITY_STATE_FULL, v1::ACTIVITY_STATE_CANCELLED},
  });
}

TEST(States, MealPlan) {
  CheckTable<v1::MealPlanState>({
      {v1::MEAL_PLAN_STATE_ACTIVE, v1::MEAL_PLAN_STATE_PAUSED},
      {v1::MEAL_PLAN_STATE_PAUSED, v1::MEAL_PLAN_STATE_ACTIVE},
      {v1::MEAL_PLAN_STATE_ACTIVE, v1::MEAL_PLAN_STATE_ENDED},
      {v1::MEAL_PLAN_STATE_PAUSED, v1::MEAL_PLAN_STATE_ENDED},
  });
}

TEST(States, ARefusalNamesThem) {
  const absl::Status refused = CheckMove(v1::MEAL_PLAN_STATE_ENDED, v1::MEAL_PLAN_STATE_PAUSED);
  EXPECT_NE(refused.message().find("ENDED"), absl::string_view::npos) << refused;
  EXPECT_NE(refused.message().find("ACTIVE"), absl::string_view::npos) << refused;
  const absl::Status held = CheckMove(v1::ACTIVITY_STATE_CANCELLED, v1::ACTIVITY_STATE_HELD);
  EXPECT_NE(held.message().find("OPEN or FULL"), absl::string_view::npos) << held;
}

}  // namespace
}  // namespace brobygger::dropin
