#include "services/housing/offer.h"

#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Offered = v1::HousingOffer;
const absl::CivilDay kToday(2026, 11, 21);

std::string Person(char c) { return std::string(26, c); }

class OfferTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  const Offered& Stored(const std::string& name) { return *office.store.Find<Offered>(IdOf(name)); }
  Office office;
};

// D6, from the referral to the door: each step is one commit.
TEST_F(OfferTest, OutOfPrisonIntoHome24) {
  const std::string referral = office.Wait();
  auto offer = office.Offer(referral);
  ASSERT_TRUE(offer.ok()) << offer.status();
  EXPECT_EQ(office.store.commits(), 5) << "house, submit, assess, join, offer: one each";
  EXPECT_EQ(ToDay(offer->valid_until()), kToday + 14);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_RESERVED);
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_OFFERED);
  auto accepted = office.Accept(offer->name());
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(ToDay(accepted->move_in_by()), kToday + 31);
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_ACCEPTED);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_RESERVED);
  auto tenancy = office.MoveIn(offer->name());
  ASSERT_TRUE(tenancy.ok()) << tenancy.status();
  EXPECT_EQ(office.store.commits(), 7);
  EXPECT_EQ(tenancy->unit(), "houses/perron-4/units/2-4");
  EXPECT_EQ(tenancy->status(), v1::TENANCY_STATUS_ACTIVE);
  EXPECT_EQ(tenancy->offer(), offer->name());
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_OCCUPIED);
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_MOVED_IN);
  EXPECT_EQ(Stored(offer->name()).state(), v1::OFFER_STATE_FULFILLED);
  EXPECT_TRUE(office.Duties().empty()) << "nothing is left to do";
  EXPECT_EQ(office.Events(), (std::vector<v1::HousingEventType>{v1::HOUSING_EVENT_TYPE_OFFER_MADE, v1::HOUSING_EVENT_TYPE_MOVED_IN}));
}

// Two people and one home: whoever commits second finds it taken, and still stands in the line.
TEST_F(OfferTest, TwoOffersOfOneHome) {
  const std::string a = office.Wait(Person('a'), Noon(kToday)), b = office.Wait(Person('b'), Noon(kToday + 1));
  ASSERT_TRUE(office.Offer(a).ok());
  const absl::Status second = office.Offer(b).status();
  EXPECT_EQ(ReasonOf(second), "WRONG_STATE");
  EXPECT_TRUE(absl::StrContains(second.message(), "RESERVED") && absl::StrContains(second.message(), "VACANT")) << second;
  EXPECT_EQ(office.StateOfReferral(b), v1::REFERRAL_STATE_WAITING);
  EXPECT_TRUE(office.Offer(b, "2-5").ok()) << "another home is offered to who is first now";
}

// At the same moment: both decisions read the same house, so the commit of the second conflicts on its revision.
TEST_F(OfferTest, BothReadTheOneRecordOfTheHouse) {
  const std::string referral = office.Wait();
  v1::OfferUnitRequest request;
  request.set_referral(referral);
  request.set_unit("houses/perron-4/units/2-4");
  View view(&Entities(), 1);
  const Handler handler = Typed<v1::OfferUnitRequest>(OfferUnit);
  const Call call = office.NewCall(Noon());
  for (int round = 0; round < kMaxRounds; ++round) {
    if (handler(call, request, view).ok()) break;
    for (const ReadKey& key : std::vector<ReadKey>(view.pending())) {
      ReadValue value;
      if (key.what == ReadKey::What::kRecord && key.kind == "house") {
        value = {1, std::make_shared<stored::HouseRecord>(*office.store.Find<stored::HouseRecord>("perron-4"))};
      } else if (key.what == ReadKey::What::kRecord && key.kind == "referral") {
        value = {1, std::make_shared<v1::HousingReferral>(*office.store.Find<v1::HousingReferral>(IdOf(referral)))};
      } else if (key.what == ReadKey::What::kRecord && key.kind == "standing") {
        value = {1, std::make_shared<stored::Standing>(*office.store.Find<stored::Standing>(CitizenId()))};
      } else if (key.what == ReadKey::What::kPage) {
        value.ids = {IdOf(referral)};
      }
      view.Provide(key, value);
    }
  }
  EXPECT_EQ(view.loaded().count({ReadKey::What::kRecord, "house", "perron-4"}), 1u) << "checked again at the commit";
  EXPECT_TRUE(view.pending().empty());
}

