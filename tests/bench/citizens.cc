#include "tests/bench/citizens.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "brobygger/consent/v1/consent_withdrawing.pb.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "services/consent/arrows.h"
#include "services/consent/common.h"
#include "services/consent/names.h"
#include "services/dropin/entities.h"
#include "services/dropin/regular.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"
#include "tests/bench/commits.h"
#include "tests/bench/process.h"

namespace brobygger::bench {
namespace {

absl::CivilDay Today() {
  static const absl::CivilDay today = CopenhagenDay(absl::Now());
  return today;
}

dropin::v1::Regular RegularOf(uint32_t i) {
  dropin::v1::Regular regular;
  regular.add_wishes("et sted med egen nøgle");
  regular.mutable_shared()->set_goals(Goals());
  regular.mutable_shared()->set_how_to_meet(HowToMeet(i));
  for (int n = 0; n < 4; ++n) {
    auto* a = regular.mutable_shared()->add_appointments();
    *a->mutable_date() = ToDate(Today() + 30 + 7 * n);
    a->set_part_of_day(dropin::v1::PART_OF_DAY_MORNING);
    a->set_companion_wanted(n == 0);
  }
  for (int item : {1, 5, 9, 14}) regular.mutable_shared()->add_daily_life(static_cast<dropin::v1::DailyLifeItem>(item));
  return regular;
}

Decision TrustOf(const consent::ConsentRules& rules, const Call& call, uint32_t i) {
  using consent::records::Subject;
  const std::string subject_id = Id('s', i), consent_id = Id('c', i), held = Id('p', i), received = Id('b', i);
  Decision decision;
  Subject subject;
  subject.set_state(Subject::STATE_ACTIVE);
  subject.set_created_ms(absl::ToUnixMillis(call.now));
  (*subject.mutable_references())[kHolder].add_ids(held);
  (*subject.mutable_references())[kRecipient].add_ids(received);
  decision.Put(rules.entities, subject_id, subject);
  consent::records::Reference reference;
  reference.set_subject(subject_id);
  decision.Put(rules.entities, consent::ReferenceId(kHolder, held), reference);
  decision.Put(rules.entities, consent::ReferenceId(kRecipient, received), reference);

  consent::v1::Arrow wanted;
  wanted.set_holder(kHolder);
  wanted.set_recipient(kRecipient);
  wanted.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  wanted.add_categories(type::v1::DATA_CATEGORY_CONTACT);
  wanted.add_categories(type::v1::DATA_CATEGORY_APPOINTMENTS);
  consent::records::ConsentRecord record = consent::NewRecord(rules, call, consent_id, subject_id, wanted);
  record.set_page(Id('q', i));
  record.set_state(consent::v1::CONSENT_STATE_ACTIVE);
  record.set_start_ms(absl::ToUnixMillis(call.now - absl::Hours(1)));
  record.set_end_ms(absl::ToUnixMillis(call.now + absl::Hours(24 * 180)));
  *record.mutable_last_day() = ToDate(Today() + 179);
  record.set_holder_ref(held);
  record.set_recipient_ref(received);
  record.set_evidence(consent::v1::EVIDENCE_ORAL_WITNESSED);
  record.set_text_version("da-1");
  record.set_version(2);
  decision.Put(rules.entities, consent_id, record);

  consent::records::Arrow arrow;
  arrow.set_subject(subject_id);
  (*arrow.mutable_latest())[type::v1::PURPOSE_FIND_AND_KEEP_HOME] = consent_id;
  decision.Put(rules.entities, consent::ArrowId(kRecipient, received, kHolder), arrow);
  return decision;
}

}  // namespace

std::string Id(char what, uint32_t i) {
  std::string id(26, 'a');
  id[0] = what;
  for (size_t at = 25; i > 0; --at, i >>= 5) id[at] = "abcdefghijklmnopqrstuvwxyz234567"[i & 31];
  return id;
}

std::string HoldersReference(uint32_t i) { return "citizens/" + Id('p', i); }
std::string RecipientsReference(uint32_t i) { return "citizens/" + Id('b', i); }

std::string HowToMeet(uint32_t i) {
  return absl::StrFormat("Nr. %07d. Kom helst om formiddagen, gerne til kaffe ved den lange bord i caféen. Ring ikke, men skriv en besked; "
                         "svar kan tage et par dage. Hunden er med og er glad for folk.", i);
}

std::string Goals() {
  return "Et sted at bo, hvor hunden må være med, helst i stueetagen og ikke for langt fra byen. Ro om natten. Så er der kræfter til resten: "
         "tænder, papirer, og at ses med børnene igen, når der er et bord at sidde ved.";
}

std::string AppointmentsWire() {
  dropin::v1::DropinFile file;
  *file.mutable_appointments() = RegularOf(0).shared().appointments();
  return file.SerializeAsString();
}

std::string DailyLifeWire() {
  dropin::v1::DropinFile file;
  *file.mutable_daily_life() = RegularOf(0).shared().daily_life();
  return file.SerializeAsString();
}

std::string LookRequest(uint32_t i) {
  dropin::v1::GetCitizenFileRequest request;
  request.set_citizen(RecipientsReference(i));
  request.set_holder(kHolder);
  request.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  request.add_categories(type::v1::DATA_CATEGORY_CONTACT);
  request.add_categories(type::v1::DATA_CATEGORY_APPOINTMENTS);
  return request.SerializeAsString();
}

bool IsLook(uint32_t i, const std::string& response) {
  // The answer for citizen 0 as the contract says it, and where in it the citizen's number stands.
  static const std::string* const wanted = [] {
    dropin::v1::GetCitizenFileResponse answer;
    answer.mutable_file()->set_how_to_meet(HowToMeet(0));
    *answer.mutable_file()->mutable_appointments() = RegularOf(0).shared().appointments();
    answer.add_granted_categories(type::v1::DATA_CATEGORY_CONTACT);
    answer.add_granted_categories(type::v1::DATA_CATEGORY_APPOINTMENTS);
    return new std::string(answer.SerializeAsString());
  }();
  static const size_t at = wanted->find("0000000");
  char number[8];
  absl::SNPrintF(number, sizeof(number), "%07d", i);
  return response.size() == wanted->size() && response.compare(0, at, *wanted, 0, at) == 0 && response.compare(at, 7, number) == 0 &&
         response.compare(at + 7, std::string::npos, *wanted, at + 7, std::string::npos) == 0;
}

std::string ReadRequest(uint32_t i) {
  dropin::v1::GetRegularRequest request;
  request.set_citizen(HoldersReference(i));
  return request.SerializeAsString();
}

bool IsRead(uint32_t i, const std::string& response) {
  char number[12];
  absl::SNPrintF(number, sizeof(number), "Nr. %07d", i);
  return absl::StrContains(response, number);
}

std::string WithdrawRequest(uint32_t i) {
  consent::v1::WithdrawConsentsRequest request;
  request.set_citizen(HoldersReference(i));
  request.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  request.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  request.set_everything(true);
  request.set_request_id(crypto::NewId());
  return request.SerializeAsString();
}

bool IsWithdrawal(const std::string& response) {
  consent::v1::WithdrawConsentsResponse answer;
  return answer.ParseFromString(response) && answer.withdrawn() == 1;
}

void Load(Store* records, Store* trust, const consent::ConsentRules& rules, uint32_t first, uint32_t count) {
  Call call;
  call.agency = *AgencyId::Parse(kHolder);
  call.now = absl::Now();
  Commits commits;
  for (uint32_t i = first; i < first + count; ++i) {
    Decision record;
    dropin::PutRegular(Id('p', i), RegularOf(i), Today(), &record);
    commits.Put(records, {"perron-4"}, &dropin::Entities(), std::move(record));
    commits.Put(trust, {Store::kTrustSlug}, &rules.entities, TrustOf(rules, call, i));
  }
  commits.Wait();
}

}  // namespace brobygger::bench
