// Completes IssueActTickets: whom the agency has to tell stands in the ledger, which is read after the decision wrote its entry.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "services/consent/ledger_files.h"
#include "services/runtime/runtime.h"

namespace brobygger::consent {

absl::Status AttachRights(Runtime& runtime, std::shared_ptr<LedgerFiles> files);

}  // namespace brobygger::consent
