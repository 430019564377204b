#include "services/dropin/call_list.h"

#include <gtest/gtest.h>

#include "services/dropin/house_testing.h"
#include "services/dropin/outreach.h"

namespace brobygger::dropin {
namespace {

class CallListTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::JoinCallListResponse> Join(bool person, const std::string& who, absl::Time at = Noon()) {
    v1::JoinCallListRequest request;
    request.set_participant(who);
    request.set_phone("+4520304050");
    request.set_interval_days(7);
    request.set_caller(v1::CALLER_VOLUNTEER);
    if (person) {
      request.mutable_person_to_ask()->set_called("min bror");
      request.mutable_person_to_ask()->set_reach("sidder ved bordet om onsdagen");
    }
    return house.Ask<v1::JoinCallListResponse>("JoinCallList", request, at);
  }
  std::string Joined(bool person = false) { return Join(person, participant)->entry().name(); }
  absl::StatusOr<v1::RecordCallResponse> Ring(const std::string& name, v1::CallOutcome outcome, absl::Time at) {
    v1::RecordCallRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    return house.Ask<v1::RecordCallResponse>("RecordCall", request, at);
  }
  absl::StatusOr<v1::RecordAskedResponse> Asked(const std::string& name, v1::AskOutcome outcome, absl::Time at) {
    v1::RecordAskedRequest request;
    request.set_name(name);
    request.set_outcome(outcome);
    return house.Ask<v1::RecordAskedResponse>("RecordAsked", request, at);
  }
  absl::Status Leave(const std::string& name) {
    v1::LeaveCallListRequest request;
    request.set_name(name);
    return house.Ask<v1::LeaveCallListResponse>("LeaveCallList", request).status();
  }
  absl::StatusOr<v1::GetCallEntryResponse> Get(const std::string& name) {
    v1::GetCallEntryRequest request;
    request.set_name(name);
    return house.Ask<v1::GetCallEntryResponse>("GetCallEntry", request);
  }
  std::vector<v1::CallEntry> List(v1::CallState state = v1::CALL_STATE_UNSPECIFIED) {
    v1::ListCallEntriesRequest request;
    request.set_state(state);
    auto page = house.Ask<v1::ListCallEntriesResponse>("ListCallEntries", request);
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->entries().begin(), page->entries().end()};
  }
  const stored::CallRecord* Stored() { return house.store.Find<stored::CallRecord>(IdOf(participant)); }
  OpenHouse house;
  const std::string participant = house.Participant();
};

TEST_F(CallListTest, OnlyWhoAsksIsOnIt) {
  EXPECT_TRUE(List().empty());
  auto joined = Join(true, participant);
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->entry().state(), v1::CALL_STATE_CALLING);
  EXPECT_EQ(ToDay(joined->entry().next_call()), kSaturday + 7);
  EXPECT_EQ(joined->entry().phone(), "");
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].phone(), "") << "lists show no number";
  EXPECT_FALSE(List()[0].has_person_to_ask());
  EXPECT_EQ(Get(joined->entry().name())->entry().phone(), "+4520304050");
  EXPECT_EQ(Get(joined->entry().name())->entry().person_to_ask().called(), "min bror");
  EXPECT_EQ(ReasonOf(Join(false, "participants/" + std::string(26, 'z')).status()), "ALIAS_FORGOTTEN");
}

TEST_F(CallListTest, ATalkIsAUseAndCallingGoesOn) {
  const std::string name = Joined();
  auto talked = Ring(name, v1::CALL_OUTCOME_TALKED, Noon(kSaturday + 7));
  ASSERT_TRUE(talked.ok()) << talked.status();
  EXPECT_EQ(ToDay(talked->entry().last_talk()), kSaturday + 7);
  EXPECT_EQ(ToDay(talked->entry().next_call()), kSaturday + 14);
  EXPECT_EQ(ToDay(house.store.Find<v1::Participant>(IdOf(participant))->last_use()), kSaturday + 7);
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 14)).ok());
  EXPECT_EQ(ToDay(house.store.Find<v1::Participant>(IdOf(participant))->last_use()), kSaturday + 7) << "ringing in vain is no use";
}

TEST_F(CallListTest, TwiceUnansweredAndNobodyNamedItStops) {
  const std::string name = Joined();
  auto once = Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 7));
  EXPECT_EQ(once->entry().unanswered(), 1);
  EXPECT_EQ(ToDay(once->entry().next_call()), kSaturday + 8);
  EXPECT_EQ(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 7, 18))->entry().unanswered(), 1) << "a day counts once";
  auto twice = Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 8));
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->entry().state(), v1::CALL_STATE_STOPPED);
  EXPECT_EQ(Stored()->entry().phone(), "") << "what was for calling is gone";
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(List(v1::CALL_STATE_STOPPED).size(), 1u);
  EXPECT_EQ(ReasonOf(Ring(name, v1::CALL_OUTCOME_TALKED, Noon(kSaturday + 9)).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Asked(name, v1::ASK_OUTCOME_HEARD_FROM, Noon(kSaturday + 9)).status()), "WRONG_STATE") << "there is nobody to ask";
  house.RunDue(StartOfDay(kSaturday + 38) - absl::Seconds(1));
  EXPECT_NE(Stored(), nullptr);
  house.RunDue(StartOfDay(kSaturday + 38));
  EXPECT_EQ(Stored(), nullptr);
}

