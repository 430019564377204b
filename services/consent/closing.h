// What the trust store may not give back once it was taken away, as notes for the journal, and what a note does to a store that has
// forgotten it: a yes that ended, a no (and its 30 days' peace), doors that were closed, a code card that was replaced, a statement or token that has served. Notes
// only close: a yes, an opening or a new card that was lost with the store stays lost, and the citizen is asked again.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "services/consent/rules.h"
#include "services/runtime/decide.h"
#include "services/runtime/spec.h"

namespace brobygger::consent {

// "" for nothing. Either record may be null.
std::string ConsentCloses(const records::ConsentRecord* before, const records::ConsentRecord* after);
std::string SubjectCloses(const records::Subject* before, const records::Subject* after);
std::string SpentCloses(const records::Spent* before, const records::Spent* after);

// Doing again what the note says; nothing, if it is so or the record is no more (but a no that is still in its peace is written down
// anew). What a consent's end tells is written to the ledger
// anew: the entry was lost with the store.
absl::StatusOr<Decision> ReplayConsent(const ConsentRules&, const Call&, const std::string& id, const std::string& note, View&);
absl::StatusOr<Decision> ReplaySubject(const ConsentRules&, const Call&, const std::string& id, const std::string& note, View&);
absl::StatusOr<Decision> ReplaySpent(const ConsentRules&, const Call&, const std::string& id, const std::string& note, View&);

// By kind, for the module that also has on_due.
std::map<std::string, OnReplay> Replays(const ConsentRules* rules);

}  // namespace brobygger::consent
