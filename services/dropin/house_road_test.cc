// How the house is run and who looks out for whom, as it runs: gRPC over mutual TLS, tokens, a real Redis. Many people at the same moment
// for a few places in the open, a box that tells of nobody, and numbers and addresses that go with whom they are about.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/call_list_requests.pb.h"
#include "brobygger/dropin/v1/centre.pb.h"
#include "brobygger/dropin/v1/companion.pb.h"
#include "brobygger/dropin/v1/food_round_requests.pb.h"
#include "brobygger/dropin/v1/outdoor.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "brobygger/dropin/v1/shift.pb.h"
#include "brobygger/dropin/v1/small_step.pb.h"
#include "brobygger/dropin/v1/suggestion.pb.h"
#include "services/dropin/testing_road.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr char kLife[] = "HouseLifeService/", kNetwork[] = "NetworkService/", kDropin[] = "DropinService/";
constexpr char kPhone[] = "+4520304050", kAddress[] = "Havnegade 4, baaden Havlit", kBrother[] = "min storebror", kStep[] = "spillede guitar i gaarden";
constexpr char kPlace[] = "Regionshospitalet, indgang 4";

class HouseRoad : public RunningHouse {};

TEST_F(HouseRoad, NeverMoreOutsideThanThereIsRoomFor) {
  v1::OpenOutdoorAreaRequest open;
  open.set_display_name("Terrassen");
  open.set_capacity(10);
  open.set_groups(1);
  auto area = Act<v1::OpenOutdoorAreaResponse>(absl::StrCat(kNetwork, "OpenOutdoorArea"), open);
  ASSERT_TRUE(area.ok()) << area.status();
  std::atomic<int> in{0}, full{0}, other{0};
  std::vector<std::thread> people;
  for (int i = 0; i < 32; ++i) {
    people.emplace_back([&] {
      v1::CheckInOutdoorsRequest request;
      request.set_name(area->area().name());
      request.set_group(1);
      request.set_people(1);
      const absl::Status s = Act<v1::CheckInOutdoorsResponse>(absl::StrCat(kNetwork, "CheckInOutdoors"), request, "USER_VOLUNTEER").status();
      ++(s.ok() ? in : ReasonOf(s) == "CAPACITY_FULL" ? full : other);
    });
  }
  for (std::thread& p : people) p.join();
  EXPECT_EQ(in, 10);
  EXPECT_EQ(full, 22);
  EXPECT_EQ(other, 0);
  auto list = Ask<v1::ListOutdoorAreasResponse>(absl::StrCat(kNetwork, "ListOutdoorAreas"), v1::ListOutdoorAreasRequest(), "LEADER");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->areas(0).group_inside(0), 10);
}

// The timer reaches the kinds of this service, too: a shift that is over is held without anybody saying so.
TEST_F(HouseRoad, WhatIsOverEndsByItself) {
  v1::UpdateCentreRequest update;
  update.mutable_centre()->set_display_name("Perron 4");
  update.mutable_centre()->set_safety_staffing(2);
  ASSERT_TRUE(Act<v1::UpdateCentreResponse>(absl::StrCat(kDropin, "UpdateCentre"), update).ok());
  v1::PlanShiftRequest plan;
  *plan.mutable_date() = ToDate(CopenhagenDay(absl::Now()));
  plan.set_to_minute(1);
  plan.set_staff_count(2);
  auto planned = Act<v1::PlanShiftResponse>(absl::StrCat(kLife, "PlanShift"), plan);
  ASSERT_TRUE(planned.ok()) << planned.status();
  v1::ListShiftsRequest list;
  *list.mutable_first_day() = plan.date();
  *list.mutable_last_day() = plan.date();
  v1::ShiftState state = planned->shift().state();
  const absl::Time deadline = absl::Now() + absl::Minutes(2);
  while (state == v1::SHIFT_STATE_PLANNED && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(100));
    auto shifts = Ask<v1::ListShiftsResponse>(absl::StrCat(kLife, "ListShifts"), list, "LEADER");
    ASSERT_TRUE(shifts.ok()) << shifts.status();
    ASSERT_EQ(shifts->shifts_size(), 1);
    state = shifts->shifts(0).state();
  }
  EXPECT_EQ(state, v1::SHIFT_STATE_HELD);
}

