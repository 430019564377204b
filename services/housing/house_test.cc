#include "services/housing/house.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"
#include "services/housing/unit.h"

namespace brobygger::housing {
namespace {

class HouseTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  v1::House Get() {
    v1::GetHouseRequest request;
    request.set_name("houses/perron-4");
    auto got = office.Ask<v1::GetHouseResponse>("GetHouse", request);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.value_or(v1::GetHouseResponse()).house();
  }
  absl::Status Add(const std::string& house, const std::string& code) {
    v1::AddUnitRequest request;
    request.set_house("houses/" + house);
    request.set_unit_code(code);
    return office.Ask<v1::AddUnitResponse>("AddUnit", request).status();
  }
  absl::Status Reserve(const std::string& code, absl::CivilDay until) {
    v1::ReserveUnitRequest request;
    request.set_unit("houses/perron-4/units/" + code);
    *request.mutable_until() = ToDate(until);
    return office.Ask<v1::ReserveUnitResponse>("ReserveUnit", request).status();
  }
  absl::Status Release(const std::string& code) {
    v1::ReleaseUnitRequest request;
    request.set_unit("houses/perron-4/units/" + code);
    return office.Ask<v1::ReleaseUnitResponse>("ReleaseUnit", request).status();
  }
  absl::Status Close(const std::string& code) {
    v1::CloseUnitRequest request;
    request.set_unit("houses/perron-4/units/" + code);
    return office.Ask<v1::CloseUnitResponse>("CloseUnit", request).status();
  }
  absl::Status Reopen(const std::string& code) {
    v1::ReopenUnitRequest request;
    request.set_unit("houses/perron-4/units/" + code);
    return office.Ask<v1::ReopenUnitResponse>("ReopenUnit", request).status();
  }
  v1::RegisterHouseRequest Block() {
    v1::RegisterHouseRequest request;
    request.set_slug("blok-7");
    request.set_display_name("Blok 7");
    request.set_kind(v1::UNIT_KIND_PUBLIC_TENANCY);
    request.set_floors(4);
    request.set_flats_per_floor(10);
    request.set_rooms(2);
    return request;
  }
  std::string Register(const v1::RegisterHouseRequest& request) {
    return ReasonOf(office.Ask<v1::RegisterHouseResponse>("RegisterHouse", request).status());
  }
  // Puts the home 1-1 into a state, as the store has it.
  void Force(v1::UnitState state) {
    stored::HouseRecord record = *office.store.Find<stored::HouseRecord>("perron-4");
    record.mutable_units(0)->set_state(state);
    *record.mutable_units(0)->mutable_reserved_until() = Day(2026, 12, 1);
    ASSERT_TRUE(office.store.Put("perron-4", record).ok());
  }
  Office office;
};

// The documents: 15 crooked homes, three floors of five, one room with kitchenette and bath, laundry, storage, roof terrace.
TEST_F(HouseTest, Perron4HasExactlyFifteenCrookedHomes) {
  const v1::House house = Get();
  EXPECT_EQ(house.kind(), v1::UNIT_KIND_CROOKED_HOME);
  ASSERT_EQ(house.units_size(), 15);
  int i = 0;
  for (int floor = 1; floor <= 3; ++floor) {
    for (int flat = 1; flat <= 5; ++flat, ++i) {
      EXPECT_EQ(house.units(i).name(), absl::StrCat("houses/perron-4/units/", floor, "-", flat));
      EXPECT_EQ(house.units(i).state(), v1::UNIT_STATE_VACANT);
    }
  }
  EXPECT_EQ(house.rooms(), 1);
  EXPECT_TRUE(house.kitchenette() && house.bathroom());
  EXPECT_EQ(house.shared_rooms_size(), 3);
}

TEST_F(HouseTest, ASixteenthIsRefused) {
  for (const char* code : {"3-6", "4-1", "1-1", "99-99"}) EXPECT_EQ(ReasonOf(Add("perron-4", code)), "CAPACITY_FULL") << code;
  EXPECT_EQ(Get().units_size(), 15);
  v1::RegisterHouseRequest some = Block();
  some.set_kind(v1::UNIT_KIND_CROOKED_HOME);
  some.add_unit_codes("1-1");
  EXPECT_EQ(Register(some), "OUT_OF_RANGE") << "a house of crooked homes has all of them";
}

TEST_F(HouseTest, OtherHousesMayBePartlyTheAgencys) {
  v1::RegisterHouseRequest request = Block();
  request.add_unit_codes("2-10");
  request.add_unit_codes("2-9");
  EXPECT_EQ(Register(request), "");
  EXPECT_EQ(Register(request), "DUPLICATE");
  EXPECT_EQ(ReasonOf(Add("blok-7", "2-9")), "DUPLICATE");
  EXPECT_EQ(ReasonOf(Add("blok-7", "5-1")), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Add("blok-7", "1-1")), "");
  std::vector<std::string> codes;
  for (const stored::Unit& u : office.store.Find<stored::HouseRecord>("blok-7")->units()) codes.push_back(u.code());
  EXPECT_EQ(codes, (std::vector<std::string>{"1-1", "2-9", "2-10"})) << "by floor and flat, not by letters";
  request.set_slug("blok-8");
  request.add_unit_codes("5-1");
  EXPECT_EQ(Register(request), "OUT_OF_RANGE");
  v1::RegisterHouseRequest large = Block();
  large.set_floors(30);
  large.set_flats_per_floor(11);
  EXPECT_EQ(Register(large), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Add("blok-9", "1-1")), "NOT_FOUND");
}

