#include "services/dropin/suggestion.h"

#include <gtest/gtest.h>

#include "brobygger/dropin/v1/house_event.pb.h"
#include "brobygger/dropin/v1/house_meeting.pb.h"
#include "services/dropin/house_testing.h"

namespace brobygger::dropin {
namespace {

class SuggestionTest : public ::testing::Test {
 protected:
  std::string Post(const std::string& text = "En tur til Den Gamle By") {
    v1::PostSuggestionRequest request;
    request.set_text(text);
    auto response = house.Ask<v1::PostSuggestionResponse>("PostSuggestion", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::PostSuggestionResponse()).name();
  }
  std::vector<v1::Suggestion> Unscreened() {
    auto page = house.Ask<v1::ListUnscreenedSuggestionsResponse>("ListUnscreenedSuggestions", v1::ListUnscreenedSuggestionsRequest());
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->suggestions().begin(), page->suggestions().end()};
  }
  std::vector<v1::Suggestion> Board(v1::SuggestionState state = v1::SUGGESTION_STATE_UNSPECIFIED) {
    v1::ListSuggestionsRequest request;
    request.set_state(state);
    auto page = house.Ask<v1::ListSuggestionsResponse>("ListSuggestions", request);
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->suggestions().begin(), page->suggestions().end()};
  }
  absl::StatusOr<v1::ScreenSuggestionResponse> Screen(const std::string& name, const std::string& text = "", bool discard = false) {
    v1::ScreenSuggestionRequest request;
    request.set_name(name);
    request.set_text(text);
    request.set_discard(discard);
    for (const v1::Suggestion& s : Unscreened()) {
      if (s.name() == name) request.set_etag(s.etag());
    }
    return house.Ask<v1::ScreenSuggestionResponse>("ScreenSuggestion", request);
  }
  std::string Hang(const std::string& text = "En tur til Den Gamle By") {
    const std::string name = Post(text);
    EXPECT_TRUE(Screen(name).ok());
    return name;
  }
  std::string Meeting(absl::CivilDay day = kSaturday + 7) {
    v1::ScheduleHouseMeetingRequest request;
    *request.mutable_date() = DateOf(day);
    request.set_start_minute(13 * 60);
    auto response = house.Ask<v1::ScheduleHouseMeetingResponse>("ScheduleHouseMeeting", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::ScheduleHouseMeetingResponse()).meeting().name();
  }
  absl::StatusOr<v1::PutOnAgendaResponse> Agenda(const std::string& suggestion, const std::string& meeting, absl::Time at = Noon()) {
    v1::PutOnAgendaRequest request;
    request.set_suggestion(suggestion);
    request.set_meeting(meeting);
    return house.Ask<v1::PutOnAgendaResponse>("PutOnAgenda", request, at);
  }
  absl::StatusOr<v1::DecideSuggestionResponse> Decide(const std::string& name, v1::SuggestionState to, const std::string& reason = "",
                                                      absl::Time at = Noon(kSaturday + 7, 15)) {
    v1::DecideSuggestionRequest request;
    request.set_name(name);
    request.set_to(to);
    request.set_reason(reason);
    return house.Ask<v1::DecideSuggestionResponse>("DecideSuggestion", request, at);
  }
  OpenHouse house;
};

TEST_F(SuggestionTest, NobodyIsInTheBox) {
  const std::string name = Post("Kaffe om aftenen");
  const v1::Suggestion* stored = house.store.Find<v1::Suggestion>(IdOf(name));
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->SerializeAsString().find("vm"), std::string::npos) << "the caller stands nowhere";
  EXPECT_EQ(ToDay(stored->posted_on()), kSaturday);
  // The contract has no place for an author or a time of day.
  for (int i = 0; i < v1::Suggestion::descriptor()->field_count(); ++i) {
    const auto* type = v1::Suggestion::descriptor()->field(i)->message_type();
    EXPECT_TRUE(type == nullptr || type == type::v1::Date::descriptor()) << v1::Suggestion::descriptor()->field(i)->name();
  }
}

TEST_F(SuggestionTest, HangsOnlyOnceItWasReadForNames) {
  const std::string name = Post("Ole skal holde op med at ryge indendørs");
  EXPECT_TRUE(Board().empty());
  ASSERT_EQ(Unscreened().size(), 1u);
  EXPECT_EQ(ReasonOf(Agenda(name, Meeting()).status()), "WRONG_STATE") << "not read for names yet";
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_ACCEPTED).status()), "WRONG_STATE");
  auto screened = Screen(name, "Der ryges indendørs");
  ASSERT_TRUE(screened.ok()) << screened.status();
  EXPECT_TRUE(screened->suggestion().screened());
  ASSERT_EQ(Board().size(), 1u);
  EXPECT_EQ(Board()[0].text(), "Der ryges indendørs");
  EXPECT_EQ(Board()[0].etag(), screened->suggestion().etag());
  EXPECT_TRUE(Unscreened().empty());
  EXPECT_EQ(house.store.Find<v1::Suggestion>(IdOf(name))->DebugString().find("Ole"), std::string::npos) << "the old text is not kept";
  v1::ScreenSuggestionRequest again;
  again.set_name(name);
  again.set_etag(screened->suggestion().etag());
  EXPECT_EQ(ReasonOf(house.Ask<v1::ScreenSuggestionResponse>("ScreenSuggestion", again).status()), "WRONG_STATE");
}

