// Saying no and taking back.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "services/consent/arrows.h"
#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/lifecycle.h"
#include "services/consent/receipt.h"
#include "services/consent/word.h"

namespace brobygger::consent {
namespace {

constexpr int kReceiptId = 90;

// `record` after the act: closed now.
absl::StatusOr<records::ConsentRecord> Closed(Act act, const records::ConsentRecord& record, absl::Time now) {
  records::ConsentRecord out = record;
  BB_ASSIGN_OR_RETURN(const v1::ConsentState state, After(act, StandingOf(record, now)));
  out.set_state(state);
  out.set_close_ms(Millis(now));
  out.set_version(record.version() + 1);
  return out;
}

// What the ledger says if the citizen took back, and there was nothing to take back: it was said, and a yes that was begun before it
// no longer counts. For each thing said exactly one entry at least.
ledger::v1::EntryDetails NothingToTakeBack(const v1::WithdrawConsentsRequest& request) {
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_CONSENT_WITHDRAWN);
  details.set_recipient(request.recipient());
  return details;
}

}  // namespace

absl::StatusOr<Decision> DeclineConsents(const ConsentRules& rules, const Call& call, const v1::DeclineConsentsRequest& request, View& view) {
  Reads reads;
  const std::string subject = reads.Take(FindSubjectId(rules, call, request.citizen(), view));
  std::vector<Found> asked;
  for (const std::string& name : request.consents()) asked.push_back(reads.Take(FindConsent(rules, call, name, /*in_citizens_name=*/true, view)));
  BB_RETURN_IF_ERROR(reads.status());
  // A no needs no more than a withdrawal: nothing is shared by it.
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));

  Decision decision;
  v1::DeclineConsentsResponse response;
  std::vector<records::ConsentRecord> closed;
  for (const Found& found : asked) {
    if (found.record->subject() != subject) return NotFound("consent");
    BB_ASSIGN_OR_RETURN(records::ConsentRecord r, Closed(Act::kDecline, *found.record, call.now));
    decision.Put(rules.entities, found.id, r);
    Note(decision, call, subject, ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ledger::v1::ACT_CONSENT_DECLINED, found.id, r));
    *response.add_consents() = ToConsent(rules.handle_key, found.id, r, ViewerOf(call, request.citizen(), r), call.now);
    closed.push_back(std::move(r));
  }
  std::vector<const records::ConsentRecord*> told;
  for (const records::ConsentRecord& r : closed) told.push_back(&r);
  *response.mutable_receipt() = MakeReceipt(ledger::v1::ACT_CONSENT_DECLINED, call.NewId(kReceiptId), told, *rules.directory, call.now);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> WithdrawConsents(const ConsentRules& rules, const Call& call, const v1::WithdrawConsentsRequest& request, View& view) {
  using Request = v1::WithdrawConsentsRequest;
  if (request.scope_case() == Request::SCOPE_NOT_SET || (request.scope_case() == Request::kEverything && !request.everything())) {
    return Invalid({{"scope", "want a consent, a recipient, or everything", "FIELD_REQUIRED"}});
  }
  // Both are read in one trip: taking back is what nobody shall have to wait for.
  const bool one = request.scope_case() == Request::kConsent;
  absl::StatusOr<std::string> whose = FindSubjectId(rules, call, request.citizen(), view);
  absl::StatusOr<Found> named = one ? FindConsent(rules, call, request.consent(), /*in_citizens_name=*/true, view) : Found();
  BB_ASSIGN_OR_RETURN(const std::string subject, std::move(whose));
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));
  BB_ASSIGN_OR_RETURN(Found only, std::move(named));
  // Taking back is not a way to look: by a word that is too little to look across agencies, the receipt names only what the
  // caller's agency is part of, and reads the same whatever else there was.
  const bool tells_all = one || CheckLook(call).ok();

  std::vector<Found> chosen;
  Who who;  // unless it is about one consent
  if (one) {
    if (only.record->subject() != subject) return NotFound("consent");
    chosen.push_back(std::move(only));
  } else if (!subject.empty()) {
    Reads reads;
    who = reads.Take(FindSubject(rules, call, request.citizen(), view));
    chosen = reads.Take(AllActive(subject, view));
    BB_RETURN_IF_ERROR(reads.status());
    if (request.scope_case() == Request::kRecipient) {
      chosen.erase(std::remove_if(chosen.begin(), chosen.end(), [&](const Found& f) { return f.record->recipient() != request.recipient(); }),
                   chosen.end());
    }
  }

  Decision decision;
  if (who.subject != nullptr) {
    records::Subject s = *who.subject;
    TakeBack(call, &s);
    decision.Put(rules.entities, who.id, s);
  }
  v1::WithdrawConsentsResponse response;
  std::vector<records::ConsentRecord> closed;
  for (const Found& found : chosen) {
    BB_ASSIGN_OR_RETURN(records::ConsentRecord r, Closed(Act::kWithdraw, *found.record, call.now));
    decision.Put(rules.entities, found.id, r);
    Note(decision, call, subject, ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ledger::v1::ACT_CONSENT_WITHDRAWN, found.id, r));
    if (!tells_all && !VisibleTo(*found.record, call.agency.value())) continue;
    if (!IsExpired(*found.record, call.now)) response.set_withdrawn(response.withdrawn() + 1);
    closed.push_back(std::move(r));
  }
  if (chosen.empty()) Note(decision, call, subject, ledger::v1::ENTRY_KIND_CONSENT, NothingToTakeBack(request));
  std::vector<const records::ConsentRecord*> told;
  for (const records::ConsentRecord& r : closed) told.push_back(&r);
  *response.mutable_receipt() = MakeReceipt(ledger::v1::ACT_CONSENT_WITHDRAWN, call.NewId(kReceiptId), told, *rules.directory, call.now, !tells_all);
  decision.Answer(response);
  return decision;
}

}  // namespace brobygger::consent
