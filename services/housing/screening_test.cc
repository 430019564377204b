#include "services/housing/screening.h"

#include <set>

#include <gtest/gtest.h>

#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Screening = v1::HomelessnessScreening;

class ScreeningTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::UpdateScreeningResponse> Update(const Screening& screening, const v1::ScreeningAnswers& answers) {
    v1::UpdateScreeningRequest request;
    request.set_name(screening.name());
    request.set_etag(screening.etag());
    *request.mutable_answers() = answers;
    return office.Ask<v1::UpdateScreeningResponse>("UpdateScreening", request);
  }
  absl::StatusOr<v1::CancelScreeningResponse> Cancel(const std::string& name) {
    v1::CancelScreeningRequest request;
    request.set_name(name);
    return office.Ask<v1::CancelScreeningResponse>("CancelScreening", request);
  }
  Screening Get(const std::string& name) {
    v1::GetScreeningRequest request;
    request.set_name(name);
    auto got = office.Ask<v1::GetScreeningResponse>("GetScreening", request);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.value_or(v1::GetScreeningResponse()).screening();
  }
  std::vector<std::string> List(const v1::ListScreeningsRequest& request) {
    auto got = office.Ask<v1::ListScreeningsResponse>("ListScreenings", request);
    EXPECT_TRUE(got.ok()) << got.status();
    std::vector<std::string> names;
    if (!got.ok()) return names;
    for (const Screening& s : got->screenings()) names.push_back(s.name());
    return names;
  }
  std::vector<std::string> FollowUps() {
    v1::ListScreeningsRequest request;
    request.set_needs_follow_up(true);
    return List(request);
  }
  Office office;
};

TEST(Screening, StateTable) {
  using S = v1::ScreeningState;
  const std::set<std::pair<S, S>> allowed = {
      {v1::SCREENING_STATE_DRAFT, v1::SCREENING_STATE_DRAFT},
      {v1::SCREENING_STATE_DRAFT, v1::SCREENING_STATE_COMPLETED},
      {v1::SCREENING_STATE_DRAFT, v1::SCREENING_STATE_CANCELLED},
      {v1::SCREENING_STATE_COMPLETED, v1::SCREENING_STATE_SUPERSEDED},
  };
  for (int from = v1::ScreeningState_MIN; from <= v1::ScreeningState_MAX; ++from) {
    for (int to = v1::ScreeningState_MIN; to <= v1::ScreeningState_MAX; ++to) {
      const S f = static_cast<S>(from), t = static_cast<S>(to);
      EXPECT_EQ(MayBecome(f, t), allowed.count({f, t}) > 0) << from << " -> " << to;
    }
  }
}

// Every act on a screening in every state.
TEST_F(ScreeningTest, OnlyADraftCanBeWorkedOn) {
  auto completed = office.CreateAndFinish(Complete());
  ASSERT_TRUE(completed.ok()) << completed.status();
  ASSERT_TRUE(office.CreateAndFinish(Complete()).ok());  // supersedes it
  auto current = office.CreateAndFinish(Complete());
  auto cancelled = office.Create(Complete());
  ASSERT_TRUE(Cancel(cancelled->name()).ok());
  const Screening rows[] = {Get(completed->screening().name()), Get(current->screening().name()), Get(cancelled->name())};
  EXPECT_EQ(rows[0].state(), v1::SCREENING_STATE_SUPERSEDED);
  EXPECT_EQ(rows[1].state(), v1::SCREENING_STATE_COMPLETED);
  EXPECT_EQ(rows[2].state(), v1::SCREENING_STATE_CANCELLED);
  for (const Screening& s : rows) {
    EXPECT_EQ(ReasonOf(Update(s, Complete()).status()), "WRONG_STATE") << s.state();
    EXPECT_EQ(ReasonOf(office.Finish(s).status()), "WRONG_STATE") << s.state();
    EXPECT_EQ(ReasonOf(Cancel(s.name()).status()), "WRONG_STATE") << s.state();
  }
}

