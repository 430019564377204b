#include "services/housing/tenancy.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/common.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

const absl::CivilDay kToday(2026, 11, 21);

std::string Person(char c) { return std::string(26, c); }

class TenancyTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  absl::StatusOr<v1::Tenancy> Open(absl::CivilDay start, const std::string& citizen = CitizenId(), absl::Time at = Noon()) {
    v1::OpenTenancyRequest request;
    request.set_citizen("citizens/" + citizen);
    request.set_address("Havnegade 1, 8900 Randers C");
    *request.mutable_start() = ToDate(start);
    BB_ASSIGN_OR_RETURN(const v1::OpenTenancyResponse r, office.Ask<v1::OpenTenancyResponse>("OpenTenancy", request, at));
    return r.tenancy();
  }
  absl::StatusOr<v1::Tenancy> TakeBack(const std::string& name, absl::Time at = Noon()) {
    v1::TakeBackNoticeRequest request;
    request.set_name(name);
    BB_ASSIGN_OR_RETURN(const v1::TakeBackNoticeResponse r, office.Ask<v1::TakeBackNoticeResponse>("TakeBackNotice", request, at));
    return r.tenancy();
  }
  v1::TenancyStatus StatusOf(const std::string& name) { return office.store.Find<v1::Tenancy>(IdOf(name))->status(); }
  Office office;
};

TEST_F(TenancyTest, NoticeAndTheEndByItself) {
  const v1::Tenancy tenancy = office.House();
  const absl::CivilDay last = kToday + 40;
  auto noticed = office.GiveNotice(tenancy.name(), last);
  ASSERT_TRUE(noticed.ok()) << noticed.status();
  EXPECT_EQ(noticed->status(), v1::TENANCY_STATUS_NOTICE);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACATING);
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_TENANCY_ENDS});
  office.RunDue(StartOfDay(last + 1) - absl::Seconds(1));
  EXPECT_EQ(StatusOf(tenancy.name()), v1::TENANCY_STATUS_NOTICE) << "the last day is lived in";
  office.RunDue(StartOfDay(last + 1));
  EXPECT_EQ(StatusOf(tenancy.name()), v1::TENANCY_STATUS_ENDED);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_MAINTENANCE);
  EXPECT_EQ(office.Events().back(), v1::HOUSING_EVENT_TYPE_UNIT_VACATED);
  EXPECT_EQ(static_cast<const v1::HousingEvent&>(*office.store.events().back()).citizen(), "") << "about the home, and about nobody";
  EXPECT_FALSE(office.store.Find<v1::HousingFile>(CitizenId())->has_home());
  EXPECT_TRUE(office.Duties().empty());
}

TEST_F(TenancyTest, NoticeTakenBack) {
  const v1::Tenancy tenancy = office.House();
  ASSERT_TRUE(office.GiveNotice(tenancy.name(), kToday).ok());
  auto back = TakeBack(tenancy.name());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->status(), v1::TENANCY_STATUS_ACTIVE);
  EXPECT_FALSE(back->has_last_day());
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_OCCUPIED);
  ASSERT_TRUE(office.GiveNotice(tenancy.name(), kToday).ok());
  EXPECT_EQ(ReasonOf(TakeBack(tenancy.name(), StartOfDay(kToday + 1)).status()), "WRONG_STATE") << "it has ended by the clock";
}

TEST_F(TenancyTest, ALastDayThatIsPastEndsAtOnce) {
  auto tenancy = Open(kToday - 30);
  auto ended = office.GiveNotice(tenancy->name(), kToday - 1);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->status(), v1::TENANCY_STATUS_ENDED);
  auto other = Open(kToday);
  EXPECT_EQ(ReasonOf(office.GiveNotice(other->name(), kToday - 1).status()), "BAD_DATE_ORDER") << "before the first";
  EXPECT_EQ(ReasonOf(office.GiveNotice(other->name(), kToday + 367).status()), "OUT_OF_RANGE");
}

TEST_F(TenancyTest, NoneOverlapsAnotherOfTheCitizen) {
  auto first = Open(kToday - 30);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(ReasonOf(Open(kToday).status()), "DOUBLE_BOOKED") << "it goes on";
  ASSERT_TRUE(office.GiveNotice(first->name(), kToday - 10).ok());
  EXPECT_EQ(ReasonOf(Open(kToday - 10).status()), "DOUBLE_BOOKED") << "the last day is a day of the first";
  EXPECT_EQ(ReasonOf(Open(kToday - 40).status()), "DOUBLE_BOOKED") << "one that goes on overlaps every later one";
  EXPECT_TRUE(Open(kToday - 10, Person('d')).ok()) << "somebody else's";
  EXPECT_TRUE(Open(kToday - 9).ok());
  EXPECT_EQ(ReasonOf(Open(kToday + 1, Person('e')).status()), "BAD_DATE_ORDER");
}

