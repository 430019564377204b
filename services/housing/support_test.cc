#include "services/housing/support.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/housing/file_sections.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Episode = v1::SupportEpisode;
const absl::CivilDay kToday(2026, 11, 21);

class SupportTest : public ::testing::Test {
 protected:
  v1::StartSupportEpisodeRequest Request(v1::SupportMethod method, absl::CivilDay start = kToday) {
    v1::StartSupportEpisodeRequest request;
    request.set_citizen("citizens/" + CitizenId());
    request.set_method(method);
    *request.mutable_start() = ToDate(start);
    if (method == v1::SUPPORT_METHOD_ACT) request.mutable_team()->set_psychiatry(true);
    return request;
  }
  absl::StatusOr<Episode> Start(const v1::StartSupportEpisodeRequest& request) {
    BB_ASSIGN_OR_RETURN(const v1::StartSupportEpisodeResponse r, office.Ask<v1::StartSupportEpisodeResponse>("StartSupportEpisode", request));
    return r.episode();
  }
  absl::StatusOr<Episode> Phase(const std::string& name, v1::CtiPhase phase, const std::string& note, absl::CivilDay on = kToday) {
    v1::AdvanceCtiPhaseRequest request;
    request.set_name(name);
    request.set_phase(phase);
    request.set_note(note);
    BB_ASSIGN_OR_RETURN(const v1::AdvanceCtiPhaseResponse r, office.Ask<v1::AdvanceCtiPhaseResponse>("AdvanceCtiPhase", request, Noon(on)));
    return r.episode();
  }
  template <class Asked, class Answered>
  absl::Status Act(const std::string& method, const std::string& name) {
    Asked request;
    request.set_name(name);
    return office.Ask<Answered>(method, request).status();
  }
  absl::Status Pause(const std::string& n) { return Act<v1::PauseSupportEpisodeRequest, v1::PauseSupportEpisodeResponse>("PauseSupportEpisode", n); }
  absl::Status Resume(const std::string& n) { return Act<v1::ResumeSupportEpisodeRequest, v1::ResumeSupportEpisodeResponse>("ResumeSupportEpisode", n); }
  absl::Status End(const std::string& n) { return Act<v1::EndSupportEpisodeRequest, v1::EndSupportEpisodeResponse>("EndSupportEpisode", n); }
  const v1::HousingFile& File() { return *office.store.Find<v1::HousingFile>(CitizenId()); }
  Office office;
};

// D6: three phases, at months 3 and 6, the end at 9.
TEST_F(SupportTest, CriticalTimeInterventionHasThreePhases) {
  auto cti = Start(Request(v1::SUPPORT_METHOD_CTI, kToday));
  ASSERT_TRUE(cti.ok()) << cti.status();
  EXPECT_EQ(cti->state(), v1::SUPPORT_STATE_ACTIVE);
  EXPECT_EQ(cti->phase(), v1::CTI_PHASE_TRANSITION);
  EXPECT_EQ(ToDay(cti->try_out_from()), absl::CivilDay(2027, 2, 21));
  EXPECT_EQ(ToDay(cti->transfer_from()), absl::CivilDay(2027, 5, 21));
  EXPECT_EQ(ToDay(cti->planned_end()), absl::CivilDay(2027, 8, 21));
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_CTI_NEXT_PHASE});
  EXPECT_EQ(ReasonOf(Phase(cti->name(), v1::CTI_PHASE_TRANSFER_OF_CARE, "x").status()), "WRONG_STATE") << "none is left out";
  EXPECT_EQ(ReasonOf(Phase(cti->name(), v1::CTI_PHASE_TRY_OUT, "", absl::CivilDay(2027, 2, 20)).status()), "FIELD_REQUIRED") << "early wants a note";
  auto second = Phase(cti->name(), v1::CTI_PHASE_TRY_OUT, "", absl::CivilDay(2027, 2, 21));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(File().support(0).phase(), v1::CTI_PHASE_TRY_OUT);
  EXPECT_EQ(ToDay(File().support(0).next_phase_on()), absl::CivilDay(2027, 5, 21));
  auto third = Phase(cti->name(), v1::CTI_PHASE_TRANSFER_OF_CARE, "Naboen hjælper.", absl::CivilDay(2027, 4, 1));
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_EQ(ToDay(third->transfer_from()), absl::CivilDay(2027, 4, 1)) << "when it did begin";
  EXPECT_EQ(ToDay(third->planned_end()), absl::CivilDay(2027, 8, 21)) << "the end stays";
  EXPECT_EQ(ReasonOf(Phase(cti->name(), v1::CTI_PHASE_TRY_OUT, "x").status()), "WRONG_STATE") << "never back";
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_SUPPORT_ENDS});
  EXPECT_EQ(office.Events(), (std::vector<v1::HousingEventType>{v1::HOUSING_EVENT_TYPE_CTI_PHASE_CHANGED, v1::HOUSING_EVENT_TYPE_CTI_PHASE_CHANGED}));
}

