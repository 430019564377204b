// Puts the gate on the wire: Authorize, AuthorizeStream, the two readings of the ledger, and its proofs.
#pragma once

#include "absl/status/status.h"
#include "services/consent/rules.h"
#include "services/runtime/runtime.h"

namespace brobygger::consent {

// Registers the raw methods and streams of AuthorizeService on the runtime's dispatcher.
absl::Status AttachGate(Runtime& runtime);

// Registers AuthorizeService.CheckArrow: a holder's own service reads what its own staff may read by ListConsents, and hears of
// one arrow.
void AttachArrowCheck(Runtime& runtime);

// Completes GetCitizenAccessStory, ExplainDecision and ExportCitizenData: their decisions check the word and write that the story was read;
// what is read comes from the ledger after that commit.
void AttachLedger(Runtime& runtime, const ConsentRules* rules);

// Starts the signer of heads and completes LedgerProofService with what it proves. A ledger that is not the one that was signed
// refuses to start.
absl::Status AttachProofs(Runtime& runtime);

// Fills what the decisions need from the runtime: keys (from the trust key), directory, texts, signer, token check.
absl::Status FillRules(Runtime& runtime, ConsentRules* rules);

}  // namespace brobygger::consent
