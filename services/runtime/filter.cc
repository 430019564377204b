#include "services/runtime/filter.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <utility>

#include "services/runtime/plan_cache.h"
#include "services/runtime/status.h"
#include "services/runtime/wire.h"

namespace brobygger {
namespace filter_internal {

// How the payload is written, from the field's declared type.
enum class Form : std::uint8_t { kUnknown, kVarint, kFixed64, kFixed32, kText, kBytes, kMessage };

// One question, one AND: a field names everything that would keep it back, and a look says what of that holds.
//   bits 0-31   the field's category   | the categories that are not granted
//   bits 32-62  the purposes it is not for | the purpose of the look
//   bit 63      it is shared text      | shared text is withheld
// Bit 0 is no category: never granted.
constexpr std::uint64_t kNever = 1, kSharedText = std::uint64_t{1} << 63;
constexpr std::uint64_t kCategories = 0xffffffff, kPurposes = ~kCategories & ~kSharedText;

struct Field {
  std::uint64_t denied_by = kNever;   // what keeps it from passing, in the bits of a Denial
  std::uint64_t once = 0;             // singular: its bit in `seen`; the fields of a oneof share one
  const Plan* message = nullptr;      // kMessage
  std::uint8_t once_word = 0;         // which word of `seen`
  Form form = Form::kUnknown;
  bool repeated = false;
  bool default_counts = false;        // repeated, or with presence: a default value is not the same as absent
  bool narrow = false;                // 32 bits of the varint count
  bool personal = false;              // may stand by itself
  bool value = false;                 // the message is a value: passes as a whole, with the field's category
};

struct Plan {
  std::unique_ptr<Field[]> fields;  // by number
  std::size_t size = 0;
  bool numbers = false;  // a value with at most 64 fields, all singular varints that may pass
};

}  // namespace filter_internal

namespace {

using namespace filter_internal;
using namespace wire;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

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
  plan.numbers = in_value && type->field_count() <= 64;
  int once = type->real_oneof_decl_count();  // the first bits are the oneofs'
  for (int i = 0; i < type->field_count(); ++i) plan.size = std::max<std::size_t>(plan.size, type->field(i)->number() + 1);
  if (plan.size <= kMaxNumber + 1) plan.fields = std::make_unique<Field[]>(plan.size);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* d = type->field(i);
    if (d->number() > kMaxNumber || once >= kMaxOnce) {
      std::cerr << "too large for a citizen file: " << d->full_name() << std::endl;
      std::abort();
    }
    Field& f = plan.fields[d->number()];
    f.form = FormOf(d);
    f.repeated = d->is_repeated();
    f.default_counts = f.repeated || d->has_presence();
    f.narrow = IsNarrow(d);
    if (!f.repeated) {
      const auto* oneof = d->real_containing_oneof();
      const int bit = oneof != nullptr ? oneof->index() : once++;
      f.once = std::uint64_t{1} << (bit % 64);
      f.once_word = static_cast<std::uint8_t>(bit / 64);
    }
    const auto category = d->options().GetExtension(policy::v1::category);
    const bool shared_text = d->options().GetExtension(policy::v1::shared_text);
    const bool never = f.form == Form::kBytes || d->is_map() || (f.form == Form::kText && !shared_text && !IsStructured(d));
    f.personal = in_value || category != type::v1::DATA_CATEGORY_NON_PERSONAL;
    f.denied_by = never ? kNever : in_value ? 0 : Bit(category);  // no category is bit 0
    if (shared_text) f.denied_by |= kSharedText;
    std::uint64_t only = 0;
    for (int p : d->options().GetRepeatedExtension(policy::v1::only_purposes)) only |= std::uint64_t{Bit(static_cast<type::v1::Purpose>(p))} << 32;
    if (only != 0) f.denied_by |= ~only & kPurposes;
    plan.numbers &= f.form == Form::kVarint && !f.repeated && f.denied_by == 0;
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

// One pass over the bytes. The output is never longer than what has been read of the input.
class Walk {
 public:
  // Not granted: everything outside the mask but NON_PERSONAL, and always what has no category.
  Walk(type::v1::Purpose purpose, CategoryMask mask, bool limited)
      : denials_((~std::uint64_t{mask | Bit(type::v1::DATA_CATEGORY_NON_PERSONAL)} & kCategories) | kNever |
                 (type::v1::Purpose_IsValid(purpose) ? std::uint64_t{Bit(purpose)} << 32 : ~std::uint64_t{0}) | (limited ? kSharedText : 0)) {}

