#include "services/consent/common.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"
#include "services/consent/word.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {
namespace {

constexpr int kSaltSize = 16;

// The secrets of ledger entries have numbers of their own: a decision's others are below 1000.
constexpr int kFirstSalt = 1000;

std::string SpentId(const type::v1::PresenceStatement& statement) { return absl::StrCat("statement.", crypto::Hex(statement.nonce())); }

}  // namespace

std::int64_t Millis(absl::Time time) { return absl::ToUnixMillis(time); }

absl::StatusOr<std::string> FindSubjectId(const ConsentRules& rules, const Call& call, const std::string& citizen, View& view) {
  if (call.OwnLogin()) {
    if (!citizen.empty()) return Invalid({{"citizen", "want none under the citizen's own login", "OUT_OF_RANGE"}});
    const std::string id = IdentityId(rules.identifier_key, IdentifierOfLogin(call.citizen_identifier));
    if (id.empty()) return std::string();
    BB_ASSIGN_OR_RETURN(const records::Identity* identity, view.Find<records::Identity>(id));
    return identity == nullptr ? std::string() : identity->subject();
  }
  if (citizen.empty()) return Invalid({{"citizen", "want your agency's reference of the citizen", "FIELD_REQUIRED"}});
  BB_ASSIGN_OR_RETURN(const records::Reference* reference, view.Find<records::Reference>(ReferenceId(call.agency.value(), RefId(citizen))));
  if (reference == nullptr) return NotFound("citizen");
  return reference->subject();
}

absl::StatusOr<Who> FindSubject(const ConsentRules& rules, const Call& call, const std::string& citizen, View& view) {
  Who who;
  BB_ASSIGN_OR_RETURN(who.id, FindSubjectId(rules, call, citizen, view));
  if (who.id.empty()) return who;
  BB_ASSIGN_OR_RETURN(who.subject, view.Find<records::Subject>(who.id));
  if (who.subject == nullptr) return NotFound("citizen");  // erased
  return who;
}

void TakeBack(const Call& call, records::Subject* subject) {
  subject->set_taken_back_ms(std::max(subject->taken_back_ms(), Millis(call.now)));
}

absl::Status CheckNotTakenBack(const Call& call, const Who& who) {
  if (Millis(call.now) >= who.subject->taken_back_ms()) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "the citizen has taken back after this was begun: ask again");
}

absl::StatusOr<Found> FindConsent(const ConsentRules& rules, const Call& call, const std::string& name, bool in_citizens_name, View& view) {
  const std::string handle = HandleOfName(name);
  if (handle.empty()) return NotFound("consent");
  Found found;
  BB_ASSIGN_OR_RETURN(found.id, view.FindByClaim<records::ConsentRecord>(HandleClaim(handle)));
  if (found.id.empty()) return NotFound("consent");
  const bool agencys = !call.agency.empty() && handle == Handle(rules.handle_key, found.id, call.agency.value());
  const bool citizens = in_citizens_name && handle == Handle(rules.handle_key, found.id, kCitizen);
  if (!agencys && !citizens) return NotFound("consent");
  BB_ASSIGN_OR_RETURN(found.record, view.Find<records::ConsentRecord>(found.id));
  if (found.record == nullptr || IsLapsed(*found.record, call.now)) return NotFound("consent");
  return found;
}

absl::Status CheckNamed(const ConsentRules& rules, const Call& call, const std::string& consent_id) {
  if (!call.presence.has_value() || !call.presence_signed) return absl::OkStatus();
  BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_GIVE));
  const auto& named = call.presence->consents();
  for (const std::string& whose : {call.presence->agency(), std::string(kCitizen)}) {
    const std::string name = absl::StrCat("consents/", Handle(rules.handle_key, consent_id, whose));
    if (std::find(named.begin(), named.end(), name) != named.end()) return absl::OkStatus();
  }
  return OtherUse();
}

absl::Status CheckLook(const Call& call) {
  BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_SEE));
  return Enough(MissingToLook(WordOf(call), call.agency.value()));
}

