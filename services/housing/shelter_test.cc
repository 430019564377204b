#include "services/housing/shelter.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

const absl::CivilDay kToday(2026, 11, 21);

class ShelterTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::ShelterStay> In(absl::CivilDay day) {
    v1::CheckInToShelterRequest request;
    request.set_citizen("citizens/" + CitizenId());
    *request.mutable_check_in() = ToDate(day);
    request.set_self_referred(true);
    request.set_leader_decided(true);
    BB_ASSIGN_OR_RETURN(const v1::CheckInToShelterResponse r, office.Ask<v1::CheckInToShelterResponse>("CheckInToShelter", request));
    return r.stay();
  }
  absl::StatusOr<v1::ShelterStay> Out(const std::string& name, absl::CivilDay day) {
    v1::CheckOutOfShelterRequest request;
    request.set_name(name);
    *request.mutable_check_out() = ToDate(day);
    BB_ASSIGN_OR_RETURN(const v1::CheckOutOfShelterResponse r, office.Ask<v1::CheckOutOfShelterResponse>("CheckOutOfShelter", request));
    return r.stay();
  }
  Office office;
};

TEST_F(ShelterTest, InAndOut) {
  auto stay = In(kToday - 5);
  ASSERT_TRUE(stay.ok()) << stay.status();
  EXPECT_EQ(ToDay(office.store.Find<v1::HousingFile>(CitizenId())->shelter_since()), kToday - 5);
  EXPECT_EQ(ReasonOf(In(kToday).status()), "DOUBLE_BOOKED") << "it goes on";
  EXPECT_EQ(ReasonOf(Out(stay->name(), kToday - 6).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(Out(stay->name(), kToday + 1).status()), "BAD_DATE_ORDER");
  auto out = Out(stay->name(), kToday - 2);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->state(), v1::SHELTER_STAY_STATE_CHECKED_OUT);
  EXPECT_FALSE(office.store.Find<v1::HousingFile>(CitizenId())->has_shelter_since());
  const absl::Status again = Out(stay->name(), kToday - 2).status();
  EXPECT_EQ(ReasonOf(again), "WRONG_STATE");
  EXPECT_TRUE(absl::StrContains(again.message(), "CHECKED_OUT") && absl::StrContains(again.message(), "CHECKED_IN")) << again;
  EXPECT_EQ(ReasonOf(In(kToday - 3).status()), "DOUBLE_BOOKED") << "inside the former stay";
  EXPECT_TRUE(In(kToday - 2).ok()) << "out and in on one day";
}

TEST_F(ShelterTest, DaysAndLists) {
  EXPECT_EQ(ReasonOf(In(kToday + 1).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(In(kToday - 32).status()), "OUT_OF_RANGE");
  auto stay = In(kToday - 31);
  ASSERT_TRUE(stay.ok());
  v1::ListShelterStaysRequest request;
  request.set_state(v1::SHELTER_STAY_STATE_CHECKED_IN);
  EXPECT_EQ(office.Ask<v1::ListShelterStaysResponse>("ListShelterStays", request)->stays_size(), 1);
  request.set_state(v1::SHELTER_STAY_STATE_CHECKED_OUT);
  EXPECT_EQ(office.Ask<v1::ListShelterStaysResponse>("ListShelterStays", request)->stays_size(), 0);
  office.presence.reset();
  EXPECT_EQ(ReasonOf(In(kToday).status()), "PRESENCE_REQUIRED");
}

}  // namespace
}  // namespace brobygger::housing