  // Writes what passes of the message [p, end) to `out`; the new end of the output, null if the bytes are malformed.
  // `content`: whether anything passed that may stand by itself; if not, the caller takes the output back.
  char* Message(const Plan& plan, const char* p, const char* const end, char* out, int depth, bool* content) {
    static const Field kNone;
    if (depth > kMaxDepth) return nullptr;
    Seen seen;
    bool personal = false;
    const char* run = p;  // what passed and is not yet copied starts here
    while (p < end) {
      const char* const start = p;
      std::uint64_t tag;
      if ((p = ReadVarint(p, end, 5, &tag)) == nullptr || tag >> 32 != 0 || tag < 8) return nullptr;
      const Field& f = tag >> 3 < plan.size ? plan.fields[tag >> 3] : kNone;
      if (!seen.Once(f)) return nullptr;

      bool passes = Passes(f);
      std::uint64_t n;
      switch (tag & 7) {
        case 2: {
          const char* const payload = p;
          if ((p = ReadVarint(p, end, 5, &n)) == nullptr || n > static_cast<std::uint64_t>(end - p)) return nullptr;
          const char* const body = p;
          p += n;
          if (f.form == Form::kText) {
            if (!IsUtf8(body, p)) return nullptr;
            passes &= n != 0 || f.default_counts;
          } else if (f.form == Form::kMessage && f.value && IsIntact(*f.message, body, p)) {
            // A date or a time: nothing in it can be left out, so it passes or not like a number.
          } else if (f.form == Form::kMessage) {
            out = Copy(out, run, start);
            run = p;
            out = SubMessage(f, {start, payload}, body, p, out, depth, &personal);
            if (out == nullptr) return nullptr;
            continue;
          } else if (f.repeated && f.form != Form::kUnknown) {  // packed numbers
            if (!IsPacked(f.form, body, p)) return nullptr;
            passes &= n != 0;
          } else {
            passes = false;  // bytes, or written otherwise than its type: unknown to every parser
          }
          break;
        }
        case 0:
          if ((p = ReadVarint(p, end, 10, &n)) == nullptr) return nullptr;
          if (f.narrow) n = static_cast<std::uint32_t>(n);
          passes &= f.form == Form::kVarint && (n != 0 || f.default_counts);
          break;
        case 1:
          if (end - p < 8) return nullptr;
          passes &= f.form == Form::kFixed64 && (f.default_counts || !AllZero(p, 8));
          p += 8;
          break;
        case 5:
          if (end - p < 4) return nullptr;
          passes &= f.form == Form::kFixed32 && (f.default_counts || !AllZero(p, 4));
          p += 4;
          break;
        default:
          return nullptr;  // groups, and what does not exist
      }
      if (passes) {
        personal |= f.personal;  // copied with its run
      } else {
        out = Copy(out, run, start);
        run = p;
      }
    }
    *content = personal;
    return Copy(out, run, end);
  }

 private:
  struct Span {
    const char* from;
    const char* to;
  };

  bool Passes(const Field& f) const { return (f.denied_by & denials_) == 0; }
  // A sub-message that is no value may be shown at all: its fields are judged by their own categories, not by its.
  bool Opens(const Field& f) const { return (f.denied_by & denials_ & (kNever | kPurposes | kSharedText)) == 0; }

  // Our serialiser writes a singular field once. A second one would be merged by a parser, which bytes cannot follow.
  class Seen {
   public:
    bool Once(const Field& f) {
      if (f.once_word != 0) return Mark(more_[f.once_word - 1], f.once);
      return Mark(first_, f.once);  // nearly always; kept in a register
    }

   private:
    static bool Mark(std::uint64_t& word, std::uint64_t bit) {
      const bool fresh = (word & bit) == 0;
      word |= bit;
      return fresh;
    }
    std::uint64_t first_ = 0;
    std::uint64_t more_[kMaxOnce / 64 - 1] = {};
  };

  // Whether a value is just some numbers, each given once: most are. What is not, is walked.
  static bool IsIntact(const Plan& plan, const char* p, const char* end) {
    if (p == end || !plan.numbers) return false;
    std::uint64_t seen = 0, n;
    while (p < end) {
      const std::uint8_t tag = static_cast<std::uint8_t>(*p++);
      if ((tag & 0x87) != 0 || tag >> 3 >= plan.size) return false;  // a varint with a number below 16
      const Field& f = plan.fields[tag >> 3];
      if (f.form != Form::kVarint || (seen & f.once) != 0 || (p = ReadVarint(p, end, 10, &n)) == nullptr) return false;
      if ((f.narrow ? static_cast<std::uint32_t>(n) : n) == 0) return false;
      seen |= f.once;
    }
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
    *content |= !f.value || f.personal;
    const std::size_t length = stop - begin;
    char* const text = WriteVarint(after_tag, length);
    if (text != begin) {  // a shorter length needs fewer bytes; padding it would tell how much was dropped
      std::memmove(text, begin, length);
      stop = text + length;
    }
    return stop;
  }

  const std::uint64_t denials_;
};

}  // namespace

Filter Filter::For(const Descriptor* file, type::v1::Purpose purpose, CategoryMask mask, bool limited) {
  return Filter(Plans().Get(file), purpose, mask, limited);
}

absl::StatusOr<std::string> Filter::Apply(absl::string_view wire) const {
  if (wire.empty()) return std::string();
  // Most files fit on the stack: nothing is allocated or cleared but what passes.
  char small[2048];
  std::string large;
  if (wire.size() > sizeof(small)) large.resize(wire.size());
  char* const out = large.empty() ? small : &large[0];
  bool content = false;
  const char* const end = Walk(purpose_, mask_, limited_).Message(*plan_, wire.data(), wire.data() + wire.size(), out, 1, &content);
  if (end == nullptr) {
    return Refusal(absl::StatusCode::kDataLoss, "FILE_MALFORMED", "the stored file is damaged, so nothing is shown");
  }
  return std::string(out, content ? end - out : 0);
}

}  // namespace brobygger
