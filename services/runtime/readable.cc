#include "services/runtime/readable.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/runtime/civil.h"

namespace brobygger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr const char* kMonths[] = {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"};

std::string DayDa(absl::CivilDay day) { return absl::StrCat(day.day(), ". ", kMonths[day.month() - 1], " ", day.year()); }

std::string TimeDa(absl::Time at) {
  const absl::CivilSecond time = CopenhagenTime(at);
  return absl::StrCat(DayDa(absl::CivilDay(time)), absl::StrFormat(" kl. %02d:%02d", time.hour(), time.minute()));
}

// A value that is read as one thing; "" if the message is none.
std::string ValueDa(const Message& message) {
  if (message.GetDescriptor() == type::v1::Date::descriptor()) {
    const auto& date = static_cast<const type::v1::Date&>(message);
    return date.month() >= 1 && date.month() <= 12 ? DayDa(ToDay(date)) : "";
  }
  if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    return TimeDa(absl::FromUnixSeconds(static_cast<const google::protobuf::Timestamp&>(message).seconds()));
  }
  return "";
}

std::string EnumDa(const google::protobuf::EnumValueDescriptor* value) {
  const absl::string_view zero = value->type()->value(0)->name();
  absl::string_view name = value->name();
  if (absl::EndsWith(zero, "UNSPECIFIED")) name = name.substr(zero.size() - absl::string_view("UNSPECIFIED").size());
  return ValueWordDa(name);
}

// Minutes after midnight are read as a time of day.
bool IsMinute(const FieldDescriptor* field) { return absl::EndsWith(field->name(), "minute"); }
// Milliseconds since 1970 are read as a moment.
bool IsMillis(const FieldDescriptor* field) { return absl::EndsWith(field->name(), "_ms"); }

std::string ScalarDa(const Message& m, const FieldDescriptor* f, int i) {
  const Reflection* r = m.GetReflection();
  const bool many = f->is_repeated();
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = many ? r->GetRepeatedString(m, f, i) : r->GetString(m, f);
      return f->type() == FieldDescriptor::TYPE_BYTES ? "" : text;
    }
    case FieldDescriptor::CPPTYPE_BOOL: return (many ? r->GetRepeatedBool(m, f, i) : r->GetBool(m, f)) ? "ja" : "nej";
    case FieldDescriptor::CPPTYPE_ENUM: return EnumDa(many ? r->GetRepeatedEnum(m, f, i) : r->GetEnum(m, f));
    case FieldDescriptor::CPPTYPE_INT32: {
      const int value = many ? r->GetRepeatedInt32(m, f, i) : r->GetInt32(m, f);
      return IsMinute(f) ? absl::StrFormat("%02d:%02d", value / 60, value % 60) : absl::StrCat(value);
    }
    case FieldDescriptor::CPPTYPE_UINT32: return absl::StrCat(many ? r->GetRepeatedUInt32(m, f, i) : r->GetUInt32(m, f));
    case FieldDescriptor::CPPTYPE_INT64: {
      const int64_t value = many ? r->GetRepeatedInt64(m, f, i) : r->GetInt64(m, f);
      return IsMillis(f) ? TimeDa(absl::FromUnixMillis(value)) : absl::StrCat(value);
    }
    case FieldDescriptor::CPPTYPE_UINT64: return absl::StrCat(many ? r->GetRepeatedUInt64(m, f, i) : r->GetUInt64(m, f));
    case FieldDescriptor::CPPTYPE_DOUBLE: return absl::StrCat(many ? r->GetRepeatedDouble(m, f, i) : r->GetDouble(m, f));
    case FieldDescriptor::CPPTYPE_FLOAT: return absl::StrCat(many ? r->GetRepeatedFloat(m, f, i) : r->GetFloat(m, f));
    case FieldDescriptor::CPPTYPE_MESSAGE: return "";
  }
  return "";
}

void Write(const Message& m, int indent, std::string* out) {
  const Reflection* r = m.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  r->ListFields(m, &fields);
  const std::string margin(static_cast<size_t>(indent) * 2, ' ');
  for (const FieldDescriptor* f : fields) {
    const std::string word = FieldWordDa(f->name());
    const int n = f->is_repeated() ? r->FieldSize(m, f) : 1;
    if (f->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      std::vector<std::string> values;
      for (int i = 0; i < n; ++i) {
        if (std::string value = ScalarDa(m, f, i); !value.empty()) values.push_back(absl::StrReplaceAll(value, {{"\n", absl::StrCat("\n", margin, "  ")}}));
      }
      if (!values.empty()) absl::StrAppend(out, margin, word, ": ", absl::StrJoin(values, ", "), "\n");
      continue;
    }
    for (int i = 0; i < n; ++i) {
      const Message& inner = f->is_repeated() ? r->GetRepeatedMessage(m, f, i) : r->GetMessage(m, f);
      const std::string value = ValueDa(inner);
      absl::StrAppend(out, margin, word, ":", value.empty() ? "" : absl::StrCat(" ", value), "\n");
      if (value.empty()) Write(inner, indent + 1, out);
    }
  }
}

}  // namespace

std::string ReadableDa(const Message& message) {
  std::string out;
  Write(message, 0, &out);
  return out;
}

}  // namespace brobygger