TEST_F(ScreeningTest, SavedAsTheTalkGoes) {
  auto draft = office.Create(v1::ScreeningAnswers());
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->state(), v1::SCREENING_STATE_DRAFT);
  EXPECT_EQ(ReasonOf(office.Finish(*draft).status()), "FIELD_REQUIRED");
  auto saved = Update(*draft, Complete());
  ASSERT_TRUE(saved.ok());
  EXPECT_EQ(saved->screening().findings().result(), v1::SCREENING_RESULT_HOMELESS);
  EXPECT_EQ(ReasonOf(Update(*draft, Complete()).status()), "ETAG_MISMATCH") << "somebody saved meanwhile";
  EXPECT_EQ(ReasonOf(office.Finish(*draft).status()), "ETAG_MISMATCH") << "what is completed is what was seen";
  EXPECT_EQ(Get(draft->name()).DebugString(), saved->screening().DebugString());
  EXPECT_EQ(office.store.All<v1::HousingFile>().size(), 0u) << "a draft is in no file";
}

// D2: 24 years old is the youth model, 25 the other.
TEST_F(ScreeningTest, CompletingDerivesAndForgetsTheBirthDate) {
  auto done = office.CreateAndFinish(Complete());
  ASSERT_TRUE(done.ok()) << done.status();
  const Screening& s = done->screening();
  EXPECT_EQ(s.state(), v1::SCREENING_STATE_COMPLETED);
  EXPECT_EQ(s.findings().age_band(), v1::AGE_BAND_UNDER_25);
  EXPECT_EQ(s.findings().suggested_track(), v1::SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING);
  EXPECT_FALSE(s.answers().has_birth_date());
  EXPECT_FALSE(Get(s.name()).answers().has_birth_date());
  EXPECT_TRUE(s.has_complete_time());
  EXPECT_EQ(done->superseded(), "");
  v1::ScreeningAnswers older = Complete();
  *older.mutable_birth_date() = Day(2001, 11, 21);
  EXPECT_EQ(office.CreateAndFinish(older)->screening().findings().suggested_track(), v1::SUGGESTED_TRACK_HOUSING_FIRST_DIALOGUE);
  *older.mutable_birth_date() = Day(2015, 1, 1);
  EXPECT_EQ(ReasonOf(office.Create(older).status()), "AGE_OUT_OF_RANGE");
}

TEST_F(ScreeningTest, OneCurrentScreeningPerCitizen) {
  auto first = office.CreateAndFinish(Complete());
  auto second = office.CreateAndFinish(Complete());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->superseded(), first->screening().name());
  auto other = office.CreateAndFinish(Complete(), std::string(26, 'd'));
  EXPECT_EQ(other->superseded(), "");
  std::map<std::string, int> current;
  for (const auto& [id, s] : office.store.All<Screening>()) current[s->citizen()] += s->state() == v1::SCREENING_STATE_COMPLETED;
  EXPECT_EQ(current, (std::map<std::string, int>{{"citizens/" + CitizenId(), 1}, {"citizens/" + std::string(26, 'd'), 1}}));
}

TEST_F(ScreeningTest, AnOlderTalkDoesNotReplaceALaterOne) {
  v1::ScreeningAnswers older = Complete();
  *older.mutable_screened_on() = Day(2026, 11, 20);
  auto draft = office.Create(older);
  ASSERT_TRUE(office.CreateAndFinish(Complete()).ok());
  EXPECT_EQ(ReasonOf(office.Finish(*draft).status()), "BAD_DATE_ORDER");
}

