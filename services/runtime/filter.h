// What leaves through a door: only permitted fields. Two versions of the same rule. Filter works on serialised bytes, which
// is what the door uses; FilterByReflection says the same thing slowly and is its oracle in tests.
//
// A field passes if all of these hold; whatever is not said to pass is dropped:
// - its category is in the mask, and the purpose is among its only_purposes (if it has any);
// - it is no bytes field, no map field;
// - a string has a pattern or a format (but not TEXT_WITHOUT_CPR: that is free text, and not CITIZEN: another agency's
//   reference), or is shared_text; under `limited` no shared_text passes.
// A sub-message does not pass as such: its fields are judged one by one (only_purposes and shared_text of the field that
// holds it still apply), and it is left out when nothing in it passed, in a repeated field too, so that counts do not show. Values (messages of brobygger.type.v1, google.protobuf.Timestamp) take
// the category of the field that holds them. Unknown fields are dropped. NON_PERSONAL fields need no permission, but pass
// only beside a personal field of the same message: alone they would tell that something exists.
//
// Threads: call from any thread.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/runtime/policy.h"

namespace brobygger {

namespace filter_internal {
struct Plan;
}

// A small value: a table of the message type, and what is permitted. Copy it freely.
class Filter {
 public:
  // The filter for a citizen file of this type. `limited`: the citizen's own words limit the consent.
  // The table of a type is made at its first use and kept; call once per door at start-up.
  static Filter For(const google::protobuf::Descriptor* file, type::v1::Purpose purpose, CategoryMask mask, bool limited);

  // The permitted part of a serialised file, serialised; "" if nothing is permitted. DATA_LOSS for bytes that our own
  // serialiser does not write: malformed varints, lengths or UTF-8, field numbers over 2^29-1, groups, a singular field or
  // oneof given twice, more than 32 levels.
  absl::StatusOr<std::string> Apply(absl::string_view wire) const;

 private:
  Filter(const filter_internal::Plan* plan, type::v1::Purpose purpose, CategoryMask mask, bool limited)
      : plan_(plan), purpose_(purpose), mask_(mask), limited_(limited) {}
  const filter_internal::Plan* plan_;
  type::v1::Purpose purpose_;
  CategoryMask mask_;
  bool limited_;
};

// The same by reflection, in place. DATA_LOSS for more than 32 levels.
absl::Status FilterByReflection(google::protobuf::Message* file, type::v1::Purpose purpose, CategoryMask mask, bool limited);

}  // namespace brobygger
