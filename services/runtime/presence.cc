#include "services/runtime/presence.h"

#include "absl/strings/str_cat.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using google::protobuf::Timestamp;
using policy::v1::PresenceNeed;
using type::v1::PresenceMethod;
using type::v1::PresenceStatement;

absl::Time TimeOf(const Timestamp& t) { return absl::FromUnixSeconds(t.seconds()) + absl::Nanoseconds(t.nanos()); }

bool IsMethod(PresenceMethod method) {
  return method != type::v1::PRESENCE_METHOD_UNSPECIFIED && type::v1::PresenceMethod_IsValid(method);
}

bool IsFresh(const Timestamp& t, absl::Time now) {
  const absl::Time time = TimeOf(t);
  return time <= now + kPresenceSkew && time >= now - kPresenceLifetime;
}

absl::StatusOr<PresenceStatement> FromStated(const type::v1::StatedPresence& stated, const AgencyId& agency,
                                             const std::string& citizen, const PersonId& person, absl::Time now) {
  if (!IsMethod(stated.method()) || !stated.has_time() || !IsFresh(stated.time(), now) || person.empty()) return PresenceRequired();
  PresenceStatement out;
  out.set_agency(agency.value());
  out.set_citizen(citizen);
  out.set_method(stated.method());
  out.set_word(type::v1::WORD_PRESENT);  // one person's word that the citizen took part, whatever else is claimed
  auto* caller = out.add_persons();
  caller->set_person(person.value());
  caller->set_agency(agency.value());
  *out.mutable_time() = stated.time();
  out.set_companion_present(stated.companion_present());
  return out;
}

absl::StatusOr<PresenceStatement> FromSigned(const type::v1::SignedStatement& statement, const AgencyId& agency,
                                             const std::string& citizen, absl::Time now,
                                             const crypto::StatementVerifier* verifier) {
  if (verifier == nullptr || !verifier->Verify(absl::StrCat(kPresenceContext, statement.statement()), statement.signature())) {
    return PresenceRequired();
  }
  PresenceStatement out;
  if (!out.ParseFromString(statement.statement())) return PresenceRequired();
  const bool ours = out.agency() == agency.value() && (citizen.empty() || out.citizen() == citizen);
  if (!ours || !IsMethod(out.method()) || !out.has_time() || !IsFresh(out.time(), now)) return PresenceRequired();
  return out;
}

}  // namespace

absl::Status PresenceRequired() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "PRESENCE_REQUIRED",
                 "The citizen has to take part (present, on the phone, or by own wish) before you can go on.");
}

absl::StatusOr<PresenceStatement> CheckPresence(const type::v1::Presence& presence, PresenceNeed need, const AgencyId& agency,
                                                const std::string& citizen, const PersonId& person, absl::Time now,
                                                const crypto::StatementVerifier* verifier) {
  switch (presence.kind_case()) {
    case type::v1::Presence::kSigned:
      return FromSigned(presence.signed_(), agency, citizen, now, verifier);
    case type::v1::Presence::kStated:
      if (need == policy::v1::PRESENCE_NEED_SIGNED) return PresenceRequired();
      return FromStated(presence.stated(), agency, citizen, person, now);
    case type::v1::Presence::KIND_NOT_SET:
      break;
  }
  return PresenceRequired();
}

}  // namespace brobygger