TEST_F(ScreeningTest, PresenceIsTheCitizensOwn) {
  auto draft = office.Create(Complete());
  office.presence->set_citizen("citizens/" + std::string(26, 'd'));
  EXPECT_EQ(ReasonOf(office.Finish(*draft).status()), "PRESENCE_REQUIRED") << "somebody else's";
  EXPECT_EQ(ReasonOf(office.Create(Complete()).status()), "PRESENCE_REQUIRED");
  office.presence->set_citizen("citizens/" + CitizenId());
  office.presence->set_method(type::v1::PRESENCE_METHOD_PHONE);
  EXPECT_EQ(office.Finish(*draft)->screening().presence_method(), type::v1::PRESENCE_METHOD_PHONE);
  office.presence.reset();
  EXPECT_EQ(ReasonOf(office.Create(Complete()).status()), "PRESENCE_REQUIRED");
}

TEST_F(ScreeningTest, CancellingDropsTheAnswers) {
  auto draft = office.Create(Complete());
  auto cancelled = Cancel(draft->name());
  ASSERT_TRUE(cancelled.ok());
  EXPECT_FALSE(cancelled->screening().has_answers());
  EXPECT_FALSE(Get(draft->name()).has_findings());
}

TEST_F(ScreeningTest, ListsByCitizenAndByAge) {
  auto first = office.CreateAndFinish(Complete());
  auto draft = office.Create(Complete(), CitizenId(), Noon() + absl::Minutes(1));
  v1::ScreeningAnswers older = Complete();
  *older.mutable_birth_date() = Day(1980, 1, 1);
  auto other = office.CreateAndFinish(older, std::string(26, 'd'));
  v1::ListScreeningsRequest request;
  request.set_citizen("citizens/" + CitizenId());
  EXPECT_EQ(List(request), (std::vector<std::string>{draft->name(), first->screening().name()})) << "newest first";
  v1::ListScreeningsRequest young;
  young.set_age_band(v1::AGE_BAND_UNDER_25);
  EXPECT_EQ(List(young), std::vector<std::string>{first->screening().name()}) << "current ones only";
  v1::ListScreeningsRequest adult;
  adult.set_age_band(v1::AGE_BAND_AGE_25_PLUS);
  EXPECT_EQ(List(adult), std::vector<std::string>{other->screening().name()});
  ASSERT_TRUE(office.Finish(*draft, Noon() + absl::Minutes(2)).ok());
  EXPECT_EQ(List(young), std::vector<std::string>{draft->name()}) << "a superseded one is not current";
}

TEST_F(ScreeningTest, ExactlyOneFilter) {
  for (int bits = 0; bits < 16; ++bits) {
    v1::ListScreeningsRequest request;
    if (bits & 1) request.set_citizen("citizens/" + CitizenId());
    if (bits & 2) request.set_age_band(v1::AGE_BAND_UNDER_25);
    if (bits & 4) request.set_needs_follow_up(true);
    if (bits & 8) request.set_leaving_within_a_month(true);
    const bool one = bits == 1 || bits == 2 || bits == 4 || bits == 8;
    EXPECT_EQ(office.Ask<v1::ListScreeningsResponse>("ListScreenings", request).ok(), one) << bits;
  }
}