TEST(PlanCti, TheLastDayOfAMonthStaysInTheMonth) {
  Episode episode;
  *episode.mutable_start() = Day(2026, 11, 30);
  PlanCti(&episode);
  EXPECT_EQ(ToDay(episode.try_out_from()), absl::CivilDay(2027, 2, 28));
  EXPECT_EQ(ToDay(episode.transfer_from()), absl::CivilDay(2027, 5, 30)) << "counted from the start, not from February";
}

TEST_F(SupportTest, WhatBelongsToWhichMethod) {
  using R = v1::StartSupportEpisodeRequest;
  auto reason = [&](v1::SupportMethod method, const std::function<void(R&)>& change) {
    R request = Request(method);
    request.set_citizen("citizens/" + std::string(26, static_cast<char>('a' + method)));
    change(request);
    return ReasonOf(Start(request).status());
  };
  for (int m = v1::SUPPORT_METHOD_CTI; m <= v1::SUPPORT_METHOD_SKP_99; ++m) {
    const auto method = static_cast<v1::SupportMethod>(m);
    const bool intensive = method == v1::SUPPORT_METHOD_CTI || method == v1::SUPPORT_METHOD_ICM || method == v1::SUPPORT_METHOD_ACT;
    const bool fixed = method == v1::SUPPORT_METHOD_CTI || method == v1::SUPPORT_METHOD_ICM;
    EXPECT_EQ(reason(method, [](R& r) { *r.mutable_planned_end() = r.start(); }), fixed ? "OUT_OF_RANGE" : "BAD_DATE_ORDER") << Word(method);
    EXPECT_EQ(reason(method, [](R& r) { *r.mutable_planned_end() = ToDate(kToday + 4000); }), "OUT_OF_RANGE") << Word(method);
    EXPECT_EQ(reason(method, [](R& r) { r.clear_team(); r.mutable_team(); }), method == v1::SUPPORT_METHOD_ACT ? "FIELD_REQUIRED" : "") << Word(method);
    if (method != v1::SUPPORT_METHOD_ACT) {
      EXPECT_EQ(reason(method, [](R& r) { r.mutable_team()->set_nurse(true); }), "OUT_OF_RANGE") << Word(method);
      EXPECT_EQ(reason(method, [](R&) {}), "DUPLICATE") << "one open episode of each method";
    }
    if (!intensive) {
      EXPECT_EQ(reason(method, [](R& r) { r.set_housing_first(true); }), "OUT_OF_RANGE") << Word(method);
    }
  }
  EXPECT_EQ(reason(v1::SUPPORT_METHOD_ACT, [](R& r) { *r.mutable_start() = ToDate(kToday + 93); }), "OUT_OF_RANGE");
  EXPECT_EQ(reason(v1::SUPPORT_METHOD_ACT, [](R& r) { *r.mutable_start() = ToDate(kToday - 32); }), "OUT_OF_RANGE");
  EXPECT_EQ(reason(v1::SUPPORT_METHOD_ACT, [](R& r) { r.set_housing_first(true); }), "");
}

TEST_F(SupportTest, PlannedBeginsByItself) {
  auto planned = Start(Request(v1::SUPPORT_METHOD_SECTION_85_HOURLY, kToday + 10));
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_EQ(planned->state(), v1::SUPPORT_STATE_PLANNED);
  office.RunDue(StartOfDay(kToday + 10) - absl::Seconds(1));
  EXPECT_EQ(File().support(0).state(), v1::SUPPORT_STATE_PLANNED);
  office.RunDue(StartOfDay(kToday + 10));
  EXPECT_EQ(File().support(0).state(), v1::SUPPORT_STATE_ACTIVE);
}