TEST_F(OfferTest, WhoIsFirstIsOfferedFirst) {
  const std::string a = office.Wait(Person('a'), Noon(kToday)), b = office.Wait(Person('b'), Noon(kToday + 1));
  EXPECT_EQ(ReasonOf(office.Offer(b).status()), "NOT_FIRST_IN_LINE");
  auto passed = office.Offer(b, "2-4", Noon(), v1::OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH);
  ASSERT_TRUE(passed.ok()) << passed.status();
  EXPECT_EQ(passed->out_of_order(), v1::OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH);
  auto first = office.Offer(a, "2-5", Noon(), v1::OUT_OF_ORDER_REASON_DOES_NOT_FIT_WHO_IS_FIRST);
  ASSERT_TRUE(first.ok()) << "who was passed stays first";
  EXPECT_EQ(first->out_of_order(), v1::OUT_OF_ORDER_REASON_UNSPECIFIED) << "who is first needs no reason";
}

TEST_F(OfferTest, TheHomeFits) {
  const std::string referral = office.Wait();
  v1::RegisterHouseRequest block;
  block.set_slug("blok-7");
  block.set_display_name("Blok 7");
  block.set_kind(v1::UNIT_KIND_PUBLIC_TENANCY);
  block.set_floors(1);
  block.set_flats_per_floor(1);
  block.set_rooms(2);
  ASSERT_TRUE(office.Ask<v1::RegisterHouseResponse>("RegisterHouse", block).ok());
  v1::OfferUnitRequest request;
  request.set_referral(referral);
  request.set_unit("houses/blok-7/units/1-1");
  EXPECT_EQ(ReasonOf(office.Ask<v1::OfferUnitResponse>("OfferUnit", request).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(office.Offer(referral, "4-1").status()), "NOT_FOUND");
  request.set_unit("houses/perron-4/units/1-1");
  for (int days : {-1, 61}) {
    *request.mutable_valid_until() = ToDate(kToday + days);
    EXPECT_EQ(ReasonOf(office.Ask<v1::OfferUnitResponse>("OfferUnit", request).status()), "OUT_OF_RANGE");
  }
  *request.mutable_valid_until() = ToDate(kToday + 60);
  EXPECT_TRUE(office.Ask<v1::OfferUnitResponse>("OfferUnit", request).ok());
}

// Its last day is a whole day in Copenhagen; from then on it has lapsed, whether or not the timer has come round.
TEST_F(OfferTest, LapsesByItsOwnClock) {
  const std::string referral = office.Wait();
  auto offer = office.Offer(referral);
  const absl::Time lapses = StartOfDay(kToday + 15);
  office.RunDue(lapses - absl::Seconds(1));
  EXPECT_EQ(Stored(offer->name()).state(), v1::OFFER_STATE_OPEN);
  for (const absl::Status& late : {office.Accept(offer->name(), lapses).status(), office.Decline(offer->name(), lapses).status()}) {
    EXPECT_EQ(ReasonOf(late), "WRONG_STATE");
    EXPECT_TRUE(absl::StrContains(late.message(), "LAPSED")) << late;
  }
  office.RunDue(lapses);
  EXPECT_EQ(Stored(offer->name()).state(), v1::OFFER_STATE_LAPSED);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACANT) << "the home has returned by itself";
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_WAITING);
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_OFFER_LAPSED});
  const int commits = office.store.commits();
  office.RunDue(lapses + absl::Hours(100));
  EXPECT_EQ(office.store.commits(), commits) << "once";
}

TEST_F(OfferTest, APlainNoLeavesNothingToDo) {
  auto offer = office.Offer(office.Wait());
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_ANSWER_TO_OFFER});
  auto declined = office.Decline(offer->name());
  ASSERT_TRUE(declined.ok()) << declined.status();
  EXPECT_EQ(declined->state(), v1::OFFER_STATE_DECLINED);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACANT);
  EXPECT_TRUE(office.Duties().empty());
}

// Whoever has to act sees it at once.
TEST_F(OfferTest, ADeclineAfterAYesIsDueAtOnce) {
  const std::string referral = office.Wait();
  auto offer = office.Offer(referral);
  ASSERT_TRUE(office.Accept(offer->name()).ok());
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_MOVE_IN});
  office.adviser = "another";
  ASSERT_TRUE(office.Decline(offer->name(), Noon(kToday + 2)).ok());
  EXPECT_TRUE(office.Duties(/*mine=*/true).empty());
  office.adviser = "br";
  const std::vector<v1::Duty> duties = office.Duties(/*mine=*/true);
  ASSERT_EQ(duties.size(), 1u) << "the one who made the offer";
  EXPECT_EQ(duties[0].reason(), v1::DUTY_REASON_ACCEPTED_OFFER_DECLINED);
  EXPECT_EQ(ToDay(duties[0].due_on()), kToday + 2);
  EXPECT_EQ(duties[0].about(), offer->name());
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_WAITING);
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACANT);
}

