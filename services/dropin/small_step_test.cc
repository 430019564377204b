#include "services/dropin/small_step.h"

#include <gtest/gtest.h>

#include "services/dropin/house_testing.h"

namespace brobygger::dropin {
namespace {

class SmallStepTest : public ::testing::Test {
 protected:
  Call As(const std::string& person, absl::Time at = Noon()) {
    Call call = house.NewCall(at);
    call.person = *PersonId::Parse(person);
    return call;
  }
  v1::RecordSmallStepRequest Step(absl::CivilDay day = kSaturday) {
    v1::RecordSmallStepRequest request;
    request.set_participant(participant);
    request.set_kind(v1::SMALL_STEP_KIND_BATH);
    request.set_stance(v1::STAFF_STANCE_LOVING_NUDGE);
    *request.mutable_done_on() = DateOf(day);
    return request;
  }
  absl::StatusOr<v1::RecordSmallStepResponse> Record(const v1::RecordSmallStepRequest& request, const std::string& person = "vm") {
    return house.AskAs<v1::RecordSmallStepResponse>(As(person), "RecordSmallStep", request);
  }
  std::vector<v1::SmallStep> List(const std::string& person = "vm") {
    v1::ListSmallStepsRequest request;
    request.set_participant(participant);
    auto response = house.AskAs<v1::ListSmallStepsResponse>(As(person), "ListSmallSteps", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->steps().begin(), response->steps().end()};
  }
  absl::StatusOr<v1::ShowSmallStepResponse> Show(const std::string& name, bool may_stay, const std::string& person = "vm") {
    v1::ShowSmallStepRequest request;
    request.set_name(name);
    request.set_may_stay(may_stay);
    return house.AskAs<v1::ShowSmallStepResponse>(As(person), "ShowSmallStep", request);
  }
  absl::Status Remove(const std::string& name, const std::string& person = "vm") {
    v1::RemoveSmallStepRequest request;
    request.set_name(name);
    return house.AskAs<v1::RemoveSmallStepResponse>(As(person), "RemoveSmallStep", request).status();
  }
  OpenHouse house;
  const std::string participant = house.Participant();
};

TEST_F(SmallStepTest, VisibleToTheParticipantFirst) {
  auto step = Record(Step());
  ASSERT_TRUE(step.ok()) << step.status();
  const std::string name = step->step().name();
  EXPECT_EQ(step->step().state(), v1::SMALL_STEP_STATE_WRITTEN);
  EXPECT_EQ(List().size(), 1u) << "who wrote it sees it";
  EXPECT_TRUE(List("vm-2").empty()) << "a colleague does not, yet";
  EXPECT_EQ(ReasonOf(Show(name, true, "vm-2").status()), "NOT_FOUND") << "nor can tell that it is there";
  EXPECT_EQ(ReasonOf(Remove(name, "vm-2")), "NOT_FOUND");
  ASSERT_TRUE(Show(name, true).ok());
  EXPECT_EQ(List("vm-2").size(), 1u);
  EXPECT_EQ(ReasonOf(Show(name, true).status()), "WRONG_STATE");
  EXPECT_EQ(house.store.Find<stored::Steps>(IdOf(participant))->steps(0).writer(), "") << "once shown it is nobody's work";
  ASSERT_TRUE(Remove(name, "vm-2").ok());
  EXPECT_EQ(house.store.Find<stored::Steps>(IdOf(participant)), nullptr);
}

TEST_F(SmallStepTest, WhatTheParticipantDoesNotWantIsGone) {
  const std::string name = Record(Step())->step().name();
  auto shown = Show(name, false);
  ASSERT_TRUE(shown.ok());
  EXPECT_FALSE(shown->has_step());
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(ReasonOf(Remove(name)), "NOT_FOUND");
}

TEST_F(SmallStepTest, WrittenTogetherIsShownAtOnce) {
  v1::RecordSmallStepRequest request = Step();
  request.set_written_together(true);
  EXPECT_EQ(Record(request)->step().state(), v1::SMALL_STEP_STATE_SHOWN);
  EXPECT_EQ(List("vm-2").size(), 1u);
}

TEST_F(SmallStepTest, NotShownInTimeIsGone) {
  ASSERT_TRUE(Record(Step()).ok());
  v1::RecordSmallStepRequest together = Step();
  together.set_written_together(true);
  ASSERT_TRUE(Record(together).ok());
  house.RunDue(StartOfDay(kSaturday + 14) - absl::Seconds(1));
  EXPECT_EQ(List().size(), 2u);
  house.RunDue(StartOfDay(kSaturday + 14));
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].state(), v1::SMALL_STEP_STATE_SHOWN);
}

TEST_F(SmallStepTest, DaysAndWords) {
  EXPECT_EQ(ReasonOf(Record(Step(kSaturday + 1)).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Record(Step(kSaturday - 32)).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Record(Step(kSaturday - 31)).ok());
  v1::RecordSmallStepRequest other = Step();
  other.set_kind(v1::SMALL_STEP_KIND_OTHER);
  EXPECT_EQ(ReasonOf(Record(other).status()), "FIELD_REQUIRED");
  other.set_text("Spillede guitar");
  EXPECT_TRUE(Record(other).ok());
  EXPECT_EQ(List()[0].text(), "Spillede guitar") << "latest first";
}

TEST_F(SmallStepTest, TheLastTwoHundredAreKept) {
  for (int i = 0; i < 203; ++i) {
    v1::RecordSmallStepRequest request = Step();
    request.set_text(absl::StrCat("nr. ", i));
    ASSERT_TRUE(Record(request).ok());
  }
  ASSERT_EQ(List().size(), 200u);
  bool first = false;
  for (const v1::SmallStep& s : List()) first |= s.text() == "nr. 2";
  EXPECT_FALSE(first);
}

TEST_F(SmallStepTest, AUseOfTheAlias) {
  house.RunDue(Noon());
  v1::RecordSmallStepRequest request = Step(kSaturday + 30);
  ASSERT_TRUE(house.AskAs<v1::RecordSmallStepResponse>(As("vm", Noon(kSaturday + 30)), "RecordSmallStep", request).ok());
  EXPECT_EQ(ToDay(house.store.Find<v1::Participant>(IdOf(participant))->last_use()), kSaturday + 30);
}

TEST_F(SmallStepTest, GoneWithTheParticipant) {
  const std::string name = Record(Step())->step().name();
  ASSERT_TRUE(house.Forget(participant).ok());
  EXPECT_EQ(house.store.Find<stored::Steps>(IdOf(participant)), nullptr);
  EXPECT_EQ(ReasonOf(Record(Step()).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(ReasonOf(Show(name, true).status()), "ALIAS_FORGOTTEN");
}

// No number that could add steps up, in any message about them.
TEST(SmallStepContract, NothingCounts) {
  const auto* file = v1::SmallStep::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) {
    for (int j = 0; j < file->message_type(i)->field_count(); ++j) {
      const auto type = file->message_type(i)->field(j)->cpp_type();
      EXPECT_TRUE(type != google::protobuf::FieldDescriptor::CPPTYPE_INT32 && type != google::protobuf::FieldDescriptor::CPPTYPE_INT64 &&
                  type != google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE && type != google::protobuf::FieldDescriptor::CPPTYPE_FLOAT)
          << file->message_type(i)->field(j)->full_name();
    }
  }
}

}  // namespace
}  // namespace brobygger::dropin
