#include "services/runtime/filter.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

#include "google/protobuf/stubs/common.h"
#include "services/runtime/plan_cache.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace filter_internal {

// How the payload is written, from the field's declared type.
enum class Form : std::uint8_t { kUnknown, kVarint, kFixed64, kFixed32, kText, kBytes, kMessage };

struct Field {
  const Plan* message = nullptr;      // kMessage
  CategoryMask category = 0;          // one bit, or kAnything in a value; 0: never passes
  std::uint32_t purposes = 0;         // bits of the purposes under which it may pass
  std::uint16_t once = 0;             // singular: index + 1 of its bit in `seen`; the fields of a oneof share one
  Form form = Form::kUnknown;
  bool repeated = false;
  bool presence = false;              // its default value counts as content
  bool narrow = false;                // 32 bits of the varint count
  bool shared_text = false;
  bool value = false;                 // the message is a value: passes as a whole, with the field's category
};

struct Plan {
  std::vector<Field> fields;  // by number
};

}  // namespace filter_internal

namespace {

using filter_internal::Field;
using filter_internal::Form;
using filter_internal::Plan;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr CategoryMask kAnything = ~CategoryMask{0};
constexpr CategoryMask kNonPersonal = Bit(type::v1::DATA_CATEGORY_NON_PERSONAL);
constexpr int kMaxDepth = 32;
constexpr int kMaxNumber = 1023;  // the contract check refuses larger numbers in a citizen file
constexpr int kMaxOnce = 256;     // and more singular fields in one message

bool IsValue(const Descriptor* type) {
  return type->file()->package() == "brobygger.type.v1" || type->full_name() == "google.protobuf.Timestamp";
}

// Whether a string field holds something else than free text or another agency's reference.
bool IsStructured(const FieldDescriptor* field) {
  const policy::v1::Rules& rules = field->options().GetExtension(policy::v1::rules);
  switch (rules.format()) {
    case policy::v1::Rules::FORMAT_UNSPECIFIED: return !rules.pattern().empty();
    case policy::v1::Rules::FORMAT_TEXT_WITHOUT_CPR:
    case policy::v1::Rules::FORMAT_CITIZEN: return false;
    default: return true;
  }
}

Form FormOf(const FieldDescriptor* field) {
  switch (field->type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return Form::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return Form::kFixed32;
    case FieldDescriptor::TYPE_STRING: return Form::kText;
    case FieldDescriptor::TYPE_BYTES: return Form::kBytes;
    case FieldDescriptor::TYPE_MESSAGE: return Form::kMessage;
    case FieldDescriptor::TYPE_GROUP: return Form::kUnknown;  // proto2 only; the bytes are refused
    default: return Form::kVarint;
  }
}

bool IsNarrow(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_ENUM: return true;
    default: return false;
  }
}

void BuildPlan(PlanCache<Plan>& cache, const Descriptor* type, Plan& plan) {
  const bool in_value = IsValue(type);
  int once = type->real_oneof_decl_count();  // the first bits are the oneofs'
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* d = type->field(i);
    if (d->number() > kMaxNumber || once >= kMaxOnce) {
      std::cerr << "too large for a citizen file: " << d->full_name() << std::endl;
      std::abort();
    }
    if (static_cast<int>(plan.fields.size()) <= d->number()) plan.fields.resize(d->number() + 1);
    Field& f = plan.fields[d->number()];
    f.form = FormOf(d);
    f.repeated = d->is_repeated();
    f.presence = d->has_presence();
    f.narrow = IsNarrow(d);
    if (!f.repeated) {
      const auto* oneof = d->real_containing_oneof();
      f.once = static_cast<std::uint16_t>((oneof != nullptr ? oneof->index() : once++) + 1);
    }
    const auto category = d->options().GetExtension(policy::v1::category);
    f.category = in_value ? kAnything : category == type::v1::DATA_CATEGORY_UNSPECIFIED ? 0 : Bit(category);
    for (int p : d->options().GetRepeatedExtension(policy::v1::only_purposes)) f.purposes |= Bit(static_cast<type::v1::Purpose>(p));
    if (f.purposes == 0) f.purposes = ~std::uint32_t{0};
    f.shared_text = d->options().GetExtension(policy::v1::shared_text);
    if (f.form == Form::kText && !f.shared_text && !IsStructured(d)) f.category = 0;
    if (f.form == Form::kBytes || d->is_map()) f.category = 0;
    if (f.form == Form::kMessage) {
      f.message = cache.Declare(d->message_type());
      f.value = IsValue(d->message_type());
    }
  }
}