TEST_F(SuggestionTest, WhatHurtsIsThrownAway) {
  const std::string name = Post("…");
  EXPECT_EQ(ReasonOf(Screen(name, "noget", true).status()), "OUT_OF_RANGE");
  auto gone = Screen(name, "", true);
  ASSERT_TRUE(gone.ok()) << gone.status();
  EXPECT_FALSE(gone->has_suggestion());
  EXPECT_EQ(house.store.Find<v1::Suggestion>(IdOf(name)), nullptr);
}

TEST_F(SuggestionTest, WhatWasReadIsWhatIsHung) {
  const std::string name = Post();
  v1::ScreenSuggestionRequest request;
  request.set_name(name);
  request.set_etag("r999");
  EXPECT_EQ(ReasonOf(house.Ask<v1::ScreenSuggestionResponse>("ScreenSuggestion", request).status()), "ETAG_MISMATCH");
}

TEST_F(SuggestionTest, FromTheBoxToTheMeetingToDone) {
  const std::string name = Hang(), meeting = Meeting();
  auto on = Agenda(name, meeting);
  ASSERT_TRUE(on.ok()) << on.status();
  EXPECT_EQ(on->suggestion().meeting(), meeting);
  EXPECT_EQ(ReasonOf(Agenda(name, Meeting(kSaturday + 8)).status()), "WRONG_STATE") << "on one agenda at most";
  v1::GetHouseMeetingRequest get;
  get.set_name(meeting);
  EXPECT_EQ(house.Ask<v1::GetHouseMeetingResponse>("GetHouseMeeting", get)->suggestions_size(), 1);
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_DECIDED_AT_MEETING, "", Noon(kSaturday + 6)).status()), "BAD_DATE_ORDER") << "the day before";
  ASSERT_TRUE(Decide(name, v1::SUGGESTION_STATE_DECIDED_AT_MEETING).ok());
  ASSERT_TRUE(Decide(name, v1::SUGGESTION_STATE_ACCEPTED).ok());
  EXPECT_EQ(Board(v1::SUGGESTION_STATE_ACCEPTED).size(), 1u);
  EXPECT_TRUE(Board(v1::SUGGESTION_STATE_POSTED).empty());
  ASSERT_TRUE(Decide(name, v1::SUGGESTION_STATE_DONE).ok());
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_ACCEPTED).status()), "WRONG_STATE");
  EXPECT_EQ(house.store.events().size(), 3u);
}

TEST_F(SuggestionTest, NotNowNeedsAReasonAndMayComeAgain) {
  const std::string name = Hang();
  ASSERT_TRUE(Agenda(name, Meeting()).ok());
  ASSERT_TRUE(Decide(name, v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT).ok());
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_NOT_NOW).status()), "FIELD_REQUIRED");
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_ACCEPTED, "fordi").status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Decide(name, v1::SUGGESTION_STATE_POSTED).status()), "OUT_OF_RANGE") << "no decision";
  auto no = Decide(name, v1::SUGGESTION_STATE_NOT_NOW, "Bussen er solgt");
  ASSERT_TRUE(no.ok());
  EXPECT_EQ(no->suggestion().reason(), "Bussen er solgt");
  auto again = Agenda(name, Meeting(kSaturday + 60));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->suggestion().reason(), "");
}

TEST_F(SuggestionTest, ACancelledMeetingGivesThemBack) {
  const std::string name = Hang(), meeting = Meeting();
  ASSERT_TRUE(Agenda(name, meeting).ok());
  v1::CancelHouseMeetingRequest cancel;
  cancel.set_name(meeting);
  ASSERT_TRUE(house.Ask<v1::CancelHouseMeetingResponse>("CancelHouseMeeting", cancel).ok());
  ASSERT_EQ(Board(v1::SUGGESTION_STATE_POSTED).size(), 1u);
  EXPECT_EQ(Board()[0].meeting(), "");
  EXPECT_EQ(ReasonOf(Agenda(name, meeting).status()), "WRONG_STATE");
}

TEST_F(SuggestionTest, NoAgendaOfYesterday) {
  const std::string name = Hang(), meeting = Meeting(kSaturday);
  EXPECT_EQ(ReasonOf(Agenda(name, meeting, Noon(kSunday)).status()), "BAD_DATE_ORDER");
  EXPECT_TRUE(Agenda(name, meeting).ok());
}

}  // namespace
}  // namespace brobygger::dropin
