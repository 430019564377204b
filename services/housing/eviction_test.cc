#include "services/housing/eviction.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Case = v1::EvictionPreventionCase;
const absl::CivilDay kToday(2026, 11, 21);

class EvictionTest : public ::testing::Test {
 protected:
  v1::OpenEvictionCaseRequest Request(v1::EvictionStage stage = v1::EVICTION_STAGE_TERMINATION) {
    v1::OpenEvictionCaseRequest request;
    request.set_citizen("citizens/" + CitizenId());
    request.set_received_from(v1::EVICTION_SOURCE_HOUSING_ASSOCIATION);
    request.set_stage(stage);
    request.set_arrears_dkk(14200);
    if (stage == v1::EVICTION_STAGE_BAILIFF_DATE_SET) *request.mutable_bailiff_date() = ToDate(kToday + 20);
    *request.mutable_next_step_on() = ToDate(kToday + 7);
    return request;
  }
  absl::StatusOr<Case> Open(const v1::OpenEvictionCaseRequest& request) {
    BB_ASSIGN_OR_RETURN(const v1::OpenEvictionCaseResponse r, office.Ask<v1::OpenEvictionCaseResponse>("OpenEvictionCase", request));
    return r.eviction_case();
  }
  v1::AdvanceEvictionStageRequest To(const Case& eviction, v1::EvictionStage stage) {
    v1::AdvanceEvictionStageRequest request;
    request.set_name(eviction.name());
    request.set_etag(eviction.etag());
    request.set_stage(stage);
    if (stage == v1::EVICTION_STAGE_BAILIFF_DATE_SET) *request.mutable_bailiff_date() = ToDate(kToday + 3);
    if (stage <= v1::EVICTION_STAGE_BAILIFF_DATE_SET) *request.mutable_next_step_on() = ToDate(kToday + 7);
    return request;
  }
  absl::StatusOr<Case> Advance(const v1::AdvanceEvictionStageRequest& request) {
    BB_ASSIGN_OR_RETURN(const v1::AdvanceEvictionStageResponse r, office.Ask<v1::AdvanceEvictionStageResponse>("AdvanceEvictionStage", request));
    return r.eviction_case();
  }
  absl::StatusOr<Case> Add(const std::string& name, v1::MeasureKind kind) {
    v1::AddMeasureRequest request;
    request.set_name(name);
    request.set_kind(kind);
    BB_ASSIGN_OR_RETURN(const v1::AddMeasureResponse r, office.Ask<v1::AddMeasureResponse>("AddMeasure", request));
    return r.eviction_case();
  }
  absl::StatusOr<Case> Close(const std::string& name, v1::EvictionClose reason) {
    v1::CloseEvictionCaseRequest request;
    request.set_name(name);
    request.set_reason(reason);
    BB_ASSIGN_OR_RETURN(const v1::CloseEvictionCaseResponse r, office.Ask<v1::CloseEvictionCaseResponse>("CloseEvictionCase", request));
    return r.eviction_case();
  }
  Case Get(const std::string& name) {
    v1::GetEvictionCaseRequest request;
    request.set_name(name);
    return office.Ask<v1::GetEvictionCaseResponse>("GetEvictionCase", request)->eviction_case();
  }
  Office office;
};

