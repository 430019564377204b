#include "services/runtime/access.h"

#include "absl/strings/str_cat.h"
#include "services/runtime/policy.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

absl::Status Denied(absl::string_view reason, absl::string_view text) {
  return Refusal(absl::StatusCode::kPermissionDenied, reason, text);
}

bool PeerMayCarry(policy::v1::AccessClass access, absl::string_view peer, const Caller& caller) {
  const bool gateway = peer == "gateway";
  const bool own_system = !caller.agency.empty() && peer == absl::StrCat("system/", SlugOf(caller.agency));
  switch (access) {
    case policy::v1::ACCESS_CLASS_OWN: return gateway || own_system;
    case policy::v1::ACCESS_CLASS_DOOR: return gateway || own_system || peer == "coordination";
    case policy::v1::ACCESS_CLASS_CITIZEN: return gateway;
    case policy::v1::ACCESS_CLASS_PUBLIC: return true;
    default: return false;
  }
}

std::uint32_t MaskOf(const std::vector<type::v1::Role>& roles) {
  std::uint32_t mask = 0;
  for (type::v1::Role role : roles) mask |= std::uint32_t{1} << role;
  return mask;
}

// A system at a door looks with the eyes of a practitioner that the directory lists, or not at all.
absl::Status ActFor(absl::string_view practitioner, const Directory& directory, Caller* caller) {
  const runtime::Practitioner* found = directory.FindPractitioner(caller->agency.value(), practitioner);
  auto person = PersonId::Parse(practitioner);
  if (found == nullptr || !person.ok()) return Denied("ON_BEHALF_OF_NOT_ALLOWED", "the directory lists no such practitioner in your agency");
  caller->person = *std::move(person);
  caller->roles.clear();
  for (int role : found->roles()) caller->roles.push_back(static_cast<type::v1::Role>(role));
  return absl::OkStatus();
}

}  // namespace

MethodAccess AccessOf(const google::protobuf::MethodDescriptor* method) { return {PolicyOf(method).access(), MaskOf(RolesOf(method))}; }

absl::Status AdmitOnRoad(const MethodAccess& method, const Carrier& carrier, const Directory& directory, Caller* caller) {
  if (!PeerMayCarry(method.access, carrier.peer, *caller)) {
    return Denied("PEER_NOT_ALLOWED", "this call does not come by a road that is open to it");
  }
  if (!caller->agency.empty() && directory.FindAgency(caller->agency.value()) == nullptr) {
    return Denied("AGENCY_UNKNOWN", "your agency is not in the directory");
  }
  const bool door = method.access == policy::v1::ACCESS_CLASS_DOOR;
  if (door && caller->IsSystem()) {
    if (absl::Status s = ActFor(carrier.on_behalf_of, directory, caller); !s.ok()) return s;
  } else if (!carrier.on_behalf_of.empty()) {
    return Denied("ON_BEHALF_OF_NOT_ALLOWED", "only a system at a door acts on behalf of somebody");
  }
  return absl::OkStatus();
}

absl::Status AdmitRole(const MethodAccess& method, const Caller& caller) {
  if (method.roles == 0 ? method.access != policy::v1::ACCESS_CLASS_PUBLIC : (method.roles & MaskOf(caller.roles)) == 0) {
    return Denied("ROLE_NOT_ALLOWED", "your role does not do this");
  }
  return absl::OkStatus();
}

absl::Status Admit(const MethodAccess& method, const Carrier& carrier, const Directory& directory, Caller* caller) {
  BB_RETURN_IF_ERROR(AdmitOnRoad(method, carrier, directory, caller));
  return AdmitRole(method, *caller);
}

bool RefusedByTheGateToo(const Caller& caller) {
  if (caller.agency.empty() || caller.IsCitizen()) return false;
  for (type::v1::Role role : caller.roles) {
    for (int purpose = 1; purpose <= type::v1::Purpose_MAX; ++purpose) {
      if (RoleMayAsk(role, static_cast<type::v1::Purpose>(purpose))) return false;
    }
  }
  return true;
}

}  // namespace brobygger
