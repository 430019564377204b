// What several decisions share: reading in parallel, finding whom a call is about, and the ledger entry of a change.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/consent/rules.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::consent {

// Collects reads so that all that are missing are loaded in one round: take everything, then leave if !ok().
class Reads {
 public:
  // The value, or an empty one if it is not loaded.
  template <class T>
  T Take(absl::StatusOr<T> value) {
    if (value.ok()) return std::move(*value);
    if (status_.ok()) status_ = value.status();
    return T{};
  }
  // A read whose value does not matter.
  void Also(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

// Whom the call is about.
struct Who {
  std::string id;                            // "": the own login of somebody whom the registry does not know
  const records::Subject* subject = nullptr;  // null exactly then
};
// By the calling agency's own reference, or by the own login's identifier. NOT_FOUND for a reference that the agency does not
// have; INVALID_ARGUMENT if `citizen` is given under own login or missing otherwise.
absl::StatusOr<Who> FindSubject(const ConsentRules& rules, const Call& call, const std::string& citizen, View& view);
// Only the id: one round less.
absl::StatusOr<std::string> FindSubjectId(const ConsentRules& rules, const Call& call, const std::string& citizen, View& view);

// What was said last holds, also against an earlier yes that is still on its way: its caller may have given up, and nobody
// knows. Taking back more than one named consent, and closing all doors, marks the citizen's record (which makes the yes run
// again); whatever gives is WRONG_STATE if it was begun before.
void TakeBack(const Call& call, records::Subject* subject);
absl::Status CheckNotTakenBack(const Call& call, const Who& who);

// The consent behind a name, if the caller may know it by this name: the agency's own, or the citizen's (for acts in the
// citizen's name). NOT_FOUND otherwise, and if it belongs to another subject.
struct Found {
  std::string id;
  const records::ConsentRecord* record = nullptr;
};
absl::StatusOr<Found> FindConsent(const ConsentRules& rules, const Call& call, const std::string& name, bool in_citizens_name, View& view);

// STATEMENT_USE unless the call's signed statement, if there is one, is for giving and names this consent, as the agency that
// attested knows it or as the citizen does.
absl::Status CheckNamed(const ConsentRules& rules, const Call& call, const std::string& consent_id);
// Whether this call may see for the citizen what spans agencies: a statement is for that, and the word is enough.
absl::Status CheckLook(const Call& call);

// All consents of the subject that are ACTIVE: every page, since "everything" means everything. Some may have ended by themselves.
absl::StatusOr<std::vector<Found>> AllActive(const std::string& subject, View& view);
// The citizen's consents for the citizen: the newest kMaxListed, and all that are ACTIVE, however many drafts are newer.
absl::StatusOr<std::vector<Found>> OfCitizen(const Call& call, const std::string& subject, View& view);

// Appends the entry of a change. Fills in person, agency, role, word and the salts.
void Note(Decision& decision, const Call& call, const std::string& subject, ledger::v1::EntryKind kind, ledger::v1::EntryDetails details);
// The details of a change of one consent.
ledger::v1::EntryDetails DetailsOf(ledger::v1::Act act, absl::string_view consent_id, const records::ConsentRecord& record);

// Whether a statement may still be used, and the write that uses it up: for one act of giving, linking, merging or opening,
// whichever comes first. What was said about one says nothing about another. FAILED_PRECONDITION STATEMENT_USED. Own logins and
// stated presences are no statements: nothing happens.
absl::Status CheckUnused(const type::v1::PresenceStatement& statement, View& view);
void UseUp(Decision& decision, const ConsentRules& rules, const type::v1::PresenceStatement& statement);

// Counts one more act of this person. RESOURCE_EXHAUSTED RATE_LIMITED if there were `limit` within the last hour.
absl::Status CountQuota(Decision& decision, const ConsentRules& rules, const Call& call, absl::string_view what, int limit, View& view);

std::int64_t Millis(absl::Time time);

}  // namespace brobygger::consent