// Every act by hand in every state.
TEST_F(HouseTest, ActsInEveryState) {
  for (int s = v1::UNIT_STATE_VACANT; s <= v1::UNIT_STATE_MAINTENANCE; ++s) {
    const auto state = static_cast<v1::UnitState>(s);
    const struct { const char* act; std::function<absl::Status()> run; v1::UnitState from; } acts[] = {
        {"reserve", [&] { return Reserve("1-1", absl::CivilDay(2026, 12, 1)); }, v1::UNIT_STATE_VACANT},
        {"release", [&] { return Release("1-1"); }, v1::UNIT_STATE_RESERVED},
        {"close", [&] { return Close("1-1"); }, v1::UNIT_STATE_VACANT},
        {"reopen", [&] { return Reopen("1-1"); }, v1::UNIT_STATE_MAINTENANCE},
    };
    for (const auto& act : acts) {
      Force(state);
      const absl::Status done = act.run();
      EXPECT_EQ(ReasonOf(done), state == act.from ? "" : "WRONG_STATE") << act.act << " " << Word(state);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(state)) && absl::StrContains(done.message(), Word(act.from))) << done;
      }
    }
  }
}

TEST_F(HouseTest, HeldByHandUntilADay) {
  const absl::CivilDay today(2026, 11, 21);
  EXPECT_EQ(ReasonOf(Reserve("1-1", today - 1)), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Reserve("1-1", today + 93)), "OUT_OF_RANGE");
  ASSERT_TRUE(Reserve("1-1", today).ok());
  ASSERT_TRUE(Reserve("1-2", today + 3).ok());
  EXPECT_EQ(ToDay(Get().units(0).reserved_until()), today);
  office.RunDue(StartOfDay(today + 1) - absl::Seconds(1));
  EXPECT_EQ(office.StateOfUnit("1-1"), v1::UNIT_STATE_RESERVED) << "its last day is a whole day in Copenhagen";
  office.RunDue(StartOfDay(today + 1));
  EXPECT_EQ(office.StateOfUnit("1-1"), v1::UNIT_STATE_VACANT);
  EXPECT_EQ(office.StateOfUnit("1-2"), v1::UNIT_STATE_RESERVED);
  ASSERT_TRUE(Release("1-2").ok());
  EXPECT_TRUE(office.store.Due(StartOfDay(absl::CivilDay(2100, 1, 1))).empty()) << "nothing is left to come";
  EXPECT_EQ(ReasonOf(Reserve("9-9", today)), "NOT_FOUND");
}

