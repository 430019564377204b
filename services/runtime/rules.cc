#include "services/runtime/rules.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "re2/re2.h"
#include "services/runtime/ids.h"
#include "services/runtime/plan_cache.h"
#include "services/runtime/policy.h"
#include "services/runtime/text.h"

namespace brobygger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using policy::v1::Rules;

constexpr std::uint32_t kDefaultTextLength = 200;
constexpr std::uint32_t kDefaultBytesLength = 4096;
constexpr std::uint32_t kDefaultItems = 100;
// Timestamp's own range: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
constexpr std::int64_t kFirstSecond = -62135596800, kLastSecond = 253402300799;

struct Plan;

struct FieldPlan {
  const FieldDescriptor* field = nullptr;
  const Rules* rules = nullptr;        // in the descriptor: lives as long as the process
  std::unique_ptr<RE2> pattern;
  std::uint64_t known = 0;             // enums: bit n is the number n, for numbers below 64
  const Plan* message = nullptr;
  bool presence = false;
  bool in_oneof = false;
  std::uint32_t max_len = 0, max_items = 0;
};

struct Plan {
  enum class Kind { kMessage, kDate, kTimestamp } kind = Kind::kMessage;
  std::vector<FieldPlan> fields;  // only those with something to check
};

void BuildPlan(PlanCache<Plan>& cache, const Descriptor* type, Plan& plan) {
  if (type == type::v1::Date::descriptor()) plan.kind = Plan::Kind::kDate;
  if (type == google::protobuf::Timestamp::descriptor()) plan.kind = Plan::Kind::kTimestamp;
  for (int i = 0; i < type->field_count(); ++i) {
    FieldPlan f;
    f.field = type->field(i);
    const auto cpp = f.field->cpp_type();
    const bool stated = f.field->options().HasExtension(policy::v1::rules);
    const bool number = cpp != FieldDescriptor::CPPTYPE_STRING && cpp != FieldDescriptor::CPPTYPE_ENUM &&
                        cpp != FieldDescriptor::CPPTYPE_MESSAGE && cpp != FieldDescriptor::CPPTYPE_DOUBLE &&
                        cpp != FieldDescriptor::CPPTYPE_FLOAT;
    if (number && !stated && !f.field->is_repeated()) continue;
    f.rules = &f.field->options().GetExtension(policy::v1::rules);
    f.presence = f.field->has_presence();
    f.in_oneof = f.field->real_containing_oneof() != nullptr;
    f.max_items = f.rules->max_items() != 0 ? f.rules->max_items() : kDefaultItems;
    if (cpp == FieldDescriptor::CPPTYPE_STRING) {
      const bool text = f.field->type() == FieldDescriptor::TYPE_STRING;
      f.max_len = f.rules->max_len() != 0 ? f.rules->max_len() : text ? kDefaultTextLength : kDefaultBytesLength;
      if (!f.rules->pattern().empty()) {
        f.pattern = std::make_unique<RE2>(f.rules->pattern(), RE2::Quiet);
        if (!f.pattern->ok()) {
          std::cerr << "bad pattern of " << f.field->full_name() << ": " << f.pattern->error() << std::endl;
          std::abort();
        }
      }
    } else if (cpp == FieldDescriptor::CPPTYPE_ENUM) {
      for (int v = 0; v < f.field->enum_type()->value_count(); ++v) {
        const int n = f.field->enum_type()->value(v)->number();
        if (n >= 0 && n < 64) f.known |= std::uint64_t{1} << n;
      }
    } else if (cpp == FieldDescriptor::CPPTYPE_MESSAGE) {
      f.message = cache.Declare(f.field->message_type());
    }
    plan.fields.push_back(std::move(f));
  }
}

PlanCache<Plan>& Plans() {
  static auto* const plans = new PlanCache<Plan>(&BuildPlan);
  return *plans;
}

// Where we are; rendered only when something is wrong.
struct Path {
  const Path* up = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;

  std::string Render() const {
    std::string out = up != nullptr && up->field != nullptr ? absl::StrCat(up->Render(), ".") : "";
    if (field != nullptr) absl::StrAppend(&out, field->name());
    if (index >= 0) absl::StrAppend(&out, "[", index, "]");
    return out;
  }
};

struct Want {
  absl::string_view reason;
  absl::string_view text;
};

