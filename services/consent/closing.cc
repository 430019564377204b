#include "services/consent/closing.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/consent/common.h"
#include "services/consent/consents.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/crypto.h"

namespace brobygger::consent {
namespace {

constexpr char kEnded[] = "ended";
constexpr char kDeclined[] = "declined:";  // then what is left of the record: the question may be younger than the copy

// Names a code card, and says nothing else about it.
std::string CardMark(const records::Subject& s) { return s.has_card() ? crypto::Sha256(s.card().hash()).substr(0, 16) : ""; }

bool Active(const records::ConsentRecord* r) { return r != nullptr && r->state() == v1::CONSENT_STATE_ACTIVE; }
bool Restricted(const records::Subject* s) { return s != nullptr && s->state() == records::Subject::STATE_RESTRICTED; }

// What a no is about, and nothing that anybody wrote or said.
records::ConsentRecord WithoutWords(const records::ConsentRecord& r) {
  records::ConsentRecord out = r;
  out.clear_own_words();
  out.clear_message();
  out.clear_evidence();
  out.clear_oral_reason();
  out.clear_word();
  return out;
}

bool Merged(const records::Subject* s) { return s != nullptr && s->state() == records::Subject::STATE_MERGED; }

}  // namespace

std::string ConsentCloses(const records::ConsentRecord* before, const records::ConsentRecord* after) {
  if (Active(before) && !Active(after)) return kEnded;
  // A no keeps its peace of 30 days, also in a store from before it.
  const bool declines = after != nullptr && after->state() == v1::CONSENT_STATE_DECLINED && (before == nullptr || before->state() != v1::CONSENT_STATE_DECLINED);
  return declines ? absl::StrCat(kDeclined, WithoutWords(*after).SerializeAsString()) : "";
}

std::string SubjectCloses(const records::Subject* before, const records::Subject* after) {
  records::SubjectClosed closed;
  // A store from before a merge has the duplicate as it was, with every yes that was given to it: its doors are closed, whatever
  // has been done to the one that was kept.
  closed.set_restricted((!Restricted(before) && Restricted(after)) || (!Merged(before) && Merged(after)));
  const std::string had = before == nullptr ? "" : CardMark(*before), has = after == nullptr ? "" : CardMark(*after);
  if (!had.empty() && had != has) closed.set_card(had);
  return closed.SerializeAsString();
}

std::string SpentCloses(const records::Spent* before, const records::Spent* after) {
  return before == nullptr && after != nullptr ? after->SerializeAsString() : "";
}

absl::StatusOr<Decision> ReplayConsent(const ConsentRules& rules, const Call& call, const std::string& id, const std::string& note, View& view) {
  const bool ended = note == kEnded;
  records::ConsentRecord declined;
  if (!ended && !(absl::StartsWith(note, kDeclined) && declined.ParseFromString(note.substr(sizeof(kDeclined) - 1)))) {
    return absl::DataLossError("a note about a consent says something else");
  }
  BB_ASSIGN_OR_RETURN(const records::ConsentRecord* record, view.Find<records::ConsentRecord>(id));
  Decision decision;
  records::ConsentRecord r;
  if (ended || record != nullptr) {
    if (record == nullptr || record->state() != (ended ? v1::CONSENT_STATE_ACTIVE : v1::CONSENT_STATE_DRAFT)) return decision;
    r = *record;
    r.set_version(r.version() + 1);
  } else {
    // Asked after the copy was made. The citizen is left in peace all the same, if the registry still knows whom it is about.
    BB_ASSIGN_OR_RETURN(const records::Subject* subject, view.Find<records::Subject>(declined.subject()));
    if (subject == nullptr || absl::FromUnixMillis(declined.close_ms()) + kPeace <= call.now) return decision;
    r = declined;
  }
  r.set_state(ended ? v1::CONSENT_STATE_WITHDRAWN : v1::CONSENT_STATE_DECLINED);
  r.set_close_ms(ended ? Millis(call.now) : declined.close_ms());
  decision.Put(rules.entities, id, r);
  Note(decision, call, r.subject(), ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ended ? ledger::v1::ACT_CONSENT_WITHDRAWN : ledger::v1::ACT_CONSENT_DECLINED, id, r));
  return decision;
}

absl::StatusOr<Decision> ReplaySubject(const ConsentRules& rules, const Call& call, const std::string& id, const std::string& note, View& view) {
  records::SubjectClosed closed;
  if (!closed.ParseFromString(note)) return absl::DataLossError("a note about a citizen cannot be read");
  BB_ASSIGN_OR_RETURN(const records::Subject* found, view.Find<records::Subject>(id));
  Decision decision;
  if (found == nullptr || found->state() == records::Subject::STATE_MERGED) return decision;
  records::Subject s = *found;
  const bool restrict = closed.restricted() && !Restricted(found);
  const bool card = !closed.card().empty() && closed.card() == CardMark(*found);
  if (!restrict && !card) return decision;
  if (card) s.clear_card();
  if (restrict) {
    TakeBack(call, &s);
    s.set_state(records::Subject::STATE_RESTRICTED);
    ledger::v1::EntryDetails details;
    details.set_act(ledger::v1::ACT_RESTRICTED);
    Note(decision, call, id, ledger::v1::ENTRY_KIND_REGISTRY, details);
  }
  decision.Put(rules.entities, id, s);
  return decision;
}

absl::StatusOr<Decision> ReplaySpent(const ConsentRules& rules, const Call& call, const std::string& id, const std::string& note, View& view) {
  records::Spent spent;
  if (!spent.ParseFromString(note)) return absl::DataLossError("a note about what has served cannot be read");
  BB_ASSIGN_OR_RETURN(const records::Spent* found, view.Find<records::Spent>(id));
  Decision decision;
  if (found == nullptr && absl::FromUnixMillis(spent.expire_ms()) > call.now) decision.Put(rules.entities, id, spent);
  return decision;
}

std::map<std::string, OnReplay> Replays(const ConsentRules* rules) {
  const auto ruled = [rules](auto replay) -> OnReplay {
    return [rules, replay](const Call& call, const std::string& id, const std::string& note, View& view) { return replay(*rules, call, id, note, view); };
  };
  return {{"consent", ruled(ReplayConsent)}, {"subject", ruled(ReplaySubject)}, {"spent", ruled(ReplaySpent)}};
}

}  // namespace brobygger::consent
