#include "services/consent/authorise.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/consent/authorise_script.h"
#include "services/consent/facet.h"
#include "services/consent/names.h"
#include "services/runtime/crypto.h"
#include "services/runtime/policy.h"
#include "services/runtime/record.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr char kPrefix[] = "consent:{trust}:";
constexpr size_t kSaltSize = 16;

// The facet of a record that the script gave out with its header and MAC; DATA_LOSS unless it is authentic at this place.
absl::StatusOr<std::string> AuthenticFacet(const ScopeKeys& keys, absl::string_view kind, const std::string& id, const std::string& proof) {
  BB_ASSIGN_OR_RETURN(const RecordHeader header, ParseRecord(proof, kind));
  const std::string mac = FacetMac(keys, absl::StrCat(kPrefix, "r:", kind, ":", id), header.revision, header.facet);
  if (!crypto::ConstantTimeEqual(mac, header.facet_mac)) return absl::DataLossError("facet");
  return std::string(header.facet);
}

// The head of an entry about a look, with salts of its own.
void Begin(stored::LedgerRow* row) {
  row->set_kind(ledger::v1::ENTRY_KIND_LOOK);
  const std::string salts = crypto::Random(2 * kSaltSize);
  row->set_subject_salt(salts.substr(0, kSaltSize));
  row->set_details_salt(salts.substr(kSaltSize));
}

// What a refusal that follows from the question alone is logged as.
int ForcedRule(v1::Decision decision) {
  switch (decision) {
    case v1::DECISION_PURPOSE_NOT_ALLOWED: return ledger::v1::RULE_PURPOSE_NOT_ALLOWED;
    case v1::DECISION_CATEGORY_NOT_RELEVANT: return ledger::v1::RULE_CATEGORY_NOT_RELEVANT;
    default: return 0;
  }
}

}  // namespace

// One question under way.
struct Authoriser::Asked {
  v1::Question question;
  std::string digest;
  Callback callback;
  v1::Decision decision = v1::DECISION_CONSENT_REQUIRED;
  std::string recipient, ref, holder;  // slug, id, slug
  stored::LedgerRow row;               // fields 1 to 4

  // The answer as it stands: a refusal until it has been permitted.
  v1::Answer Refused() const {
    v1::Answer answer;
    answer.set_decision(decision);
    answer.set_tag(question.tag());
    answer.set_digest(digest);
    return answer;
  }
};

Authoriser::Authoriser(Redis* trust, const Directory* directory, TokenVerifier* tokens, Clock clock,
                       ScopeKeys keys, std::function<void(const char*)> alarm, Limits limits)
    : trust_(trust),
      directory_(directory),
      tokens_(tokens),
      clock_(std::move(clock)),
      keys_(std::move(keys)),
      alarm_(std::move(alarm)),
      quota_(limits.looks_per_hour),
      room_(std::move(limits.room)) {}

void Authoriser::Ask(const std::string& peer, const std::string& question_bytes, Callback callback) {
  auto asked = std::make_shared<Asked>();
  asked->digest = crypto::Sha256(question_bytes);
  asked->callback = std::move(callback);
  v1::Question& q = asked->question;
  const auto refuse = [&](v1::Decision decision) {
    asked->decision = decision;
    asked->callback(asked->Refused());
  };

  if (!q.ParseFromString(question_bytes)) return refuse(v1::DECISION_INVALID);
  const auto holder = AgencyId::Parse(q.holder());
  const auto citizen = CitizenRef::Parse(q.citizen());
  if (!holder.ok() || !citizen.ok() || directory_->FindAgency(q.holder()) == nullptr || q.categories().empty()) {
    return refuse(v1::DECISION_INVALID);
  }
  // Peer: exactly the service that the directory lists for this holder's door.
  if (directory_->DoorPeer(q.holder(), q.door()) != peer) return refuse(v1::DECISION_PEER_NOT_ALLOWED);
  auto caller = tokens_->Verify(q.token(), clock_());
  if (!caller.ok() || caller->agency.empty()) return refuse(v1::DECISION_UNAUTHENTICATED);
  if (caller->agency == *holder) return refuse(v1::DECISION_INVALID);  // own records have a side of their own

  std::vector<type::v1::Role> roles = caller->roles;
  std::string person = caller->person.value(), system;
  if (std::find(roles.begin(), roles.end(), type::v1::ROLE_SYSTEM) != roles.end()) {
    const runtime::Practitioner* p = directory_->FindPractitioner(caller->agency.value(), q.on_behalf_of());
    if (p == nullptr) return refuse(v1::DECISION_UNAUTHENTICATED);
    system = person;
    person = p->person();
    roles.clear();
    for (int r : p->roles()) roles.push_back(static_cast<type::v1::Role>(r));
  }

  CategoryMask mask = 0;
  for (int c : q.categories()) {
    if (c <= 0 || c >= type::v1::DATA_CATEGORY_NON_PERSONAL) return refuse(v1::DECISION_INVALID);
    mask |= Bit(static_cast<type::v1::DataCategory>(c));
  }
  if (q.purpose() <= 0 || !type::v1::Purpose_IsValid(q.purpose())) return refuse(v1::DECISION_INVALID);
  type::v1::Role role = type::v1::ROLE_UNSPECIFIED;
  for (type::v1::Role r : roles) {
    if (RoleMayAsk(r, q.purpose())) { role = r; break; }
  }
  if (role == type::v1::ROLE_UNSPECIFIED) {
    asked->decision = v1::DECISION_PURPOSE_NOT_ALLOWED;
    role = roles.empty() ? role : roles.front();
  } else if ((mask & ~MaximumOf(q.purpose())) != 0) {
    asked->decision = v1::DECISION_CATEGORY_NOT_RELEVANT;
  }

  asked->recipient = Slug(caller->agency.value());
  asked->ref = RefId(q.citizen());
  asked->holder = Slug(q.holder());
  Begin(&asked->row);
  ledger::v1::EntryDetails* details = asked->row.mutable_details();
  details->set_person(person);
  details->set_system(system);
  details->set_agency(caller->agency.value());
  if (!room_()) return refuse(v1::DECISION_NO_ROOM);
  if (const std::int64_t over = quota_.Over(caller->agency.value(), person, clock_()); over > 0) {
    if (!IsWritten(over)) return refuse(v1::DECISION_TOO_MANY);
    details->set_rule(ledger::v1::RULE_TOO_MANY_LOOKS);
    details->set_count(static_cast<std::uint64_t>(over));
    asked->decision = v1::DECISION_TOO_MANY;
    return LogAndRefuse(asked, "");
  }
  details->set_role(role);
  details->set_holder(q.holder());
  details->set_recipient(caller->agency.value());
  details->set_purpose(q.purpose());
  details->set_asked_mask(mask);
  details->set_door(q.door());

  RunGate(trust_,
          {kPrefix, asked->recipient, asked->ref, asked->holder, absl::StrCat(q.purpose()), absl::StrCat(mask), asked->row.SerializeAsString(),
           absl::StrCat(ForcedRule(asked->decision))},
          [this, asked](absl::StatusOr<Redis::Reply> reply) { Conclude(asked, std::move(reply)); });
}