absl::StatusOr<std::vector<Found>> AllActive(const std::string& subject, View& view) {
  std::vector<Found> out;
  std::string after;
  do {
    BB_ASSIGN_OR_RETURN(const Listed<records::ConsentRecord> page, view.Page<records::ConsentRecord>("active", subject, kMaxPage, after));
    for (const auto& [id, record] : page.records) out.push_back({id, record});
    after = page.next;
  } while (!after.empty());
  return out;
}

absl::StatusOr<std::vector<Found>> OfCitizen(const Call& call, const std::string& subject, View& view) {
  Reads reads;
  const auto newest = reads.Take(view.Page<records::ConsentRecord>("subject", subject, kMaxListed));
  const auto active = reads.Take(view.Page<records::ConsentRecord>("active", subject, kMaxPage));
  BB_RETURN_IF_ERROR(reads.status());
  std::vector<Found> out;
  std::set<std::string> seen;
  for (const auto* page : {&newest, &active}) {
    for (const auto& [id, record] : page->records) {
      if (!IsLapsed(*record, call.now) && seen.insert(id).second) out.push_back({id, record});
    }
  }
  return out;
}

void Note(Decision& decision, const Call& call, const std::string& subject, ledger::v1::EntryKind kind, ledger::v1::EntryDetails details) {
  const int n = kFirstSalt + 2 * static_cast<int>(decision.ledger().size());
  if (!call.OwnLogin()) details.set_person(call.person.value());
  details.set_agency(call.agency.value());
  if (!call.roles.empty()) details.set_role(call.roles.front());
  details.set_word(WordOf(call).word);
  ::brobygger::stored::LedgerRow row;
  row.set_kind(kind);
  row.set_subject_salt(call.NewSecret(n, kSaltSize));
  row.set_details_salt(call.NewSecret(n + 1, kSaltSize));
  *row.mutable_details() = std::move(details);
  decision.AppendToLedger({subject, row.SerializeAsString()});
}

ledger::v1::EntryDetails DetailsOf(ledger::v1::Act act, absl::string_view consent_id, const records::ConsentRecord& record) {
  ledger::v1::EntryDetails details;
  details.set_act(act);
  details.set_holder(record.holder());
  details.set_recipient(record.recipient());
  details.set_purpose(record.purpose());
  details.set_given_mask(record.mask());
  details.set_consent(std::string(consent_id));
  details.set_consent_version(record.version());
  return details;
}

absl::Status CheckUnused(const type::v1::PresenceStatement& statement, View& view) {
  if (statement.nonce().empty()) return absl::OkStatus();
  BB_ASSIGN_OR_RETURN(const records::Spent* spent, view.Find<records::Spent>(SpentId(statement)));
  if (spent == nullptr) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "STATEMENT_USED", "this statement of presence has been used up: attest anew");
}

void UseUp(Decision& decision, const ConsentRules& rules, const type::v1::PresenceStatement& statement) {
  if (statement.nonce().empty()) return;
  records::Spent spent;
  const std::int64_t time = google::protobuf::util::TimeUtil::TimestampToMilliseconds(statement.time());
  spent.set_expire_ms(time + absl::ToInt64Milliseconds(kPresenceLifetime + 2 * kPresenceSkew));
  decision.Put(rules.entities, SpentId(statement), spent);
}

absl::Status CountQuota(Decision& decision, const ConsentRules& rules, const Call& call, absl::string_view what, int limit, View& view) {
  const std::string id = crypto::Hex(crypto::HmacSha256(rules.identifier_key, absl::StrCat("quota|", what, "|", call.agency.value(), "|", call.person.value())));
  BB_ASSIGN_OR_RETURN(const records::Quota* before, view.Find<records::Quota>(id));
  records::Quota quota;
  if (before != nullptr) {
    for (std::int64_t t : before->time_ms()) {
      if (absl::FromUnixMillis(t) + absl::Hours(1) > call.now) quota.add_time_ms(t);
    }
  }
  if (quota.time_ms_size() >= limit) return Refusal(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "too many in one hour: wait a little");
  quota.add_time_ms(Millis(call.now));
  decision.Put(rules.entities, id, quota);
  return absl::OkStatus();
}

}  // namespace brobygger::consent
