#include "services/clinic/dental.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/clinic/common.h"
#include "services/clinic/testing.h"

namespace brobygger::clinic {
namespace {

using S = v1::DentalReferralState;
constexpr S kWished = v1::DENTAL_REFERRAL_STATE_WISHED, kSent = v1::DENTAL_REFERRAL_STATE_SENT, kVisited = v1::DENTAL_REFERRAL_STATE_VISITED,
            kTakenBack = v1::DENTAL_REFERRAL_STATE_TAKEN_BACK;
const std::set<std::pair<int, int>> kAllowed = {{kWished, kSent}, {kWished, kTakenBack}, {kSent, kVisited}, {kSent, kTakenBack}};

TEST(DentalStates, EveryPair) {
  for (int from = 0; from <= v1::DentalReferralState_MAX; ++from) {
    for (int to = 0; to <= v1::DentalReferralState_MAX; ++to) {
      const bool want = kAllowed.count({from, to}) > 0;
      EXPECT_EQ(MayBecome(S(from), S(to)), want) << Word(S(from)) << " -> " << Word(S(to));
      const absl::Status checked = CheckMove(S(from), S(to));
      EXPECT_EQ(checked.ok(), want);
      if (want) continue;
      EXPECT_EQ(ReasonOf(checked), "WRONG_STATE");
      EXPECT_TRUE(absl::StrContains(checked.message(), Word(S(from)))) << checked;
      for (const auto& [before, after] : kAllowed) {
        EXPECT_TRUE(after != to || absl::StrContains(checked.message(), Word(S(before)))) << checked;
      }
    }
  }
}

// A referral in the state.
absl::StatusOr<v1::DentalReferral> In(S state, Ward& ward) {
  BB_ASSIGN_OR_RETURN(v1::DentalReferral referral, ward.Wish());
  if (state == kTakenBack) return ward.TakeBack(referral.name());
  if (state == kWished) return referral;
  BB_ASSIGN_OR_RETURN(referral, ward.Send(referral.name()));
  if (state == kVisited) return ward.Visited(referral.name(), kToday);
  return referral;
}

// Every act in every state, through the decisions.
TEST(Dental, EveryActInEveryState) {
  for (S state : {kWished, kSent, kVisited, kTakenBack}) {
    for (S to : {kSent, kVisited, kTakenBack}) {
      Ward ward;
      auto referral = In(state, ward);
      ASSERT_TRUE(referral.ok()) << referral.status();
      const std::string name = referral->name();
      const auto after = to == kSent ? ward.Send(name) : to == kVisited ? ward.Visited(name, kToday) : ward.TakeBack(name);
      const bool want = kAllowed.count({state, to}) > 0;
      EXPECT_EQ(after.ok(), want) << Word(state) << " -> " << Word(to) << " " << after.status();
      if (want) {
        EXPECT_EQ(after->state(), to);
      } else {
        EXPECT_EQ(ReasonOf(after.status()), "WRONG_STATE");
      }
    }
    Ward ward;
    auto referral = In(state, ward);
    ASSERT_TRUE(referral.ok());
    EXPECT_EQ(ward.Appoint(referral->name(), kToday + 1).ok(), state == kSent) << Word(state);
    // Another can be wished for once this one is over.
    EXPECT_EQ(ReasonOf(ward.Wish().status()), state == kWished || state == kSent ? "DUPLICATE" : "") << Word(state);
  }
}

TEST(Dental, OnlyOfTheCitizenWhoWasAskedFor) {
  Ward ward;
  auto referral = ward.Wish();
  ASSERT_TRUE(referral.ok());
  EXPECT_EQ(ReasonOf(ward.Send(referral->name(), Citizen('d')).status()), "OUT_OF_RANGE") << "another citizen's consent sends nothing";
  auto sent = ward.Send(referral->name());
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->recipient(), "agencies/socialtandpleje");
  EXPECT_EQ(ToDay(sent->sent_on()), kToday);
}

TEST(Dental, TheCitizenTakesPart) {
  Ward ward;
  auto referral = ward.Wish();
  ASSERT_TRUE(referral.ok());
  ward.presence->set_citizen(Citizen('d'));  // signed for somebody else
  EXPECT_EQ(ReasonOf(ward.TakeBack(referral->name()).status()), "PRESENCE_REQUIRED");
  EXPECT_EQ(ReasonOf(ward.Wish("", false, Citizen('e')).status()), "PRESENCE_REQUIRED");
  ward.presence.reset();
  EXPECT_EQ(ReasonOf(ward.TakeBack(referral->name()).status()), "PRESENCE_REQUIRED");
  EXPECT_TRUE(ward.Send(referral->name()).ok()) << "sending is the nurse's act: the citizen's yes is the consent";
}

TEST(Dental, Days) {
  Ward ward;
  auto referral = In(kSent, ward);
  ASSERT_TRUE(referral.ok());
  EXPECT_EQ(ReasonOf(ward.Appoint(referral->name(), kToday - 1).status()), "BAD_DATE_ORDER");
  EXPECT_EQ(ReasonOf(ward.Appoint(referral->name(), kToday + 367).status()), "BAD_DATE_ORDER");
  auto appointed = ward.Appoint(referral->name(), kToday + 366);
  ASSERT_TRUE(appointed.ok()) << appointed.status();
  EXPECT_EQ(appointed->appointment().place(), "Eksempelvej 10");
  EXPECT_FALSE(ward.Appoint(referral->name(), std::nullopt)->has_appointment()) << "cleared";
  EXPECT_EQ(ReasonOf(ward.Visited(referral->name(), kToday - 1).status()), "BAD_DATE_ORDER") << "before it was sent";
  EXPECT_EQ(ReasonOf(ward.Visited(referral->name(), kToday + 1).status()), "BAD_DATE_ORDER");
  EXPECT_TRUE(ward.Visited(referral->name(), kToday + 2, Noon(kToday + 3)).ok());
}

TEST(Dental, Lists) {
  Ward ward;
  auto first = In(kVisited, ward);
  auto second = ward.Wish();
  ASSERT_TRUE(first.ok() && second.ok());
  v1::ListDentalReferralsRequest request;
  EXPECT_EQ(ReasonOf(ward.Ask<v1::ListDentalReferralsResponse>("ListDentalReferrals", request).status()), "OUT_OF_RANGE");
  request.set_citizen(Citizen());
  EXPECT_EQ(ward.Ask<v1::ListDentalReferralsResponse>("ListDentalReferrals", request)->referrals_size(), 2);
  request.set_state(kWished);
  EXPECT_EQ(ReasonOf(ward.Ask<v1::ListDentalReferralsResponse>("ListDentalReferrals", request).status()), "OUT_OF_RANGE");
  request.clear_citizen();
  auto wished = ward.Ask<v1::ListDentalReferralsResponse>("ListDentalReferrals", request);
  ASSERT_EQ(wished->referrals_size(), 1);
  EXPECT_EQ(wished->referrals(0).name(), second->name());
  v1::GetDentalReferralRequest get;
  get.set_name(second->name());
  EXPECT_EQ(ward.Ask<v1::GetDentalReferralResponse>("GetDentalReferral", get)->referral().etag(), second->etag());
}

}  // namespace
}  // namespace brobygger::clinic
