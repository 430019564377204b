#include "services/consent/attest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/code_card.h"
#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/lifecycle.h"
#include "services/consent/names.h"
#include "services/consent/word.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

// A decision's own secrets: nonce, code, salt.
constexpr int kNonce = 1, kCode = 2, kSalt = 3;

bool Has(const std::vector<type::v1::Role>& roles, type::v1::Role role) { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

absl::Status SecondPersonInvalid() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "SECOND_PERSON_INVALID",
                 "the second person has to be another person, signed in for an agency, and signs in anew for each statement");
}

// By what the signature is over: the same sign-in can carry more than one valid signature, but only one such text.
std::string SpentId(const ConsentRules& rules, absl::string_view token) {
  return absl::StrCat("token.", crypto::Hex(crypto::HmacSha256(rules.identifier_key, absl::StrCat("second token|", token.substr(0, token.rfind('.'))))));
}

// What is wrong with what a statement is for: GIVE names consents, ERASE a holder, nothing else does.
std::vector<Violation> CheckUseFields(const v1::AttestPresenceRequest& request) {
  if (request.use() == type::v1::PRESENCE_USE_UNSPECIFIED) return {{"use", "want what the statement is for", "FIELD_REQUIRED"}};
  const bool give = request.use() == type::v1::PRESENCE_USE_GIVE;
  if (give && request.consents().empty()) return {{"consents", "want the consents that the citizen says yes to", "FIELD_REQUIRED"}};
  if (!give && !request.consents().empty()) return {{"consents", "want none but for giving", "OUT_OF_RANGE"}};
  const bool erase = request.use() == type::v1::PRESENCE_USE_ERASE;
  if (erase && request.holder().empty()) return {{"holder", "want whose records are to be erased", "FIELD_REQUIRED"}};
  if (!erase && !request.holder().empty()) return {{"holder", "want none but for erasing", "OUT_OF_RANGE"}};
  return {};
}

// Whether a yes can be given to it, new or again, by this name: one that the agency knows. Nobody shall witness what cannot be.
absl::Status CheckGivable(const ConsentRules& rules, const Call& call, const std::string& name, const Found& found, const std::string& subject) {
  const bool by_own_name = HandleOfName(name) == Handle(rules.handle_key, found.id, call.agency.value());
  if (found.record->subject() != subject || (by_own_name && !VisibleTo(*found.record, call.agency.value()))) return NotFound("consent");
  const bool again = found.record->state() == v1::CONSENT_STATE_ACTIVE;
  return After(again ? Act::kRenew : Act::kActivate, StandingOf(*found.record, call.now)).status();
}

// Whoever may be the first to hear the citizen, and those who keep the registry.
bool MayWitness(const Caller& caller) {
  static const std::vector<type::v1::Role>* const roles = new std::vector<type::v1::Role>(
      RolesOf(v1::AttestPresenceRequest::descriptor()->file()->FindServiceByName("PresenceService")->FindMethodByName("AttestPresence")));
  return std::any_of(caller.roles.begin(), caller.roles.end(),
                     [](type::v1::Role role) { return role == type::v1::ROLE_REGISTRY_OFFICER || Has(*roles, role); });
}

// The second person: signed in for an agency of the directory, another human being whose work is with citizens.
absl::StatusOr<Caller> SecondPerson(const ConsentRules& rules, const Call& call, const std::string& token) {
  absl::StatusOr<Caller> second = rules.second_person(token, call.now);
  if (!second.ok()) return absl::IsUnavailable(second.status()) ? second.status() : SecondPersonInvalid();
  const bool somebody = !second->person.empty() && !second->agency.empty() && rules.directory->FindAgency(second->agency.value()) != nullptr;
  if (!somebody || second->person == call.person || !MayWitness(*second)) return SecondPersonInvalid();
  return second;
}

}  // namespace

