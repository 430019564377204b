// Two registrations that are one citizen; and the citizen's own switch over all doors.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/names.h"
#include "services/consent/registry.h"
#include "services/consent/word.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

// A merge takes the card or two persons, for each of the two, who say yes to an act of the registry.
absl::Status CheckMergeWord(const Call& call, const type::v1::PresenceStatement& statement) {
  BB_RETURN_IF_ERROR(CheckUse(statement, type::v1::PRESENCE_USE_REGISTRY));
  return Enough(MissingToLook(WordOf(statement), call.agency.value()));
}

// All records on a page index: a citizen has few, and one that is forgotten would stay with the other subject.
absl::StatusOr<std::vector<Found>> All(const std::string& index, const std::string& subject, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> page, view.Page<records::ConsentRecord>(index, subject, kMaxPage));
  if (!page.next.empty()) return Refusal(absl::StatusCode::kFailedPrecondition, "TOO_MANY", "too many consents for one act");
  std::vector<Found> out;
  for (const auto& [id, record] : page.records) out.push_back({id, record});
  return out;
}

// `kept` with everything that `other` had. Closed stays closed.
records::Subject Joined(const records::Subject& kept, const std::string& other_id, const records::Subject& other) {
  records::Subject out = kept;
  for (const auto& [agency, refs] : other.references()) {
    for (const std::string& ref : refs.ids()) (*out.mutable_references())[agency].add_ids(ref);
  }
  out.mutable_identifiers()->MergeFrom(other.identifiers());
  out.mutable_absorbed()->MergeFrom(other.absorbed());
  out.add_absorbed(other_id);
  out.mutable_wrong_codes()->MergeFrom(other.wrong_codes());
  out.set_linked_aliases(kept.linked_aliases() + other.linked_aliases());
  out.set_taken_back_ms(std::max(kept.taken_back_ms(), other.taken_back_ms()));
  if (other.state() == records::Subject::STATE_RESTRICTED) out.set_state(records::Subject::STATE_RESTRICTED);
  return out;
}

}  // namespace

absl::StatusOr<Decision> MergeCitizens(const ConsentRules& rules, const Call& call, const registry::v1::MergeCitizensRequest& request, View& view) {
  if (!call.presence.has_value() || !call.presence_signed) return Enough(Missing::kPresence);
  BB_ASSIGN_OR_RETURN(const type::v1::PresenceStatement second, rules.check_signed(request.duplicate_presence(), request.duplicate(), call));
  BB_RETURN_IF_ERROR(CheckMergeWord(call, *call.presence));
  BB_RETURN_IF_ERROR(CheckMergeWord(call, second));
  if (second.nonce() == call.presence->nonce()) return Invalid({{"duplicate_presence", "want a statement of its own"}});

  Reads reads;
  const std::string kept_id = reads.Take(FindSubjectId(rules, call, request.citizen(), view));
  const std::string other_id = reads.Take(FindSubjectId(rules, call, request.duplicate(), view));
  reads.Also(CheckUnused(*call.presence, view));
  reads.Also(CheckUnused(second, view));
  BB_RETURN_IF_ERROR(reads.status());
  if (kept_id == other_id) return Invalid({{"duplicate", "want another citizen's reference"}});

  const Who kept = reads.Take(FindSubject(rules, call, request.citizen(), view));
  const Who other = reads.Take(FindSubject(rules, call, request.duplicate(), view));
  std::vector<Found> moved = reads.Take(All("subject", other_id, view));
  // Open questions, and those answered with no: whoever was to leave the duplicate in peace leaves the citizen in peace.
  const std::vector<Found> requests = reads.Take(All("requests", other_id, view));
  const std::vector<Found> refused = reads.Take(All("refused", other_id, view));
  BB_RETURN_IF_ERROR(reads.status());
  for (const auto* more : {&requests, &refused}) moved.insert(moved.end(), more->begin(), more->end());
  std::set<std::string> arrow_ids;
  for (const Found& f : moved) {
    if (!f.record->recipient_ref().empty()) arrow_ids.insert(ArrowId(f.record->recipient(), f.record->recipient_ref(), f.record->holder()));
  }
  std::vector<std::pair<std::string, const records::Arrow*>> arrows;
  for (const std::string& id : arrow_ids) arrows.emplace_back(id, reads.Take(view.Find<records::Arrow>(id)));
  BB_RETURN_IF_ERROR(reads.status());

  Decision decision;
  decision.Put(rules.entities, kept.id, Joined(*kept.subject, other.id, *other.subject));
  records::Subject gone;  // nothing stays behind but where it went
  gone.set_state(records::Subject::STATE_MERGED);
  gone.set_merged_into(kept.id);
  gone.set_created_ms(other.subject->created_ms());
  decision.Put(rules.entities, other.id, gone);
  records::Reference reference;
  reference.set_subject(kept.id);
  for (const auto& [agency, refs] : other.subject->references()) {
    for (const std::string& ref : refs.ids()) decision.Put(rules.entities, ReferenceId(agency, ref), reference);
  }
  records::Identity identity;
  identity.set_subject(kept.id);
  for (const registry::v1::Identifier& i : other.subject->identifiers()) {
    const std::string id = IdentityId(rules.identifier_key, i);
    if (!id.empty()) decision.Put(rules.entities, id, identity);
  }
  for (const Found& f : moved) {
    records::ConsentRecord r = *f.record;
    r.set_subject(kept.id);
    r.set_version(r.version() + 1);
    decision.Put(rules.entities, f.id, r);
  }
  for (const auto& [id, arrow] : arrows) {
    if (arrow == nullptr) continue;
    records::Arrow a = *arrow;
    a.set_subject(kept.id);
    decision.Put(rules.entities, id, a);
  }
  UseUp(decision, rules, *call.presence);
  UseUp(decision, rules, second);
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_CITIZENS_MERGED);
  // In both chains: the one that ends here says so, or its last entries could be left out of the story unseen.
  for (const std::string& id : {other.id, kept.id}) Note(decision, call, id, ledger::v1::ENTRY_KIND_REGISTRY, details);
  decision.Answer(registry::v1::MergeCitizensResponse());
  return decision;
}

