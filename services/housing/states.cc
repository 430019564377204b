#include "services/housing/states.h"

namespace brobygger::housing {

using namespace v1;  // the names of the states, and nothing else here

bool MayBecome(UnitState from, UnitState to) {
  switch (from) {
    case UNIT_STATE_VACANT: return to == UNIT_STATE_RESERVED || to == UNIT_STATE_MAINTENANCE;
    case UNIT_STATE_RESERVED: return to == UNIT_STATE_OCCUPIED || to == UNIT_STATE_VACANT;
    case UNIT_STATE_OCCUPIED: return to == UNIT_STATE_VACATING;
    case UNIT_STATE_VACATING: return to == UNIT_STATE_MAINTENANCE || to == UNIT_STATE_OCCUPIED;
    case UNIT_STATE_MAINTENANCE: return to == UNIT_STATE_VACANT;
    default: return false;
  }
}

bool MayBecome(ReferralState from, ReferralState to) {
  switch (from) {
    case REFERRAL_STATE_SUBMITTED:
      return to == REFERRAL_STATE_ELIGIBLE || to == REFERRAL_STATE_NOT_ELIGIBLE || to == REFERRAL_STATE_WITHDRAWN;
    case REFERRAL_STATE_ELIGIBLE: return to == REFERRAL_STATE_WAITING || to == REFERRAL_STATE_WITHDRAWN;
    case REFERRAL_STATE_WAITING: return to == REFERRAL_STATE_OFFERED || to == REFERRAL_STATE_WITHDRAWN;
    case REFERRAL_STATE_OFFERED:
      return to == REFERRAL_STATE_ACCEPTED || to == REFERRAL_STATE_WAITING || to == REFERRAL_STATE_WITHDRAWN;
    case REFERRAL_STATE_ACCEPTED:
      return to == REFERRAL_STATE_MOVED_IN || to == REFERRAL_STATE_WAITING || to == REFERRAL_STATE_WITHDRAWN;
    default: return false;
  }
}

bool MayBecome(OfferState from, OfferState to) {
  switch (from) {
    case OFFER_STATE_OPEN: return to == OFFER_STATE_ACCEPTED || to == OFFER_STATE_DECLINED || to == OFFER_STATE_LAPSED;
    case OFFER_STATE_ACCEPTED: return to == OFFER_STATE_DECLINED || to == OFFER_STATE_LAPSED || to == OFFER_STATE_FULFILLED;
    default: return false;
  }
}

bool MayBecome(TenancyStatus from, TenancyStatus to) {
  switch (from) {
    case TENANCY_STATUS_ACTIVE: return to == TENANCY_STATUS_AT_RISK || to == TENANCY_STATUS_NOTICE || to == TENANCY_STATUS_ENDED;
    case TENANCY_STATUS_AT_RISK: return to == TENANCY_STATUS_ACTIVE || to == TENANCY_STATUS_NOTICE || to == TENANCY_STATUS_ENDED;
    case TENANCY_STATUS_NOTICE: return to == TENANCY_STATUS_ACTIVE || to == TENANCY_STATUS_ENDED;
    default: return false;
  }
}

bool MayBecome(EvictionStage from, EvictionStage to) {
  switch (from) {
    case EVICTION_STAGE_ARREARS:
    case EVICTION_STAGE_REMINDER:
    case EVICTION_STAGE_TERMINATION:
    case EVICTION_STAGE_BAILIFF_DATE_SET:
      // Forward, never back; the same stage again says what comes next.
      if (to >= EVICTION_STAGE_ARREARS && to <= EVICTION_STAGE_BAILIFF_DATE_SET) return to >= from;
      if (to == EVICTION_STAGE_EVICTED) return from == EVICTION_STAGE_BAILIFF_DATE_SET;
      return to == EVICTION_STAGE_AVERTED || to == EVICTION_STAGE_CLOSED;
    case EVICTION_STAGE_EVICTED:
    case EVICTION_STAGE_AVERTED: return to == EVICTION_STAGE_CLOSED;
    default: return false;
  }
}

bool MayBecome(SupportState from, SupportState to) {
  switch (from) {
    case SUPPORT_STATE_PLANNED: return to == SUPPORT_STATE_ACTIVE || to == SUPPORT_STATE_ENDED;
    case SUPPORT_STATE_ACTIVE: return to == SUPPORT_STATE_PAUSED || to == SUPPORT_STATE_ENDED;
    case SUPPORT_STATE_PAUSED: return to == SUPPORT_STATE_ACTIVE || to == SUPPORT_STATE_ENDED;
    default: return false;
  }
}

bool MayBecome(CtiPhase from, CtiPhase to) {
  switch (from) {
    case CTI_PHASE_TRANSITION: return to == CTI_PHASE_TRY_OUT;
    case CTI_PHASE_TRY_OUT: return to == CTI_PHASE_TRANSFER_OF_CARE;
    default: return false;
  }
}

bool MayBecome(ShelterStayState from, ShelterStayState to) {
  return from == SHELTER_STAY_STATE_CHECKED_IN && to == SHELTER_STAY_STATE_CHECKED_OUT;
}

bool MayBecome(BoardMeetingState from, BoardMeetingState to) {
  switch (from) {
    case BOARD_MEETING_STATE_PLANNED: return to == BOARD_MEETING_STATE_AGENDA_SENT || to == BOARD_MEETING_STATE_CANCELLED;
    case BOARD_MEETING_STATE_AGENDA_SENT:
      // A corrected agenda is sent again.
      return to == BOARD_MEETING_STATE_AGENDA_SENT || to == BOARD_MEETING_STATE_HELD || to == BOARD_MEETING_STATE_CANCELLED;
    default: return false;
  }
}

}  // namespace brobygger::housing