TEST_F(OfferTest, ALapseAfterAYesIsDueAtOnce) {
  const std::string referral = office.Wait();
  auto offer = office.Offer(referral);
  ASSERT_TRUE(office.Accept(offer->name()).ok());
  office.RunDue(StartOfDay(kToday + 32) - absl::Seconds(1));
  EXPECT_EQ(Stored(offer->name()).state(), v1::OFFER_STATE_ACCEPTED);
  EXPECT_EQ(ReasonOf(office.MoveIn(offer->name(), kToday, StartOfDay(kToday + 32)).status()), "WRONG_STATE") << "lapsed by the clock";
  office.RunDue(StartOfDay(kToday + 32));
  EXPECT_EQ(Stored(offer->name()).state(), v1::OFFER_STATE_LAPSED);
  EXPECT_EQ(office.Reasons(), std::vector<v1::DutyReason>{v1::DUTY_REASON_ACCEPTED_OFFER_LAPSED});
  EXPECT_EQ(ToDay(office.Duties()[0].due_on()), kToday + 32);
  EXPECT_EQ(office.StateOfReferral(referral), v1::REFERRAL_STATE_WAITING) << "nobody is lost";
  EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACANT);
}

TEST_F(OfferTest, DaysOfMovingIn) {
  auto offer = office.Offer(office.Wait());
  ASSERT_TRUE(office.Accept(offer->name()).ok());
  EXPECT_EQ(ReasonOf(office.MoveIn(offer->name(), kToday + 1).status()), "BAD_DATE_ORDER") << "not yet";
  EXPECT_EQ(ReasonOf(office.MoveIn(offer->name(), kToday - 1).status()), "BAD_DATE_ORDER") << "before the offer";
  EXPECT_TRUE(office.MoveIn(offer->name(), kToday, Noon(kToday + 3)).ok());
  v1::AcceptOfferRequest accept;
  accept.set_name(office.Offer(office.Wait(Person('d')), "1-1")->name());
  *accept.mutable_move_in_by() = ToDate(kToday + 93);
  EXPECT_EQ(ReasonOf(office.Ask<v1::AcceptOfferResponse>("AcceptOffer", accept).status()), "OUT_OF_RANGE");
}

// Every act by hand in every state.
TEST_F(OfferTest, ActsInEveryState) {
  auto offer = office.Offer(office.Wait());
  const std::string name = offer->name(), id = IdOf(name);
  const stored::HouseRecord house = *office.store.Find<stored::HouseRecord>("perron-4");
  const std::string referral_id = IdOf(offer->referral());
  const stored::Standing standing = *office.store.Find<stored::Standing>(CitizenId());
  for (int s = v1::OFFER_STATE_OPEN; s <= v1::OFFER_STATE_FULFILLED; ++s) {
    const auto state = static_cast<v1::OfferState>(s);
    const std::pair<v1::OfferState, std::function<absl::Status()>> acts[] = {
        {v1::OFFER_STATE_ACCEPTED, [&] { return office.Accept(name).status(); }},
        {v1::OFFER_STATE_DECLINED, [&] { return office.Decline(name).status(); }},
        {v1::OFFER_STATE_FULFILLED, [&] { return office.MoveIn(name).status(); }},
    };
    for (const auto& [to, act] : acts) {
      Offered forced = Stored(name);
      forced.set_state(state);
      *forced.mutable_move_in_by() = ToDate(kToday + 10);
      v1::HousingReferral referral = *office.store.Find<v1::HousingReferral>(referral_id);
      referral.set_state(state == v1::OFFER_STATE_ACCEPTED ? v1::REFERRAL_STATE_ACCEPTED : v1::REFERRAL_STATE_OFFERED);
      referral.set_offer(name);
      ASSERT_TRUE(office.store.Put(id, forced).ok() && office.store.Put(referral_id, referral).ok());
      ASSERT_TRUE(office.store.Put("perron-4", house).ok() && office.store.Put(CitizenId(), standing).ok());
      const absl::Status done = act();
      EXPECT_EQ(ReasonOf(done), MayBecome(state, to) ? "" : "WRONG_STATE") << Word(state) << " -> " << Word(to);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(state))) << done;
      }
    }
  }
}

TEST_F(OfferTest, OpenOffersByTheirLastDay) {
  v1::OfferUnitRequest request;
  std::vector<std::string> names;
  for (int days : {20, 5, 10}) {
    request.set_referral(office.Wait(Person(static_cast<char>('a' + days))));
    request.set_unit(absl::StrCat("houses/perron-4/units/1-", names.size() + 1));
    *request.mutable_valid_until() = ToDate(kToday + days);
    names.push_back(office.Ask<v1::OfferUnitResponse>("OfferUnit", request)->offer().name());
  }
  v1::ListOffersRequest list;
  list.set_state(v1::OFFER_STATE_OPEN);
  auto listed = office.Ask<v1::ListOffersResponse>("ListOffers", list);
  ASSERT_EQ(listed->offers_size(), 3);
  EXPECT_EQ(listed->offers(0).name(), names[1]) << "earliest first";
  EXPECT_EQ(listed->offers(1).name(), names[2]);
  EXPECT_EQ(listed->offers(2).name(), names[0]);
}

}  // namespace
}  // namespace brobygger::housing