PlanCache<Plan>& Plans() {
  static auto* const plans = new PlanCache<Plan>(&BuildPlan);
  return *plans;
}

// Reads a varint of at most `max` bytes; null if it is malformed. The one-byte case is most of them.
inline const char* ReadVarint(const char* p, const char* end, int max, std::uint64_t* value) {
  if (p < end && static_cast<signed char>(*p) >= 0) {
    *value = static_cast<std::uint8_t>(*p);
    return p + 1;
  }
  std::uint64_t v = 0;
  for (int i = 0; i < max && p < end; ++i) {
    const std::uint64_t byte = static_cast<std::uint8_t>(*p++);
    v |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      *value = v;
      return p;
    }
  }
  return nullptr;
}

inline int VarintSize(std::uint64_t v) {
  int n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

inline char* WriteVarint(char* out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) *out++ = static_cast<char>(v | 0x80);
  *out++ = static_cast<char>(v);
  return out;
}

inline char* Copy(char* out, const char* from, const char* to) {
  std::memcpy(out, from, to - from);
  return out + (to - from);
}

inline bool AllZero(const char* p, int n) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, n);
  return v == 0;
}

// One pass over the bytes. The output is never longer than what has been read of the input.
class Walk {
 public:
  Walk(type::v1::Purpose purpose, CategoryMask mask, bool limited)
      : mask_((mask & ~Bit(type::v1::DATA_CATEGORY_UNSPECIFIED)) | kNonPersonal),
        purpose_(type::v1::Purpose_IsValid(purpose) ? Bit(purpose) : 0),
        limited_(limited) {}

  // Writes what passes of the message [p, end) to `out`; the new end of the output, null if the bytes are malformed.
  // `content`: whether anything passed that may stand by itself; if not, the caller takes the output back.
  char* Message(const Plan& plan, const char* p, const char* const end, char* out, int depth, bool* content) {
    if (depth > kMaxDepth) return nullptr;
    std::uint64_t seen[kMaxOnce / 64] = {};
    const char* run = p;  // what passed and is not yet copied starts here
    *content = false;
    while (p < end) {
      const char* const start = p;
      std::uint64_t tag;
      p = ReadVarint(p, end, 5, &tag);
      if (p == nullptr || tag >> 32 != 0 || tag < 8) return nullptr;
      const std::uint64_t number = tag >> 3;
      const int wire = static_cast<int>(tag & 7);
      static const Field kNone;
      const Field& f = number < plan.fields.size() ? plan.fields[number] : kNone;

      const char* const payload = p;
      std::uint64_t n = 0;  // the varint, or the length
      bool meant = false;   // written as its type is written; if not, it is unknown to every parser
      bool empty = false;   // a default value: the same as absent
      switch (wire) {
        case 0:
          if ((p = ReadVarint(p, end, 10, &n)) == nullptr) return nullptr;
          meant = f.form == Form::kVarint;
          empty = (f.narrow ? static_cast<std::uint32_t>(n) : n) == 0;
          break;
        case 1:
          if (end - p < 8) return nullptr;
          meant = f.form == Form::kFixed64;
          empty = AllZero(p, 8);
          p += 8;
          break;
        case 5:
          if (end - p < 4) return nullptr;
          meant = f.form == Form::kFixed32;
          empty = AllZero(p, 4);
          p += 4;
          break;
        case 2: {
          if ((p = ReadVarint(p, end, 5, &n)) == nullptr || n > static_cast<std::uint64_t>(end - p)) return nullptr;
          const char* const body = p;
          p += n;
          empty = n == 0;
          if (f.form == Form::kMessage) {
            if (!Once(f, seen)) return nullptr;
            out = Copy(out, run, start);
            run = p;
            out = SubMessage(f, {start, payload}, body, p, out, depth, content);
            if (out == nullptr) return nullptr;
            continue;
          }
          if (f.form == Form::kText || f.form == Form::kBytes) {
            meant = true;
            if (f.form == Form::kText && !google::protobuf::internal::IsStructurallyValidUTF8(body, static_cast<int>(n))) return nullptr;
          } else if (f.repeated && f.form != Form::kUnknown) {
            if (!IsPacked(f.form, body, p)) return nullptr;
            meant = !empty;
          }
          break;
        }
        default:
          return nullptr;  // groups, and what does not exist
      }
      if (meant && !Once(f, seen)) return nullptr;
      if (meant && Passes(f) && (!empty || f.presence || f.repeated)) {
        *content |= f.category != kNonPersonal;
        continue;  // copied with its run
      }
      out = Copy(out, run, start);
      run = p;
    }
    return Copy(out, run, end);
  }