TEST_F(ScreeningTest, PagesOfFollowUps) {
  for (char c : {'a', 'b', 'd'}) ASSERT_TRUE(office.CreateAndFinish(Complete(), std::string(26, c)).ok());
  v1::ListScreeningsRequest request;
  request.set_needs_follow_up(true);
  request.set_page_size(2);
  auto first = office.Ask<v1::ListScreeningsResponse>("ListScreenings", request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->screenings_size(), 2);
  request.set_page_token(first->next_page_token());
  auto second = office.Ask<v1::ListScreeningsResponse>("ListScreenings", request);
  EXPECT_EQ(second->screenings_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
}

// Follow-up: homeless or at risk, and nothing agreed.
TEST_F(ScreeningTest, FollowUpEndsWithAnAppointmentAndComesBackWhenItHasPassed) {
  auto done = office.CreateAndFinish(Complete());
  EXPECT_EQ(FollowUps(), std::vector<std::string>{done->screening().name()});
  ASSERT_TRUE(office.Appoint(Day(2026, 11, 24)).ok());
  EXPECT_TRUE(FollowUps().empty());
  office.RunDue(StartOfDay(absl::CivilDay(2026, 11, 25)) - absl::Seconds(1));
  EXPECT_TRUE(FollowUps().empty());
  office.RunDue(StartOfDay(absl::CivilDay(2026, 11, 25)));
  EXPECT_EQ(FollowUps(), std::vector<std::string>{done->screening().name()});
  v1::ScreeningAnswers housed = Complete();
  housed.set_living_situation(v1::LIVING_SITUATION_OWN_TENANCY);
  housed.clear_risk_flags();
  housed.add_risk_flags(v1::RISK_FLAG_NONE);
  ASSERT_TRUE(office.CreateAndFinish(housed).ok());
  EXPECT_TRUE(FollowUps().empty());
}

// D6: release within a month, on a list of its own and on the due list, until the day has passed.
TEST_F(ScreeningTest, LeavingWithinAMonth) {
  v1::ListScreeningsRequest request;
  request.set_leaving_within_a_month(true);
  v1::ScreeningAnswers later = Complete(), sooner = Complete();
  later.set_living_situation(v1::LIVING_SITUATION_PRISON_RELEASE_WITHIN_1_MONTH);
  *later.mutable_leaving_on() = Day(2026, 12, 22);  // 31 days
  sooner.set_living_situation(v1::LIVING_SITUATION_HOSPITAL_OR_TREATMENT_DISCHARGE_WITHIN_1_MONTH);
  *sooner.mutable_leaving_on() = Day(2026, 11, 30);
  auto a = office.CreateAndFinish(later);
  auto b = office.CreateAndFinish(sooner, std::string(26, 'd'));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(List(request), (std::vector<std::string>{b->screening().name(), a->screening().name()})) << "earliest day first";
  EXPECT_EQ(office.Reasons(), (std::vector<v1::DutyReason>{v1::DUTY_REASON_HOME_BEFORE_LEAVING, v1::DUTY_REASON_HOME_BEFORE_LEAVING}));
  office.RunDue(StartOfDay(absl::CivilDay(2026, 12, 1)));
  EXPECT_EQ(List(request), std::vector<std::string>{a->screening().name()}) << "the day has passed";
  EXPECT_EQ(office.Reasons().size(), 2u) << "what was not done is still due";
  ASSERT_TRUE(office.CreateAndFinish(Complete()).ok());
  EXPECT_TRUE(List(request).empty()) << "the current screening names none";
  EXPECT_EQ(office.Reasons().size(), 1u);
  *later.mutable_leaving_on() = Day(2026, 12, 23);
  EXPECT_EQ(ReasonOf(office.Create(later).status()), "OUT_OF_RANGE") << "allowed from 31 days before";
}

TEST(HousingModules, ServeEveryMethodButTheDoor) {
  const std::vector<Module> modules = HousingModules();
  ASSERT_EQ(modules.size(), 5u);
  for (const Module& module : modules) {
    const bool first = module.service->name() == "HousingService";
    for (int i = 0; i < module.service->method_count(); ++i) {
      const std::string& name = module.service->method(i)->name();
      EXPECT_EQ(module.handlers.count(name), name == "GetCitizenFile" ? 0u : 1u) << name;
    }
    EXPECT_EQ(module.handlers.size() + (first ? 1 : 0), static_cast<size_t>(module.service->method_count())) << module.service->name();
    EXPECT_EQ(module.file_kind, first ? "file" : "");
    EXPECT_EQ(module.prefix, "housing");
  }
  EXPECT_EQ(modules[0].entities->ByKind("file")->type, v1::HousingFile::descriptor());
  // Whatever has a due time has somebody to call, and the other way round.
  for (const EntityType& e : Entities().all()) EXPECT_EQ(e.due != nullptr, modules[0].on_due.count(e.kind) == 1) << e.kind;
}

}  // namespace
}  // namespace brobygger::housing