// ACT would tell of psychiatry and substances: it is shown as intensive support, and its team by category.
TEST_F(SupportTest, TheFileShowsNoMethodThatTellsOfTreatment) {
  auto act = Start(Request(v1::SUPPORT_METHOD_ACT));
  ASSERT_TRUE(act.ok()) << act.status();
  v1::SupportInFile shown = File().support(0);
  ASSERT_TRUE(End(act->name()).ok());
  EXPECT_EQ(File().support_size(), 0);
  ASSERT_TRUE(Start(Request(v1::SUPPORT_METHOD_ICM)).ok());
  shown.clear_team();
  EXPECT_EQ(shown.SerializeAsString(), File().support(0).SerializeAsString()) << "without the team they are the same";
  auto category = [](const google::protobuf::Descriptor* type, const char* field) {
    return type->FindFieldByName(field)->options().GetExtension(policy::v1::category);
  };
  const auto* team = v1::SupportTeam::descriptor();
  const auto* focus = v1::SupportFocus::descriptor();
  EXPECT_EQ(category(team, "psychiatry"), type::v1::DATA_CATEGORY_MENTAL_HEALTH);
  EXPECT_EQ(category(team, "substances"), type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT);
  EXPECT_EQ(category(team, "nurse"), type::v1::DATA_CATEGORY_HEALTH);
  EXPECT_EQ(category(team, "job"), type::v1::DATA_CATEGORY_EMPLOYMENT_EDUCATION);
  EXPECT_EQ(category(focus, "finances"), type::v1::DATA_CATEGORY_FINANCES);
  EXPECT_EQ(category(focus, "mental_health"), type::v1::DATA_CATEGORY_MENTAL_HEALTH);
  EXPECT_EQ(category(focus, "physical_health"), type::v1::DATA_CATEGORY_HEALTH);
  EXPECT_EQ(category(focus, "substances"), type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT);
  EXPECT_EQ(focus->field_count(), 8) << "the eight dimensions of Housing First";
}

TEST_F(SupportTest, ActsInEveryState) {
  const std::string name = Start(Request(v1::SUPPORT_METHOD_CTI))->name(), id = IdOf(name);
  for (int s = v1::SUPPORT_STATE_PLANNED; s <= v1::SUPPORT_STATE_ENDED; ++s) {
    const auto state = static_cast<v1::SupportState>(s);
    const struct { const char* act; std::function<absl::Status()> run; bool allowed; } acts[] = {
        {"pause", [&] { return Pause(name); }, MayBecome(state, v1::SUPPORT_STATE_PAUSED)},
        {"resume", [&] { return Resume(name); }, state == v1::SUPPORT_STATE_PAUSED},
        {"end", [&] { return End(name); }, MayBecome(state, v1::SUPPORT_STATE_ENDED)},
        {"phase", [&] { return Phase(name, v1::CTI_PHASE_TRY_OUT, "x").status(); }, state == v1::SUPPORT_STATE_ACTIVE},
    };
    for (const auto& act : acts) {
      Episode episode = *office.store.Find<Episode>(id);
      episode.set_state(state);
      episode.set_phase(v1::CTI_PHASE_TRANSITION);
      ASSERT_TRUE(office.store.Put(id, episode).ok());
      const absl::Status done = act.run();
      EXPECT_EQ(ReasonOf(done), act.allowed ? "" : "WRONG_STATE") << act.act << " " << Word(state);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(state))) << done;
      }
    }
  }
  // Every phase to every phase.
  for (int from = v1::CTI_PHASE_TRANSITION; from <= v1::CTI_PHASE_TRANSFER_OF_CARE; ++from) {
    for (int to = v1::CTI_PHASE_TRANSITION; to <= v1::CTI_PHASE_TRANSFER_OF_CARE; ++to) {
      Episode episode = *office.store.Find<Episode>(id);
      episode.set_state(v1::SUPPORT_STATE_ACTIVE);
      episode.set_phase(static_cast<v1::CtiPhase>(from));
      ASSERT_TRUE(office.store.Put(id, episode).ok());
      EXPECT_EQ(ReasonOf(Phase(name, static_cast<v1::CtiPhase>(to), "x").status()), to == from + 1 ? "" : "WRONG_STATE") << from << " -> " << to;
    }
  }
}

TEST_F(SupportTest, OtherMethodsHaveNoPhases) {
  auto icm = Start(Request(v1::SUPPORT_METHOD_ICM));
  EXPECT_FALSE(icm->has_planned_end());
  EXPECT_EQ(ReasonOf(Phase(icm->name(), v1::CTI_PHASE_TRY_OUT, "x").status()), "WRONG_STATE");
  EXPECT_TRUE(office.Duties().empty()) << "no fixed end";
}

}  // namespace
}  // namespace brobygger::housing
