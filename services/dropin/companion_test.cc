#include "services/dropin/companion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/dropin/house_testing.h"

namespace brobygger::dropin {
namespace {

const std::string kCitizen = "citizens/" + std::string(26, 'c');

class CompanionTest : public ::testing::Test {
 protected:
  Call Present(absl::Time at = Noon(), const std::string& citizen = "") {
    Call call = house.NewCall(at);
    call.presence.emplace();
    call.presence->set_citizen(citizen);
    return call;
  }
  v1::RequestCompanionRequest Asked(absl::CivilDay day = kSaturday + 3) {
    v1::RequestCompanionRequest request;
    request.set_participant(participant);
    *request.mutable_date() = DateOf(day);
    request.set_start_minute(570);
    request.set_place("Regionshospitalet");
    request.add_may_hear(type::v1::DATA_CATEGORY_HEALTH);
    return request;
  }
  absl::StatusOr<v1::RequestCompanionResponse> Ask(const v1::RequestCompanionRequest& request) {
    return house.AskAs<v1::RequestCompanionResponse>(Present(), "RequestCompanion", request);
  }
  absl::StatusOr<v1::AnswerCompanionResponse> Answer(const std::string& name, v1::CompanionState to, const std::string& alternative = "",
                                                     absl::Time at = Noon()) {
    v1::AnswerCompanionRequest request;
    request.set_name(name);
    request.set_to(to);
    request.set_alternative(alternative);
    return house.Ask<v1::AnswerCompanionResponse>("AnswerCompanion", request, at);
  }
  absl::StatusOr<v1::ListCompanionRequestsResponse> List(v1::CompanionState state) {
    v1::ListCompanionRequestsRequest request;
    request.set_state(state);
    return house.Ask<v1::ListCompanionRequestsResponse>("ListCompanionRequests", request);
  }
  OpenHouse house;
  const std::string participant = house.Participant();
};

TEST_F(CompanionTest, AskedPromisedDone) {
  auto asked = Ask(Asked());
  ASSERT_TRUE(asked.ok()) << asked.status();
  const std::string name = asked->request().name();
  EXPECT_EQ(asked->request().participant(), participant);
  EXPECT_EQ(asked->request().citizen(), "");
  ASSERT_THAT(house.Announced(), ::testing::ElementsAre(v1::HOUSE_EVENT_TYPE_COMPANION_REQUESTED));
  EXPECT_EQ(static_cast<const v1::HouseEvent&>(*house.store.events()[0]).about(), "") << "it does not say who";
  EXPECT_EQ(List(v1::COMPANION_STATE_ASKED)->requests_size(), 1);
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_DONE, "", Noon(kSaturday + 3)).status()), "WRONG_STATE") << "nobody promised";
  auto promised = Answer(name, v1::COMPANION_STATE_PROMISED);
  ASSERT_TRUE(promised.ok());
  EXPECT_EQ(promised->request().may_hear_size(), 1);
  EXPECT_EQ(List(v1::COMPANION_STATE_ASKED)->requests_size(), 0);
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_DONE).status()), "BAD_DATE_ORDER") << "before the meeting";
  auto done = Answer(name, v1::COMPANION_STATE_DONE, "", Noon(kSaturday + 3));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->request().may_hear_size(), 0) << "the permission was for the meeting";
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant))->requests(0).request().may_hear_size(), 0);
}

TEST_F(CompanionTest, NoPromiseForYesterday) {
  const std::string name = Ask(Asked())->request().name();
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_PROMISED, "", Noon(kSaturday + 4)).status()), "BAD_DATE_ORDER");
  EXPECT_TRUE(Answer(name, v1::COMPANION_STATE_PROMISED, "", Noon(kSaturday + 3)).ok());
}

TEST_F(CompanionTest, NobodyIsLeftWithANoAlone) {
  const std::string name = Ask(Asked())->request().name();
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_NOT_POSSIBLE).status()), "FIELD_REQUIRED");
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_PROMISED, "noget andet").status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_ASKED).status()), "OUT_OF_RANGE");
  auto no = Answer(name, v1::COMPANION_STATE_NOT_POSSIBLE, "SKP kan tage med");
  ASSERT_TRUE(no.ok());
  EXPECT_EQ(no->request().alternative(), "SKP kan tage med");
  EXPECT_EQ(no->request().may_hear_size(), 0);
}

