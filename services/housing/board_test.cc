#include "services/housing/board.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "brobygger/housing/v1/board_meeting.pb.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Meeting = v1::TenantsBoardMeeting;
const absl::CivilDay kToday(2026, 11, 21);

class BoardTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  absl::StatusOr<Meeting> Schedule(absl::CivilDay day, const std::string& house = "houses/perron-4") {
    v1::ScheduleBoardMeetingRequest request;
    request.set_house(house);
    *request.mutable_date() = ToDate(day);
    BB_ASSIGN_OR_RETURN(const v1::ScheduleBoardMeetingResponse r, office.Ask<v1::ScheduleBoardMeetingResponse>("ScheduleBoardMeeting", request));
    return r.meeting();
  }
  absl::StatusOr<Meeting> Send(const std::string& name, absl::CivilDay sent = kToday) {
    v1::SendBoardAgendaRequest request;
    request.set_name(name);
    request.set_agenda("Vaskeriet. Tagterrassen.");
    *request.mutable_sent_on() = ToDate(sent);
    BB_ASSIGN_OR_RETURN(const v1::SendBoardAgendaResponse r, office.Ask<v1::SendBoardAgendaResponse>("SendBoardAgenda", request));
    return r.meeting();
  }
  absl::StatusOr<Meeting> Hold(const std::string& name, absl::CivilDay on) {
    v1::RecordBoardMinutesRequest request;
    request.set_name(name);
    request.set_minutes("Terrassen males til foråret.");
    BB_ASSIGN_OR_RETURN(const v1::RecordBoardMinutesResponse r, office.Ask<v1::RecordBoardMinutesResponse>("RecordBoardMinutes", request, Noon(on)));
    return r.meeting();
  }
  absl::StatusOr<Meeting> Cancel(const std::string& name) {
    v1::CancelBoardMeetingRequest request;
    request.set_name(name);
    BB_ASSIGN_OR_RETURN(const v1::CancelBoardMeetingResponse r, office.Ask<v1::CancelBoardMeetingResponse>("CancelBoardMeeting", request));
    return r.meeting();
  }
  Office office;
};

// The documents: one or two a year, the agenda sent in advance, minutes kept.
TEST_F(BoardTest, TwoMeetingsAYear) {
  auto first = Schedule(absl::CivilDay(2027, 3, 1));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->name(), "boardMeetings/perron-4.2027.1");
  auto second = Schedule(absl::CivilDay(2027, 9, 1));
  EXPECT_EQ(ReasonOf(Schedule(absl::CivilDay(2027, 10, 1)).status()), "CAPACITY_FULL");
  EXPECT_TRUE(Schedule(absl::CivilDay(2028, 3, 1)).ok()) << "another year";
  ASSERT_TRUE(Cancel(second->name()).ok());
  EXPECT_EQ(Schedule(absl::CivilDay(2027, 10, 1))->name(), "boardMeetings/perron-4.2027.3") << "one that was called off does not count";
  EXPECT_EQ(ReasonOf(Schedule(kToday).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Schedule(absl::CivilDay(2028, 11, 22)).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Schedule(absl::CivilDay(2027, 3, 1), "houses/elsewhere").status()), "NOT_FOUND");
  v1::ListBoardMeetingsRequest request;
  request.set_house("houses/perron-4");
  request.set_year(2027);
  EXPECT_EQ(office.Ask<v1::ListBoardMeetingsResponse>("ListBoardMeetings", request)->meetings_size(), 3);
  request.set_year(2029);
  EXPECT_EQ(office.Ask<v1::ListBoardMeetingsResponse>("ListBoardMeetings", request)->meetings_size(), 0);
}

TEST_F(BoardTest, TheAgendaComesBeforeAndTheMinutesAfter) {
  const absl::CivilDay day = kToday + 10;
  const std::string name = Schedule(day)->name();
  EXPECT_EQ(ReasonOf(Hold(name, day).status()), "WRONG_STATE") << "no agenda was sent";
  EXPECT_EQ(ReasonOf(Send(name, kToday + 1).status()), "BAD_DATE_ORDER") << "not sent yet";
  EXPECT_EQ(ReasonOf(Send("boardMeetings/perron-4.2026.2").status()), "NOT_FOUND");
  ASSERT_TRUE(Send(name).ok());
  ASSERT_TRUE(Send(name).ok()) << "a corrected one";
  EXPECT_EQ(ReasonOf(Hold(name, day - 1).status()), "BAD_DATE_ORDER");
  auto held = Hold(name, day);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->state(), v1::BOARD_MEETING_STATE_HELD);
  EXPECT_FALSE(held->agenda().empty() || held->minutes().empty());
  EXPECT_LT(ToDay(held->agenda_sent_on()), ToDay(held->date()));
}

TEST_F(BoardTest, ActsInEveryState) {
  const absl::CivilDay day = kToday + 10;
  const std::string name = Schedule(day)->name();
  for (int s = v1::BOARD_MEETING_STATE_PLANNED; s <= v1::BOARD_MEETING_STATE_CANCELLED; ++s) {
    const auto state = static_cast<v1::BoardMeetingState>(s);
    const std::pair<v1::BoardMeetingState, std::function<absl::Status()>> acts[] = {
        {v1::BOARD_MEETING_STATE_AGENDA_SENT, [&] { return Send(name).status(); }},
        {v1::BOARD_MEETING_STATE_HELD, [&] { return Hold(name, day).status(); }},
        {v1::BOARD_MEETING_STATE_CANCELLED, [&] { return Cancel(name).status(); }},
    };
    for (const auto& [to, act] : acts) {
      stored::BoardYear year = *office.store.Find<stored::BoardYear>("perron-4.2026");
      year.mutable_meetings(0)->set_state(state);
      ASSERT_TRUE(office.store.Put("perron-4.2026", year).ok());
      const absl::Status done = act();
      EXPECT_EQ(ReasonOf(done), MayBecome(state, to) ? "" : "WRONG_STATE") << Word(state) << " -> " << Word(to);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(state))) << done;
      }
    }
  }
}

}  // namespace
}  // namespace brobygger::housing