absl::StatusOr<Decision> AttestPresence(const ConsentRules& rules, const Call& call, const v1::AttestPresenceRequest& request, View& view) {
  if (call.HasRole(type::v1::ROLE_SYSTEM)) return Refusal(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED", "a system is nobody's witness");
  if (request.method() == type::v1::PRESENCE_METHOD_UNSPECIFIED) return Invalid({{"method", "want how the citizen took part", "FIELD_REQUIRED"}});
  if (std::vector<Violation> wrong = CheckUseFields(request); !wrong.empty()) return Invalid(std::move(wrong));
  if (!request.code().empty() && !request.second_token().empty()) return Invalid({{"second_token", "want either the code or a second person"}});
  // Counted before the slow hash, whatever the code.
  Decision decision;
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  std::vector<Found> consents;
  for (const std::string& name : request.consents()) consents.push_back(reads.Take(FindConsent(rules, call, name, /*in_citizens_name=*/true, view)));
  const std::string spent_id = SpentId(rules, request.second_token());
  const records::Spent* spent = request.second_token().empty() ? nullptr : reads.Take(view.Find<records::Spent>(spent_id));
  absl::Status quota;
  if (!request.code().empty()) quota = CountQuota(decision, rules, call, "code", kMaxCodesPerHour, view);
  BB_RETURN_IF_ERROR(reads.status());
  BB_RETURN_IF_ERROR(quota);
  for (int i = 0; i < request.consents_size(); ++i) {
    BB_RETURN_IF_ERROR(CheckGivable(rules, call, request.consents(i), consents[i], who.id));
    if (consents[i].record->page() != consents[0].record->page()) return Invalid({{"consents", "want drafts of one page"}});
  }

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
  statement.set_use(request.use());
  *statement.mutable_consents() = request.consents();
  statement.set_holder(request.holder());

  if (!request.code().empty()) {
    if (TooManyWrongCodes(*who.subject, call.agency.value(), call.now)) {
      return Refusal(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "too many wrong codes: wait, or hand out a new card");
    }
    if (!CodeMatches(*who.subject, request.code())) {
      records::Subject subject = *who.subject;
      CountWrongCode(subject, call.agency.value(), call.now);
      decision.Put(rules.entities, who.id, subject);
      decision.RefuseAfterCommit(Refusal(absl::StatusCode::kFailedPrecondition, "CODE_WRONG", "this is not the code on the citizen's card"));
      return decision;
    }
    if (IsIssuer(*who.subject, rules.identifier_key, call.person.value())) {
      return Refusal(absl::StatusCode::kFailedPrecondition, "CARD_NOT_BY_ISSUER", "another person has to record the card you handed out");
    }
    statement.set_word(type::v1::WORD_CODE_CARD);
  } else if (!request.second_token().empty()) {
    BB_ASSIGN_OR_RETURN(const Caller second, SecondPerson(rules, call, request.second_token()));
    if (spent != nullptr) return SecondPersonInvalid();
    records::Spent now_spent;
    now_spent.set_expire_ms(Millis(second.expires + 2 * kPresenceSkew));
    decision.Put(rules.entities, spent_id, now_spent);
    statement.set_word(type::v1::WORD_TWO_PERSONS);
    auto* other = statement.add_persons();
    other->set_person(second.person.value());
    other->set_agency(second.agency.value());
  }

  v1::AttestPresenceResponse response;
  *response.mutable_content() = statement;
  response.mutable_statement()->set_statement(statement.SerializeAsString());
  response.mutable_statement()->set_signature(rules.sign(absl::StrCat(kPresenceContext, response.statement().statement())));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> IssueCodeCard(const ConsentRules& rules, const Call& call, const v1::IssueCodeCardRequest& request, View& view) {
  BB_RETURN_IF_ERROR(Enough(MissingToWithdraw(WordOf(call))));
  Decision decision;
  Reads reads;
  const Who who = reads.Take(FindSubject(rules, call, request.citizen(), view));
  const absl::Status quota = CountQuota(decision, rules, call, "card", kMaxCardsPerHour, view);
  BB_RETURN_IF_ERROR(reads.status());
  BB_RETURN_IF_ERROR(quota);
  const std::string code = CodeFrom(call.NewSecret(kCode, 16));
  records::Subject subject = *who.subject;
  const CardIssuer issuer{rules.identifier_key, call.person.value(), call.agency.value()};
  *subject.mutable_card() = MakeCard(code, call.NewSecret(kSalt, 16), issuer, call.now);
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
