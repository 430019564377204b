// Food that goes out, places in the open, phone hours and greetings: numbers, and addresses that end.
#include "services/dropin/outreach.h"

#include <gtest/gtest.h>

#include "services/dropin/food_round.h"
#include "services/dropin/food_stop.h"
#include "services/dropin/house_testing.h"
#include "services/dropin/network_records.h"
#include "services/dropin/outdoor.h"

namespace brobygger::dropin {
namespace {

class OutreachTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::PlanFoodRoundResponse> Round(absl::CivilDay day, v1::FoodMode mode = v1::FOOD_MODE_HOME, int portions = 60) {
    v1::PlanFoodRoundRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_source(v1::FOOD_SOURCE_CAFE_AGREEMENT);
    request.set_mode(mode);
    request.set_portions(portions);
    return house.Ask<v1::PlanFoodRoundResponse>("PlanFoodRound", request);
  }
  absl::StatusOr<v1::CloseFoodRoundResponse> Close(const std::string& name, int given, absl::Time at = Noon()) {
    v1::CloseFoodRoundRequest request;
    request.set_name(name);
    request.set_portions_given(given);
    return house.Ask<v1::CloseFoodRoundResponse>("CloseFoodRound", request, at);
  }
  absl::StatusOr<v1::JoinFoodRoundsResponse> Join(const std::string& participant, absl::CivilDay until) {
    v1::JoinFoodRoundsRequest request;
    request.set_participant(participant);
    request.set_address("Eksempelgade 4, 2. tv.");
    *request.mutable_until() = DateOf(until);
    return house.Ask<v1::JoinFoodRoundsResponse>("JoinFoodRounds", request);
  }
  absl::StatusOr<v1::GetFoodStopsResponse> Stops(const std::string& round, absl::Time at = Noon()) {
    v1::GetFoodStopsRequest request;
    request.set_round(round);
    return house.Ask<v1::GetFoodStopsResponse>("GetFoodStops", request, at);
  }
  absl::StatusOr<v1::OpenOutdoorAreaResponse> Open(const std::string& display_name, int capacity, int groups, absl::Time at = Noon()) {
    v1::OpenOutdoorAreaRequest request;
    request.set_display_name(display_name);
    request.set_capacity(capacity);
    request.set_groups(groups);
    return house.Ask<v1::OpenOutdoorAreaResponse>("OpenOutdoorArea", request, at);
  }
  absl::StatusOr<v1::CheckInOutdoorsResponse> In(const std::string& name, int group, int people, absl::Time at = Noon()) {
    v1::CheckInOutdoorsRequest request;
    request.set_name(name);
    request.set_group(group);
    request.set_people(people);
    return house.Ask<v1::CheckInOutdoorsResponse>("CheckInOutdoors", request, at);
  }
  absl::StatusOr<v1::CheckOutOutdoorsResponse> Out(const std::string& name, int group, int people) {
    v1::CheckOutOutdoorsRequest request;
    request.set_name(name);
    request.set_group(group);
    request.set_people(people);
    return house.Ask<v1::CheckOutOutdoorsResponse>("CheckOutOutdoors", request);
  }
  v1::GetOutreachNumbersResponse Numbers(absl::CivilDay first, absl::CivilDay last) {
    v1::GetOutreachNumbersRequest request;
    *request.mutable_first_day() = DateOf(first);
    *request.mutable_last_day() = DateOf(last);
    auto response = house.Ask<v1::GetOutreachNumbersResponse>("GetOutreachNumbers", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::GetOutreachNumbersResponse());
  }
  absl::Status Hours(std::vector<v1::OpeningHours> hours) {
    v1::SetOutreachPlanRequest request;
    for (const v1::OpeningHours& h : hours) *request.mutable_plan()->add_phone_hours() = h;
    request.mutable_plan()->set_usual_portions_a_week(140);
    return house.Ask<v1::SetOutreachPlanResponse>("SetOutreachPlan", request).status();
  }
  static v1::OpeningHours Evening(v1::Weekday weekday, int from = 18 * 60, int to = 20 * 60) {
    v1::OpeningHours hours;
    hours.set_weekday(weekday);
    hours.set_from_minute(from);
    hours.set_to_minute(to);
    return hours;
  }
  absl::StatusOr<v1::CountPhoneCallsResponse> Rang(absl::CivilDay day, int add) {
    v1::CountPhoneCallsRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_add(add);
    return house.Ask<v1::CountPhoneCallsResponse>("CountPhoneCalls", request);
  }
  absl::StatusOr<v1::CountGreetingsResponse> Greet(v1::Season season, int year, int add) {
    v1::CountGreetingsRequest request;
    request.set_season(season);
    request.set_year(year);
    request.set_add(add);
    return house.Ask<v1::CountGreetingsResponse>("CountGreetings", request);
  }
  OpenHouse house;
};

TEST_F(OutreachTest, RoundsArePlannedAndClosed) {
  EXPECT_EQ(ReasonOf(Round(kSaturday - 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Round(kSaturday + 63).status()), "OUT_OF_RANGE");
  const std::string later = Round(kSunday)->round().name();
  EXPECT_EQ(ReasonOf(Close(later, 50).status()), "BAD_DATE_ORDER");
  v1::CancelFoodRoundRequest cancel;
  cancel.set_name(later);
  ASSERT_TRUE(house.Ask<v1::CancelFoodRoundResponse>("CancelFoodRound", cancel).ok());
  EXPECT_EQ(ReasonOf(Close(later, 50, Noon(kSunday)).status()), "WRONG_STATE");
  const std::string today = Round(kSaturday, v1::FOOD_MODE_CARGO_BIKE)->round().name();
  EXPECT_EQ(Close(today, 58)->round().portions_given(), 58);
  EXPECT_EQ(ReasonOf(Close(today, 60).status()), "WRONG_STATE");
  ASSERT_TRUE(Hours({}).ok());
  const v1::GetOutreachNumbersResponse numbers = Numbers(kSaturday, kSunday);
  ASSERT_EQ(numbers.weeks_size(), 1);
  EXPECT_EQ(numbers.weeks(0).portions(), 58);
  EXPECT_EQ(numbers.weeks(0).rounds(), 1);
  EXPECT_EQ(numbers.usual_portions_a_week(), 140);
}

TEST_F(OutreachTest, AddressesOnlyForHomeRoundsOnlyUntilTheDay) {
  const std::string lion = house.Participant("Løve"), tiger = house.Participant("Tiger");
  EXPECT_EQ(ReasonOf(Join(lion, kSaturday - 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Join(lion, kSaturday + 63).status()), "OUT_OF_RANGE");
  ASSERT_TRUE(Join(lion, kSaturday).ok());
  ASSERT_TRUE(Join(tiger, kSaturday + 10).ok());
  const std::string home = Round(kSaturday)->round().name(), later = Round(kSaturday + 2)->round().name();
  auto stops = Stops(home);
  ASSERT_EQ(stops->stops_size(), 2);
  EXPECT_EQ(stops->stops(0).participant(), lion) << "what ends first in front";
  ASSERT_EQ(Stops(later)->stops_size(), 1);
  EXPECT_EQ(Stops(later)->stops(0).participant(), tiger);
  EXPECT_EQ(ReasonOf(Stops(Round(kSaturday, v1::FOOD_MODE_CARGO_BIKE)->round().name()).status()), "WRONG_STATE");
  ASSERT_TRUE(Close(home, 2).ok());
  EXPECT_EQ(ReasonOf(Stops(home).status()), "WRONG_STATE") << "over";
  house.RunDue(StartOfDay(kSunday) - absl::Seconds(1));
  EXPECT_NE(house.store.Find<v1::FoodStop>(IdOf(lion)), nullptr);
  house.RunDue(StartOfDay(kSunday));
  EXPECT_EQ(house.store.Find<v1::FoodStop>(IdOf(lion)), nullptr);
  v1::LeaveFoodRoundsRequest leave;
  leave.set_participant(tiger);
  ASSERT_TRUE(house.Ask<v1::LeaveFoodRoundsResponse>("LeaveFoodRounds", leave).ok());
  EXPECT_EQ(house.store.Find<v1::FoodStop>(IdOf(tiger)), nullptr);
  EXPECT_EQ(ReasonOf(house.Ask<v1::LeaveFoodRoundsResponse>("LeaveFoodRounds", leave).status()), "NOT_FOUND");
  ASSERT_TRUE(Join(tiger, kSaturday + 10).ok());
  ASSERT_TRUE(house.Forget(tiger).ok());
  EXPECT_EQ(house.store.Find<v1::FoodStop>(IdOf(tiger)), nullptr);
}

TEST_F(OutreachTest, NeverMoreThanThereIsRoomFor) {
  EXPECT_EQ(ReasonOf(Open("Terrassen", 3, 4).status()), "OUT_OF_RANGE");
  auto area = Open("Terrassen", 10, 3);
  ASSERT_TRUE(area.ok()) << area.status();
  const std::string name = area->area().name();
  EXPECT_EQ(area->area().group_capacity(0), 4);
  EXPECT_EQ(area->area().group_capacity(1) + area->area().group_capacity(2), 6);
  EXPECT_EQ(ReasonOf(Open("Terrassen", 5, 1).status()), "DUPLICATE");
  EXPECT_EQ(In(name, 1, 3)->area().group_inside(0), 3);
  EXPECT_EQ(ReasonOf(In(name, 1, 2).status()), "CAPACITY_FULL");
  EXPECT_EQ(In(name, 1, 1)->area().group_inside(0), 4);
  EXPECT_EQ(ReasonOf(In(name, 4, 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Out(name, 1, 5).status()), "OUT_OF_RANGE");
  EXPECT_EQ(Out(name, 1, 4)->area().group_inside(0), 0);
  EXPECT_EQ(Numbers(kSaturday, kSaturday).weeks(0).outdoor_check_ins(), 4);
}

TEST_F(OutreachTest, AtMidnightNobodyIsThere) {
  const std::string name = Open("Terrassen", 10, 1)->area().name();
  ASSERT_TRUE(In(name, 1, 10).ok());
  EXPECT_EQ(In(name, 1, 2, Noon(kSunday))->area().group_inside(0), 2) << "also in the moment before the timer says so";
  ASSERT_TRUE(In(name, 1, 5, Noon(kSunday)).ok());
  house.RunDue(StartOfDay(kSunday + 1));
  EXPECT_EQ(house.store.Find<stored::AreaRecord>(IdOf(name))->area().group_inside(0), 0);
}

TEST_F(OutreachTest, AClosedAreaOpensAgain) {
  const std::string name = Open("Terrassen", 10, 1)->area().name();
  ASSERT_TRUE(In(name, 1, 10).ok());
  v1::CloseOutdoorAreaRequest close;
  close.set_name(name);
  EXPECT_EQ(house.Ask<v1::CloseOutdoorAreaResponse>("CloseOutdoorArea", close)->area().group_inside(0), 0);
  EXPECT_EQ(ReasonOf(house.Ask<v1::CloseOutdoorAreaResponse>("CloseOutdoorArea", close).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(In(name, 1, 1).status()), "WRONG_STATE");
  auto again = Open("Terrassen", 12, 2);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->area().name(), name);
  EXPECT_EQ(again->area().group_capacity_size(), 2);
  ASSERT_TRUE(Open("Gården", 5, 1).ok());
  auto list = house.Ask<v1::ListOutdoorAreasResponse>("ListOutdoorAreas", v1::ListOutdoorAreasRequest());
  ASSERT_EQ(list->areas_size(), 2);
  EXPECT_EQ(list->areas(0).display_name(), "Gården");
}

TEST_F(OutreachTest, PhoneHoursAreEvenings) {
  EXPECT_EQ(ReasonOf(Hours({Evening(v1::WEEKDAY_TUESDAY, 15 * 60)})), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Hours({Evening(v1::WEEKDAY_TUESDAY, 1200, 1200)})), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(Hours({Evening(v1::WEEKDAY_TUESDAY), Evening(v1::WEEKDAY_TUESDAY)})), "DUPLICATE_ITEM");
  EXPECT_EQ(ReasonOf(Rang(kSaturday - 4, 1).status()), "OUT_OF_RANGE") << "no phone hours yet";
  ASSERT_TRUE(Hours({Evening(v1::WEEKDAY_TUESDAY), Evening(v1::WEEKDAY_THURSDAY)}).ok());
  const absl::CivilDay tuesday = kSaturday - 4;
  EXPECT_EQ(Rang(tuesday, 3)->total(), 3);
  EXPECT_EQ(Rang(tuesday, 4)->total(), 7);
  EXPECT_EQ(ReasonOf(Rang(kSaturday, 1).status()), "OUT_OF_RANGE") << "a Saturday";
  EXPECT_EQ(ReasonOf(Rang(tuesday - 28, 1).status()), "OUT_OF_RANGE") << "32 days back";
  EXPECT_EQ(ReasonOf(Rang(tuesday + 7, 1).status()), "OUT_OF_RANGE") << "next week";
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Rang(tuesday, 99).ok());
  EXPECT_EQ(ReasonOf(Rang(tuesday, 3).status()), "OUT_OF_RANGE") << "999 in a day";
  EXPECT_EQ(Numbers(kSaturday, kSaturday).weeks(0).phone_hour_calls(), 997);
}

TEST_F(OutreachTest, GreetingsAreCounted) {
  EXPECT_EQ(Greet(v1::SEASON_EASTER, 2026, 120)->total(), 120);
  EXPECT_EQ(Greet(v1::SEASON_EASTER, 2026, 5)->total(), 125);
  EXPECT_EQ(Greet(v1::SEASON_CHRISTMAS, 2025, 1)->total(), 1);
  EXPECT_EQ(ReasonOf(Greet(v1::SEASON_EASTER, 2024, 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Greet(v1::SEASON_EASTER, 2027, 1).status()), "OUT_OF_RANGE");
  const v1::GetOutreachNumbersResponse numbers = Numbers(kSaturday, kSaturday);
  ASSERT_EQ(numbers.greetings_size(), 1);
  EXPECT_EQ(numbers.greetings(0).count(), 125);
}

TEST_F(OutreachTest, ThirteenWeeksAtOnce) {
  EXPECT_EQ(Numbers(kSaturday - 84, kSunday).weeks_size(), 13);
  v1::GetOutreachNumbersRequest request;
  *request.mutable_first_day() = DateOf(kSaturday - 91);
  *request.mutable_last_day() = DateOf(kSunday);
  EXPECT_EQ(ReasonOf(house.Ask<v1::GetOutreachNumbersResponse>("GetOutreachNumbers", request).status()), "OUT_OF_RANGE");
  *request.mutable_last_day() = DateOf(kSaturday - 92);
  EXPECT_EQ(ReasonOf(house.Ask<v1::GetOutreachNumbersResponse>("GetOutreachNumbers", request).status()), "BAD_DATE_ORDER");
}

}  // namespace
}  // namespace brobygger::dropin
