// For the tests of every service: which kinds it seals for citizens, and so has to show them.
#pragma once

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/rights.h"

namespace brobygger::testing {

// Asked of each kind with a record that names a citizen wherever it can.
inline std::set<std::string> KindsOfCitizens(const EntitySet& entities) {
  const std::string id(26, 'a');
  std::set<std::string> kinds;
  for (const EntityType& e : entities.all()) {
    if (!e.owner) continue;
    std::unique_ptr<google::protobuf::Message> record(google::protobuf::MessageFactory::generated_factory()->GetPrototype(e.type)->New());
    for (const char* field : {"citizen", "person"}) {
      const auto* f = e.type->FindFieldByName(field);
      if (f != nullptr && f->type() == google::protobuf::FieldDescriptor::TYPE_STRING) record->GetReflection()->SetString(record.get(), f, absl::StrCat("citizens/", id));
    }
    if (absl::StartsWith(e.owner(id, *record), "citizens/")) kinds.insert(e.kind);
  }
  return kinds;
}

// Those that an export has.
inline std::set<std::string> KindsOf(const RightsRules& rules) {
  std::set<std::string> kinds{"statement"};
  for (const KeptKind& kind : rules.kinds) kinds.insert(kind.kind);
  return kinds;
}

}  // namespace brobygger::testing
