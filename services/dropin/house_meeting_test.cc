#include "services/dropin/house_meeting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/dropin/house_testing.h"

namespace brobygger::dropin {
namespace {

class HouseMeetingTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::ScheduleHouseMeetingResponse> Schedule(absl::CivilDay day, absl::Time at = Noon()) {
    v1::ScheduleHouseMeetingRequest request;
    *request.mutable_date() = DateOf(day);
    return house.Ask<v1::ScheduleHouseMeetingResponse>("ScheduleHouseMeeting", request, at);
  }
  std::string Planned(absl::CivilDay day, absl::Time at = Noon()) {
    auto response = Schedule(day, at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::ScheduleHouseMeetingResponse()).meeting().name();
  }
  absl::Status Agenda(const std::string& name, absl::Time at = Noon()) {
    v1::PublishAgendaRequest request;
    request.set_name(name);
    request.set_agenda("1. Kaffen\n2. Turen");
    return house.Ask<v1::PublishAgendaResponse>("PublishAgenda", request, at).status();
  }
  absl::StatusOr<v1::PublishMinutesResponse> Minutes(const std::string& name, absl::Time at, const std::string& text = "Kaffen bliver.") {
    v1::PublishMinutesRequest request;
    request.set_name(name);
    request.set_minutes(text);
    request.set_attendance(14);
    return house.Ask<v1::PublishMinutesResponse>("PublishMinutes", request, at);
  }
  absl::Status Cancel(const std::string& name) {
    v1::CancelHouseMeetingRequest request;
    request.set_name(name);
    return house.Ask<v1::CancelHouseMeetingResponse>("CancelHouseMeeting", request).status();
  }
  v1::ListHouseMeetingsResponse List(absl::Time at) {
    auto response = house.Ask<v1::ListHouseMeetingsResponse>("ListHouseMeetings", v1::ListHouseMeetingsRequest(), at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::ListHouseMeetingsResponse());
  }
  OpenHouse house;
};

TEST_F(HouseMeetingTest, FromTodayToAYearAheadOneADay) {
  EXPECT_EQ(ReasonOf(Schedule(kSaturday - 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Schedule(kSaturday + 367).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Schedule(kSaturday + 366).ok());
  const std::string first = Planned(kSaturday + 7);
  EXPECT_EQ(ReasonOf(Schedule(kSaturday + 7).status()), "DUPLICATE");
  ASSERT_TRUE(Cancel(first).ok());
  EXPECT_TRUE(Schedule(kSaturday + 7).ok()) << "a cancelled one leaves its day";
}

TEST_F(HouseMeetingTest, AgendaBeforeMinutesAfter) {
  const std::string name = Planned(kSaturday + 7);
  ASSERT_TRUE(Agenda(name).ok());
  ASSERT_TRUE(Agenda(name).ok()) << "a corrected one";
  EXPECT_EQ(ReasonOf(Agenda(name, Noon(kSaturday + 8))), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(Minutes(name, Noon(kSaturday + 6)).status()), "BAD_DATE_ORDER");
  auto held = Minutes(name, Noon(kSaturday + 7, 16));
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->meeting().state(), v1::HOUSE_MEETING_STATE_HELD);
  EXPECT_EQ(held->meeting().attendance(), 14);
  EXPECT_THAT(house.Announced(), ::testing::ElementsAre(v1::HOUSE_EVENT_TYPE_MINUTES_PUBLISHED));
  EXPECT_EQ(Minutes(name, Noon(kSaturday + 9), "Kaffen bliver, teen også.")->meeting().minutes(), "Kaffen bliver, teen også.");
  EXPECT_EQ(ReasonOf(Cancel(name)), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Agenda(name)), "WRONG_STATE");
}

TEST_F(HouseMeetingTest, OverdueAfterSixtyTwoDays) {
  EXPECT_TRUE(List(Noon()).overdue()) << "none was ever held";
  EXPECT_FALSE(List(Noon()).has_last_held_on());
  const std::string name = Planned(kSaturday);
  EXPECT_TRUE(List(Noon()).overdue()) << "planned is not held";
  ASSERT_TRUE(Minutes(name, Noon()).ok());
  EXPECT_FALSE(List(Noon()).overdue());
  EXPECT_EQ(ToDay(List(Noon()).last_held_on()), kSaturday);
  EXPECT_FALSE(List(Noon(kSaturday + 62, 23)).overdue());
  EXPECT_TRUE(List(Noon(kSaturday + 63, 0)).overdue());
  Planned(kSaturday + 64, Noon(kSaturday + 63));
  EXPECT_TRUE(List(Noon(kSaturday + 63)).overdue());
  EXPECT_EQ(List(Noon()).meetings(0).state(), v1::HOUSE_MEETING_STATE_PLANNED) << "latest first";
}

}  // namespace
}  // namespace brobygger::dropin
