// An agency asks the citizen. It never learns here what the citizen has said before: every request that is well formed gets
// the same answer, and writes (a quota at least) before it is given.
#include <utility>
#include <vector>

#include "services/consent/arrows.h"
#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"

namespace brobygger::consent {
namespace {

// Whether the citizen is left in peace: the same question is open, or was answered with no within 30 days. The same question
// is the same arrow and purpose; other categories do not make it another.
absl::StatusOr<bool> InPeace(const std::string& subject, const v1::Arrow& arrow, absl::Time now, View& view) {
  const std::string value = PeaceValue(subject, arrow.recipient(), arrow.holder(), arrow.purpose());
  BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> newest, view.Page<records::ConsentRecord>("peace", value, 1));
  for (const auto& [id, r] : newest.records) {
    if (r->state() == v1::CONSENT_STATE_DRAFT || now < absl::FromUnixMillis(r->close_ms()) + kPeace) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Decision> RequestConsent(const ConsentRules& rules, const Call& call, const v1::RequestConsentRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string subject, FindSubjectId(rules, call, request.citizen(), view));
  std::vector<Violation> wrong = CheckArrow(rules, request.arrow(), "arrow", call.now);
  if (request.arrow().recipient() != call.agency.value()) wrong.push_back({"arrow.recipient", "want your own agency"});
  if (!wrong.empty()) return Invalid(std::move(wrong));

  Reads reads;
  const bool peace = reads.Take(InPeace(subject, request.arrow(), call.now, view));
  Decision decision;
  BB_RETURN_IF_ERROR(CountQuota(decision, rules, call, "request", kMaxRequestsPerHour, view));
  BB_RETURN_IF_ERROR(reads.status());
  if (!peace) {
    const std::string id = call.NewId();
    records::ConsentRecord r = NewRecord(rules, call, id, subject, request.arrow());
    r.set_request(true);
    r.set_message(request.message());
    r.set_proposer_ref(RefId(request.citizen()));
    decision.Put(rules.entities, id, r);
  }
  decision.Answer(v1::RequestConsentResponse());
  return decision;
}

}  // namespace brobygger::consent