 private:
  struct Span {
    const char* from;
    const char* to;
  };

  bool Passes(const Field& f) const { return (f.category & mask_) != 0 && Opens(f); }
  // What holds for a sub-message too: its fields are judged by their own categories, but only where it may be shown at all.
  bool Opens(const Field& f) const {
    return f.category != 0 && (f.purposes & purpose_) != 0 && !(limited_ && f.shared_text);
  }

  // Our serialiser writes a singular field once. A second one would be merged by a parser, which bytes cannot follow.
  static bool Once(const Field& f, std::uint64_t* seen) {
    if (f.once == 0) return true;
    std::uint64_t& word = seen[(f.once - 1) / 64];
    const std::uint64_t bit = std::uint64_t{1} << ((f.once - 1) % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

  static bool IsPacked(Form form, const char* p, const char* end) {
    if (form == Form::kFixed32) return (end - p) % 4 == 0;
    if (form == Form::kFixed64) return (end - p) % 8 == 0;
    std::uint64_t ignored;
    while (p < end) {
      if ((p = ReadVarint(p, end, 10, &ignored)) == nullptr) return false;
    }
    return true;
  }

  // A sub-message is walked even if its field cannot pass: what is malformed is refused wherever it stands.
  char* SubMessage(const Field& f, Span tag, const char* body, const char* end, char* const out, int depth, bool* content) {
    char* const after_tag = Copy(out, tag.from, tag.to);
    const int reserved = VarintSize(end - body);
    bool inner = false;
    char* const begin = after_tag + reserved;
    char* stop = Message(*f.message, body, end, begin, depth + 1, &inner);
    if (stop == nullptr) return nullptr;
    if (!inner || !(f.value ? Passes(f) : Opens(f))) return out;
    *content |= !f.value || f.category != kNonPersonal;
    const std::size_t length = stop - begin;
    char* const text = WriteVarint(after_tag, length);
    if (text != begin) {  // a shorter length needs fewer bytes; padding it would tell how much was dropped
      std::memmove(text, begin, length);
      stop = text + length;
    }
    return stop;
  }

  const CategoryMask mask_;
  const std::uint32_t purpose_;
  const bool limited_;
};

}  // namespace

Filter Filter::For(const Descriptor* file, type::v1::Purpose purpose, CategoryMask mask, bool limited) {
  return Filter(Plans().Get(file), purpose, mask, limited);
}

absl::StatusOr<std::string> Filter::Apply(absl::string_view wire) const {
  std::string out;
  out.resize(wire.size());
  bool content = false;
  const char* const begin = wire.data();
  const char* const end =
      begin == nullptr ? nullptr : Walk(purpose_, mask_, limited_).Message(*plan_, begin, begin + wire.size(), out.data(), 1, &content);
  if (begin != nullptr && end == nullptr) {
    return Refusal(absl::StatusCode::kDataLoss, "FILE_MALFORMED", "the stored file is damaged, so nothing is shown");
  }
  out.resize(content ? end - out.data() : 0);
  return out;
}

}  // namespace brobygger
