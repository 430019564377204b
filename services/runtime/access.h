// Who may call what: peer, access class and role, decided from values alone.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/runtime/config.h"
#include "services/runtime/token.h"

namespace brobygger {

// A method's policy, ready for use.
struct MethodAccess {
  policy::v1::AccessClass access = policy::v1::ACCESS_CLASS_UNSPECIFIED;
  std::uint32_t roles = 0;  // bit n is Role n; 0: no role is asked for (PUBLIC)
};
MethodAccess AccessOf(const google::protobuf::MethodDescriptor* method);

// What came with the call besides the token.
struct Carrier {
  absl::string_view peer;          // SPIFFE name
  absl::string_view on_behalf_of;  // "" if none
};

// PERMISSION_DENIED PEER_NOT_ALLOWED unless a peer of the method's class carries the call, AGENCY_UNKNOWN unless the
// caller's agency is in the directory, ON_BEHALF_OF_NOT_ALLOWED unless the one acted for is a practitioner of the system's
// own agency and the method a door. On success `caller` is who counts: for a system at a door, the practitioner. Never for PEER.
absl::Status AdmitOnRoad(const MethodAccess& method, const Carrier& carrier, const Directory& directory, Caller* caller);
// PERMISSION_DENIED ROLE_NOT_ALLOWED unless a role of the caller is listed.
absl::Status AdmitRole(const MethodAccess& method, const Caller& caller);
// Both.
absl::Status Admit(const MethodAccess& method, const Carrier& carrier, const Directory& directory, Caller* caller);

// Whether the gate shall hear of a caller whom AdmitRole refused at a door, so that the citizen can read that somebody
// asked: a person of an agency, none of whose roles may ask for any purpose, so that the gate refuses, too. A citizen's own login
// is nobody of an agency, and names nobody whom an entry could hold to it.
bool RefusedByTheGateToo(const Caller& caller);

}  // namespace brobygger
