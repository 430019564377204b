// Groups, budgets, and that who is forgotten is forgotten in all of them.
#include <gtest/gtest.h>

#include "services/dropin/activity_records.h"
#include "services/dropin/together_testing.h"

namespace brobygger::dropin {
namespace {

class Together : public TogetherTest {
 protected:
  std::vector<std::string> People(int n) {
    std::vector<std::string> out;
    for (int i = 0; i < n; ++i) out.push_back(Alias(absl::StrCat("Bruger ", i + 1)));
    return out;
  }
  absl::StatusOr<v1::RecordGroupMeetingResponse> Met(const std::string& group, absl::CivilDay held, absl::CivilDay today,
                                                     absl::optional<absl::CivilDay> next = {}) {
    v1::RecordGroupMeetingRequest request;
    request.set_name(group);
    *request.mutable_held_on() = ToDate(held);
    if (next) *request.mutable_next() = ToDate(*next);
    return Ask<v1::RecordGroupMeetingResponse>("RecordGroupMeeting", request, today);
  }
};

// D9, denied: a group of the wrong size.
TEST_F(Together, ThreeOrFourUsersAndTwoStaff) {
  const auto people = People(5);
  for (int users = 0; users <= 5; ++users) {
    for (int staff = 0; staff <= 3; ++staff) {
      const bool right = (users == 3 || users == 4) && staff == 2;
      auto group = Group({people.begin(), people.begin() + users}, staff);
      EXPECT_EQ(group.ok(), right) << users << " " << staff;
      EXPECT_EQ(group.status().code(), right ? absl::StatusCode::kOk : absl::StatusCode::kInvalidArgument);
    }
  }
  const auto groups = Groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].members(0).alias(), "Bruger 1");
}

TEST_F(Together, MonthlyMeetings) {
  const std::string group = Group(People(3))->group().name();
  EXPECT_FALSE(Groups(absl::CivilDay(2026, 12, 21))[0].meeting_overdue()) << "the month's last day";
  EXPECT_TRUE(Groups(absl::CivilDay(2026, 12, 22))[0].meeting_overdue());
  ASSERT_TRUE(Met(group, absl::CivilDay(2026, 12, 20), absl::CivilDay(2026, 12, 22), absl::CivilDay(2027, 1, 15)).ok());
  v1::ActivityGroup shown = Groups(absl::CivilDay(2026, 12, 22))[0];
  EXPECT_FALSE(shown.meeting_overdue());
  EXPECT_EQ(ToDay(shown.meeting_due()), absl::CivilDay(2027, 1, 20));
  EXPECT_EQ(ToDay(shown.next_meeting()), absl::CivilDay(2027, 1, 15));
  EXPECT_FALSE(Groups(absl::CivilDay(2027, 1, 16))[0].has_next_meeting()) << "its day has passed";
  EXPECT_TRUE(Groups(absl::CivilDay(2027, 1, 21))[0].meeting_overdue()) << "planned is not held";
  // An earlier one that is written down later changes nothing about the last.
  ASSERT_TRUE(Met(group, absl::CivilDay(2026, 11, 25), absl::CivilDay(2026, 12, 22)).ok());
  EXPECT_EQ(Groups()[0].meetings_size(), 2);
  EXPECT_EQ(ToDay(Groups()[0].meetings(0)), absl::CivilDay(2026, 12, 20));
  EXPECT_EQ(ReasonOf(Met(group, kToday + 1, kToday).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(Met(group, kToday - 1, kToday).status()), "BAD_DATE_ORDER") << "there was no group yet";
  EXPECT_EQ(ReasonOf(Met(group, kToday, kToday, kToday + 93).status()), "OUT_OF_RANGE");
  v1::RecordGroupMeetingRequest nothing;
  nothing.set_name(group);
  EXPECT_EQ(ReasonOf(Ask<v1::RecordGroupMeetingResponse>("RecordGroupMeeting", nothing).status()), "FIELD_REQUIRED");
}

TEST_F(Together, AGroupChangesAndEnds) {
  const auto people = People(4);
  const v1::ActivityGroup group = Group({people.begin(), people.begin() + 3})->group();
  v1::UpdateActivityGroupRequest request;
  request.set_name(group.name());
  request.set_title("Spisegruppen");
  for (const std::string& p : people) request.add_members(p);
  request.add_staff("a");
  request.add_staff("b");
  request.set_etag(group.etag());
  auto updated = Ask<v1::UpdateActivityGroupResponse>("UpdateActivityGroup", request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->group().members_size(), 4);
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateActivityGroupResponse>("UpdateActivityGroup", request).status()), "ETAG_MISMATCH");
  request.clear_etag();
  request.clear_members();
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateActivityGroupResponse>("UpdateActivityGroup", request).status()), "OUT_OF_RANGE");
  // What it planned outlives it.
  v1::ActivityPlan plan = Trip();
  plan.set_planned_by(v1::PLANNED_BY_ACTIVITY_GROUP);
  plan.set_activity_group(group.name());
  const v1::Activity activity = Create(plan);
  v1::EndActivityGroupRequest end;
  end.set_name(group.name());
  ASSERT_TRUE(Ask<v1::EndActivityGroupResponse>("EndActivityGroup", end).ok());
  EXPECT_TRUE(Groups().empty());
  EXPECT_EQ(ReasonOf(Ask<v1::EndActivityGroupResponse>("EndActivityGroup", end).status()), "NOT_FOUND");
  v1::UpdateActivityRequest later;
  later.set_name(activity.name());
  *later.mutable_plan() = plan;
  EXPECT_TRUE(Ask<v1::UpdateActivityResponse>("UpdateActivity", later).ok());
}

