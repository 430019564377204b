// Writing down, giving, narrowing and renewing.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/consent/arrows.h"
#include "services/consent/consent_view.h"
#include "services/consent/lifecycle.h"
#include "services/consent/names.h"
#include "services/consent/receipt.h"
#include "services/consent/terms.h"
#include "services/consent/word.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

// A decision's own ids: 0 for the page or the new consent, 1 and up for drafts, 90 for the receipt (references start at 100).
constexpr int kPageId = 0;
constexpr int kReceiptId = 90;

// A signed statement is the word for one act of giving: what two persons said about one page says nothing about the next.
absl::Status CheckStatement(const Call& call, View& view) {
  return call.presence.has_value() && call.presence_signed ? CheckUnused(*call.presence, view) : absl::OkStatus();
}
void UseStatement(Decision& decision, const ConsentRules& rules, const Call& call) {
  if (call.presence.has_value() && call.presence_signed) UseUp(decision, rules, *call.presence);
}

// The word for this consent: the statement names it, and it is enough for its recipient. Comes before everything that tells how
// the consent stands, which only whoever may know it is told.
absl::Status CheckWord(const ConsentRules& rules, const Call& call, const Found& consent) {
  BB_RETURN_IF_ERROR(CheckNamed(rules, call, consent.id));
  return Enough(MissingToGive(WordOf(call), consent.record->recipient(), consent.record->mask()));
}

void SetGiven(records::ConsentRecord& r, const v1::Given& given) {
  r.set_evidence(given.evidence());
  r.set_oral_reason(given.oral_reason());
  r.set_text_version(given.text_version());
  r.set_text_sha256(given.text_sha256());
}

// The consent that a person or the citizen names, which must be this citizen's.
absl::StatusOr<Found> FindOf(const ConsentRules& rules, const Call& call, const std::string& name, const std::string& subject, View& view) {
  BB_ASSIGN_OR_RETURN(Found found, FindConsent(rules, call, name, /*in_citizens_name=*/true, view));
  if (found.record->subject() != subject) return NotFound("consent");
  return found;
}

// A copy of `old` under a new id, for a consent that takes its place.
records::ConsentRecord Successor(const ConsentRules& rules, const Call& call, const std::string& id, const records::ConsentRecord& old) {
  records::ConsentRecord r = NewRecord(rules, call, id, old.subject(), ArrowOf(old));
  r.set_page(old.page());
  r.set_own_words(old.own_words());
  r.set_holder_ref(old.holder_ref());
  r.set_recipient_ref(old.recipient_ref());
  r.set_evidence(old.evidence());
  r.set_oral_reason(old.oral_reason());
  r.set_text_version(old.text_version());
  r.set_text_sha256(old.text_sha256());
  return r;
}

}  // namespace

