// Completes IssueActTickets: whom the agency has to tell stands in the ledger, which is read after the decision wrote its entry.
#pragma once

#include <memory>

#include "services/consent/ledger_reader.h"
#include "services/runtime/runtime.h"

namespace brobygger::consent {

void AttachRights(Runtime& runtime, std::shared_ptr<LedgerReader> reader);

}  // namespace brobygger::consent