TEST_F(TenancyTest, NobodyMovesInWhoLivesElsewhere) {
  auto offer = office.Offer(office.Wait());
  ASSERT_TRUE(office.Accept(offer->name()).ok());
  auto other = Open(kToday - 100);
  EXPECT_EQ(ReasonOf(office.MoveIn(offer->name()).status()), "DOUBLE_BOOKED");
  ASSERT_TRUE(office.GiveNotice(other->name(), kToday - 1).ok());
  EXPECT_TRUE(office.MoveIn(offer->name()).ok());
}

TEST_F(TenancyTest, NoneOverlapsAnotherOfTheHome) {
  const v1::Tenancy tenancy = office.House();
  const absl::CivilDay last = kToday + 1;
  ASSERT_TRUE(office.GiveNotice(tenancy.name(), last).ok());
  office.RunDue(StartOfDay(last + 1));
  v1::ReopenUnitRequest reopen;
  reopen.set_unit(tenancy.unit());
  ASSERT_TRUE(office.Ask<v1::ReopenUnitResponse>("ReopenUnit", reopen).ok());
  // Offered on the last day, as somebody's clock may say.
  auto offer = office.Offer(office.Wait(Person('d')), "2-4", Noon(last));
  ASSERT_TRUE(office.Accept(offer->name(), Noon(last)).ok());
  EXPECT_EQ(ReasonOf(office.MoveIn(offer->name(), last, Noon(last)).status()), "DOUBLE_BOOKED");
  EXPECT_TRUE(office.MoveIn(offer->name(), last + 1, Noon(last + 1)).ok());
}

TEST(Periods, Overlap) {
  using D = absl::CivilDay;
  google::protobuf::RepeatedPtrField<stored::Period> periods;
  const type::v1::Date from = Day(2026, 3, 1), to = Day(2026, 3, 31);
  SetPeriod(&periods, "a", from, &to);
  EXPECT_TRUE(Overlaps(periods, D(2026, 3, 31), D::max()));
  EXPECT_FALSE(Overlaps(periods, D(2026, 4, 1), D::max()));
  EXPECT_TRUE(Overlaps(periods, D(2026, 1, 1), D(2026, 3, 1)));
  EXPECT_FALSE(Overlaps(periods, D(2026, 1, 1), D(2026, 2, 28)));
  EXPECT_FALSE(Overlaps(periods, D(2026, 3, 2), D(2026, 3, 3), "a"));
  SetPeriod(&periods, "a", from, nullptr);
  EXPECT_EQ(periods.size(), 1);
  EXPECT_TRUE(Overlaps(periods, D(2099, 1, 1), D::max())) << "it goes on";
}

TEST_F(TenancyTest, ActsInEveryStatus) {
  const std::string name = Open(kToday - 30)->name(), id = IdOf(name);
  for (int s = v1::TENANCY_STATUS_ACTIVE; s <= v1::TENANCY_STATUS_ENDED; ++s) {
    const auto status = static_cast<v1::TenancyStatus>(s);
    const struct { const char* act; std::function<absl::Status()> run; bool allowed; } acts[] = {
        {"notice", [&] { return office.GiveNotice(name, kToday + 5).status(); }, MayBecome(status, v1::TENANCY_STATUS_NOTICE)},
        {"end", [&] { return office.GiveNotice(name, kToday - 5).status(); }, MayBecome(status, v1::TENANCY_STATUS_ENDED)},
        {"take back", [&] { return TakeBack(name).status(); }, status == v1::TENANCY_STATUS_NOTICE},
    };
    for (const auto& act : acts) {
      v1::Tenancy tenancy = *office.store.Find<v1::Tenancy>(id);
      tenancy.set_status(status);
      *tenancy.mutable_last_day() = ToDate(kToday + 3);
      ASSERT_TRUE(office.store.Put(id, tenancy).ok());
      const absl::Status done = act.run();
      EXPECT_EQ(ReasonOf(done), act.allowed ? "" : "WRONG_STATE") << act.act << " " << Word(status);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(status))) << done;
      }
    }
  }
}

TEST_F(TenancyTest, Lists) {
  auto first = Open(kToday - 30);
  ASSERT_TRUE(office.GiveNotice(first->name(), kToday - 20).ok());
  auto second = Open(kToday - 10, CitizenId(), Noon() + absl::Minutes(1));
  v1::ListTenanciesRequest request;
  request.set_citizen("citizens/" + CitizenId());
  auto listed = office.Ask<v1::ListTenanciesResponse>("ListTenancies", request);
  ASSERT_EQ(listed->tenancies_size(), 2);
  EXPECT_EQ(listed->tenancies(0).name(), second->name()) << "newest first";
  request.clear_citizen();
  request.set_status(v1::TENANCY_STATUS_ENDED);
  EXPECT_EQ(office.Ask<v1::ListTenanciesResponse>("ListTenancies", request)->tenancies_size(), 1);
}

}  // namespace
}  // namespace brobygger::housing
