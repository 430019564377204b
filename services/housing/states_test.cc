// Every table, every pair of states: against a second list, written by hand.
#include "services/housing/states.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace brobygger::housing {
namespace {

template <class State>
void Walk(const std::set<std::pair<int, int>>& allowed) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  size_t found = 0;
  for (int i = 0; i < type->value_count(); ++i) {
    for (int j = 0; j < type->value_count(); ++j) {
      const State from = static_cast<State>(type->value(i)->number()), to = static_cast<State>(type->value(j)->number());
      const bool want = allowed.count({from, to}) > 0;
      found += want;
      EXPECT_EQ(MayBecome(from, to), want) << type->name() << ": " << Word(from) << " -> " << Word(to);
      const absl::Status checked = CheckMove(from, to);
      EXPECT_EQ(checked.ok(), want);
      if (want) continue;
      EXPECT_EQ(ReasonOf(checked), "WRONG_STATE");
      EXPECT_TRUE(absl::StrContains(checked.message(), Word(from))) << checked.message();
      for (const auto& [before, after] : allowed) {
        if (after == to) {
          EXPECT_TRUE(absl::StrContains(checked.message(), Word(static_cast<State>(before)))) << checked.message();
        }
      }
    }
  }
  EXPECT_EQ(found, allowed.size()) << "a pair that is no pair of states";
}

TEST(States, Unit) {
  Walk<v1::UnitState>({
      {v1::UNIT_STATE_VACANT, v1::UNIT_STATE_RESERVED},
      {v1::UNIT_STATE_VACANT, v1::UNIT_STATE_MAINTENANCE},
      {v1::UNIT_STATE_RESERVED, v1::UNIT_STATE_OCCUPIED},
      {v1::UNIT_STATE_RESERVED, v1::UNIT_STATE_VACANT},
      {v1::UNIT_STATE_OCCUPIED, v1::UNIT_STATE_VACATING},
      {v1::UNIT_STATE_VACATING, v1::UNIT_STATE_OCCUPIED},
      {v1::UNIT_STATE_VACATING, v1::UNIT_STATE_MAINTENANCE},
      {v1::UNIT_STATE_MAINTENANCE, v1::UNIT_STATE_VACANT},
  });
}

TEST(States, Referral) {
  Walk<v1::ReferralState>({
      {v1::REFERRAL_STATE_SUBMITTED, v1::REFERRAL_STATE_ELIGIBLE},
      {v1::REFERRAL_STATE_SUBMITTED, v1::REFERRAL_STATE_NOT_ELIGIBLE},
      {v1::REFERRAL_STATE_SUBMITTED, v1::REFERRAL_STATE_WITHDRAWN},
      {v1::REFERRAL_STATE_ELIGIBLE, v1::REFERRAL_STATE_WAITING},
      {v1::REFERRAL_STATE_ELIGIBLE, v1::REFERRAL_STATE_WITHDRAWN},
      {v1::REFERRAL_STATE_WAITING, v1::REFERRAL_STATE_OFFERED},
      {v1::REFERRAL_STATE_WAITING, v1::REFERRAL_STATE_WITHDRAWN},
      {v1::REFERRAL_STATE_OFFERED, v1::REFERRAL_STATE_ACCEPTED},
      {v1::REFERRAL_STATE_OFFERED, v1::REFERRAL_STATE_WAITING},
      {v1::REFERRAL_STATE_OFFERED, v1::REFERRAL_STATE_WITHDRAWN},
      {v1::REFERRAL_STATE_ACCEPTED, v1::REFERRAL_STATE_MOVED_IN},
      {v1::REFERRAL_STATE_ACCEPTED, v1::REFERRAL_STATE_WAITING},
      {v1::REFERRAL_STATE_ACCEPTED, v1::REFERRAL_STATE_WITHDRAWN},
  });
}

TEST(States, Offer) {
  Walk<v1::OfferState>({
      {v1::OFFER_STATE_OPEN, v1::OFFER_STATE_ACCEPTED},
      {v1::OFFER_STATE_OPEN, v1::OFFER_STATE_DECLINED},
      {v1::OFFER_STATE_OPEN, v1::OFFER_STATE_LAPSED},
      {v1::OFFER_STATE_ACCEPTED, v1::OFFER_STATE_DECLINED},
      {v1::OFFER_STATE_ACCEPTED, v1::OFFER_STATE_LAPSED},
      {v1::OFFER_STATE_ACCEPTED, v1::OFFER_STATE_FULFILLED},
  });
}

