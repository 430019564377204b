#include "services/housing/referral.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/housing/states.h"
#include "services/housing/testing.h"

namespace brobygger::housing {
namespace {

using Referral = v1::HousingReferral;
const absl::CivilDay kToday(2026, 11, 21);

std::string Person(char c) { return std::string(26, c); }

class ReferralTest : public ::testing::Test {
 protected:
  void SetUp() override { office.AddPerron4(); }
  std::vector<std::string> Line(int page_size = 0) {
    std::vector<std::string> names;
    v1::ListWaitingRequest request;
    request.set_kind(v1::UNIT_KIND_CROOKED_HOME);
    request.set_page_size(page_size);
    do {
      auto page = office.Ask<v1::ListWaitingResponse>("ListWaiting", request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return names;
      for (const Referral& r : page->referrals()) names.push_back(r.name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  absl::StatusOr<v1::WithdrawHousingReferralResponse> Withdraw(const std::string& name) {
    v1::WithdrawHousingReferralRequest request;
    request.set_name(name);
    return office.Ask<v1::WithdrawHousingReferralResponse>("WithdrawHousingReferral", request);
  }
  Office office;
};

// Every kind, need and group: what the rule finds.
TEST(Eligibility, Table) {
  for (int kind = v1::UNIT_KIND_CROOKED_HOME; kind <= v1::UNIT_KIND_SHELTER_ROOM; ++kind) {
    for (auto need : {v1::SUPPORT_NEED_LIMITED, v1::SUPPORT_NEED_INTENSIVE}) {
      for (int group = 0; group < 4; ++group) {
        Finding first;
        for (int said = v1::SELF_DECLARED_YES; said <= v1::SELF_DECLARED_NOT_SAID; ++said) {
          v1::ReferralNeeds needs;
          needs.set_requested_kind(static_cast<v1::UnitKind>(kind));
          needs.set_support_need(need);
          needs.set_homeless(group & 1);
          needs.set_socially_vulnerable(group & 2);
          needs.set_substance_use(static_cast<v1::SelfDeclared>(said));
          const Finding found = FindEligibility(needs);
          if (kind != v1::UNIT_KIND_CROOKED_HOME) {
            EXPECT_EQ(found.refusal, v1::REFERRAL_REFUSAL_UNSPECIFIED);
          } else if (need == v1::SUPPORT_NEED_INTENSIVE) {
            EXPECT_EQ(found.refusal, v1::REFERRAL_REFUSAL_NEEDS_MORE_SUPPORT);
            EXPECT_EQ(found.alternative, v1::ALTERNATIVE_ACT_OR_ICM_IN_OWN_HOME);
          } else {
            EXPECT_EQ(found.refusal, group == 0 ? v1::REFERRAL_REFUSAL_OUTSIDE_TARGET_GROUP : v1::REFERRAL_REFUSAL_UNSPECIFIED);
          }
          EXPECT_EQ(found.refusal == v1::REFERRAL_REFUSAL_UNSPECIFIED, found.alternative == v1::ALTERNATIVE_UNSPECIFIED)
              << "a refusal always names an alternative";
          if (said == v1::SELF_DECLARED_YES) first = found;
          EXPECT_EQ(found.refusal, first.refusal) << "what somebody says of substances decides nothing";
        }
      }
    }
  }
}

// D6, denied: intensive need points to ACT or ICM in the own home.
TEST_F(ReferralTest, IntensiveNeedIsPointedElsewhere) {
  auto referral = office.Submit(CitizenId(), Noon(), v1::SUPPORT_NEED_INTENSIVE);
  ASSERT_TRUE(referral.ok()) << referral.status();
  auto assessed = office.Assess(*referral);
  ASSERT_TRUE(assessed.ok()) << assessed.status();
  EXPECT_EQ(assessed->state(), v1::REFERRAL_STATE_NOT_ELIGIBLE);
  EXPECT_EQ(assessed->alternative(), v1::ALTERNATIVE_ACT_OR_ICM_IN_OWN_HOME);
  EXPECT_EQ(office.store.Find<v1::HousingFile>(CitizenId())->application().alternative(), v1::ALTERNATIVE_ACT_OR_ICM_IN_OWN_HOME);
  EXPECT_TRUE(office.Submit().ok()) << "another may be submitted after a refusal";
}

TEST_F(ReferralTest, ARefusalAlwaysNamesAnAlternative) {
  auto referral = office.Submit();
  v1::AssessHousingReferralRequest request;
  request.set_name(referral->name());
  request.set_etag(referral->etag());
  request.set_refusal(v1::REFERRAL_REFUSAL_PRESENT_HOME_CAN_BE_KEPT);
  auto ask = [&] { return office.Ask<v1::AssessHousingReferralResponse>("AssessHousingReferral", request); };
  EXPECT_EQ(ReasonOf(ask().status()), "FIELD_REQUIRED");
  request.set_alternative(v1::ALTERNATIVE_EVICTION_PREVENTION);
  request.set_etag("r0");
  EXPECT_EQ(ReasonOf(ask().status()), "ETAG_MISMATCH");
  request.set_etag(referral->etag());
  request.clear_refusal();
  EXPECT_EQ(ReasonOf(ask().status()), "OUT_OF_RANGE") << "an alternative to nothing";
  request.set_refusal(v1::REFERRAL_REFUSAL_PRESENT_HOME_CAN_BE_KEPT);
  auto refused = ask();
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_EQ(refused->referral().state(), v1::REFERRAL_STATE_NOT_ELIGIBLE);
}

TEST_F(ReferralTest, OneOpenReferralOfACitizen) {
  auto first = office.Submit();
  EXPECT_EQ(ReasonOf(office.Submit().status()), "DUPLICATE");
  EXPECT_TRUE(office.Submit(Person('d')).ok());
  ASSERT_TRUE(Withdraw(first->name()).ok());
  EXPECT_TRUE(office.Submit().ok());
}

TEST_F(ReferralTest, TheCitizenTakesPart) {
  auto referral = office.Assess(*office.Submit());
  office.presence->set_citizen("citizens/" + Person('d'));
  EXPECT_EQ(ReasonOf(office.Join(referral->name()).status()), "PRESENCE_REQUIRED") << "somebody else's";
  EXPECT_EQ(ReasonOf(Withdraw(referral->name()).status()), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(office.Submit(Person('e')).status()), "PRESENCE_REQUIRED");
  office.presence.reset();
  EXPECT_EQ(ReasonOf(office.Join(referral->name()).status()), "PRESENCE_REQUIRED");
}

// The line is by the day on which somebody asked, not by the day on which the agency answered.
TEST_F(ReferralTest, TheDayOfTheReferralIsThePlace) {
  auto early = office.Submit(Person('a'), Noon(kToday));
  const std::string late = office.Wait(Person('b'), Noon(kToday + 1));
  auto assessed = office.Assess(*early, Noon(kToday + 5));
  ASSERT_TRUE(office.Join(assessed->name(), Noon(kToday + 9)).ok());
  EXPECT_EQ(Line(), (std::vector<std::string>{early->name(), late}));
}

// Within a day the hour counts for nothing, and the day is Copenhagen's: 23:30 UTC is tomorrow.
TEST_F(ReferralTest, WithinADayByLotAndTheDayIsCopenhagens) {
  const absl::Time midnight = StartOfDay(kToday + 1);
  const std::string next_day = office.Wait(Person('a'), midnight);
  const std::string last_second = office.Wait(Person('b'), midnight - absl::Seconds(1));
  EXPECT_EQ(Line(), (std::vector<std::string>{last_second, next_day}));
  std::vector<std::string> of_one_day;
  for (char c = 'c'; c < 'k'; ++c) of_one_day.push_back(office.Wait(Person(c), Noon(kToday - 1) + absl::Minutes(c)));
  std::vector<std::string> line = Line(3);
  ASSERT_EQ(line.size(), of_one_day.size() + 2);
  line.resize(of_one_day.size());
  EXPECT_TRUE(std::is_permutation(line.begin(), line.end(), of_one_day.begin()));
  EXPECT_NE(line, of_one_day) << "not by the hour";
  EXPECT_EQ(Line(3), Line()) << "and the same whenever one looks";
}

TEST_F(ReferralTest, DecliningAndLapsingKeepThePlace) {
  const std::string first = office.Wait(Person('a'), Noon(kToday));
  const std::string second = office.Wait(Person('b'), Noon(kToday + 1));
  const std::vector<std::string> line = Line();
  auto offer = office.Offer(first);
  ASSERT_TRUE(offer.ok()) << offer.status();
  EXPECT_EQ(Line(), std::vector<std::string>{second});
  ASSERT_TRUE(office.Decline(offer->name()).ok());
  EXPECT_EQ(Line(), line);
  ASSERT_TRUE(office.Offer(first).ok());
  office.RunDue(StartOfDay(kToday + 15));
  EXPECT_EQ(Line(), line);
}

TEST_F(ReferralTest, WithdrawingEndsTheOfferToo) {
  for (bool accepted : {false, true}) {
    const std::string referral = office.Wait();
    auto offer = office.Offer(referral);
    if (accepted) {
      ASSERT_TRUE(office.Accept(offer->name()).ok());
    }
    auto withdrawn = Withdraw(referral);
    ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
    EXPECT_EQ(withdrawn->referral().state(), v1::REFERRAL_STATE_WITHDRAWN);
    EXPECT_EQ(withdrawn->referral().offer(), "");
    EXPECT_EQ(office.StateOfUnit("2-4"), v1::UNIT_STATE_VACANT);
    EXPECT_EQ(office.store.Find<v1::HousingOffer>(IdOf(offer->name()))->state(), v1::OFFER_STATE_DECLINED);
    EXPECT_FALSE(office.store.Find<v1::HousingFile>(CitizenId())->has_application());
  }
}

// Every act by hand in every state.
TEST_F(ReferralTest, ActsInEveryState) {
  const std::string name = office.Submit()->name(), id = IdOf(name);
  for (int s = v1::REFERRAL_STATE_SUBMITTED; s <= v1::REFERRAL_STATE_WITHDRAWN; ++s) {
    const auto state = static_cast<v1::ReferralState>(s);
    auto assess = [&] {
      v1::GetHousingReferralRequest get;
      get.set_name(name);
      return office.Assess(office.Ask<v1::GetHousingReferralResponse>("GetHousingReferral", get)->referral()).status();
    };
    const struct { const char* act; std::function<absl::Status()> run; bool allowed; } acts[] = {
        {"assess", assess, state == v1::REFERRAL_STATE_SUBMITTED},
        {"join", [&] { return office.Join(name).status(); }, state == v1::REFERRAL_STATE_ELIGIBLE},
        {"withdraw", [&] { return Withdraw(name).status(); }, MayBecome(state, v1::REFERRAL_STATE_WITHDRAWN)},
        {"offer", [&] { return office.Offer(name, "1-1").status(); }, state == v1::REFERRAL_STATE_WAITING},
    };
    for (const auto& act : acts) {
      Referral referral = *office.store.Find<Referral>(id);
      referral.set_state(state);
      referral.clear_offer();
      ASSERT_TRUE(office.store.Put(id, referral).ok());
      const absl::Status done = act.run();
      EXPECT_EQ(ReasonOf(done), act.allowed ? "" : "WRONG_STATE") << act.act << " " << Word(state);
      if (!done.ok()) {
        EXPECT_TRUE(absl::StrContains(done.message(), Word(state))) << done;
      }
    }
  }
}

TEST_F(ReferralTest, ListsByCitizenAndByState) {
  const std::string waiting = office.Wait();
  const std::string submitted = office.Submit(Person('d'))->name();
  auto names = [&](const v1::ListHousingReferralsRequest& request) {
    std::vector<std::string> out;
    const auto listed = office.Ask<v1::ListHousingReferralsResponse>("ListHousingReferrals", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    for (const Referral& r : listed->referrals()) out.push_back(r.name());
    return out;
  };
  v1::ListHousingReferralsRequest request;
  EXPECT_EQ(ReasonOf(office.Ask<v1::ListHousingReferralsResponse>("ListHousingReferrals", request).status()), "OUT_OF_RANGE");
  request.set_citizen("citizens/" + CitizenId());
  EXPECT_EQ(names(request), std::vector<std::string>{waiting});
  request.set_state(v1::REFERRAL_STATE_SUBMITTED);
  EXPECT_EQ(ReasonOf(office.Ask<v1::ListHousingReferralsResponse>("ListHousingReferrals", request).status()), "OUT_OF_RANGE");
  request.clear_citizen();
  EXPECT_EQ(names(request), std::vector<std::string>{submitted});
}

}  // namespace
}  // namespace brobygger::housing