TEST_F(CallListTest, TwiceUnansweredAndSomebodyNamedTheyAreAsked) {
  const std::string name = Joined(true);
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 7)).ok());
  auto twice = Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 8));
  EXPECT_EQ(twice->entry().state(), v1::CALL_STATE_ASK_PERSON);
  EXPECT_FALSE(twice->entry().has_next_call());
  ASSERT_TRUE(Join(false, house.Participant("Tiger")).ok());
  ASSERT_EQ(List().size(), 2u);
  EXPECT_EQ(List()[0].state(), v1::CALL_STATE_ASK_PERSON) << "whom to ask about comes first";
  auto heard = Asked(name, v1::ASK_OUTCOME_HEARD_FROM, Noon(kSaturday + 9));
  ASSERT_TRUE(heard.ok()) << heard.status();
  EXPECT_EQ(heard->entry().state(), v1::CALL_STATE_CALLING);
  EXPECT_EQ(heard->entry().unanswered(), 0);
  EXPECT_EQ(ToDay(heard->entry().next_call()), kSaturday + 16);
  for (int day : {16, 17}) ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + day)).ok());
  ASSERT_TRUE(Asked(name, v1::ASK_OUTCOME_NOTHING_HEARD, Noon(kSaturday + 18)).ok());
  EXPECT_EQ(Stored()->entry().state(), v1::CALL_STATE_STOPPED);
  EXPECT_FALSE(Stored()->entry().has_person_to_ask());
  EXPECT_EQ(Stored()->entry().phone(), "");
}

TEST_F(CallListTest, WrittenDownLater) {
  const std::string name = Joined();
  v1::RecordCallRequest request;
  request.set_name(name);
  request.set_outcome(v1::CALL_OUTCOME_NO_ANSWER);
  const auto on = [&](absl::CivilDay day) {
    *request.mutable_called_on() = DateOf(day);
    return house.Ask<v1::RecordCallResponse>("RecordCall", request, Noon(kSaturday + 9));
  };
  EXPECT_EQ(ReasonOf(on(kSaturday + 10).status()), "OUT_OF_RANGE") << "tomorrow's";
  EXPECT_EQ(ReasonOf(on(kSaturday + 1).status()), "OUT_OF_RANGE") << "eight days ago";
  EXPECT_EQ(on(kSaturday + 8)->entry().unanswered(), 1);
  EXPECT_EQ(on(kSaturday + 7)->entry().unanswered(), 1) << "a day before the last counts no more";
  EXPECT_EQ(on(kSaturday + 9)->entry().state(), v1::CALL_STATE_STOPPED);
}

TEST_F(CallListTest, AnAnswerBetweenBeginsAnew) {
  const std::string name = Joined();
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 7)).ok());
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_TALKED, Noon(kSaturday + 8)).ok());
  EXPECT_EQ(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon(kSaturday + 15))->entry().state(), v1::CALL_STATE_CALLING);
}

TEST_F(CallListTest, StopsWheneverTheySaySo) {
  const std::string name = Joined(true);
  ASSERT_TRUE(Leave(name).ok());
  EXPECT_EQ(Stored(), nullptr);
  EXPECT_EQ(ReasonOf(Get(name).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Leave(name)), "NOT_FOUND");
  EXPECT_TRUE(Join(false, participant).ok()) << "and may come back";
  EXPECT_FALSE(Get(name)->entry().has_person_to_ask());
}

TEST_F(CallListTest, CallsAreCountedWithoutWho) {
  const std::string name = Joined();
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_NO_ANSWER, Noon()).ok());
  ASSERT_TRUE(Ring(name, v1::CALL_OUTCOME_TALKED, Noon()).ok());
  v1::GetOutreachNumbersRequest request;
  *request.mutable_first_day() = DateOf(kSaturday);
  *request.mutable_last_day() = DateOf(kSaturday);
  auto numbers = house.Ask<v1::GetOutreachNumbersResponse>("GetOutreachNumbers", request);
  ASSERT_EQ(numbers->weeks_size(), 1);
  EXPECT_EQ(numbers->weeks(0).calls_talked(), 1);
  EXPECT_EQ(numbers->weeks(0).calls_unanswered(), 1);
  EXPECT_EQ(ToDay(numbers->weeks(0).monday()), kSaturday - 5);
}

TEST_F(CallListTest, GoneWithTheParticipant) {
  const std::string name = Joined(true);
  ASSERT_TRUE(house.Forget(participant).ok());
  EXPECT_EQ(Stored(), nullptr);
  EXPECT_EQ(ReasonOf(Ring(name, v1::CALL_OUTCOME_TALKED, Noon()).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace brobygger::dropin