TEST_F(Together, ABudgetIsSpentAndNotOverspent) {
  const std::string super_user = Alias("Superbruger", kToday - 50);
  auto opened = OpenBudget(super_user, 50000);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->budget().alias(), "Superbruger");
  EXPECT_EQ(ToDay(Participant(super_user).last_use()), kToday);
  const std::string budget = opened->budget().name();
  auto spent = Spend(budget, 49999);
  ASSERT_TRUE(spent.ok()) << spent.status();
  EXPECT_EQ(spent->budget().left_ore(), 1);
  EXPECT_EQ(ReasonOf(Spend(budget, 2).status()), "BUDGET_OVERSPENT");
  EXPECT_TRUE(Spend(budget, 1).ok()) << "to the last øre";
  v1::RemoveReceiptRequest wrong;
  wrong.set_budget(budget);
  wrong.set_number(spent->budget().receipts(0).number());
  auto removed = Ask<v1::RemoveReceiptResponse>("RemoveReceipt", wrong);
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(removed->budget().spent_ore(), 1);
  EXPECT_EQ(ReasonOf(Ask<v1::RemoveReceiptResponse>("RemoveReceipt", wrong).status()), "NOT_FOUND");
}

TEST_F(Together, ReceiptsAreOfThePeriod) {
  const std::string budget = OpenBudget(Alias("Superbruger"), 50000, kToday - 10, kToday + 10)->budget().name();
  EXPECT_EQ(ReasonOf(Spend(budget, 100, kToday - 11).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Spend(budget, 100, kToday - 10).ok());
  EXPECT_EQ(ReasonOf(Spend(budget, 100, kToday + 1).status()), "OUT_OF_RANGE") << "tomorrow's";
  EXPECT_TRUE(Spend(budget, 100, kToday + 10, kToday + 20).ok()) << "a receipt found afterwards";
  EXPECT_EQ(ReasonOf(Spend(budget, 100, kToday + 11, kToday + 20).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(OpenBudget(Alias("a"), 100, kToday + 2, kToday + 1).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(OpenBudget(Alias("a"), 100, kToday - 5, kToday - 1).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(OpenBudget(Alias("a"), 100, kToday - 367, kToday).status()), "OUT_OF_RANGE");
}

TEST_F(Together, AWaivedFeeIsNoReceiptToTakeBack) {
  const std::string budget = OpenBudget(Alias("Superbruger"), 50000)->budget().name();
  const std::string trip = Create().name();
  ASSERT_TRUE(Waive(trip, Take(trip)->ticket(), v1::FEE_WAIVER_BUDGET, budget).ok());
  v1::RemoveReceiptRequest request;
  request.set_budget(budget);
  request.set_number(Budgets()[0].receipts(0).number());
  EXPECT_EQ(ReasonOf(Ask<v1::RemoveReceiptResponse>("RemoveReceipt", request).status()), "WRONG_STATE");
}

TEST_F(Together, ABudgetIsSettledAfterAMonth) {
  const std::string budget = OpenBudget(Alias("Superbruger"), 50000, kToday, kToday + 10)->budget().name();
  ASSERT_TRUE(Spend(budget, 12345).ok());
  const absl::Time due = StartOfDay(AddMonths(kToday + 10, 1));
  house.RunDue(due - absl::Seconds(1));
  ASSERT_EQ(Budgets().size(), 1u);
  house.RunDue(due);
  EXPECT_TRUE(Budgets().empty());
  const auto settled = Budgets(true);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].spent_ore(), 12345);
  EXPECT_EQ(settled[0].super_user(), "");
  EXPECT_EQ(settled[0].alias(), "");
  EXPECT_EQ(settled[0].receipts(0).text(), "");
  EXPECT_EQ(ReasonOf(Spend(budget, 1).status()), "WRONG_STATE");
}

// Forgotten everywhere at once, and for the others everything goes on.
TEST_F(Together, WhoIsForgottenIsForgottenInAllOfIt) {
  const auto people = People(3);
  const std::string& gone = people[0];
  const std::string others = OpenBudget(people[1], 50000)->budget().name();
  const std::string own = OpenBudget(gone, 50000)->budget().name();
  ASSERT_TRUE(Group(people).ok());
  const std::string trip = Create(Trip(1)).name(), off = Create().name();
  const std::string ticket = SignUp(trip, gone)->place().ticket();
  ASSERT_TRUE(Waive(trip, ticket, v1::FEE_WAIVER_BUDGET, others).ok());
  ASSERT_TRUE(SignUp(trip, people[1], true).ok());
  ASSERT_TRUE(SignUp(off, gone).ok());
  ASSERT_TRUE(CallOff(off).ok());
  ASSERT_TRUE(Spend(own, 100).ok());
  v1::StartMealPlanRequest meals;
  meals.set_participant(gone);
  *meals.mutable_from() = ToDate(kToday);
  meals.set_meals_a_week(5);
  ASSERT_TRUE(Ask<v1::StartMealPlanResponse>("StartMealPlan", meals).ok());

  ASSERT_TRUE(Forget(gone).ok());
  const std::string id = IdOf(gone);
  for (bool found : {Holds<stored::ActivityRecord>(id), Holds<stored::GroupRecord>(id), Holds<stored::BudgetRecord>(id),
                     Holds<v1::Participant>(id), Holds<v1::MealPlan>(id)}) {
    EXPECT_FALSE(found);
  }
  EXPECT_TRUE(Places(off).empty());
  const auto places = Places(trip);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_FALSE(places[0].waiting()) << "the waiting list moved up";
  EXPECT_EQ(Groups()[0].members_size(), 2);
  EXPECT_TRUE(Groups()[0].too_few_users());
  const auto budgets = Budgets();
  ASSERT_EQ(budgets.size(), 1u);
  EXPECT_EQ(budgets[0].name(), others);
  EXPECT_EQ(budgets[0].spent_ore(), 0) << "the fee came back";
  EXPECT_EQ(Budgets(true)[0].spent_ore(), 100);
  EXPECT_EQ(Budgets(true)[0].receipts(0).text(), "");
  const auto numbers = Ask<v1::GetMealNumbersResponse>("GetMealNumbers", v1::GetMealNumbersRequest());
  EXPECT_EQ(numbers->numbers().active(), 0);
  EXPECT_EQ(numbers->numbers().meals_a_week(), 0);
}

// A store that is put back from an older copy names people whose key is gone: they read as absent, and the lists go on without them.
TEST_F(Together, WhoIsNamedAndCannotBeReadIsLeftOut) {
  const auto people = People(3);
  const std::string trip = Create().name();
  ASSERT_TRUE(SignUp(trip, people[0]).ok());
  ASSERT_TRUE(Group(people).ok());
  ASSERT_TRUE(OpenBudget(people[0], 1000).ok());
  Decision gone;
  gone.Delete("participant", IdOf(people[0]));
  ASSERT_TRUE(house.store.Apply(gone).ok());
  ASSERT_EQ(Groups().size(), 1u);
  EXPECT_EQ(Groups()[0].members_size(), 2);
  EXPECT_TRUE(Groups()[0].too_few_users());
  ASSERT_EQ(Budgets().size(), 1u);
  EXPECT_EQ(Budgets()[0].alias(), "");
  const auto places = Places(trip);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].alias(), "");
  EXPECT_TRUE(Waive(trip, places[0].ticket(), v1::FEE_WAIVER_HOUSE).ok());
  EXPECT_TRUE(Cancel(trip, places[0].ticket()).ok()) << "the place can be given to somebody else";
}

// A year after the last record about them, and not before.
TEST_F(Together, EveryRecordAboutSomebodyIsAUse) {
  const std::string lion = Alias("Løve");
  const std::string trip = Create().name();
  ASSERT_TRUE(SignUp(trip, lion, false, v1::ACTIVITY_ROLE_PLAYER, kToday + 3).ok());
  house.RunDue(StartOfDay(AddMonths(kToday, 12)));
  EXPECT_EQ(ToDay(Participant(lion).forgotten_on()), AddMonths(kToday + 3, 12));
  house.RunDue(StartOfDay(AddMonths(kToday + 3, 12)));
  v1::GetParticipantRequest request;
  request.set_name(lion);
  EXPECT_EQ(ReasonOf(Ask<v1::GetParticipantResponse>("GetParticipant", request).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(house.store.destroyed().count(lion), 1u);
}

}  // namespace
}  // namespace brobygger::dropin