// D5: the eviction that did not happen.
TEST_F(EvictionTest, Averted) {
  office.AddPerron4();
  const v1::Tenancy tenancy = office.House();
  v1::OpenEvictionCaseRequest request = Request();
  request.set_tenancy(tenancy.name());
  auto opened = Open(request);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->arrears_dkk(), 14200);
  auto status = [&] { return office.store.Find<v1::Tenancy>(IdOf(tenancy.name()))->status(); };
  EXPECT_EQ(status(), v1::TENANCY_STATUS_AT_RISK);
  EXPECT_EQ(office.store.Find<v1::HousingFile>(CitizenId())->home().status(), v1::TENANCY_STATUS_AT_RISK);
  auto dated = Advance(To(*opened, v1::EVICTION_STAGE_BAILIFF_DATE_SET));
  ASSERT_TRUE(dated.ok()) << dated.status();
  EXPECT_EQ(ToDay(office.Duties()[0].due_on()), kToday + 3) << "the bailiff's date comes before the adviser's";
  for (auto kind : {v1::MEASURE_KIND_PAYMENT_PLAN, v1::MEASURE_KIND_ADMIN_AGREEMENT, v1::MEASURE_KIND_COMPANION}) {
    ASSERT_TRUE(Add(dated->name(), kind).ok());
  }
  auto averted = Advance(To(Get(dated->name()), v1::EVICTION_STAGE_AVERTED));
  ASSERT_TRUE(averted.ok()) << averted.status();
  EXPECT_EQ(averted->arrears_dkk(), 14200) << "as before, unless said";
  EXPECT_EQ(status(), v1::TENANCY_STATUS_ACTIVE);
  EXPECT_TRUE(office.Duties().empty());
  const v1::EvictionRisk shown = office.store.Find<v1::HousingFile>(CitizenId())->eviction();
  EXPECT_TRUE(shown.averted());
  EXPECT_EQ(shown.finance_measures_size(), 2) << "what tells of money stands apart";
  ASSERT_EQ(shown.support_measures_size(), 1);
  EXPECT_EQ(shown.support_measures(0), v1::MEASURE_KIND_COMPANION);
  ASSERT_TRUE(Close(averted->name(), v1::EVICTION_CLOSE_OUTCOME_REACHED).ok());
  EXPECT_FALSE(office.store.Find<v1::HousingFile>(CitizenId())->has_eviction());
  const std::vector<v1::HousingEventType> events = office.Events();
  EXPECT_EQ(std::vector<v1::HousingEventType>(events.end() - 3, events.end()),
            (std::vector<v1::HousingEventType>{v1::HOUSING_EVENT_TYPE_EVICTION_RISK_RAISED, v1::HOUSING_EVENT_TYPE_EVICTION_RISK_RAISED,
                                               v1::HOUSING_EVENT_TYPE_EVICTION_AVERTED}));
}

TEST_F(EvictionTest, EvictedEndsTheTenancy) {
  office.AddPerron4();
  const v1::Tenancy tenancy = office.House();
  v1::OpenEvictionCaseRequest request = Request(v1::EVICTION_STAGE_BAILIFF_DATE_SET);
  request.set_tenancy(tenancy.name());
  auto opened = Open(request);
  auto evicted = Advance(To(*opened, v1::EVICTION_STAGE_EVICTED));
  ASSERT_TRUE(evicted.ok()) << evicted.status();
  const v1::Tenancy* ended = office.store.Find<v1::Tenancy>(IdOf(tenancy.name()));
  EXPECT_EQ(ended->status(), v1::TENANCY_STATUS_ENDED);
  EXPECT_EQ(ended->end_reason(), v1::TENANCY_END_EVICTED);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_MAINTENANCE);
  EXPECT_TRUE(office.Duties().empty());
}

TEST_F(EvictionTest, DatesAndReasons) {
  auto reason = [&](const std::function<void(v1::OpenEvictionCaseRequest&)>& change, v1::EvictionStage stage = v1::EVICTION_STAGE_TERMINATION) {
    v1::OpenEvictionCaseRequest request = Request(stage);
    change(request);
    return ReasonOf(Open(request).status());
  };
  using R = v1::OpenEvictionCaseRequest;
  const auto set = v1::EVICTION_STAGE_BAILIFF_DATE_SET;
  EXPECT_EQ(reason([](R& r) { r.clear_bailiff_date(); }, set), "FIELD_REQUIRED");
  EXPECT_EQ(reason([](R& r) { *r.mutable_bailiff_date() = ToDate(kToday - 1); }, set), "BAD_DATE_ORDER");
  EXPECT_EQ(reason([](R& r) { *r.mutable_bailiff_date() = ToDate(kToday); }), "OUT_OF_RANGE") << "not in this stage";
  EXPECT_EQ(reason([](R& r) { r.clear_next_step_on(); }), "FIELD_REQUIRED");
  EXPECT_EQ(reason([](R& r) { *r.mutable_next_step_on() = ToDate(kToday - 1); }), "OUT_OF_RANGE");
  EXPECT_EQ(reason([](R& r) { *r.mutable_next_step_on() = ToDate(kToday + 367); }), "OUT_OF_RANGE");
  for (auto s : {v1::EVICTION_STAGE_EVICTED, v1::EVICTION_STAGE_AVERTED, v1::EVICTION_STAGE_CLOSED}) {
    EXPECT_EQ(reason([](R&) {}, s), "OUT_OF_RANGE") << "no case begins at its end";
  }
  EXPECT_EQ(reason([](R& r) { r.set_tenancy("tenancies/" + std::string(26, 'x')); }), "NOT_FOUND");
  EXPECT_EQ(reason([](R& r) { *r.mutable_bailiff_date() = ToDate(kToday); }, set), "") << "today counts";
  EXPECT_EQ(reason([](R&) {}), "DUPLICATE");
}

