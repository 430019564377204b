#include "services/consent/registry.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/common.h"
#include "services/consent/names.h"
#include "services/consent/word.h"
#include "services/runtime/crypto.h"
#include "services/runtime/rules.h"

namespace brobygger::consent {
namespace {

// What is wrong with an identifier beyond the contract's rules.
std::vector<Violation> CheckIdentifier(const registry::v1::Identifier& identifier) {
  const std::string number = NormalNumber(identifier.value());
  switch (identifier.scheme()) {
    case registry::v1::IDENTIFIER_SCHEME_CPR:
      if (!identifier.issuer().empty()) return {{"identifier.issuer", "want none for a CPR number"}};
      if (!IsCpr(number, Cpr::kOrdinary)) return {{"identifier.value", "want ten digits that begin with a date", "CPR_INVALID"}};
      return {};
    case registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR:
      if (!IsCpr(number, Cpr::kOrReplacement)) return {{"identifier.value", "want a replacement number: a date, or a day + 60, and four characters", "CPR_INVALID"}};
      return {};
    default:
      return {{"identifier.scheme", "want a scheme", "FIELD_REQUIRED"}};
  }
}

registry::v1::Identifier Normalised(const registry::v1::Identifier& identifier) {
  registry::v1::Identifier out = identifier;
  out.set_value(NormalNumber(identifier.value()));
  return out;
}

ledger::v1::EntryDetails DetailsOf(ledger::v1::Act act) {
  ledger::v1::EntryDetails details;
  details.set_act(act);
  return details;
}

}  // namespace

absl::StatusOr<Decision> EnsureCitizen(const ConsentRules& rules, const Call& call, const registry::v1::EnsureCitizenRequest& request, View& view) {
  if (request.has_identifier()) {
    std::vector<Violation> wrong = CheckIdentifier(request.identifier());
    if (!wrong.empty()) return Invalid(std::move(wrong));
  }
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));
  // A number that matches nobody alone, or none at all, is looked up like one that does: under a name that nobody has.
  std::string identity_id = IdentityId(rules.identifier_key, request.identifier());
  const bool matches = !identity_id.empty();
  if (!matches) identity_id = call.NewId(2);

  Decision decision;
  Reads reads;
  const records::Identity* identity = reads.Take(view.Find<records::Identity>(identity_id));
  const absl::Status quota = CountQuota(decision, rules, call, "ensure", kMaxEnsuredPerHour, view);
  BB_RETURN_IF_ERROR(reads.status());
  BB_RETURN_IF_ERROR(quota);
  const std::string id = identity != nullptr ? identity->subject() : call.NewId(0);
  BB_ASSIGN_OR_RETURN(const records::Subject* known, view.Find<records::Subject>(id));

  records::Subject subject;
  if (known != nullptr) {
    subject = *known;
  } else {
    subject.set_state(records::Subject::STATE_ACTIVE);
    subject.set_created_ms(Millis(call.now));
    if (request.has_identifier()) *subject.add_identifiers() = Normalised(request.identifier());
  }
  records::Subject::References& refs = (*subject.mutable_references())[call.agency.value()];
  if (refs.ids().empty()) refs.add_ids(call.NewId(1));
  const std::string ref = refs.ids(0);

  records::Reference reference;
  reference.set_subject(id);
  records::Identity kept;
  kept.set_subject(id);
  decision.Put(rules.entities, id, subject);
  decision.Put(rules.entities, ReferenceId(call.agency.value(), ref), reference);
  if (matches) decision.Put(rules.entities, identity_id, kept);
  Note(decision, call, id, ledger::v1::ENTRY_KIND_REGISTRY, DetailsOf(ledger::v1::ACT_CITIZEN_ENSURED));

  registry::v1::EnsureCitizenResponse response;
  response.set_citizen(CitizenName(ref));
  response.set_check_number(request.identifier().scheme() == registry::v1::IDENTIFIER_SCHEME_CPR && !PassesModulus11(NormalNumber(request.identifier().value())));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> LinkAlias(const ConsentRules& rules, const Call& call, const registry::v1::LinkAliasRequest& request, View& view) {
  if (!call.presence.has_value() || !call.presence_signed) return Enough(Missing::kPresence);
  BB_RETURN_IF_ERROR(CheckUse(*call.presence, type::v1::PRESENCE_USE_REGISTRY));
  const std::string alias_id = crypto::Hex(crypto::HmacSha256(rules.identifier_key, absl::StrCat("alias|", call.agency.value(), "|", request.alias())));
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  const records::LinkedAlias* linked = reads.Take(view.Find<records::LinkedAlias>(alias_id));
  reads.Also(CheckUnused(*call.presence, view));
  BB_RETURN_IF_ERROR(reads.status());
  // An alias becomes one citizen, once; the same citizen, also under a registration that was merged, may have the link again.
  const auto& absorbed = who.subject->absorbed();
  const bool same = linked == nullptr || linked->subject() == who.id || std::find(absorbed.begin(), absorbed.end(), linked->subject()) != absorbed.end();
  if (!same) return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "this alias has been linked");

  Decision decision;
  if (linked == nullptr) {
    records::LinkedAlias link;
    link.set_subject(who.id);
    link.set_time_ms(Millis(call.now));
    decision.Put(rules.entities, alias_id, link);
    records::Subject subject = *who.subject;
    subject.set_linked_aliases(subject.linked_aliases() + 1);
    decision.Put(rules.entities, who.id, subject);
  }
  UseUp(decision, rules, *call.presence);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_REGISTRY, DetailsOf(ledger::v1::ACT_ALIAS_LINKED));

  registry::v1::AliasLink content;
  content.set_agency(call.agency.value());
  content.set_citizen(request.citizen());
  content.set_alias(request.alias());
  *content.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(Millis(call.now));
  registry::v1::LinkAliasResponse response;
  response.mutable_link()->set_statement(content.SerializeAsString());
  response.mutable_link()->set_signature(rules.sign(absl::StrCat(kLinkContext, response.link().statement())));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> ForgetSpent(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const records::Spent* spent, view.Find<records::Spent>(id));
  Decision decision;
  if (spent != nullptr && absl::FromUnixMillis(spent->expire_ms()) <= call.now) decision.Delete("spent", id);
  return decision;
}

absl::StatusOr<Decision> ForgetQuota(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const records::Quota* quota, view.Find<records::Quota>(id));
  Decision decision;
  const bool over = quota != nullptr && (quota->time_ms().empty() || absl::FromUnixMillis(*quota->time_ms().rbegin()) + absl::Hours(1) <= call.now);
  if (over) decision.Delete("quota", id);
  return decision;
}

}  // namespace brobygger::consent