TEST_F(HouseTest, AHomeThatIsOfferedIsNotReleasedByHand) {
  ASSERT_TRUE(office.Offer(office.Wait(), "1-1").ok());
  EXPECT_EQ(ReasonOf(Release("1-1")), "WRONG_STATE");
}

// Whoever is forgotten while an offer is open leaves no home that is held for ever.
TEST_F(HouseTest, AHomeReturnsEvenIfItsOfferCanNoLongerBeRead) {
  ASSERT_TRUE(office.Offer(office.Wait(), "1-1").ok());
  Decision forget;
  forget.DestroyKey("citizens/" + CitizenId());
  ASSERT_TRUE(office.store.Apply(forget).ok());
  office.RunDue(StartOfDay(absl::CivilDay(2026, 12, 6)));
  EXPECT_EQ(office.StateOfUnit("1-1"), v1::UNIT_STATE_RESERVED);
  office.RunDue(StartOfDay(absl::CivilDay(2026, 12, 7)));
  EXPECT_EQ(office.StateOfUnit("1-1"), v1::UNIT_STATE_VACANT);
}

TEST_F(HouseTest, AHomeWhoseTenantHasBeenForgottenCanBeClosed) {
  office.House(CitizenId(), "1-1");
  EXPECT_EQ(ReasonOf(Close("1-1")), "WRONG_STATE") << "somebody lives there";
  Decision forget;
  forget.DestroyKey("citizens/" + CitizenId());
  ASSERT_TRUE(office.store.Apply(forget).ok());
  EXPECT_TRUE(Close("1-1").ok());
  EXPECT_EQ(office.StateOfUnit("1-1"), v1::UNIT_STATE_MAINTENANCE);
}

TEST_F(HouseTest, CapacityAtAGlance) {
  office.House(CitizenId(), "1-1");
  ASSERT_TRUE(office.Offer(office.Wait(std::string(26, 'd')), "1-2").ok());
  ASSERT_TRUE(Close("1-3").ok());
  v1::OpenNightPlacesRequest night;
  night.set_site("nattely");
  *night.mutable_date() = Day(2026, 11, 21);
  night.set_capacity(8);
  ASSERT_TRUE(office.Ask<v1::OpenNightPlacesResponse>("OpenNightPlaces", night).ok());
  auto got = office.Ask<v1::GetCapacityResponse>("GetCapacity", v1::GetCapacityRequest());
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->houses_size(), 1);
  const v1::CapacityLine& line = got->houses(0);
  EXPECT_EQ(line.house(), "houses/perron-4");
  EXPECT_EQ(line.total(), 15);
  EXPECT_EQ(line.vacant(), 12);
  EXPECT_EQ(line.reserved(), 1);
  EXPECT_EQ(line.occupied(), 1);
  EXPECT_EQ(line.vacating(), 0);
  EXPECT_EQ(line.maintenance(), 1);
  ASSERT_EQ(got->night_places_size(), 1);
  EXPECT_EQ(got->night_places(0).capacity(), 8);
  EXPECT_FALSE(absl::StrContains(got->DebugString(), CitizenId())) << "nobody is in it";
}

TEST_F(HouseTest, Lists) {
  ASSERT_EQ(Register(Block()), "");
  v1::ListHousesRequest request;
  request.set_page_size(1);
  auto first = office.Ask<v1::ListHousesResponse>("ListHouses", request);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->houses_size(), 1);
  request.set_page_token(first->next_page_token());
  auto second = office.Ask<v1::ListHousesResponse>("ListHouses", request);
  ASSERT_EQ(second->houses_size(), 1);
  EXPECT_NE(first->houses(0).name(), second->houses(0).name());
  EXPECT_EQ(second->next_page_token(), "");
}

TEST(UnitName, BothWays) {
  const UnitName name("houses/perron-4/units/2-4");
  EXPECT_EQ(name.house, "perron-4");
  EXPECT_EQ(name.code, "2-4");
  EXPECT_EQ(NameOfUnit(name.house, name.code), "houses/perron-4/units/2-4");
}

}  // namespace
}  // namespace brobygger::housing