Want WantOf(Rules::Format format) {
  switch (format) {
    case Rules::FORMAT_CITIZEN: return {"BAD_FORMAT", "want \"citizens/\" and 26 characters a-z or 2-7"};
    case Rules::FORMAT_AGENCY: return {"BAD_FORMAT", "want \"agencies/\" and 1 to 40 characters a-z, 0-9 or -"};
    case Rules::FORMAT_RECORD: return {"BAD_FORMAT", "want the record's kind, \"/\" and 26 characters a-z or 2-7"};
    case Rules::FORMAT_REQUEST_ID: return {"BAD_FORMAT", "want 8 to 64 characters A-Z, a-z, 0-9, _ or -"};
    case Rules::FORMAT_CPR: return {"CPR_INVALID", "want ten digits that begin with a day that exists; a dash after six is fine"};
    case Rules::FORMAT_PHONE: return {"BAD_FORMAT", "want + and 8 to 15 digits, the first not 0"};
    case Rules::FORMAT_TEXT_WITHOUT_CPR:
      return {"BAD_FORMAT", "want a text without CPR numbers: a CPR number belongs on the citizen's card, where it is kept apart"};
    default: return {};
  }
}

class Checker {
 public:
  std::vector<Violation> Take() { return std::move(violations_); }

  void Check(const Message& m, const Plan& plan, const Path& path) {
    const Reflection* r = m.GetReflection();
    const auto& unknown = r->GetUnknownFields(m);
    for (int i = 0; i < unknown.field_count() && !full(); ++i) {
      // A field that this version does not know has no name: its number stands for it.
      const std::string here = path.field == nullptr ? "" : absl::StrCat(path.Render(), ".");
      violations_.push_back({absl::StrCat(here, "#", unknown.field(i).number()), "want only fields of the contract", "UNKNOWN_FIELD"});
    }
    if (plan.kind == Plan::Kind::kDate) return CheckDate(static_cast<const type::v1::Date&>(m), path);
    if (plan.kind == Plan::Kind::kTimestamp) return CheckTimestamp(static_cast<const google::protobuf::Timestamp&>(m), path);
    for (const FieldPlan& f : plan.fields) {
      if (full()) return;
      if (f.field->is_repeated()) {
        CheckRepeated(m, r, f, path);
      } else {
        CheckSingular(m, r, f, {&path, f.field, -1});
      }
    }
  }

 private:
  bool full() const { return violations_.size() >= kMaxViolations; }

  void Add(const Path& path, absl::string_view reason, std::string want) {
    if (!full()) violations_.push_back({path.Render(), std::move(want), std::string(reason)});
  }
  void Add(const Path& path, Want want) { Add(path, want.reason, std::string(want.text)); }
  void AddRequired(const Path& path) { Add(path, "FIELD_REQUIRED", "want a value"); }

  void CheckSingular(const Message& m, const Reflection* r, const FieldPlan& f, const Path& path) {
    const bool present = !f.presence || r->HasField(m, f.field);
    if (!present) {
      if (f.rules->required()) AddRequired(path);
      return;
    }
    switch (f.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& text = r->GetStringReference(m, f.field, &scratch);
        if (!text.empty()) return CheckString(f, text, path);
        if (f.rules->required() || f.in_oneof) AddRequired(path);
        return;
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = r->GetEnumValue(m, f.field);
        if (value == 0 && f.rules->required()) return AddRequired(path);
        return CheckEnum(f, value, path);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE: return Check(r->GetMessage(m, f.field), *f.message, path);
      case FieldDescriptor::CPPTYPE_DOUBLE: return CheckReal(f, r->GetDouble(m, f.field), path);
      case FieldDescriptor::CPPTYPE_FLOAT: return CheckReal(f, static_cast<double>(r->GetFloat(m, f.field)), path);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (f.rules->required() && !f.presence && !r->GetBool(m, f.field)) AddRequired(path);
        return;
      case FieldDescriptor::CPPTYPE_INT32: return CheckNumber(f, r->GetInt32(m, f.field), path);
      case FieldDescriptor::CPPTYPE_INT64: return CheckNumber(f, r->GetInt64(m, f.field), path);
      case FieldDescriptor::CPPTYPE_UINT32: return CheckNumber(f, r->GetUInt32(m, f.field), path);
      case FieldDescriptor::CPPTYPE_UINT64: return CheckUnsigned(f, r->GetUInt64(m, f.field), path);
    }
  }

