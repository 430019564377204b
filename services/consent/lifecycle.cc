#include "services/consent/lifecycle.h"

#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

const char* NameOf(const Standing& s) {
  switch (s.state) {
    case v1::CONSENT_STATE_DRAFT: return s.request ? "REQUEST" : "DRAFT";
    case v1::CONSENT_STATE_ACTIVE: return s.expired ? "EXPIRED" : "ACTIVE";
    case v1::CONSENT_STATE_DECLINED: return "DECLINED";
    case v1::CONSENT_STATE_WITHDRAWN: return "WITHDRAWN";
    case v1::CONSENT_STATE_SUPERSEDED: return "SUPERSEDED";
    default: return "UNKNOWN";
  }
}

}  // namespace

absl::StatusOr<v1::ConsentState> After(Act act, const Standing& s) {
  const bool draft = s.state == v1::CONSENT_STATE_DRAFT;
  const bool active = s.state == v1::CONSENT_STATE_ACTIVE;
  switch (act) {
    case Act::kActivate:
      if (draft && !s.request) return v1::CONSENT_STATE_ACTIVE;
      return WrongState(NameOf(s), "DRAFT");
    case Act::kDecline:
      if (draft) return v1::CONSENT_STATE_DECLINED;
      return WrongState(NameOf(s), "DRAFT or REQUEST");
    case Act::kWithdraw:
      if (active) return v1::CONSENT_STATE_WITHDRAWN;
      return WrongState(NameOf(s), "ACTIVE");
    case Act::kNarrow:
    case Act::kRenew:
      if (active && !s.expired) return v1::CONSENT_STATE_SUPERSEDED;
      return WrongState(NameOf(s), "ACTIVE");
    case Act::kSupersede:
      if (active || (draft && s.request)) return v1::CONSENT_STATE_SUPERSEDED;
      return WrongState(NameOf(s), "ACTIVE");
  }
  return WrongState(NameOf(s), "another act");
}

}  // namespace brobygger::consent