TEST(States, Tenancy) {
  Walk<v1::TenancyStatus>({
      {v1::TENANCY_STATUS_ACTIVE, v1::TENANCY_STATUS_AT_RISK},
      {v1::TENANCY_STATUS_ACTIVE, v1::TENANCY_STATUS_NOTICE},
      {v1::TENANCY_STATUS_ACTIVE, v1::TENANCY_STATUS_ENDED},
      {v1::TENANCY_STATUS_AT_RISK, v1::TENANCY_STATUS_ACTIVE},
      {v1::TENANCY_STATUS_AT_RISK, v1::TENANCY_STATUS_NOTICE},
      {v1::TENANCY_STATUS_AT_RISK, v1::TENANCY_STATUS_ENDED},
      {v1::TENANCY_STATUS_NOTICE, v1::TENANCY_STATUS_ACTIVE},
      {v1::TENANCY_STATUS_NOTICE, v1::TENANCY_STATUS_ENDED},
  });
}

TEST(States, Eviction) {
  const int stages[] = {v1::EVICTION_STAGE_ARREARS, v1::EVICTION_STAGE_REMINDER, v1::EVICTION_STAGE_TERMINATION, v1::EVICTION_STAGE_BAILIFF_DATE_SET};
  std::set<std::pair<int, int>> allowed = {
      {v1::EVICTION_STAGE_BAILIFF_DATE_SET, v1::EVICTION_STAGE_EVICTED},
      {v1::EVICTION_STAGE_EVICTED, v1::EVICTION_STAGE_CLOSED},
      {v1::EVICTION_STAGE_AVERTED, v1::EVICTION_STAGE_CLOSED},
  };
  for (int i = 0; i < 4; ++i) {
    for (int j = i; j < 4; ++j) allowed.insert({stages[i], stages[j]});
    allowed.insert({stages[i], v1::EVICTION_STAGE_AVERTED});
    allowed.insert({stages[i], v1::EVICTION_STAGE_CLOSED});
  }
  Walk<v1::EvictionStage>(allowed);
}

TEST(States, Support) {
  Walk<v1::SupportState>({
      {v1::SUPPORT_STATE_PLANNED, v1::SUPPORT_STATE_ACTIVE},
      {v1::SUPPORT_STATE_PLANNED, v1::SUPPORT_STATE_ENDED},
      {v1::SUPPORT_STATE_ACTIVE, v1::SUPPORT_STATE_PAUSED},
      {v1::SUPPORT_STATE_ACTIVE, v1::SUPPORT_STATE_ENDED},
      {v1::SUPPORT_STATE_PAUSED, v1::SUPPORT_STATE_ACTIVE},
      {v1::SUPPORT_STATE_PAUSED, v1::SUPPORT_STATE_ENDED},
  });
}

TEST(States, CtiPhase) {
  Walk<v1::CtiPhase>({
      {v1::CTI_PHASE_TRANSITION, v1::CTI_PHASE_TRY_OUT},
      {v1::CTI_PHASE_TRY_OUT, v1::CTI_PHASE_TRANSFER_OF_CARE},
  });
}

TEST(States, ShelterStay) { Walk<v1::ShelterStayState>({{v1::SHELTER_STAY_STATE_CHECKED_IN, v1::SHELTER_STAY_STATE_CHECKED_OUT}}); }

TEST(States, BoardMeeting) {
  Walk<v1::BoardMeetingState>({
      {v1::BOARD_MEETING_STATE_PLANNED, v1::BOARD_MEETING_STATE_AGENDA_SENT},
      {v1::BOARD_MEETING_STATE_PLANNED, v1::BOARD_MEETING_STATE_CANCELLED},
      {v1::BOARD_MEETING_STATE_AGENDA_SENT, v1::BOARD_MEETING_STATE_AGENDA_SENT},
      {v1::BOARD_MEETING_STATE_AGENDA_SENT, v1::BOARD_MEETING_STATE_HELD},
      {v1::BOARD_MEETING_STATE_AGENDA_SENT, v1::BOARD_MEETING_STATE_CANCELLED},
  });
}

}  // namespace
}  // namespace brobygger::housing
