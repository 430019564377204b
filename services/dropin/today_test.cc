#include "services/dropin/today.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "brobygger/dropin/v1/house_life_service.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/dropin/house_testing.h"

namespace brobygger::dropin {
namespace {

class TodayTest : public ::testing::Test {
 protected:
  v1::GetTodayResponse Today(absl::Time at = Noon()) {
    auto response = house.Ask<v1::GetTodayResponse>("GetToday", v1::GetTodayRequest(), at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::GetTodayResponse());
  }
  static bool Warns(const v1::GetTodayResponse& today, v1::HouseWarning warning) {
    return std::find(today.warnings().begin(), today.warnings().end(), warning) != today.warnings().end();
  }
  std::string Plan(absl::CivilDay day, int from, int to) {
    v1::PlanShiftRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_from_minute(from);
    request.set_to_minute(to);
    request.set_staff_count(2);
    return house.Ask<v1::PlanShiftResponse>("PlanShift", request)->shift().name();
  }
  void Report(const std::string& name, int count) {
    v1::ReportStaffingRequest request;
    request.set_name(name);
    request.set_staff_count(count);
    EXPECT_TRUE(house.Ask<v1::ReportStaffingResponse>("ReportStaffing", request).ok());
  }
  std::string Meeting(absl::CivilDay day, absl::Time at = Noon()) {
    v1::ScheduleHouseMeetingRequest request;
    *request.mutable_date() = DateOf(day);
    return house.Ask<v1::ScheduleHouseMeetingResponse>("ScheduleHouseMeeting", request, at)->meeting().name();
  }
  void Minutes(const std::string& name, absl::Time at) {
    v1::PublishMinutesRequest request;
    request.set_name(name);
    request.set_minutes("Kaffen bliver.");
    EXPECT_TRUE(house.Ask<v1::PublishMinutesResponse>("PublishMinutes", request, at).ok());
  }
  std::string Post(const std::string& text) {
    v1::PostSuggestionRequest request;
    request.set_text(text);
    return house.Ask<v1::PostSuggestionResponse>("PostSuggestion", request)->name();
  }
  void Hang(const std::string& name) {
    auto page = house.Ask<v1::ListUnscreenedSuggestionsResponse>("ListUnscreenedSuggestions", v1::ListUnscreenedSuggestionsRequest());
    for (const v1::Suggestion& s : page->suggestions()) {
      if (s.name() != name) continue;
      v1::ScreenSuggestionRequest request;
      request.set_name(name);
      request.set_etag(s.etag());
      EXPECT_TRUE(house.Ask<v1::ScreenSuggestionResponse>("ScreenSuggestion", request).ok());
    }
  }
  OpenHouse house;
};

TEST_F(TodayTest, AHouseOfWhichNothingIsKnown) {
  House nothing;
  EXPECT_EQ(ReasonOf(nothing.Ask<v1::GetTodayResponse>("GetToday", v1::GetTodayRequest()).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(nothing.Ask<v1::GetNoticeBoardResponse>("GetNoticeBoard", v1::GetNoticeBoardRequest()).status()), "NOT_FOUND");
}

TEST_F(TodayTest, WhoIsOnDutyAndWhetherTheyAreEnough) {
  EXPECT_TRUE(Warns(Today(), v1::HOUSE_WARNING_NO_SHIFT_PLANNED));
  EXPECT_FALSE(Warns(Today(Noon(kSaturday, 7)), v1::HOUSE_WARNING_NO_SHIFT_PLANNED)) << "closed";
  const std::string late = Plan(kSaturday, 720, 840);
  const std::string early = Plan(kSaturday, 480, 720);
  v1::GetTodayResponse today = Today();
  EXPECT_EQ(today.display_name(), "Perron 4");
  ASSERT_EQ(today.on_shift_size(), 2);
  EXPECT_EQ(today.on_shift(0).from_minute(), 480);
  EXPECT_TRUE(today.on_shift(0).now());
  EXPECT_FALSE(today.on_shift(1).now());
  EXPECT_EQ(today.on_shift(0).count(), 2);
  EXPECT_FALSE(Warns(today, v1::HOUSE_WARNING_STAFFING_TOO_LOW));
  Report(late, 1);
  EXPECT_TRUE(Warns(Today(), v1::HOUSE_WARNING_STAFFING_TOO_LOW_LATER_TODAY));
  EXPECT_FALSE(Warns(Today(), v1::HOUSE_WARNING_STAFFING_TOO_LOW));
  EXPECT_EQ(Today().opening().label_da(), "Åbent");
  v1::GetTodayResponse noon = Today(Noon(kSaturday, 12));
  EXPECT_TRUE(Warns(noon, v1::HOUSE_WARNING_STAFFING_TOO_LOW));
  EXPECT_EQ(noon.opening().label_da(), "Lukket: for få på vagt");
  EXPECT_EQ(noon.opening().label_en(), "Closed: too few on duty");
  Report(late, 2);
  EXPECT_TRUE(Today(Noon(kSaturday, 12)).opening().state() == v1::OPENING_STATE_OPEN);
  EXPECT_TRUE(early.size() > 0);
}

TEST_F(TodayTest, MeetingsAndTheBox) {
  EXPECT_TRUE(Warns(Today(), v1::HOUSE_WARNING_MEETING_OVERDUE));
  const std::string meeting = Meeting(kSaturday + 1);
  EXPECT_EQ(Today().next_meeting().name(), meeting);
  EXPECT_FALSE(Warns(Today(), v1::HOUSE_WARNING_MINUTES_MISSING));
  EXPECT_TRUE(Warns(Today(Noon(kSaturday + 2)), v1::HOUSE_WARNING_MINUTES_MISSING));
  EXPECT_FALSE(Today(Noon(kSaturday + 2)).has_next_meeting());
  Minutes(meeting, Noon(kSaturday + 2));
  EXPECT_FALSE(Warns(Today(Noon(kSaturday + 2)), v1::HOUSE_WARNING_MINUTES_MISSING));
  EXPECT_FALSE(Warns(Today(Noon(kSaturday + 2)), v1::HOUSE_WARNING_MEETING_OVERDUE));
  EXPECT_FALSE(Warns(Today(), v1::HOUSE_WARNING_SUGGESTIONS_UNREAD));
  const std::string name = Post("Flere hunde");
  EXPECT_TRUE(Warns(Today(), v1::HOUSE_WARNING_SUGGESTIONS_UNREAD));
  Hang(name);
  EXPECT_FALSE(Warns(Today(), v1::HOUSE_WARNING_SUGGESTIONS_UNREAD));
}

TEST_F(TodayTest, AMissingUserShift) {
  v1::PlanUserShiftRequest request;
  *request.mutable_date() = DateOf(kSunday);
  request.set_from_minute(480);
  request.set_to_minute(840);
  v1::VolunteerCount* way = request.add_volunteers();
  way->set_recruitment(v1::RECRUITMENT_SELF);
  way->set_count(3);
  request.mutable_phone_backup()->set_role(v1::BACKUP_ROLE_LEADER);
  request.mutable_phone_backup()->set_phone("+4589151200");
  ASSERT_TRUE(house.Ask<v1::PlanUserShiftResponse>("PlanUserShift", request).ok());
  EXPECT_EQ(Today(Noon(kSunday)).on_shift(0).kind(), v1::ON_SHIFT_KIND_VOLUNTEERS);
  EXPECT_EQ(Today(Noon(kSunday)).on_shift(0).count(), 3);
  EXPECT_FALSE(Warns(Today(Noon(kSunday + 6)), v1::HOUSE_WARNING_USER_SHIFT_MISSING));
  EXPECT_TRUE(Warns(Today(Noon(kSunday + 7)), v1::HOUSE_WARNING_USER_SHIFT_MISSING)) << "due in a week";
  *request.mutable_date() = DateOf(kSunday + 14);
  ASSERT_TRUE(house.Ask<v1::PlanUserShiftResponse>("PlanUserShift", request).ok());
  EXPECT_FALSE(Warns(Today(Noon(kSunday + 7)), v1::HOUSE_WARNING_USER_SHIFT_MISSING));
}

TEST_F(TodayTest, WhatHangsOnTheBoard) {
  const std::string held = Meeting(kSaturday), next = Meeting(kSaturday + 30);
  Minutes(held, Noon());
  const std::string posted = Post("Flere hunde"), agenda = Post("En tur"), unread = Post("Ole larmer"), decided = Post("Te om aftenen");
  for (const std::string& name : {posted, agenda, decided}) Hang(name);
  for (const std::string& name : {agenda, decided}) {
    v1::PutOnAgendaRequest request;
    request.set_suggestion(name);
    request.set_meeting(next);
    ASSERT_TRUE(house.Ask<v1::PutOnAgendaResponse>("PutOnAgenda", request).ok());
  }
  v1::DecideSuggestionRequest decide;
  decide.set_name(decided);
  decide.set_to(v1::SUGGESTION_STATE_DECIDED_AT_MEETING);
  ASSERT_TRUE(house.Ask<v1::DecideSuggestionResponse>("DecideSuggestion", decide, Noon(kSaturday + 30)).ok());
  auto board = house.Ask<v1::GetNoticeBoardResponse>("GetNoticeBoard", v1::GetNoticeBoardRequest());
  ASSERT_TRUE(board.ok()) << board.status();
  EXPECT_EQ(board->last_meeting().minutes(), "Kaffen bliver.");
  EXPECT_EQ(board->next_meeting().name(), next);
  EXPECT_EQ(board->on_agenda_size(), 2);
  ASSERT_EQ(board->posted_size(), 1);
  EXPECT_EQ(board->posted(0).name(), posted);
  ASSERT_EQ(board->decided_size(), 1);
  EXPECT_EQ(board->decided(0).name(), decided);
  EXPECT_EQ(board->DebugString().find("Ole"), std::string::npos) << unread << " was read by nobody";
}

// There is no person in how the house is run: every field of every message of the service is nobody's information.
void CheckNobody(const google::protobuf::Descriptor* type, std::set<std::string>* seen) {
  if (type->file()->package() != "brobygger.dropin.v1" || !seen->insert(type->full_name()).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* f = type->field(i);
    EXPECT_EQ(f->options().GetExtension(policy::v1::category), type::v1::DATA_CATEGORY_NON_PERSONAL) << f->full_name();
    for (const char* word : {"participant", "citizen", "alias", "person"}) EXPECT_EQ(f->name().find(word), std::string::npos) << f->full_name();
    if (f->message_type() != nullptr) CheckNobody(f->message_type(), seen);
  }
}

TEST(HouseLifeContract, HasNobodyInIt) {
  std::set<std::string> seen;
  const auto* service = google::protobuf::DescriptorPool::generated_pool()
                            ->FindFileByName("brobygger/dropin/v1/house_life_service.proto")
                            ->FindServiceByName("HouseLifeService");
  for (int i = 0; i < service->method_count(); ++i) {
    CheckNobody(service->method(i)->input_type(), &seen);
    CheckNobody(service->method(i)->output_type(), &seen);
  }
  EXPECT_GT(seen.size(), 45u);
}

}  // namespace
}  // namespace brobygger::dropin
