// "Hvem har set mine oplysninger?": ledger rows in plain sentences, and why a look was allowed or refused. The sentences are
// pure; the two decisions check the citizen's word and write that the story was read.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/consent/phrases.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {

// "Den 3. marts fik Boligenheden lov at se dine aftaler. Formål: Finde eller beholde en bolig."
// "Den 9. marts spurgte Jobcentret om din behandling. De fik nej."
// "… De spurgte gennem deres eget it-system.", if a system asked for the person.
std::string Sentence(Language language, const ::brobygger::stored::LedgerRow& row, const Directory& directory);
// Which rule and which consent decided; for acts, by what the citizen's word was known.
std::string Why(Language language, const ::brobygger::stored::LedgerRow& row, const Directory& directory);
// The entry as the citizen reads it.
ledger::v1::StoryEntry ToStory(const ::brobygger::stored::LedgerRow& row, const Directory& directory);
// Whether the row stands in this citizen's chain (or in one that became it).
bool Concerns(const ::brobygger::stored::LedgerRow& row, const records::StorySubject& subject);

// Both answer an empty response and hand over a serialised records.StorySubject: the service fills the response after the
// commit, from the ledger (Dispatcher::SetFinish).
absl::StatusOr<Decision> GetCitizenAccessStory(const ConsentRules&, const Call&, const ledger::v1::GetCitizenAccessStoryRequest&, View&);
absl::StatusOr<Decision> ExplainDecision(const ConsentRules&, const Call&, const ledger::v1::ExplainDecisionRequest&, View&);

}  // namespace brobygger::consent
