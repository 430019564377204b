// The policy, as the contracts state it: who may call a method, what a purpose allows, the words the citizen reads.
// Read from the generated descriptors (options of policy/v1/policy.proto, tables of policy/v1/tables.proto); nothing here
// can be configured. A contract without policy stops the build (check_contracts), so look-ups do not fail.
//
// Threads: everything is immutable after the first use; call from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "brobygger/policy/v1/policy.pb.h"
#include "brobygger/type/v1/type.pb.h"
#include "google/protobuf/descriptor.h"

namespace brobygger {

// A set of data categories: bit n is DataCategory n.
using CategoryMask = std::uint32_t;

constexpr CategoryMask Bit(type::v1::DataCategory category) { return CategoryMask{1} << static_cast<unsigned>(category); }
constexpr std::uint32_t Bit(type::v1::Purpose purpose) { return std::uint32_t{1} << static_cast<unsigned>(purpose); }

// The method's policy. A method without one has ACCESS_CLASS_UNSPECIFIED, which the dispatch refuses.
const policy::v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor* method);
// Who may call: the method's roles and those of its groups, each once, in the order of their numbers.
std::vector<type::v1::Role> RolesOf(const google::protobuf::MethodDescriptor* method);

// The categories that may be asked for under the purpose at most; 0 for a purpose that does not exist.
CategoryMask MaximumOf(type::v1::Purpose purpose);
// Whether the role may look through a door under the purpose.
bool RoleMayAsk(type::v1::Role role, type::v1::Purpose purpose);
// Substances, health, mental health, justice: those that need the stronger word (design: "The citizen's word").
CategoryMask SensitiveCategories();

// What the citizen reads. A value that does not exist gives an empty row.
const policy::v1::PurposeRow& Words(type::v1::Purpose purpose);
const policy::v1::CategoryRow& Words(type::v1::DataCategory category);

}  // namespace brobygger