absl::StatusOr<Decision> RestrictCitizen(const ConsentRules& rules, const Call& call, const registry::v1::RestrictCitizenRequest& request, View& view) {
  const CitizenWord word = WordOf(call);
  const bool lifting = !request.restricted();
  const bool statement = call.presence.has_value() && call.presence_signed;
  Reads reads;
  const std::string id = reads.Take(FindSubjectId(rules, call, request.citizen(), view));
  if (lifting && statement) reads.Also(CheckUnused(*call.presence, view));
  BB_RETURN_IF_ERROR(reads.status());
  // Closing needs what a withdrawal needs. Opening is giving again: more than one person's word, whatever is open.
  if (lifting) BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_REGISTRY));
  BB_RETURN_IF_ERROR(Enough(lifting ? MissingToGive(word, /*recipient=*/"", /*categories=*/0) : MissingToWithdraw(word)));
  if (id.empty()) return NotFound("citizen");
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  if (lifting) {
    // Lifting opens every door again: it takes the word that each of the open consents would take.
    const std::vector<Found> active = reads.Take(All("active", id, view));
    BB_RETURN_IF_ERROR(reads.status());
    for (const Found& f : active) {
      if (!IsExpired(*f.record, call.now)) BB_RETURN_IF_ERROR(Enough(MissingToGive(word, f.record->recipient(), f.record->mask())));
    }
  }
  BB_RETURN_IF_ERROR(reads.status());
  if (lifting) BB_RETURN_IF_ERROR(CheckNotTakenBack(call, who));

  Decision decision;
  records::Subject subject = *who.subject;
  if (!lifting) TakeBack(call, &subject);
  subject.set_state(request.restricted() ? records::Subject::STATE_RESTRICTED : records::Subject::STATE_ACTIVE);
  decision.Put(rules.entities, who.id, subject);
  if (lifting && statement) UseUp(decision, rules, *call.presence);
  ledger::v1::EntryDetails details;
  details.set_act(request.restricted() ? ledger::v1::ACT_RESTRICTED : ledger::v1::ACT_RESTRICTION_LIFTED);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_REGISTRY, details);
  registry::v1::RestrictCitizenResponse response;
  response.set_restricted(request.restricted());
  decision.Answer(response);
  return decision;
}

}  // namespace brobygger::consent
