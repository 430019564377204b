#include "services/consent/attest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/code_card.h"
#include "services/consent/common.h"
#include "services/consent/word.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

// A decision's own secrets: nonce, code, salt.
constexpr int kNonce = 1, kCode = 2, kSalt = 3;

bool Has(const std::vector<type::v1::Role>& roles, type::v1::Role role) { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

absl::Status SecondPersonInvalid() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "SECOND_PERSON_INVALID", "the second person has to be another person, signed in for an agency");
}

// The second person: signed in, another human being, no system and not the citizen.
absl::StatusOr<Caller> SecondPerson(const ConsentRules& rules, const Call& call, const std::string& token) {
  absl::StatusOr<Caller> second = rules.second_person(token, call.now);
  if (!second.ok()) return absl::IsUnavailable(second.status()) ? second.status() : SecondPersonInvalid();
  if (second->person.empty() || second->agency.empty() || second->person == call.person || Has(second->roles, type::v1::ROLE_SYSTEM) ||
      Has(second->roles, type::v1::ROLE_CITIZEN)) {
    return SecondPersonInvalid();
  }
  return second;
}

}  // namespace

absl::StatusOr<Decision> AttestPresence(const ConsentRules& rules, const Call& call, const v1::AttestPresenceRequest& request, View& view) {
  if (call.HasRole(type::v1::ROLE_SYSTEM)) return Refusal(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED", "a system is nobody's witness");
  if (request.method() == type::v1::PRESENCE_METHOD_UNSPECIFIED) return Invalid({{"method", "want how the citizen took part", "FIELD_REQUIRED"}});
  if (!request.code().empty() && !request.second_token().empty()) return Invalid({{"second_token", "want either the code or a second person"}});
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, request.citizen(), view));

  type::v1::PresenceStatement statement;
  statement.set_agency(call.agency.value());
  statement.set_citizen(request.citizen());
  statement.set_method(request.method());
  statement.set_word(type::v1::WORD_PRESENT);
  auto* first = statement.add_persons();
  first->set_person(call.person.value());
  first->set_agency(call.agency.value());
  *statement.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(Millis(call.now));
  statement.set_nonce(call.NewSecret(kNonce, 16));
  statement.set_companion_present(request.companion_present());
  statement.set_written_signature(request.written_signature());

  if (!request.code().empty()) {
    if (TooManyWrongCodes(*who.subject, call.now)) {
      return Refusal(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "too many wrong codes: wait an hour");
    }
    if (!CodeMatches(*who.subject, request.code())) {
      Decision counted;
      records::Subject subject = *who.subject;
      CountWrongCode(subject, call.now);
      counted.Put(rules.entities, who.id, subject);
      counted.RefuseAfterCommit(Refusal(absl::StatusCode::kFailedPrecondition, "CODE_WRONG", "this is not the code on the citizen's card"));
      return counted;
    }
    statement.set_word(type::v1::WORD_CODE_CARD);
  } else if (!request.second_token().empty()) {
    BB_ASSIGN_OR_RETURN(const Caller second, SecondPerson(rules, call, request.second_token()));
    statement.set_word(type::v1::WORD_TWO_PERSONS);
    auto* other = statement.add_persons();
    other->set_person(second.person.value());
    other->set_agency(second.agency.value());
  }

  v1::AttestPresenceResponse response;
  *response.mutable_content() = statement;
  response.mutable_statement()->set_statement(statement.SerializeAsString());
  response.mutable_statement()->set_signature(rules.sign(absl::StrCat(kPresenceContext, response.statement().statement())));
  return Decision(response);
}

absl::StatusOr<Decision> IssueCodeCard(const ConsentRules& rules, const Call& call, const v1::IssueCodeCardRequest& request, View& view) {
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, request.citizen(), view));
  const std::string code = CodeFrom(call.NewSecret(kCode, 16));
  records::Subject subject = *who.subject;
  *subject.mutable_card() = MakeCard(code, call.NewSecret(kSalt, 16), call.agency.value(), call.now);
  Decision decision;
  decision.Put(rules.entities, who.id, subject);
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_CODE_CARD_ISSUED);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_REGISTRY, details);
  v1::IssueCodeCardResponse response;
  response.set_code(code);
  decision.Answer(response);
  return decision;
}

}  // namespace brobygger::consent
