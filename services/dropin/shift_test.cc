// Shifts of staff and users, and what they do to the door.
#include "services/dropin/shift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "brobygger/dropin/v1/house_event.pb.h"
#include "services/dropin/house_records.h"
#include "services/dropin/house_testing.h"
#include "services/dropin/user_shift.h"

namespace brobygger::dropin {
namespace {

using ::testing::ElementsAre;

class ShiftTest : public ::testing::Test {
 protected:
  static void Backup(v1::PhoneBackup* backup) {
    backup->set_role(v1::BACKUP_ROLE_STAFF_NEARBY);
    backup->set_phone("+4589151200");
  }
  absl::StatusOr<v1::PlanShiftResponse> Plan(absl::CivilDay day, int count, bool backup = false, int from = 480, int to = 900) {
    v1::PlanShiftRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_from_minute(from);
    request.set_to_minute(to);
    request.set_staff_count(count);
    if (backup) Backup(request.mutable_phone_backup());
    return house.Ask<v1::PlanShiftResponse>("PlanShift", request);
  }
  absl::StatusOr<v1::ReportStaffingResponse> Report(const std::string& name, int count, bool backup = false) {
    v1::ReportStaffingRequest request;
    request.set_name(name);
    request.set_staff_count(count);
    if (backup) Backup(request.mutable_phone_backup());
    return house.Ask<v1::ReportStaffingResponse>("ReportStaffing", request);
  }
  absl::Status CancelStaff(const std::string& name) {
    v1::CancelShiftRequest request;
    request.set_name(name);
    return house.Ask<v1::CancelShiftResponse>("CancelShift", request).status();
  }
  absl::StatusOr<v1::PlanUserShiftResponse> PlanUsers(absl::CivilDay day, bool backup = true, int from = 480, int to = 840) {
    v1::PlanUserShiftRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_from_minute(from);
    request.set_to_minute(to);
    v1::VolunteerCount* way = request.add_volunteers();
    way->set_recruitment(v1::RECRUITMENT_SELF);
    way->set_count(1);
    if (backup) Backup(request.mutable_phone_backup());
    return house.Ask<v1::PlanUserShiftResponse>("PlanUserShift", request);
  }
  absl::StatusOr<v1::CancelUserShiftResponse> CancelUsers(const std::string& name) {
    v1::CancelUserShiftRequest request;
    request.set_name(name);
    return house.Ask<v1::CancelUserShiftResponse>("CancelUserShift", request);
  }
  v1::GetCentreResponse Centre(absl::Time at) {
    auto response = house.Ask<v1::GetCentreResponse>("GetCentre", v1::GetCentreRequest(), at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::GetCentreResponse());
  }
  v1::ListShiftsResponse List(absl::CivilDay first, absl::CivilDay last) {
    v1::ListShiftsRequest request;
    *request.mutable_first_day() = DateOf(first);
    *request.mutable_last_day() = DateOf(last);
    auto response = house.Ask<v1::ListShiftsResponse>("ListShifts", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::ListShiftsResponse());
  }
  OpenHouse house;
};

TEST_F(ShiftTest, TheSafetyRule) {
  struct Row { int count; bool backup; int needed; v1::Staffing want; };
  const Row rows[] = {
      {2, false, 2, v1::STAFFING_VALID}, {1, false, 2, v1::STAFFING_TOO_LOW}, {1, true, 2, v1::STAFFING_VALID}, {0, true, 2, v1::STAFFING_TOO_LOW},
      {0, false, 2, v1::STAFFING_TOO_LOW}, {3, false, 2, v1::STAFFING_VALID}, {1, false, 1, v1::STAFFING_VALID}, {2, false, 3, v1::STAFFING_TOO_LOW},
  };
  for (const Row& row : rows) EXPECT_EQ(StaffingOf(row.count, row.backup, row.needed), row.want) << row.count << row.backup << row.needed;
}

TEST_F(ShiftTest, OneAloneIsNotPlanned) {
  EXPECT_EQ(ReasonOf(Plan(kSaturday, 1).status()), "STAFFING_TOO_LOW");
  EXPECT_EQ(List(kSaturday, kSaturday).shifts_size(), 0);
  auto one = Plan(kSaturday, 1, true);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->shift().staffing(), v1::STAFFING_VALID);
  ASSERT_TRUE(Plan(kSaturday, 2).ok());
  EXPECT_EQ(ReasonOf(Plan(kSaturday - 1, 2).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Plan(kSaturday + 93, 2).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Plan(kSaturday, 2, false, 600, 600).status()), "BAD_DATE_ORDER");
}

TEST_F(ShiftTest, TooFewCloseTheHouseWhileItLasts) {
  EXPECT_EQ(Centre(Noon()).opening().staffing(), v1::STAFFING_NOT_PLANNED);
  EXPECT_EQ(Centre(Noon()).opening().label_da(), "Åbent") << "what nobody planned closes nothing";
  auto shift = Plan(kSaturday, 2, false, 480, 720);
  ASSERT_TRUE(shift.ok());
  EXPECT_EQ(Centre(Noon()).opening().staffing(), v1::STAFFING_VALID);
  auto ill = Report(shift->shift().name(), 1);
  ASSERT_TRUE(ill.ok()) << "how it is is never refused";
  EXPECT_EQ(ill->shift().staffing(), v1::STAFFING_TOO_LOW);
  EXPECT_THAT(house.Announced(), ElementsAre(v1::HOUSE_EVENT_TYPE_STAFFING_TOO_LOW));
  EXPECT_EQ(Centre(Noon()).opening().state(), v1::OPENING_STATE_CLOSED);
  EXPECT_EQ(Centre(Noon()).opening().label_da(), "Lukket: for få på vagt");
  EXPECT_EQ(Centre(Noon(kSaturday, 12, 30)).opening().label_da(), "Åbent") << "the shift is over";
  EXPECT_EQ(Centre(Noon(kSaturday, 7)).opening().label_da(), "Lukket") << "closed anyway";
  // Another colleague comes with a shift of their own: together they are two.
  ASSERT_TRUE(Plan(kSaturday, 1, true, 540, 720).ok());
  EXPECT_EQ(Centre(Noon()).opening().staffing(), v1::STAFFING_VALID);
  ASSERT_TRUE(Report(shift->shift().name(), 0, true).ok());
  EXPECT_EQ(Centre(Noon(kSaturday, 8, 30)).opening().staffing(), v1::STAFFING_TOO_LOW) << "a phone alone is nobody";
}

TEST_F(ShiftTest, CallingOffAShiftThatLeavesTooFewIsAnnounced) {
  auto ill = Plan(kSaturday, 2, false, 480, 720);
  auto help = Plan(kSaturday, 1, true, 600, 900);
  auto later = Plan(kSaturday, 2, false, 720, 900);
  ASSERT_TRUE(ill.ok() && help.ok() && later.ok());
  ASSERT_TRUE(Report(ill->shift().name(), 0).ok());
  const auto low = v1::HOUSE_EVENT_TYPE_STAFFING_TOO_LOW;
  ASSERT_THAT(house.Announced(), ElementsAre(low));
  ASSERT_TRUE(CancelStaff(later->shift().name()).ok());
  EXPECT_THAT(house.Announced(), ElementsAre(low)) << "the others are enough, or nobody is planned";
  ASSERT_TRUE(CancelStaff(help->shift().name()).ok());
  EXPECT_THAT(house.Announced(), ElementsAre(low, low)) << "who is ill was not alone before";
  EXPECT_EQ(static_cast<const v1::HouseEvent&>(*house.store.events().back()).about(), help->shift().name());
  EXPECT_EQ(Centre(Noon(kSaturday, 10)).opening().staffing(), v1::STAFFING_TOO_LOW);
  ASSERT_TRUE(CancelStaff(ill->shift().name()).ok());
  EXPECT_THAT(house.Announced(), ElementsAre(low, low)) << "nobody is left: not planned, not too few";
}

TEST_F(ShiftTest, HeldByItselfThenForgotten) {
  auto shift = Plan(kSaturday, 2, false, 480, 720);
  ASSERT_TRUE(shift.ok());
  house.RunDue(Noon(kSaturday, 11, 59));
  EXPECT_EQ(List(kSaturday, kSaturday).shifts(0).state(), v1::SHIFT_STATE_PLANNED);
  house.RunDue(Noon(kSaturday, 12));
  EXPECT_EQ(List(kSaturday, kSaturday).shifts(0).state(), v1::SHIFT_STATE_HELD);
  EXPECT_EQ(ReasonOf(Report(shift->shift().name(), 1).status()), "WRONG_STATE");
  house.RunDue(StartOfDay(kSaturday + 62) - absl::Seconds(1));
  EXPECT_EQ(List(kSaturday, kSaturday).shifts_size(), 1);
  house.RunDue(StartOfDay(kSaturday + 62));
  EXPECT_EQ(List(kSaturday, kSaturday).shifts_size(), 0);
}

TEST_F(ShiftTest, ListsDaysInOrder) {
  ASSERT_TRUE(Plan(kSunday, 2, false, 900, 1200).ok());
  ASSERT_TRUE(Plan(kSunday, 2, false, 480, 900).ok());
  ASSERT_TRUE(Plan(kSaturday, 2, false, 1000, 1200).ok());
  const v1::ListShiftsResponse list = List(kSaturday, kSaturday + 30);
  ASSERT_EQ(list.shifts_size(), 3);
  EXPECT_EQ(list.shifts(0).from_minute(), 1000);
  EXPECT_EQ(list.shifts(1).from_minute(), 480);
  EXPECT_EQ(list.shifts(2).from_minute(), 900);
  v1::ListShiftsRequest request;
  *request.mutable_first_day() = DateOf(kSaturday);
  *request.mutable_last_day() = DateOf(kSaturday + 31);
  EXPECT_EQ(ReasonOf(house.Ask<v1::ListShiftsResponse>("ListShifts", request).status()), "OUT_OF_RANGE");
  *request.mutable_last_day() = DateOf(kSaturday - 1);
  EXPECT_EQ(ReasonOf(house.Ask<v1::ListShiftsResponse>("ListShifts", request).status()), "BAD_DATE_ORDER");
}

TEST_F(ShiftTest, AUserShiftOpensTheSunday) {
  EXPECT_EQ(Centre(Noon(kSunday)).opening().label_da(), "Lukket");
  EXPECT_EQ(ReasonOf(PlanUsers(kSunday, false).status()), "STAFFING_TOO_LOW");
  EXPECT_EQ(Centre(Noon(kSunday)).opening().label_da(), "Lukket") << "refused is not planned";
  auto shift = PlanUsers(kSunday);
  ASSERT_TRUE(shift.ok()) << shift.status();
  EXPECT_THAT(house.Announced(), ElementsAre(v1::HOUSE_EVENT_TYPE_CENTRE_OPENED));
  EXPECT_EQ(Centre(Noon(kSunday)).opening().state(), v1::OPENING_STATE_OPEN_BY_USER_SHIFT);
  EXPECT_EQ(Centre(Noon(kSunday)).opening().staffing(), v1::STAFFING_VALID);
  EXPECT_EQ(Centre(Noon(kSunday + 7)).opening().label_da(), "Lukket") << "every Sunday for itself";
  ASSERT_TRUE(CancelUsers(shift->shift().name()).ok());
  EXPECT_EQ(Centre(Noon(kSunday)).opening().label_da(), "Lukket");
  EXPECT_EQ(Centre(Noon(kSunday)).centre().confirmed_days_size(), 0);
}

TEST_F(ShiftTest, TwoUserShiftsOfADayAndTheLastOneClosesIt) {
  auto morning = PlanUsers(kSunday, true, 480, 660);
  ASSERT_TRUE(morning.ok());
  EXPECT_EQ(ReasonOf(PlanUsers(kSunday, true, 659, 840).status()), "DOUBLE_BOOKED");
  auto noon = PlanUsers(kSunday, true, 660, 840);
  ASSERT_TRUE(noon.ok()) << "they touch and do not overlap";
  ASSERT_TRUE(CancelUsers(morning->shift().name()).ok());
  EXPECT_EQ(Centre(Noon(kSunday)).centre().confirmed_days_size(), 1);
  ASSERT_TRUE(CancelUsers(noon->shift().name()).ok());
  EXPECT_EQ(Centre(Noon(kSunday)).centre().confirmed_days_size(), 0);
  EXPECT_EQ(ReasonOf(CancelUsers(noon->shift().name()).status()), "WRONG_STATE");
}

TEST_F(ShiftTest, ASundayIsOpenWhileItsUserShiftGoesOn) {
  v1::UpdateOffersRequest offers;
  offers.add_offers()->set_kind(v1::OFFER_KIND_HERE_TO_BE);
  ASSERT_TRUE(house.Ask<v1::UpdateOffersResponse>("UpdateOffers", offers).ok());
  ASSERT_TRUE(PlanUsers(kSunday, true, 540, 660).ok());
  const auto offered = house.Ask<v1::ListOffersResponse>("ListOffers", v1::ListOffersRequest(), Noon(kSunday, 9));
  ASSERT_EQ(offered->today_size(), 1);
  EXPECT_EQ(offered->today(0).from_minute(), 540) << "and what it offers goes on as long";
  EXPECT_EQ(offered->today(0).to_minute(), 660);
  EXPECT_EQ(Centre(Noon(kSunday, 8, 59)).opening().label_da(), "Lukket");
  EXPECT_EQ(Centre(Noon(kSunday, 9)).opening().label_da(), "Åbent (brugervagt)");
  EXPECT_EQ(Centre(Noon(kSunday, 11)).opening().label_da(), "Lukket") << "the hours go on, the shift does not";
  const v1::Opening opening = Centre(Noon(kSunday, 9)).opening();
  ASSERT_EQ(opening.today_size(), 1);
  EXPECT_EQ(opening.today(0).from_minute(), 540);
  EXPECT_EQ(opening.today(0).to_minute(), 660);
  house.RunDue(Noon(kSunday, 11));
  EXPECT_EQ(Centre(Noon(kSunday, 12)).opening().label_da(), "Lukket") << "also once it was held";
  ASSERT_TRUE(PlanUsers(kSunday, true, 780, 1000).ok());
  EXPECT_EQ(Centre(Noon(kSunday, 13)).opening().label_da(), "Åbent (brugervagt)");
  EXPECT_EQ(Centre(Noon(kSunday, 13)).opening().today(1).to_minute(), 840) << "never longer than the hours";
  EXPECT_EQ(Centre(Noon(kSunday, 14)).opening().label_da(), "Lukket");
}

TEST_F(ShiftTest, NoUserShiftNoSundayWhoeverElseIsThere) {
  const stored::CentreRecord* stands = house.store.Find<stored::CentreRecord>(kCentreId);
  ASSERT_NE(stands, nullptr);
  stored::CentreRecord record = *stands;
  *record.add_confirmed_days() = DateOf(kSunday);
  DayShifts staff;
  staff.staff.emplace_back("a", v1::StaffShift());
  staff.staff[0].second.set_from_minute(480);
  staff.staff[0].second.set_to_minute(840);
  staff.staff[0].second.set_staff_count(2);
  const v1::Opening opening = OpeningWith(staff, record, Noon(kSunday));
  EXPECT_EQ(opening.label_da(), "Lukket");
  EXPECT_EQ(opening.today_size(), 0);
  EXPECT_EQ(opening.staffing(), v1::STAFFING_VALID);
}

TEST_F(ShiftTest, UserShiftsOnConditionalDaysOnly) {
  EXPECT_EQ(ReasonOf(PlanUsers(kSaturday).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(PlanUsers(kSunday - 7).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(PlanUsers(kSunday + 63).status()), "OUT_OF_RANGE");
  v1::PlanUserShiftRequest twice;
  *twice.mutable_date() = DateOf(kSunday);
  twice.set_to_minute(600);
  for (int i = 0; i < 2; ++i) {
    v1::VolunteerCount* way = twice.add_volunteers();
    way->set_recruitment(v1::RECRUITMENT_ENCOURAGED_BY_USER);
    way->set_count(2);
  }
  Backup(twice.mutable_phone_backup());
  EXPECT_EQ(ReasonOf(house.Ask<v1::PlanUserShiftResponse>("PlanUserShift", twice).status()), "DUPLICATE_ITEM");
}

TEST_F(ShiftTest, TakingTheDayBackCallsTheShiftOff) {
  ASSERT_TRUE(PlanUsers(kSunday).ok());
  v1::ConfirmConditionalDayRequest request;
  *request.mutable_date() = DateOf(kSunday);
  ASSERT_TRUE(house.Ask<v1::ConfirmConditionalDayResponse>("ConfirmConditionalDay", request).ok());
  auto list = house.Ask<v1::ListUserShiftsResponse>("ListUserShifts", v1::ListUserShiftsRequest());
  ASSERT_EQ(list->shifts_size(), 1);
  EXPECT_EQ(list->shifts(0).state(), v1::SHIFT_STATE_CANCELLED);
  EXPECT_EQ(Centre(Noon(kSunday)).opening().label_da(), "Lukket");
  request.set_open(true);
  EXPECT_EQ(ReasonOf(house.Ask<v1::ConfirmConditionalDayResponse>("ConfirmConditionalDay", request).status()), "STAFFING_TOO_LOW")
      << "the day is not opened by a word";
}

TEST_F(ShiftTest, EverySecondSunday) {
  const auto list = [&](absl::Time at) { return *house.Ask<v1::ListUserShiftsResponse>("ListUserShifts", v1::ListUserShiftsRequest(), at); };
  EXPECT_FALSE(list(Noon()).has_next_due_on());
  ASSERT_TRUE(PlanUsers(kSunday).ok());
  EXPECT_FALSE(list(Noon()).has_next_due_on()) << "to come is not yet";
  EXPECT_EQ(ToDay(list(Noon(kSunday)).next_due_on()), kSunday + 14);
  house.RunDue(Noon(kSunday, 14));
  EXPECT_EQ(list(Noon(kSunday, 15)).shifts(0).state(), v1::SHIFT_STATE_HELD);
  EXPECT_EQ(ToDay(list(Noon(kSunday + 3)).next_due_on()), kSunday + 14);
}

// The days on which the clock changes are Sundays.
TEST_F(ShiftTest, MinutesAreThoseOfTheClock) {
  for (absl::CivilDay day : {absl::CivilDay(2027, 3, 28), absl::CivilDay(2026, 10, 25), absl::CivilDay(2026, 11, 22)}) {
    EXPECT_EQ(CopenhagenTime(AtMinute(day, 840)), absl::CivilSecond(day) + 14 * 3600) << day;
    EXPECT_EQ(MinuteOf(AtMinute(day, 840)), 840);
    EXPECT_EQ(AtMinute(day, 0), StartOfDay(day));
    EXPECT_EQ(AtMinute(day, 1440), StartOfDay(day + 1));
  }
}

}  // namespace
}  // namespace brobygger::dropin
