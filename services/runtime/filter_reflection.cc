// The rule of filter.h said again, slowly and on purpose without sharing code with filter.cc: the oracle of its tests.
#include <vector>

#include "services/runtime/filter.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 32;

struct Permission {
  type::v1::Purpose purpose;
  CategoryMask mask;
  bool limited;
};

bool IsValue(const google::protobuf::Descriptor* type) {
  return type->full_name() == "google.protobuf.Timestamp" || type->file()->package() == "brobygger.type.v1";
}

// Everything about a field but its category.
bool FormAllowed(const FieldDescriptor* field, const Permission& permission) {
  if (field->is_map() || field->type() == FieldDescriptor::TYPE_BYTES) return false;
  const auto& options = field->options();
  if (!type::v1::Purpose_IsValid(permission.purpose)) return false;
  if (options.ExtensionSize(policy::v1::only_purposes) > 0) {
    bool listed = false;
    for (int p : options.GetRepeatedExtension(policy::v1::only_purposes)) listed = listed || p == permission.purpose;
    if (!listed) return false;
  }
  if (options.GetExtension(policy::v1::shared_text)) return !permission.limited;
  if (field->type() != FieldDescriptor::TYPE_STRING) return true;
  const policy::v1::Rules& rules = options.GetExtension(policy::v1::rules);
  if (rules.format() == policy::v1::Rules::FORMAT_TEXT_WITHOUT_CPR) return false;
  if (rules.format() == policy::v1::Rules::FORMAT_CITIZEN) return false;
  return rules.format() != policy::v1::Rules::FORMAT_UNSPECIFIED || !rules.pattern().empty();
}

// Filters the sub-messages of a field, drops the empty ones; whether any is left.
template <class F>
bool EachMessage(Message* m, const FieldDescriptor* field, F filter) {
  const Reflection* r = m->GetReflection();
  if (!field->is_repeated()) {
    if (filter(r->MutableMessage(m, field))) return true;
    r->ClearField(m, field);
    return false;
  }
  int kept = 0;
  for (int i = 0; i < r->FieldSize(*m, field); ++i) {
    if (!filter(r->MutableRepeatedMessage(m, field, i))) continue;
    if (i != kept) r->SwapElements(m, field, i, kept);
    ++kept;
  }
  while (r->FieldSize(*m, field) > kept) r->RemoveLast(m, field);
  return kept > 0;
}

class Pruner {
 public:
  explicit Pruner(const Permission& permission) : permission_(permission) {}
  bool too_deep() const { return too_deep_; }

  // A value: everything in it but bytes and unstructured text. Whether anything is left.
  bool Value(Message* m, int depth) {
    if (!Enter(m, depth)) return false;
    bool left = false;
    for (const FieldDescriptor* field : Fields(*m)) {
      if (!FormAllowed(field, permission_)) {
        m->GetReflection()->ClearField(m, field);
      } else if (field->message_type() != nullptr) {
        left |= EachMessage(m, field, [&](Message* sub) { return Value(sub, depth + 1); });
      } else {
        left = true;
      }
    }
    return left;
  }

  // A message whose fields carry categories. Whether anything personal is left; if not, it is empty.
  bool Labelled(Message* m, int depth) {
    if (!Enter(m, depth)) return false;
    bool personal = false;
    for (const FieldDescriptor* field : Fields(*m)) {
      const auto category = field->options().GetExtension(policy::v1::category);
      const bool non_personal = category == type::v1::DATA_CATEGORY_NON_PERSONAL;
      const bool labelled = category != type::v1::DATA_CATEGORY_UNSPECIFIED;
      const bool granted = labelled && (non_personal || (permission_.mask & Bit(category)) != 0);
      if (field->message_type() != nullptr && !field->is_map() && !IsValue(field->message_type())) {
        const bool left = EachMessage(m, field, [&](Message* sub) { return Labelled(sub, depth + 1); });
        const bool opens = labelled && FormAllowed(field, permission_);
        if (!opens) m->GetReflection()->ClearField(m, field);
        personal |= left && opens;
      } else if (!granted || !FormAllowed(field, permission_)) {
        m->GetReflection()->ClearField(m, field);
      } else if (field->message_type() != nullptr) {
        personal |= EachMessage(m, field, [&](Message* sub) { return Value(sub, depth + 1); }) && !non_personal;
      } else {
        personal |= !non_personal;
      }
    }
    if (!personal) m->Clear();
    return personal;
  }

 private:
  bool Enter(Message* m, int depth) {
    m->GetReflection()->MutableUnknownFields(m)->Clear();
    too_deep_ |= depth > kMaxDepth;
    return depth <= kMaxDepth;
  }
  static std::vector<const FieldDescriptor*> Fields(const Message& m) {
    std::vector<const FieldDescriptor*> fields;
    m.GetReflection()->ListFields(m, &fields);
    return fields;
  }

  const Permission permission_;
  bool too_deep_ = false;
};

}  // namespace

absl::Status FilterByReflection(Message* file, type::v1::Purpose purpose, CategoryMask mask, bool limited) {
  Pruner pruner({purpose, mask, limited});
  pruner.Labelled(file, 1);
  if (pruner.too_deep()) {
    file->Clear();
    return Refusal(absl::StatusCode::kDataLoss, "FILE_MALFORMED", "the stored file is damaged, so nothing is shown");
  }
  return absl::OkStatus();
}

}  // namespace brobygger