void Authoriser::Conclude(const std::shared_ptr<Asked>& asked, absl::StatusOr<Redis::Reply> reply) {
  if (!reply.ok()) {
    // Redis answered, and not as the script does: the library or the service's rights are wrong. Nothing is shared either way.
    if (absl::IsInternal(reply.status())) alarm_("gate_failed");
    return asked->callback(StoreDown());
  }
  const std::vector<Redis::Reply>& e = reply->elements;
  if (e.size() < 4) return asked->callback(StoreDown());
  if (e[3].integer != 0) alarm_("clock_stepped_back");

  v1::Answer answer = asked->Refused();
  if (e[0].integer != ledger::v1::RULE_CONSENT || asked->decision != v1::DECISION_CONSENT_REQUIRED || e.size() != 9) {
    return asked->callback(std::move(answer));
  }

  // A permit. What it rests on must be authentic: reference -> subject, arrow -> consent, the consent, the subject's state.
  const std::string& id = e[4].text;
  const auto reference = AuthenticFacet(keys_, "reference", absl::StrCat(asked->recipient, ".", asked->ref), e[5].text);
  const auto arrow = AuthenticFacet(keys_, "arrow", absl::StrCat(asked->recipient, ".", asked->ref, ".", asked->holder), e[6].text);
  const auto row = AuthenticFacet(keys_, "consent", id, e[7].text);
  const auto subject = reference.ok() ? AuthenticFacet(keys_, "subject", *reference, e[8].text) : reference;
  const auto facet = row.ok() ? DecodeConsentFacet(*row) : absl::StatusOr<ConsentFacet>(row.status());
  const CategoryMask given = static_cast<CategoryMask>(e[1].integer);
  const bool authentic = reference.ok() && arrow.ok() && subject.ok() && facet.ok() && facet->subject == *reference &&
                         (given & ~facet->mask) == 0 && (given & ~MaximumOf(asked->question.purpose())) == 0;
  if (!authentic) {
    alarm_("not_authentic");
    Begin(&asked->row);
    asked->row.mutable_details()->set_rule(ledger::v1::RULE_NOT_AUTHENTIC);
    return LogAndRefuse(asked, reference.ok() ? *reference : "");
  }

  answer.set_decision(v1::DECISION_PERMITTED);
  answer.set_holder_citizen(absl::StrCat("citizens/", facet->holder_ref));
  for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
    const auto category = static_cast<type::v1::DataCategory>(c);
    if ((given & Bit(category)) != 0) answer.add_granted(category);
  }
  answer.set_limited(facet->limited);
  asked->callback(std::move(answer));
}

void Authoriser::LogAndRefuse(const std::shared_ptr<Asked>& asked, const std::string& subject) {
  trust_->Command({"FCALL", "bb_append", "1", kPrefix, subject, asked->row.SerializeAsString()}, [asked](absl::StatusOr<Redis::Reply> reply) {
    if (!reply.ok()) return asked->callback(StoreDown());
    asked->callback(asked->Refused());
  });
}

}  // namespace brobygger::consent
