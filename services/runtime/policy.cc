#include "services/runtime/policy.h"

#include <array>
#include <set>

namespace brobygger {
namespace {

using google::protobuf::DescriptorPool;
using type::v1::DataCategory;
using type::v1::Purpose;
using type::v1::Role;

constexpr int kSize = 32;  // more than any of the closed enums has values; masks have 32 bits

struct Policy {
  std::array<CategoryMask, kSize> maximum{};
  std::array<std::uint32_t, kSize> roles{};  // by purpose: bit n is Role n
  std::array<const policy::v1::PurposeRow*, kSize> purposes{};
  std::array<const policy::v1::CategoryRow*, kSize> categories{};
  std::array<const policy::v1::GroupRow*, kSize> groups{};
  CategoryMask sensitive = 0;
};

const policy::v1::Tables& Tables() {
  return DescriptorPool::generated_pool()
      ->FindFileByName("brobygger/policy/v1/tables.proto")
      ->options()
      .GetExtension(policy::v1::tables);
}

const Policy& Read() {
  static const Policy* const policy = [] {
    auto* p = new Policy();
    p->purposes.fill(&policy::v1::PurposeRow::default_instance());
    p->categories.fill(&policy::v1::CategoryRow::default_instance());
    p->groups.fill(&policy::v1::GroupRow::default_instance());
    for (const auto& row : Tables().purposes()) {
      p->purposes[row.purpose()] = &row;
      for (int c : row.maximum()) p->maximum[row.purpose()] |= Bit(static_cast<DataCategory>(c));
      for (int r : row.roles()) p->roles[row.purpose()] |= std::uint32_t{1} << r;
    }
    for (const auto& row : Tables().categories()) {
      p->categories[row.category()] = &row;
      if (row.sensitive()) p->sensitive |= Bit(row.category());
    }
    for (const auto& row : Tables().groups()) p->groups[row.group()] = &row;
    return p;
  }();
  return *policy;
}

// Any int may stand in an enum that came over the wire.
template <class T>
const T& At(const std::array<T, kSize>& table, int i) {
  static const T none{};
  return i >= 0 && i < kSize ? table[i] : none;
}

}  // namespace

const policy::v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor* method) {
  return method->options().GetExtension(policy::v1::method);
}

std::vector<Role> RolesOf(const google::protobuf::MethodDescriptor* method) {
  const policy::v1::MethodPolicy& policy = PolicyOf(method);
  std::set<int> roles(policy.roles().begin(), policy.roles().end());
  for (int group : policy.groups()) {
    if (group < 0 || group >= kSize) continue;
    const auto& members = Read().groups[group]->roles();
    roles.insert(members.begin(), members.end());
  }
  std::vector<Role> out;
  for (int r : roles) out.push_back(static_cast<Role>(r));
  return out;
}

CategoryMask MaximumOf(Purpose purpose) { return At(Read().maximum, purpose); }

bool RoleMayAsk(Role role, Purpose purpose) {
  return role > 0 && role < kSize && (At(Read().roles, purpose) >> role & 1) != 0;
}

CategoryMask SensitiveCategories() { return Read().sensitive; }

const policy::v1::PurposeRow& Words(Purpose purpose) {
  const auto* row = At(Read().purposes, purpose);
  return row != nullptr ? *row : policy::v1::PurposeRow::default_instance();
}

const policy::v1::CategoryRow& Words(DataCategory category) {
  const auto* row = At(Read().categories, category);
  return row != nullptr ? *row : policy::v1::CategoryRow::default_instance();
}

}  // namespace brobygger
