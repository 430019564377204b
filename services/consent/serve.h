// Puts the gate on the wire: Authorize, AuthorizeStream, what is read from the ledger, and its proofs.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/consent/ledger_files.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/rules.h"
#include "services/runtime/runtime.h"

namespace brobygger::consent {

// Registers the raw methods and streams of AuthorizeService on the runtime's dispatcher.
absl::Status AttachGate(Runtime& runtime);

// Registers AuthorizeService.CheckArrow: a holder's own service hears of one arrow what its own staff, who may list consents, may
// know.
void AttachArrowCheck(Runtime& runtime, const ConsentRules* rules);

// The ledger's files in ledger_dir; null if there are none.
absl::StatusOr<std::shared_ptr<LedgerFiles>> OpenLedgerFiles(const Runtime& runtime);

// What reads stories, over a connection of its own: a long story waits behind nobody's look.
absl::StatusOr<std::shared_ptr<LedgerReader>> OpenStories(Runtime& runtime, std::shared_ptr<LedgerFiles> files);

// Completes GetCitizenAccessStory, ExplainDecision and ExportCitizenData: their decisions check the word and write that the story was read;
// what is read comes from the ledger after that commit.
void AttachLedger(Runtime& runtime, const ConsentRules* rules, std::shared_ptr<LedgerReader> reader);

// Starts the signer of heads and completes LedgerProofService with what it proves. A ledger that is not the one that was signed
// refuses to start.
absl::Status AttachProofs(Runtime& runtime, std::shared_ptr<LedgerFiles> files);

// Fills what the decisions need from the runtime: keys (from the trust key), directory, texts, signer, token check.
absl::Status FillRules(Runtime& runtime, ConsentRules* rules);

}  // namespace brobygger::consent