TEST_F(HouseRoad, TheBoxTellsOfNobody) {
  v1::PostSuggestionRequest post;
  post.set_text("Flere bøger til hylden");
  auto posted = Act<v1::PostSuggestionResponse>(absl::StrCat(kLife, "PostSuggestion"), post, "USER_VOLUNTEER");
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_FALSE(AtRest("Flere bøger")) << "sealed like everything else";
  auto unread = Ask<v1::ListUnscreenedSuggestionsResponse>(absl::StrCat(kLife, "ListUnscreenedSuggestions"), v1::ListUnscreenedSuggestionsRequest());
  ASSERT_TRUE(unread.ok()) << unread.status();
  ASSERT_EQ(unread->suggestions_size(), 1);
  EXPECT_EQ(unread->suggestions(0).name(), posted->name());
  auto board = Ask<v1::ListSuggestionsResponse>(absl::StrCat(kLife, "ListSuggestions"), v1::ListSuggestionsRequest(), "USER_VOLUNTEER");
  ASSERT_TRUE(board.ok()) << board.status();
  EXPECT_EQ(board->suggestions_size(), 0);
}

TEST_F(HouseRoad, WhatIsAboutSomebodyIsSealedAndGoesWithThem) {
  const std::string lion = Alias("Løve");
  v1::JoinCallListRequest join;
  join.set_participant(lion);
  join.set_phone(kPhone);
  join.set_interval_days(7);
  join.set_caller(v1::CALLER_STAFF);
  join.mutable_person_to_ask()->set_called(kBrother);
  join.mutable_person_to_ask()->set_reach("paa havnen");
  auto entry = Act<v1::JoinCallListResponse>(absl::StrCat(kNetwork, "JoinCallList"), join);
  ASSERT_TRUE(entry.ok()) << entry.status();
  v1::JoinFoodRoundsRequest food;
  food.set_participant(lion);
  food.set_address(kAddress);
  *food.mutable_until() = ToDate(CopenhagenDay(absl::Now()) + 7);
  ASSERT_TRUE(Act<v1::JoinFoodRoundsResponse>(absl::StrCat(kNetwork, "JoinFoodRounds"), food).ok());
  v1::RecordSmallStepRequest step;
  step.set_participant(lion);
  step.set_kind(v1::SMALL_STEP_KIND_OTHER);
  step.set_text(kStep);
  step.set_stance(v1::STAFF_STANCE_SITTING_ON_HANDS);
  *step.mutable_done_on() = ToDate(CopenhagenDay(absl::Now()));
  ASSERT_TRUE(Act<v1::RecordSmallStepResponse>(absl::StrCat(kNetwork, "RecordSmallStep"), step).ok());
  v1::RequestCompanionRequest companion;
  companion.set_participant(lion);
  companion.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  companion.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  *companion.mutable_date() = ToDate(CopenhagenDay(absl::Now()) + 3);
  companion.set_place(kPlace);
  companion.add_may_hear(type::v1::DATA_CATEGORY_HEALTH);
  auto asked = Act<v1::RequestCompanionResponse>(absl::StrCat(kNetwork, "RequestCompanion"), companion);
  ASSERT_TRUE(asked.ok()) << asked.status();
  for (const char* text : {kPhone, kAddress, kBrother, kStep, kPlace}) EXPECT_FALSE(AtRest(text)) << text;
  EXPECT_TRUE(AtRest(lion.substr(13))) << "the search itself works: records stand under the participant's id";

  v1::GetCallEntryRequest get;
  get.set_name(entry->entry().name());
  EXPECT_EQ(Ask<v1::GetCallEntryResponse>(absl::StrCat(kNetwork, "GetCallEntry"), get)->entry().phone(), kPhone);
  EXPECT_EQ(ReasonOf(Ask<v1::GetCallEntryResponse>(absl::StrCat(kNetwork, "GetCallEntry"), get, "USER_VOLUNTEER").status()), "ROLE_NOT_ALLOWED");

  v1::ForgetParticipantRequest forget;
  forget.set_name(lion);
  ASSERT_TRUE(Act<v1::ForgetParticipantResponse>(absl::StrCat(kDropin, "ForgetParticipant"), forget).ok());
  EXPECT_EQ(ReasonOf(Ask<v1::GetCallEntryResponse>(absl::StrCat(kNetwork, "GetCallEntry"), get).status()), "NOT_FOUND");
  // No key, no member of any index, no due time names the participant any more.
  const Redis::Reply keys = world_->redis.Admin({"KEYS", "*"});
  EXPECT_GT(keys.elements.size(), 5u);
  for (const Redis::Reply& key : keys.elements) {
    EXPECT_FALSE(absl::StrContains(key.text, lion.substr(13))) << key.text;
    if (world_->redis.Admin({"TYPE", key.text}).text != "zset") continue;
    for (const Redis::Reply& member : world_->redis.Admin({"ZRANGE", key.text, "0", "-1"}).elements) {
      EXPECT_FALSE(absl::StrContains(member.text, lion.substr(13))) << key.text << ": " << member.text;
    }
  }
  EXPECT_EQ(ReasonOf(Act<v1::JoinCallListResponse>(absl::StrCat(kNetwork, "JoinCallList"), join).status()), "ALIAS_FORGOTTEN");
}

}  // namespace
}  // namespace brobygger::dropin