absl::StatusOr<Decision> ProposeConsents(const ConsentRules& rules, const Call& call, const v1::ProposeConsentsRequest& request, View& view) {
  Decision decision;
  Reads reads;
  const std::string subject = reads.Take(FindSubjectId(rules, call, request.citizen(), view));
  const absl::Status quota = CountQuota(decision, rules, call, "propose", kMaxProposedPerHour, view);
  BB_RETURN_IF_ERROR(reads.status());
  BB_RETURN_IF_ERROR(quota);
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));
  std::vector<Violation> wrong = CheckPage(request.arrows());
  for (int i = 0; i < request.arrows_size(); ++i) {
    for (Violation& v : CheckArrow(rules, request.arrows(i), absl::StrCat("arrows[", i, "]"), call.now)) wrong.push_back(std::move(v));
  }
  if (!wrong.empty()) return Invalid(std::move(wrong));

  v1::ProposeConsentsResponse response;
  const std::string page = call.NewId(kPageId);
  for (int i = 0; i < request.arrows_size(); ++i) {
    const std::string id = call.NewId(1 + i);
    records::ConsentRecord r = NewRecord(rules, call, id, subject, request.arrows(i));
    r.set_page(page);
    r.set_own_words(request.own_words());
    r.set_proposer_ref(RefId(request.citizen()));
    decision.Put(rules.entities, id, r);
    *response.add_consents() = ToConsent(rules.handle_key, id, r, ViewerOf(call, request.citizen(), r), call.now);
  }
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> ActivateConsents(const ConsentRules& rules, const Call& call, const v1::ActivateConsentsRequest& request, View& view) {
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  std::vector<Found> drafts;
  for (const std::string& name : request.consents()) drafts.push_back(reads.Take(FindConsent(rules, call, name, /*in_citizens_name=*/true, view)));
  reads.Also(CheckStatement(call, view));
  BB_RETURN_IF_ERROR(reads.status());

  CategoryMask categories = 0;
  for (const Found& draft : drafts) {
    if (draft.record->subject() != who.id) return NotFound("consent");
    if (draft.record->page() != drafts.front().record->page()) return Invalid({{"consents", "want drafts of one page"}});
    BB_RETURN_IF_ERROR(CheckWord(rules, call, draft));
    BB_RETURN_IF_ERROR(After(Act::kActivate, StandingOf(*draft.record, call.now)).status());
    categories |= draft.record->mask();
  }
  BB_RETURN_IF_ERROR(CheckGiven(rules, call, request.given(), categories));
  BB_RETURN_IF_ERROR(CheckNotTakenBack(call, who));

  std::vector<records::ConsentRecord> consents;
  std::vector<absl::CivilDay> last_days;
  for (const Found& draft : drafts) {
    consents.push_back(*draft.record);
    BB_ASSIGN_OR_RETURN(const absl::CivilDay last_day, LastDay(draft.record->has_last_day() ? &draft.record->last_day() : nullptr, call.now, "consents"));
    last_days.push_back(last_day);
  }
  Giving giving(rules, call, who);
  BB_RETURN_IF_ERROR(giving.Load(consents, view));

  Decision decision;
  v1::ActivateConsentsResponse response;
  std::vector<const records::ConsentRecord*> told;
  for (size_t i = 0; i < drafts.size(); ++i) {
    records::ConsentRecord& r = consents[i];
    SetGiven(r, request.given());
    r.set_version(r.version() + 1);
    giving.Give(drafts[i].id, r, last_days[i]);
    Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ledger::v1::ACT_CONSENT_GIVEN, drafts[i].id, r));
    *response.add_consents() = ToConsent(rules.handle_key, drafts[i].id, r, ViewerOf(call, request.citizen(), r), call.now);
    told.push_back(&r);
  }
  giving.Write(decision);
  UseStatement(decision, rules, call);
  *response.mutable_receipt() = MakeReceipt(ledger::v1::ACT_CONSENT_GIVEN, call.NewId(kReceiptId), told, *rules.directory, call.now);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> NarrowConsent(const ConsentRules& rules, const Call& call, const v1::NarrowConsentRequest& request, View& view) {
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  reads.Take(FindConsent(rules, call, request.consent(), /*in_citizens_name=*/true, view));
  BB_RETURN_IF_ERROR(reads.status());
  BB_ASSIGN_OR_RETURN(const Found old, FindOf(rules, call, request.consent(), who.id, view));
  BB_RETURN_IF_ERROR(After(Act::kNarrow, StandingOf(*old.record, call.now)).status());
  // Less than before is a part taken back, and taking back needs least.
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));

  const std::string id = call.NewId();
  records::ConsentRecord r = Successor(rules, call, id, *old.record);
  const CategoryMask mask = request.categories().empty() ? old.record->mask() : MaskOf(request.categories());
  if ((mask & ~old.record->mask()) != 0) return Invalid({{"categories", "want a part of the present ones"}});
  const absl::CivilDay present = ToDay(old.record->last_day());
  absl::CivilDay last_day = present;
  if (request.has_last_day()) {
    BB_ASSIGN_OR_RETURN(last_day, LastDay(&request.last_day(), call.now, "last_day"));
    if (last_day > present) return Invalid({{"last_day", "want a day not later than the present one"}});
  }
  if (mask == old.record->mask() && last_day == present) return Invalid({{"categories", "want fewer categories or an earlier last day"}});
  r.set_mask(mask);

  Giving giving(rules, call, who);
  BB_RETURN_IF_ERROR(giving.Load({*old.record}, view));
  giving.Replace(old.id, *old.record);
  giving.Give(id, r, last_day);
  Decision decision;
  giving.Write(decision);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ledger::v1::ACT_CONSENT_NARROWED, id, r));
  v1::NarrowConsentResponse response;
  *response.mutable_consent() = ToConsent(rules.handle_key, id, r, ViewerOf(call, request.citizen(), r), call.now);
  *response.mutable_receipt() = MakeReceipt(ledger::v1::ACT_CONSENT_NARROWED, call.NewId(kReceiptId), {&r}, *rules.directory, call.now);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> RenewConsent(const ConsentRules& rules, const Call& call, const v1::RenewConsentRequest& request, View& view) {
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  reads.Take(FindConsent(rules, call, request.consent(), /*in_citizens_name=*/true, view));
  reads.Also(CheckStatement(call, view));
  BB_RETURN_IF_ERROR(reads.status());
  BB_ASSIGN_OR_RETURN(const Found old, FindOf(rules, call, request.consent(), who.id, view));
  BB_RETURN_IF_ERROR(CheckWord(rules, call, old));
  BB_RETURN_IF_ERROR(After(Act::kRenew, StandingOf(*old.record, call.now)).status());
  BB_RETURN_IF_ERROR(CheckGiven(rules, call, request.given(), old.record->mask()));
  BB_RETURN_IF_ERROR(CheckNotTakenBack(call, who));
  BB_ASSIGN_OR_RETURN(const absl::CivilDay last_day, LastDay(request.has_last_day() ? &request.last_day() : nullptr, call.now, "last_day"));

  Giving giving(rules, call, who);
  BB_RETURN_IF_ERROR(giving.Load({*old.record}, view));
  giving.Replace(old.id, *old.record);
  const std::string id = call.NewId();
  records::ConsentRecord r = Successor(rules, call, id, *old.record);
  SetGiven(r, request.given());
  giving.Give(id, r, last_day);
  Decision decision;
  giving.Write(decision);
  UseStatement(decision, rules, call);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CONSENT, DetailsOf(ledger::v1::ACT_CONSENT_RENEWED, id, r));
  v1::RenewConsentResponse response;
  *response.mutable_consent() = ToConsent(rules.handle_key, id, r, ViewerOf(call, request.citizen(), r), call.now);
  *response.mutable_receipt() = MakeReceipt(ledger::v1::ACT_CONSENT_RENEWED, call.NewId(kReceiptId), {&r}, *rules.directory, call.now);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> ForgetDraft(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const records::ConsentRecord* draft, view.Find<records::ConsentRecord>(id));
  Decision decision;
  if (draft != nullptr && IsLapsed(*draft, call.now)) decision.Delete("consent", id);
  return decision;
}

}  // namespace brobygger::consent