TEST_F(EvictionTest, AnotherCitizensTenancyIsNotFound) {
  office.AddPerron4();
  v1::OpenEvictionCaseRequest request = Request();
  request.set_tenancy(office.House(std::string(26, 'd')).name());
  EXPECT_EQ(ReasonOf(Open(request).status()), "NOT_FOUND");
}

TEST_F(EvictionTest, EachMeasureOnceAndWithTheCitizen) {
  auto opened = Open(Request());
  ASSERT_TRUE(Add(opened->name(), v1::MEASURE_KIND_DEBT_ADVICE).ok());
  EXPECT_EQ(ReasonOf(Add(opened->name(), v1::MEASURE_KIND_DEBT_ADVICE).status()), "DUPLICATE");
  office.presence->set_citizen("citizens/" + std::string(26, 'd'));
  EXPECT_EQ(ReasonOf(Add(opened->name(), v1::MEASURE_KIND_NEW_HOME).status()), "PRESENCE_REQUIRED");
}

// Every stage to every stage, and every other act in every stage.
TEST_F(EvictionTest, ActsInEveryStage) {
  const std::string name = Open(Request())->name(), id = IdOf(name);
  auto force = [&](v1::EvictionStage stage) {
    Case eviction = *office.store.Find<Case>(id);
    eviction.set_stage(stage);
    eviction.clear_measures();
    EXPECT_TRUE(office.store.Put(id, eviction).ok());
  };
  for (int s = v1::EVICTION_STAGE_ARREARS; s <= v1::EVICTION_STAGE_CLOSED; ++s) {
    const auto from = static_cast<v1::EvictionStage>(s);
    for (int t = v1::EVICTION_STAGE_ARREARS; t < v1::EVICTION_STAGE_CLOSED; ++t) {
      const auto to = static_cast<v1::EvictionStage>(t);
      force(from);
      const absl::Status done = Advance(To(Get(name), to)).status();
      EXPECT_EQ(ReasonOf(done), MayBecome(from, to) ? "" : "WRONG_STATE") << Word(from) << " -> " << Word(to);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(from))) << done;
      }
    }
    force(from);
    EXPECT_EQ(ReasonOf(Add(name, v1::MEASURE_KIND_COMPANION).status()), IsOpen(from) ? "" : "WRONG_STATE") << Word(from);
    for (auto reason : {v1::EVICTION_CLOSE_OUTCOME_REACHED, v1::EVICTION_CLOSE_MOVED}) {
      force(from);
      const bool fits = IsOpen(from) != (reason == v1::EVICTION_CLOSE_OUTCOME_REACHED);
      EXPECT_EQ(ReasonOf(Close(name, reason).status()), from == v1::EVICTION_STAGE_CLOSED ? "WRONG_STATE" : fits ? "" : "OUT_OF_RANGE") << Word(from);
    }
  }
  force(v1::EVICTION_STAGE_ARREARS);
  EXPECT_EQ(ReasonOf(Advance(To(Get(name), v1::EVICTION_STAGE_CLOSED)).status()), "OUT_OF_RANGE") << "closing has a reason";
  v1::AdvanceEvictionStageRequest stale = To(Get(name), v1::EVICTION_STAGE_REMINDER);
  stale.set_etag("r0");
  EXPECT_EQ(ReasonOf(Advance(stale).status()), "ETAG_MISMATCH");
}

TEST_F(EvictionTest, ByStageTheNextDateFirst) {
  std::vector<std::string> names;
  for (int days : {9, 2, 5}) {
    v1::OpenEvictionCaseRequest request = Request();
    request.set_citizen("citizens/" + std::string(26, static_cast<char>('a' + days)));
    *request.mutable_next_step_on() = ToDate(kToday + days);
    names.push_back(Open(request)->name());
  }
  v1::ListEvictionCasesRequest request;
  request.set_stage(v1::EVICTION_STAGE_TERMINATION);
  auto listed = office.Ask<v1::ListEvictionCasesResponse>("ListEvictionCases", request);
  ASSERT_EQ(listed->eviction_cases_size(), 3);
  EXPECT_EQ(listed->eviction_cases(0).name(), names[1]);
  EXPECT_EQ(listed->eviction_cases(1).name(), names[2]);
  EXPECT_EQ(listed->eviction_cases(2).name(), names[0]);
}

}  // namespace
}  // namespace brobygger::housing
