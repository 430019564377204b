// What the house offers, and when.
#include "services/dropin/offer.h"

#include <functional>

#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {
namespace {

const absl::CivilDay kSaturday(2026, 11, 21);

v1::OpeningHours Time(v1::Weekday day, int from, int to) {
  v1::OpeningHours t;
  t.set_weekday(day);
  t.set_from_minute(from * 60);
  t.set_to_minute(to * 60);
  return t;
}

v1::Offer Kind(v1::OfferKind kind) {
  v1::Offer offer;
  offer.set_kind(kind);
  return offer;
}

class OfferTest : public ::testing::Test {
 protected:
  OfferTest() {
    v1::UpdateCentreRequest request;
    v1::Centre* centre = request.mutable_centre();
    centre->set_display_name("Perron 4");
    centre->set_safety_staffing(2);
    *centre->add_opening_hours() = Time(v1::WEEKDAY_FRIDAY, 8, 21);
    *centre->add_opening_hours() = Time(v1::WEEKDAY_SATURDAY, 8, 14);
    EXPECT_TRUE(house.Ask<v1::UpdateCentreResponse>("UpdateCentre", request).ok());
  }
  absl::StatusOr<v1::UpdateOffersResponse> Update(const std::vector<v1::Offer>& offers, absl::CivilDay day = kSaturday) {
    v1::UpdateOffersRequest request;
    for (const v1::Offer& o : offers) *request.add_offers() = o;
    return house.Ask<v1::UpdateOffersResponse>("UpdateOffers", request, Noon(day));
  }
  v1::ListOffersResponse List(absl::CivilDay day = kSaturday) {
    return *house.Ask<v1::ListOffersResponse>("ListOffers", v1::ListOffersRequest(), Noon(day));
  }
  // "BREAKFAST 8-14 VET 10-12"
  std::string Today(absl::CivilDay day) {
    std::string out;
    const v1::ListOffersResponse listed = List(day);
    for (const v1::OfferToday& t : listed.today()) {
      absl::StrAppend(&out, out.empty() ? "" : " ", v1::OfferKind_Name(t.kind()).substr(11), " ", t.from_minute() / 60, "-", t.to_minute() / 60);
    }
    return out;
  }
  House house;
};

TEST_F(OfferTest, EveryKindOfTheHouse) {
  std::vector<v1::Offer> all;
  for (int kind = v1::OFFER_KIND_BREAKFAST; kind <= v1::OfferKind_MAX; ++kind) all.push_back(Kind(static_cast<v1::OfferKind>(kind)));
  ASSERT_EQ(all.size(), 23u);
  ASSERT_TRUE(Update(all).ok());
  EXPECT_EQ(List().offers_size(), 23);
  EXPECT_EQ(List().today_size(), 23) << "all of it while the house is open";
  EXPECT_EQ(List(kSaturday + 1).today_size(), 0) << "closed on Sunday";
}

TEST_F(OfferTest, WhenItIs) {
  v1::Offer breakfast = Kind(v1::OFFER_KIND_BREAKFAST);
  *breakfast.add_times() = Time(v1::WEEKDAY_SATURDAY, 8, 10);
  *breakfast.add_times() = Time(v1::WEEKDAY_FRIDAY, 8, 11);
  v1::Offer bath = Kind(v1::OFFER_KIND_BATH);
  bath.add_days(v1::WEEKDAY_FRIDAY);
  v1::Offer phone = Kind(v1::OFFER_KIND_PHONE_LINE);
  *phone.add_times() = Time(v1::WEEKDAY_SUNDAY, 19, 21);
  v1::Offer vet = Kind(v1::OFFER_KIND_VET);
  for (absl::CivilDay day : {absl::CivilDay(2026, 12, 4), absl::CivilDay(2027, 6, 4)}) {
    v1::OfferDate* d = vet.add_dates();
    *d->mutable_date() = ToDate(day);
    d->set_from_minute(10 * 60);
    d->set_to_minute(12 * 60);
  }
  ASSERT_TRUE(Update({Kind(v1::OFFER_KIND_HERE_TO_BE), breakfast, bath, phone, vet}).ok());
  EXPECT_EQ(Today(kSaturday), "BREAKFAST 8-10 HERE_TO_BE 8-14");
  EXPECT_EQ(Today(kSaturday + 1), "PHONE_LINE 19-21") << "the phone is answered while the house is closed";
  EXPECT_EQ(Today(kSaturday + 6), "BREAKFAST 8-11 BATH 8-21 HERE_TO_BE 8-21");
  EXPECT_EQ(Today(absl::CivilDay(2026, 12, 4)), "BREAKFAST 8-11 BATH 8-21 HERE_TO_BE 8-21 VET 10-12");
  EXPECT_EQ(List(absl::CivilDay(2026, 12, 4)).offers(4).dates_size(), 2);
  EXPECT_EQ(List(absl::CivilDay(2026, 12, 5)).offers(4).dates_size(), 1) << "the first has passed";
  const v1::Offer listed = List(absl::CivilDay(2026, 12, 5)).offers(4);
  EXPECT_EQ(Update({listed}, absl::CivilDay(2026, 12, 5))->offers(0).dates_size(), 1);
}

TEST_F(OfferTest, WhatMakesNoSense) {
  const auto refused = [&](std::function<void(v1::Offer*)> change, absl::string_view field) {
    v1::Offer offer = Kind(v1::OFFER_KIND_VET);
    change(&offer);
    const absl::Status status = Update({offer}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_NE(ToRpc(status).DebugString().find(std::string(field)), std::string::npos) << field << ToRpc(status).DebugString();
  };
  refused([](auto* o) { *o->add_times() = Time(v1::WEEKDAY_FRIDAY, 10, 10); }, "offers[0].times[0].to_minute");
  refused([](auto* o) {
    *o->add_times() = Time(v1::WEEKDAY_FRIDAY, 10, 12);
    *o->add_times() = Time(v1::WEEKDAY_FRIDAY, 11, 13);
  }, "offers[0].times[1]");
  refused([](auto* o) {
    o->add_days(v1::WEEKDAY_FRIDAY);
    *o->add_times() = Time(v1::WEEKDAY_FRIDAY, 10, 12);
  }, "offers[0].times[0].weekday");
  const auto date = [](v1::Offer* o, absl::CivilDay day, int from, int to) {
    v1::OfferDate* d = o->add_dates();
    *d->mutable_date() = ToDate(day);
    d->set_from_minute(from);
    d->set_to_minute(to);
  };
  refused([&](auto* o) { date(o, kSaturday + 367, 60, 120); }, "offers[0].dates[0].date");
  refused([&](auto* o) { date(o, kSaturday, 60, 60); }, "offers[0].dates[0].to_minute");
  refused([&](auto* o) {
    date(o, kSaturday, 60, 90);
    date(o, kSaturday, 100, 120);
  }, "offers[0].dates[1].date");
  EXPECT_EQ(ReasonOf(Update({Kind(v1::OFFER_KIND_VET), Kind(v1::OFFER_KIND_VET)}).status()), "DUPLICATE_ITEM");
}

}  // namespace
}  // namespace brobygger::dropin
