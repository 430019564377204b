#include "services/consent/lifecycle.h"

#include <string>

#include "gtest/gtest.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

struct Row {
  const char* name;
  Standing standing;
  const char* after;  // for the acts in order: the new state's letter, '-' for refused
};

char Letter(v1::ConsentState s) {
  switch (s) {
    case v1::CONSENT_STATE_ACTIVE: return 'A';
    case v1::CONSENT_STATE_DECLINED: return 'N';
    case v1::CONSENT_STATE_WITHDRAWN: return 'W';
    case v1::CONSENT_STATE_SUPERSEDED: return 'S';
    default: return '?';
  }
}

TEST(Lifecycle, EveryStateAndAct) {
  // activate, decline, withdraw, narrow, renew, supersede
  const Row rows[] = {
      {"draft", {v1::CONSENT_STATE_DRAFT, false, false}, "AN----"},
      {"request", {v1::CONSENT_STATE_DRAFT, true, false}, "-N---S"},
      {"active", {v1::CONSENT_STATE_ACTIVE, false, false}, "--WSSS"},
      {"expired", {v1::CONSENT_STATE_ACTIVE, false, true}, "--W--S"},
      {"declined", {v1::CONSENT_STATE_DECLINED, false, false}, "------"},
      {"declined request", {v1::CONSENT_STATE_DECLINED, true, false}, "------"},
      {"withdrawn", {v1::CONSENT_STATE_WITHDRAWN, false, false}, "------"},
      {"superseded", {v1::CONSENT_STATE_SUPERSEDED, false, false}, "------"},
      {"unset", {v1::CONSENT_STATE_UNSPECIFIED, false, false}, "------"},
  };
  const Act acts[] = {Act::kActivate, Act::kDecline, Act::kWithdraw, Act::kNarrow, Act::kRenew, Act::kSupersede};
  for (const Row& row : rows) {
    for (int i = 0; i < 6; ++i) {
      const auto after = After(acts[i], row.standing);
      EXPECT_EQ(after.ok() ? Letter(*after) : '-', row.after[i]) << row.name << ", act " << i;
      if (!after.ok()) {
        EXPECT_EQ(ReasonOf(after.status()), "WRONG_STATE");
        EXPECT_EQ(after.status().code(), absl::StatusCode::kFailedPrecondition);
      }
    }
  }
}

}  // namespace
}  // namespace brobygger::consent
