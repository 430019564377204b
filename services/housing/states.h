// The state tables: which state may follow which. One function per entity; whatever it does not name is refused.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "brobygger/housing/v1/board_meeting.pb.h"
#include "brobygger/housing/v1/eviction.pb.h"
#include "brobygger/housing/v1/house.pb.h"
#include "brobygger/housing/v1/offer.pb.h"
#include "brobygger/housing/v1/referral.pb.h"
#include "brobygger/housing/v1/shelter.pb.h"
#include "brobygger/housing/v1/support.pb.h"
#include "brobygger/housing/v1/tenancy.pb.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "services/runtime/status.h"

namespace brobygger::housing {

bool MayBecome(v1::UnitState from, v1::UnitState to);
bool MayBecome(v1::ReferralState from, v1::ReferralState to);
bool MayBecome(v1::OfferState from, v1::OfferState to);
bool MayBecome(v1::TenancyStatus from, v1::TenancyStatus to);
bool MayBecome(v1::EvictionStage from, v1::EvictionStage to);
bool MayBecome(v1::SupportState from, v1::SupportState to);
bool MayBecome(v1::CtiPhase from, v1::CtiPhase to);
bool MayBecome(v1::ShelterStayState from, v1::ShelterStayState to);
bool MayBecome(v1::BoardMeetingState from, v1::BoardMeetingState to);

// "VACANT": the value's name without its enum's.
template <class State>
std::string Word(State state) {
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  const auto* value = type->FindValueByNumber(state);
  const size_t prefix = type->FindValueByNumber(0)->name().size() - absl::string_view("UNSPECIFIED").size();
  return value == nullptr ? "UNSPECIFIED" : value->name().substr(prefix);
}

// OK if the table has it. WRONG_STATE otherwise: the state that it is in, and those from which this may follow.
template <class State>
absl::Status CheckMove(State from, State to) {
  if (MayBecome(from, to)) return absl::OkStatus();
  std::vector<std::string> want;
  const auto* type = google::protobuf::GetEnumDescriptor<State>();
  for (int i = 1; i < type->value_count(); ++i) {
    const State s = static_cast<State>(type->value(i)->number());
    if (MayBecome(s, to)) want.push_back(Word(s));
  }
  return WrongState(Word(from), absl::StrJoin(want, " or "));
}

}  // namespace brobygger::housing