TEST_F(CompanionTest, WhoAsksTakesPart) {
  v1::RequestCompanionRequest citizen = Asked();
  EXPECT_EQ(ReasonOf(house.Ask<v1::RequestCompanionResponse>("RequestCompanion", citizen).status()), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(house.AskAs<v1::RequestCompanionResponse>(Present(Noon(), kCitizen), "RequestCompanion", citizen).status()), "PRESENCE_REQUIRED")
      << "signed for a citizen, used for an alias";
  citizen.clear_participant();
  citizen.set_citizen(kCitizen);
  EXPECT_EQ(ReasonOf(house.AskAs<v1::RequestCompanionResponse>(Present(Noon(), "citizens/" + std::string(26, 'd')), "RequestCompanion", citizen).status()),
            "PRESENCE_REQUIRED");
  auto asked = house.AskAs<v1::RequestCompanionResponse>(Present(Noon(), kCitizen), "RequestCompanion", citizen);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->request().citizen(), kCitizen);
  EXPECT_EQ(asked->request().participant(), "");
  v1::ListCompanionRequestsRequest list;
  list.set_citizen(kCitizen);
  EXPECT_EQ(house.Ask<v1::ListCompanionRequestsResponse>("ListCompanionRequests", list)->requests_size(), 1);
}

TEST_F(CompanionTest, ExactlyOneOfEach) {
  v1::RequestCompanionRequest both = Asked();
  both.set_citizen(kCitizen);
  EXPECT_EQ(ReasonOf(Ask(both).status()), "OUT_OF_RANGE");
  both.clear_citizen();
  both.clear_participant();
  EXPECT_EQ(ReasonOf(Ask(both).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(house.Ask<v1::ListCompanionRequestsResponse>("ListCompanionRequests", v1::ListCompanionRequestsRequest()).status()), "OUT_OF_RANGE");
  v1::RequestCompanionRequest nothing = Asked();
  nothing.add_may_hear(type::v1::DATA_CATEGORY_NON_PERSONAL);
  EXPECT_EQ(ReasonOf(Ask(nothing).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Ask(Asked(kSaturday - 1)).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Ask(Asked(kSaturday + 185)).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Ask(Asked(kSaturday + 184)).ok());
}

TEST_F(CompanionTest, EarliestFirst) {
  ASSERT_TRUE(Ask(Asked(kSaturday + 9)).ok());
  ASSERT_TRUE(Ask(Asked(kSaturday + 2)).ok());
  v1::RequestCompanionRequest other = Asked(kSaturday + 5);
  other.set_participant(house.Participant("Tiger"));
  ASSERT_TRUE(Ask(other).ok());
  auto list = List(v1::COMPANION_STATE_ASKED);
  ASSERT_EQ(list->requests_size(), 3);
  EXPECT_EQ(ToDay(list->requests(0).date()), kSaturday + 2);
  EXPECT_EQ(ToDay(list->requests(2).date()), kSaturday + 9);
}

TEST_F(CompanionTest, TwentyAreTheMost) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Ask(Asked()).ok());
  EXPECT_EQ(ReasonOf(Ask(Asked()).status()), "CAPACITY_FULL");
}

TEST_F(CompanionTest, TakenBackOrPastIsGone) {
  const std::string name = Ask(Asked())->request().name();
  v1::TakeBackCompanionRequestRequest back;
  back.set_name(name);
  ASSERT_TRUE(house.Ask<v1::TakeBackCompanionRequestResponse>("TakeBackCompanionRequest", back).ok());
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant)), nullptr);
  EXPECT_EQ(ReasonOf(house.Ask<v1::TakeBackCompanionRequestResponse>("TakeBackCompanionRequest", back).status()), "NOT_FOUND");
  ASSERT_TRUE(Ask(Asked(kSaturday + 3)).ok());
  ASSERT_TRUE(Ask(Asked(kSaturday + 4)).ok());
  house.RunDue(StartOfDay(kSaturday + 34) - absl::Seconds(1));
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant))->requests_size(), 2);
  house.RunDue(StartOfDay(kSaturday + 34));
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant))->requests_size(), 1);
  house.RunDue(StartOfDay(kSaturday + 35));
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant)), nullptr);
}

TEST_F(CompanionTest, GoneWithTheParticipant) {
  const std::string name = Ask(Asked())->request().name();
  ASSERT_TRUE(house.Forget(participant).ok());
  EXPECT_EQ(house.store.Find<stored::Companions>(IdOf(participant)), nullptr);
  EXPECT_EQ(ReasonOf(Answer(name, v1::COMPANION_STATE_PROMISED).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Ask(Asked()).status()), "ALIAS_FORGOTTEN");
  for (const auto& event : house.store.events()) EXPECT_EQ(event->DebugString().find(IdOf(participant)), std::string::npos);
}

}  // namespace
}  // namespace brobygger::dropin
