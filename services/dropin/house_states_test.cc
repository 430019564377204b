// The tables of how the house is run and of who looks out for whom: every pair of states, against a second list written by hand.
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/dropin/states.h"

namespace brobygger::dropin {
namespace {

template <class State>
void CheckTable(const std::set<std::pair<State, State>>& allowed) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  size_t found = 0;
  for (int i = 0; i < type->value_count(); ++i) {
    for (int j = 0; j < type->value_count(); ++j) {
      const State from = static_cast<State>(type->value(i)->number()), to = static_cast<State>(type->value(j)->number());
      const bool want = allowed.count({from, to}) > 0;
      found += want;
      EXPECT_EQ(MayBecome(from, to), want) << type->name() << ": " << Word(from) << " -> " << Word(to);
      const absl::Status checked = CheckMove(from, to);
      EXPECT_EQ(ReasonOf(checked), want ? "" : "WRONG_STATE");
      if (want) continue;
      EXPECT_TRUE(absl::StrContains(checked.message(), Word(from))) << checked.message();
      for (const auto& [before, after] : allowed) {
        if (after == to) {
          EXPECT_TRUE(absl::StrContains(checked.message(), Word(before))) << checked.message();
        }
      }
    }
  }
  EXPECT_EQ(found, allowed.size()) << "a pair that is no pair of states";
}

TEST(HouseStates, Suggestion) {
  CheckTable<v1::SuggestionState>({
      {v1::SUGGESTION_STATE_POSTED, v1::SUGGESTION_STATE_ON_AGENDA},
      {v1::SUGGESTION_STATE_ON_AGENDA, v1::SUGGESTION_STATE_POSTED},
      {v1::SUGGESTION_STATE_ON_AGENDA, v1::SUGGESTION_STATE_DECIDED_AT_MEETING},
      {v1::SUGGESTION_STATE_ON_AGENDA, v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT},
      {v1::SUGGESTION_STATE_DECIDED_AT_MEETING, v1::SUGGESTION_STATE_ACCEPTED},
      {v1::SUGGESTION_STATE_DECIDED_AT_MEETING, v1::SUGGESTION_STATE_NOT_NOW},
      {v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT, v1::SUGGESTION_STATE_ACCEPTED},
      {v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT, v1::SUGGESTION_STATE_NOT_NOW},
      {v1::SUGGESTION_STATE_ACCEPTED, v1::SUGGESTION_STATE_DONE},
      {v1::SUGGESTION_STATE_NOT_NOW, v1::SUGGESTION_STATE_ON_AGENDA},
  });
}

TEST(HouseStates, HouseMeeting) {
  CheckTable<v1::HouseMeetingState>({
      {v1::HOUSE_MEETING_STATE_PLANNED, v1::HOUSE_MEETING_STATE_AGENDA_POSTED},
      {v1::HOUSE_MEETING_STATE_PLANNED, v1::HOUSE_MEETING_STATE_HELD},
      {v1::HOUSE_MEETING_STATE_PLANNED, v1::HOUSE_MEETING_STATE_CANCELLED},
      {v1::HOUSE_MEETING_STATE_AGENDA_POSTED, v1::HOUSE_MEETING_STATE_AGENDA_POSTED},
      {v1::HOUSE_MEETING_STATE_AGENDA_POSTED, v1::HOUSE_MEETING_STATE_HELD},
      {v1::HOUSE_MEETING_STATE_AGENDA_POSTED, v1::HOUSE_MEETING_STATE_CANCELLED},
      {v1::HOUSE_MEETING_STATE_HELD, v1::HOUSE_MEETING_STATE_HELD},
  });
}

TEST(HouseStates, Shift) {
  CheckTable<v1::ShiftState>({
      {v1::SHIFT_STATE_PLANNED, v1::SHIFT_STATE_HELD},
      {v1::SHIFT_STATE_PLANNED, v1::SHIFT_STATE_CANCELLED},
  });
}

TEST(HouseStates, SmallStep) { CheckTable<v1::SmallStepState>({{v1::SMALL_STEP_STATE_WRITTEN, v1::SMALL_STEP_STATE_SHOWN}}); }

TEST(HouseStates, Companion) {
  CheckTable<v1::CompanionState>({
      {v1::COMPANION_STATE_ASKED, v1::COMPANION_STATE_PROMISED},
      {v1::COMPANION_STATE_ASKED, v1::COMPANION_STATE_NOT_POSSIBLE},
      {v1::COMPANION_STATE_PROMISED, v1::COMPANION_STATE_DONE},
      {v1::COMPANION_STATE_PROMISED, v1::COMPANION_STATE_NOT_POSSIBLE},
  });
}

TEST(HouseStates, Call) {
  CheckTable<v1::CallState>({
      {v1::CALL_STATE_CALLING, v1::CALL_STATE_CALLING},
      {v1::CALL_STATE_CALLING, v1::CALL_STATE_ASK_PERSON},
      {v1::CALL_STATE_CALLING, v1::CALL_STATE_STOPPED},
      {v1::CALL_STATE_ASK_PERSON, v1::CALL_STATE_CALLING},
      {v1::CALL_STATE_ASK_PERSON, v1::CALL_STATE_STOPPED},
      {v1::CALL_STATE_STOPPED, v1::CALL_STATE_CALLING},
  });
}

TEST(HouseStates, FoodRound) {
  CheckTable<v1::FoodRoundState>({
      {v1::FOOD_ROUND_STATE_PLANNED, v1::FOOD_ROUND_STATE_CLOSED},
      {v1::FOOD_ROUND_STATE_PLANNED, v1::FOOD_ROUND_STATE_CANCELLED},
  });
}

TEST(HouseStates, OutdoorArea) {
  CheckTable<v1::OutdoorAreaState>({
      {v1::OUTDOOR_AREA_STATE_OPEN, v1::OUTDOOR_AREA_STATE_CLOSED},
      {v1::OUTDOOR_AREA_STATE_CLOSED, v1::OUTDOOR_AREA_STATE_OPEN},
  });
}

}  // namespace
}  // namespace brobygger::dropin
