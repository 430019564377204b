#include "services/housing/night.h"

#include <gtest/gtest.h>

#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

const absl::CivilDay kTonight(2026, 11, 21);

class NightTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::NightPlaces> Open(int capacity, absl::CivilDay day = kTonight) {
    v1::OpenNightPlacesRequest request;
    request.set_site("nattely");
    *request.mutable_date() = ToDate(day);
    request.set_capacity(capacity);
    BB_ASSIGN_OR_RETURN(const v1::OpenNightPlacesResponse response, office.Ask<v1::OpenNightPlacesResponse>("OpenNightPlaces", request));
    return response.night_places();
  }
  absl::StatusOr<v1::TakeNightPlaceResponse> Take(absl::Time at = Noon()) {
    v1::TakeNightPlaceRequest request;
    request.set_site("nattely");
    *request.mutable_date() = ToDate(kTonight);
    return office.Ask<v1::TakeNightPlaceResponse>("TakeNightPlace", request, at);
  }
  absl::StatusOr<v1::ReleaseNightPlaceResponse> Release(const std::string& token) {
    v1::ReleaseNightPlaceRequest request;
    request.set_site("nattely");
    *request.mutable_date() = ToDate(kTonight);
    request.set_token(token);
    return office.Ask<v1::ReleaseNightPlaceResponse>("ReleaseNightPlace", request);
  }
  Office office;
};

TEST_F(NightTest, CountedNotRegistered) {
  EXPECT_EQ(ReasonOf(Take().status()), "NOT_FOUND") << "the night is not open";
  ASSERT_TRUE(Open(2).ok());
  auto first = Take();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->night_places().taken(), 1);
  EXPECT_EQ(first->token().size(), 8u);
  ASSERT_TRUE(Take().ok());
  EXPECT_EQ(ReasonOf(Take().status()), "CAPACITY_FULL");
  EXPECT_EQ(ReasonOf(Release("aaaaaaaa").status()), "NOT_FOUND");
  auto back = Release(first->token());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->night_places().taken(), 1);
  EXPECT_EQ(ReasonOf(Release(first->token()).status()), "NOT_FOUND") << "a slip gives one place back once";
  EXPECT_TRUE(Take().ok());
}

TEST_F(NightTest, MorePlacesOrFewerButNotFewerThanAreTaken) {
  ASSERT_TRUE(Open(2).ok());
  ASSERT_TRUE(Take().ok() && Take().ok());
  EXPECT_EQ(ReasonOf(Open(1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(Open(3)->taken(), 2);
  EXPECT_TRUE(Take().ok());
  EXPECT_EQ(ReasonOf(Open(3, kTonight - 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Open(3, kTonight + 32).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Open(3, kTonight + 31).ok());
}

TEST_F(NightTest, UntilNoonOfTheNextDayByTheClockOnTheWall) {
  ASSERT_TRUE(Open(9).ok());
  EXPECT_EQ(ReasonOf(Take(StartOfDay(kTonight) - absl::Seconds(1)).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(Take(StartOfDay(kTonight)).ok());
  EXPECT_TRUE(Take(Noon(kTonight + 1) - absl::Seconds(1)).ok());
  EXPECT_EQ(ReasonOf(Take(Noon(kTonight + 1)).status()), "OUT_OF_RANGE");
  // The night in which the clock goes back is an hour longer, the one in which it goes forward an hour shorter.
  EXPECT_TRUE(IsOn(absl::CivilDay(2026, 10, 24), StartOfDay(absl::CivilDay(2026, 10, 25)) + absl::Hours(13) - absl::Seconds(1)));
  EXPECT_FALSE(IsOn(absl::CivilDay(2026, 10, 24), StartOfDay(absl::CivilDay(2026, 10, 25)) + absl::Hours(13)));
  EXPECT_TRUE(IsOn(absl::CivilDay(2026, 3, 28), StartOfDay(absl::CivilDay(2026, 3, 29)) + absl::Hours(11) - absl::Seconds(1)));
  EXPECT_FALSE(IsOn(absl::CivilDay(2026, 3, 28), StartOfDay(absl::CivilDay(2026, 3, 29)) + absl::Hours(11)));
}

TEST_F(NightTest, SlipsAreForgottenAndTheNumberStays) {
  ASSERT_TRUE(Open(9).ok());
  ASSERT_TRUE(Take().ok());
  office.RunDue(StartOfDay(kTonight + 2) - absl::Seconds(1));
  EXPECT_EQ(office.store.Find<stored::Night>("nattely.20261121")->slips_size(), 1);
  office.RunDue(StartOfDay(kTonight + 2));
  EXPECT_EQ(office.store.Find<stored::Night>("nattely.20261121")->slips_size(), 0);
  v1::ListNightPlacesRequest request;
  *request.mutable_date() = ToDate(kTonight);
  auto listed = office.Ask<v1::ListNightPlacesResponse>("ListNightPlaces", request);
  ASSERT_EQ(listed->night_places_size(), 1);
  EXPECT_EQ(listed->night_places(0).taken(), 1);
}

}  // namespace
}  // namespace brobygger::housing