  void CheckRepeated(const Message& m, const Reflection* r, const FieldPlan& f, const Path& up) {
    const int size = r->FieldSize(m, f.field);
    const Path whole{&up, f.field, -1};
    if (size == 0) {
      if (f.rules->required()) Add(whole, "FIELD_REQUIRED", "want at least one");
      return;
    }
    if (static_cast<std::uint32_t>(size) > f.max_items) {
      return Add(whole, "TOO_MANY", absl::StrCat("want at most ", f.max_items));  // the items themselves are not looked at
    }
    absl::flat_hash_set<std::string> items;  // only filled for unique fields
    for (int i = 0; i < size && !full(); ++i) {
      const Path path{&up, f.field, i};
      std::string key = CheckItem(m, r, f, i, path);
      if (f.rules->unique() && !items.insert(std::move(key)).second) Add(path, "DUPLICATE_ITEM", "want no item twice");
    }
  }

  // Checks one item; returns what makes it equal to another, for unique fields.
  std::string CheckItem(const Message& m, const Reflection* r, const FieldPlan& f, int i, const Path& path) {
    const bool unique = f.rules->unique();
    const auto key = [unique](auto value) { return unique ? absl::StrCat(value) : std::string(); };
    switch (f.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& text = r->GetRepeatedStringReference(m, f.field, i, &scratch);
        if (text.empty()) AddRequired(path);
        else CheckString(f, text, path);
        return key(text);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = r->GetRepeatedEnumValue(m, f.field, i);
        if (value == 0) AddRequired(path);  // an unset item says nothing
        else CheckEnum(f, value, path);
        return key(value);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const Message& item = r->GetRepeatedMessage(m, f.field, i);
        Check(item, *f.message, path);
        return unique ? item.SerializeAsString() : std::string();
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        const double value = r->GetRepeatedDouble(m, f.field, i);
        CheckReal(f, value, path);
        return key(value);
      }
      case FieldDescriptor::CPPTYPE_FLOAT: {
        const auto value = static_cast<double>(r->GetRepeatedFloat(m, f.field, i));
        CheckReal(f, value, path);
        return key(value);
      }
      case FieldDescriptor::CPPTYPE_BOOL: return key(static_cast<int>(r->GetRepeatedBool(m, f.field, i)));
      case FieldDescriptor::CPPTYPE_INT32: return Number(f, r->GetRepeatedInt32(m, f.field, i), path);
      case FieldDescriptor::CPPTYPE_INT64: return Number(f, r->GetRepeatedInt64(m, f.field, i), path);
      case FieldDescriptor::CPPTYPE_UINT32: return Number(f, r->GetRepeatedUInt32(m, f.field, i), path);
      case FieldDescriptor::CPPTYPE_UINT64: {
        const std::uint64_t value = r->GetRepeatedUInt64(m, f.field, i);
        CheckUnsigned(f, value, path);
        return key(value);
      }
    }
    return "";
  }

  std::string Number(const FieldPlan& f, std::int64_t value, const Path& path) {
    CheckRange(f, value, path);
    return f.rules->unique() ? absl::StrCat(value) : std::string();
  }
  void CheckNumber(const FieldPlan& f, std::int64_t value, const Path& path) {
    if (value == 0 && f.rules->required() && !f.presence) return AddRequired(path);
    CheckRange(f, value, path);
  }
  void CheckUnsigned(const FieldPlan& f, std::uint64_t value, const Path& path) {
    constexpr auto kLargest = static_cast<std::uint64_t>(INT64_MAX);  // limits are int64: larger values are past any limit
    CheckNumber(f, static_cast<std::int64_t>(value < kLargest ? value : kLargest), path);
  }
  void CheckRange(const FieldPlan& f, std::int64_t value, const Path& path) {
    if ((f.rules->has_min() && value < f.rules->min()) || (f.rules->has_max() && value > f.rules->max())) AddRange(f, path);
  }
  void CheckReal(const FieldPlan& f, double value, const Path& path) {
    if (value == 0 && f.rules->required() && !f.presence && !f.field->is_repeated()) return AddRequired(path);
    if (!std::isfinite(value)) return Add(path, "OUT_OF_RANGE", "want a number");
    if ((f.rules->has_min() && value < static_cast<double>(f.rules->min())) ||
        (f.rules->has_max() && value > static_cast<double>(f.rules->max()))) {
      AddRange(f, path);
    }
  }
  void AddRange(const FieldPlan& f, const Path& path) {
    const Rules& rules = *f.rules;
    Add(path, "OUT_OF_RANGE",
        rules.has_min() && rules.has_max() ? absl::StrCat("want ", rules.min(), " to ", rules.max())
        : rules.has_min()                  ? absl::StrCat("want at least ", rules.min())
                                           : absl::StrCat("want at most ", rules.max()));
  }

  void CheckEnum(const FieldPlan& f, int value, const Path& path) {
    const bool known = value >= 0 && value < 64 ? (f.known >> value & 1) != 0
                                                : f.field->enum_type()->FindValueByNumber(value) != nullptr;
    if (!known) Add(path, "UNKNOWN_ENUM", "want one of the values of the contract");
  }

  // Not empty.
  void CheckString(const FieldPlan& f, const std::string& text, const Path& path) {
    if (f.field->type() == FieldDescriptor::TYPE_BYTES) {
      if (text.size() > f.max_len) Add(path, "TEXT_TOO_LONG", absl::StrCat("want at most ", f.max_len, " bytes"));
      if (text.size() < f.rules->min_len()) Add(path, "OUT_OF_RANGE", absl::StrCat("want at least ", f.rules->min_len(), " bytes"));
      return;
    }
    const TextScan scan = ScanText(text, f.rules->multiline());
    if (!scan.utf8) return Add(path, "BAD_FORMAT", "want UTF-8");
    if (scan.control) Add(path, "CONTROL_CHARACTER", "want no control characters");
    // A text that is too long is not looked at any further: its form does not matter, and the work stays bounded.
    if (scan.length > f.max_len) return Add(path, "TEXT_TOO_LONG", absl::StrCat("want at most ", f.max_len, " characters"));
    if (scan.length < f.rules->min_len()) Add(path, "OUT_OF_RANGE", absl::StrCat("want at least ", f.rules->min_len(), " characters"));
    if (!FormatHolds(f, text)) {
      Add(path, WantOf(f.rules->format()));
    } else if (f.pattern != nullptr && f.rules->format() != Rules::FORMAT_RECORD && !RE2::FullMatch(text, *f.pattern)) {
      Add(path, "BAD_FORMAT", absl::StrCat("want the form ", f.rules->pattern()));
    }
  }

  static bool FormatHolds(const FieldPlan& f, const std::string& text) {
    switch (f.rules->format()) {
      case Rules::FORMAT_CITIZEN: return CitizenTag::Check(text).ok();
      case Rules::FORMAT_AGENCY: return AgencyTag::Check(text).ok();
      case Rules::FORMAT_RECORD: return IsRecord(text, f.pattern.get());
      case Rules::FORMAT_REQUEST_ID: return IsRequestId(text);
      case Rules::FORMAT_CPR: return IsCpr(text, Cpr::kOrdinary);
      case Rules::FORMAT_PHONE: return IsPhone(text);
      case Rules::FORMAT_TEXT_WITHOUT_CPR: return !HoldsCpr(text);
      default: return true;
    }
  }

  // "<kind>/" and an id; the field's pattern says which kinds.
  static bool IsRecord(const std::string& text, const RE2* kinds) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos || slash == 0 || !IsId(absl::string_view(text).substr(slash + 1))) return false;
    if (kinds != nullptr) return RE2::FullMatch(text.substr(0, slash), *kinds);
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == slash;
  }

  void CheckDate(const type::v1::Date& d, const Path& path) {
    if (!IsDate(d.year(), d.month(), d.day())) Add(path, "BAD_DATE", "want a day that exists, from 1900 to 2200");
  }
  void CheckTimestamp(const google::protobuf::Timestamp& t, const Path& path) {
    if (t.seconds() < kFirstSecond || t.seconds() > kLastSecond || t.nanos() < 0 || t.nanos() > 999'999'999) {
      Add(path, "BAD_DATE", "want a time from year 1 to 9999");
    }
  }

  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> CheckRules(const Message& request) {
  Checker checker;
  checker.Check(request, *Plans().Get(request.GetDescriptor()), Path{});
  return checker.Take();
}

}  // namespace brobygger
