// Reading consents: what the caller's own agency may see, and the citizen's own view across agencies.
#include <string>
#include <vector>

#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"
#include "services/consent/word.h"

namespace brobygger::consent {

absl::StatusOr<Decision> GetConsent(const ConsentRules& rules, const Call& call, const v1::GetConsentRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Found found, FindConsent(rules, call, request.name(), /*in_citizens_name=*/false, view));
  if (!VisibleTo(*found.record, call.agency.value())) return NotFound("consent");
  v1::GetConsentResponse response;
  *response.mutable_consent() = ToConsent(rules.handle_key, found.id, *found.record, {call.agency.value(), false, ""}, call.now);
  return Decision(std::move(response));
}

// The runtime has opened page_token: it is the cursor. It seals the one that is answered.
absl::StatusOr<Decision> ListConsents(const ConsentRules& rules, const Call& call, const v1::ListConsentsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string subject, FindSubjectId(rules, call, request.citizen(), view));
  BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> page,
                      view.Page<records::ConsentRecord>("party", PartyValue(subject, call.agency.value()), PageSize(request.page_size()), request.page_token()));
  v1::ListConsentsResponse response;
  for (const auto& [id, record] : page.records) {
    if (IsLapsed(*record, call.now)) continue;
    *response.add_consents() = ToConsent(rules.handle_key, id, *record, {call.agency.value(), false, request.citizen()}, call.now);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListIncomingConsents(const ConsentRules& rules, const Call& call, const v1::ListIncomingConsentsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> page,
                      view.Page<records::ConsentRecord>("incoming", Slug(call.agency.value()), PageSize(request.page_size()), request.page_token()));
  v1::ListIncomingConsentsResponse response;
  for (const auto& [id, record] : page.records) {
    if (IsExpired(*record, call.now)) continue;  // ends by itself: no state says so
    *response.add_consents() = ToConsent(rules.handle_key, id, *record, {call.agency.value(), false, ""}, call.now);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> SeeArrow(const ConsentRules& rules, const Call& call, const v1::CheckArrowRequest& request, View& view) {
  const absl::StatusOr<Who> who = FindSubject(rules, call, request.citizen(), view);
  if (absl::IsNotFound(who.status())) return Decision(v1::CheckArrowResponse());
  if (!who.ok()) return who.status();
  v1::CheckArrowResponse response;
  if (who->subject == nullptr || who->subject->state() != records::Subject::STATE_ACTIVE) return Decision(std::move(response));
  // Only what the holder is part of is read: how long it takes says nothing about what was given elsewhere.
  std::string after;
  do {
    BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> page,
                        view.Page<records::ConsentRecord>("party", PartyValue(who->id, call.agency.value()), kMaxPage, after));
    for (const auto& [id, record] : page.records) {
      const records::ConsentRecord& r = *record;
      if (r.state() != v1::CONSENT_STATE_ACTIVE || IsExpired(r, call.now)) continue;
      if (r.holder() != call.agency.value() || r.recipient() != request.recipient() || r.purpose() != request.purpose()) continue;
      *response.mutable_categories() = ArrowOf(r).categories();  // at most one of an arrow is active
    }
    after = page.next;
  } while (!after.empty());
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListMyConsents(const ConsentRules& rules, const Call& call, const v1::ListMyConsentsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string subject, FindSubjectId(rules, call, request.citizen(), view));
  BB_RETURN_IF_ERROR(CheckLook(call));
  v1::ListMyConsentsResponse response;
  if (!subject.empty()) {
    Reads reads;
    const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
    const std::vector<Found> consents = reads.Take(OfCitizen(call, subject, view));
    const auto requests = reads.Take(view.Page<records::ConsentRecord>("requests", subject, kMaxListed));
    BB_RETURN_IF_ERROR(reads.status());
    response.set_restricted(who.subject->state() == records::Subject::STATE_RESTRICTED);
    for (const auto& [id, record] : consents) {
      *response.add_consents() = ToConsent(rules.handle_key, id, *record, {call.agency.value(), true, request.citizen()}, call.now);
    }
    for (const auto& [id, record] : requests.records) *response.add_requests() = ToRequest(rules.handle_key, id, *record);
  }
  Decision decision(response);
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_CONSENTS_LISTED);
  Note(decision, call, subject, ledger::v1::ENTRY_KIND_CITIZEN_VIEW, details);
  return decision;
}

absl::StatusOr<Decision> GetConsentText(const ConsentRules& rules, const Call&, const v1::GetConsentTextRequest& request, View&) {
  const v1::ConsentText* text = rules.texts.Newest(request.language().empty() ? "da" : request.language());
  if (text == nullptr) return Invalid({{"language", "want \"da\", \"da-plain\" or \"en\""}});
  v1::GetConsentTextResponse response;
  *response.mutable_text() = *text;
  return Decision(std::move(response));
}

}  // namespace brobygger::consent
