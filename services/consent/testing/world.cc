#include "services/consent/testing/world.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/names.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

template <class T>
T Must(absl::StatusOr<T> value, const char* what) {
  if (!value.ok()) {
    std::cerr << what << ": " << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

Directory TestDirectory() {
  runtime::Directory d;
  const struct {
    const char *name, *da, *en;
    type::v1::AgencyKind kind;
  } agencies[] = {
      {kDropin, "Perron 4", "Perron 4", type::v1::AGENCY_KIND_DROP_IN_CENTRE},
      {kHousing, "Boligenheden", "the Housing Unit", type::v1::AGENCY_KIND_HOUSING_UNIT},
      {kJobcentre, "Jobcentret", "the Job Centre", type::v1::AGENCY_KIND_JOB_CENTRE},
      {kTreatment, "Rusmiddelcentret", "the Treatment Centre", type::v1::AGENCY_KIND_TREATMENT_CENTRE},
  };
  for (const auto& a : agencies) {
    runtime::Agency* agency = d.add_agencies();
    agency->set_name(a.name);
    agency->set_display_name_da(a.da);
    agency->set_display_name_en(a.en);
    agency->set_kind(a.kind);
  }
  return Must(Directory::Make(d), "directory");
}

absl::Time Noon() { return StartOfDay(absl::CivilDay(2026, 3, 1)) + absl::Hours(12); }

World::World() : store(&rules.entities) {
  rules.directory = &directory;
  rules.identifier_key = std::string(32, 'i');
  rules.handle_key = std::string(32, 'h');
  for (const char* language : {"da", "en"}) {
    v1::ConsentText text = Must(ParseText(absl::StrCat("version: ", language, "-1\nlanguage: ", language, "\nconfirmed: false\n\nbody ", language, "\n")), "text");
    if (!rules.texts.Add(text).ok()) std::abort();
  }
  rules.sign = [](absl::string_view bytes) { return crypto::HmacSha256(std::string(32, 's'), bytes); };
  rules.check_signed = [this](const type::v1::Presence& presence, const std::string& citizen, const Call& call) -> absl::StatusOr<type::v1::PresenceStatement> {
    type::v1::PresenceStatement s;
    const std::string& bytes = presence.signed_().statement();
    if (presence.signed_().signature() != rules.sign(absl::StrCat(kPresenceContext, bytes)) || !s.ParseFromString(bytes)) return PresenceRequired();
    if (s.agency() != call.agency.value() || s.citizen() != citizen) return PresenceRequired();
    return s;
  };
  // A token of these tests is "<person> <agency>[ <jti>][.<signature>]"; "-" is no agency. It is good for five minutes.
  rules.second_person = [](absl::string_view token, absl::Time at) -> absl::StatusOr<Caller> {
    token = token.substr(0, token.find('.'));
    const size_t space = token.find(' ');
    if (space == absl::string_view::npos) return Refusal(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "no");
    Caller caller;
    caller.person = *PersonId::Parse(token.substr(0, space));
    const absl::string_view agency = token.substr(space + 1, token.find(' ', space + 1) - space - 1);
    if (agency != "-") caller.agency = *AgencyId::Parse(agency);
    caller.expires = at + absl::Minutes(5);
    const std::string& who = caller.person.value();
    caller.roles = {who == "robot"       ? type::v1::ROLE_SYSTEM
                    : who == "volunteer" ? type::v1::ROLE_USER_VOLUNTEER
                    : who == "ops"       ? type::v1::ROLE_OPS
                                         : type::v1::ROLE_DROPIN_STAFF};
    return caller;
  };
}

std::string World::NextSeed() { return crypto::Sha256(absl::StrCat("seed ", ++seeds_)); }

Call World::Staff(const std::string& agency, const std::string& person) {
  Call call;
  call.agency = *AgencyId::Parse(agency);
  call.person = *PersonId::Parse(person);
  call.roles = {type::v1::ROLE_DROPIN_STAFF};
  call.now = now;
  return call;
}

Call World::Login(const std::string& cpr) {
  Call call;
  call.person = *PersonId::Parse("login-1");
  call.roles = {type::v1::ROLE_CITIZEN};
  call.citizen_identifier = absl::StrCat("1//", cpr);
  call.now = now;
  return call;
}

Call World::Stated(Call call) {
  type::v1::PresenceStatement s;
  s.set_agency(call.agency.value());
  s.set_word(type::v1::WORD_PRESENT);
  auto* p = s.add_persons();
  p->set_person(call.person.value());
  p->set_agency(call.agency.value());
  call.presence = s;
  call.presence_signed = false;
  return call;
}

Call World::TwoPersons(Call call, const std::string& second_agency, bool signature) {
  call = Stated(std::move(call));
  call.presence_signed = true;
  call.presence->set_use(type::v1::PRESENCE_USE_HELP);
  call.presence->set_word(type::v1::WORD_TWO_PERSONS);
  call.presence->set_written_signature(signature);
  call.presence->set_nonce(NextSeed().substr(0, 16));
  *call.presence->mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(now));
  auto* p = call.presence->add_persons();
  p->set_person("person-2");
  p->set_agency(second_agency);
  return call;
}

Call World::CodeCard(Call call, bool signature) {
  call = TwoPersons(std::move(call), kDropin, signature);
  call.presence->set_word(type::v1::WORD_CODE_CARD);
  call.presence->mutable_persons()->RemoveLast();
  return call;
}

Call World::For(type::v1::PresenceUse use, Call call) {
  if (call.presence.has_value() && call.presence_signed) call.presence->set_use(use);
  return call;
}

Call World::Naming(const google::protobuf::RepeatedPtrField<std::string>& consents, Call call) {
  call = For(type::v1::PRESENCE_USE_GIVE, std::move(call));
  if (call.presence.has_value() && call.presence_signed) *call.presence->mutable_consents() = consents;
  return call;
}

std::string World::Ensure(const std::string& agency, const std::string& cpr) {
  registry::v1::EnsureCitizenRequest request;
  if (!cpr.empty()) {
    request.mutable_identifier()->set_scheme(registry::v1::IDENTIFIER_SCHEME_CPR);
    request.mutable_identifier()->set_value(cpr);
  }
  return Must(Ask<registry::v1::EnsureCitizenResponse>(EnsureCitizen, Stated(Staff(agency)), request), "ensure").citizen();
}

v1::Arrow World::Arrow(const std::string& holder, const std::string& recipient, type::v1::Purpose purpose,
                       const std::vector<type::v1::DataCategory>& categories) {
  v1::Arrow arrow;
  arrow.set_holder(holder);
  arrow.set_recipient(recipient);
  arrow.set_purpose(purpose);
  for (auto c : categories) arrow.add_categories(c);
  return arrow;
}

std::vector<v1::Consent> World::Propose(const std::string& agency, const std::string& citizen, const std::vector<v1::Arrow>& arrows,
                                        const std::string& own_words) {
  v1::ProposeConsentsRequest request;
  request.set_citizen(citizen);
  for (const v1::Arrow& a : arrows) *request.add_arrows() = a;
  request.set_own_words(own_words);
  const auto response = Must(Ask<v1::ProposeConsentsResponse>(ProposeConsents, Stated(Staff(agency)), request), "propose");
  return {response.consents().begin(), response.consents().end()};
}

v1::ActivateConsentsRequest World::Activation(const std::string& citizen, const std::vector<v1::Consent>& drafts) {
  v1::ActivateConsentsRequest request;
  request.set_citizen(citizen);
  for (const v1::Consent& c : drafts) request.add_consents(c.name());
  request.mutable_given()->set_evidence(v1::EVIDENCE_ORAL_WITNESSED);
  request.mutable_given()->set_oral_reason("vil hellere sige det");
  request.mutable_given()->set_capacity_attested(true);
  request.mutable_given()->set_understood_read_back(true);
  request.mutable_given()->set_told_voluntary(true);
  request.mutable_given()->set_text_version(Text().version());
  request.mutable_given()->set_text_sha256(Text().sha256());
  return request;
}

v1::Consent World::Give(const std::string& citizen) {
  const auto drafts = Propose(kDropin, citizen,
                              {Arrow(kDropin, kHousing, type::v1::PURPOSE_FIND_AND_KEEP_HOME,
                                     {type::v1::DATA_CATEGORY_CONTACT, type::v1::DATA_CATEGORY_APPOINTMENTS})});
  const auto response = Must(Activate(TwoPersons(Staff(kDropin), kDropin), Activation(citizen, drafts)), "activate");
  return response.consents(0);
}

std::string World::SubjectOf(const std::string& agency, const std::string& citizen) {
  const auto* reference = store.Find<records::Reference>(ReferenceId(agency, RefId(citizen)));
  return reference == nullptr ? "" : reference->subject();
}

int World::Count(v1::ConsentState state) {
  int n = 0;
  for (const auto& [id, r] : store.All<records::ConsentRecord>()) n += r->state() == state ? 1 : 0;
  return n;
}

::brobygger::stored::LedgerRow World::LastEntry(std::string* subject) {
  ::brobygger::stored::LedgerRow row;
  if (store.ledger().empty()) return row;
  row.ParseFromString(store.ledger().back().head);
  if (subject != nullptr) *subject = store.ledger().back().subject;
  return row;
}

}  // namespace brobygger::consent
