#include "services/runtime/contracts.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "brobygger/policy/v1/policy.pb.h"

namespace brobygger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using policy::v1::MethodPolicy;
using policy::v1::Rules;
using type::v1::DataCategory;

constexpr int kMaxDoorNumber = 1023;  // the byte filter's tables
constexpr int kMaxDoorFields = 200;

DataCategory CategoryOf(const FieldDescriptor* f) { return f->options().GetExtension(policy::v1::category); }
const Rules& RulesOf(const FieldDescriptor* f) { return f->options().GetExtension(policy::v1::rules); }

bool In(const FileDescriptor* file, absl::string_view package) {
  return file->package() == package || absl::StartsWith(file->package(), absl::StrCat(package, "."));
}
// Values take the category of the field that holds them.
bool IsValue(const Descriptor* type) {
  return In(type->file(), "brobygger.type") || type->full_name() == "google.protobuf.Timestamp";
}

// The type and everything in it, each once.
void Reach(const Descriptor* type, std::set<const Descriptor*>* out) {
  if (!out->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() != nullptr) Reach(type->field(i)->message_type(), out);
  }
}
std::set<const Descriptor*> Reach(const Descriptor* type) {
  std::set<const Descriptor*> out;
  Reach(type, &out);
  return out;
}

// Bit n: category n may be shown under the purpose.
const std::map<int, std::uint32_t>& Maxima() {
  static const auto* const maxima = [] {
    auto* out = new std::map<int, std::uint32_t>();
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName("brobygger/policy/v1/tables.proto");
    for (const auto& row : file->options().GetExtension(policy::v1::tables).purposes()) {
      for (int c : row.maximum()) (*out)[row.purpose()] |= std::uint32_t{1} << c;
    }
    return out;
  }();
  return *maxima;
}

class Checker {
 public:
  std::vector<std::string> faults;

  void CheckFile(const FileDescriptor* file) {
    CheckPlace(file);
    const bool labelled = !In(file, "brobygger.type") && !In(file, "brobygger.policy");
    for (int i = 0; labelled && i < file->message_type_count(); ++i) CheckMessage(file->message_type(i));
    for (int i = 0; i < file->service_count(); ++i) CheckService(file->service(i));
  }

 private:
  void Fault(absl::string_view where, absl::string_view what) { faults.push_back(absl::StrCat(where, ": ", what)); }

  void CheckPlace(const FileDescriptor* file) {
    const std::string directory = absl::StrReplaceAll(file->package(), {{".", "/"}});
    const std::string name = file->name().substr(0, file->name().rfind('/'));
    if (name != directory) Fault(file->name(), absl::StrCat("want it in ", directory, "/, as its package says"));
    const std::vector<std::string> parts = absl::StrSplit(file->package(), '.');
    const std::string& version = parts.back();
    if (version.size() < 2 || version[0] != 'v' || version.find_first_not_of("0123456789", 1) != std::string::npos) {
      Fault(file->name(), "want a package that ends with its version, such as v1");
    }
  }

  // --- messages ---
  void CheckMessage(const Descriptor* type) {
    if (type->options().map_entry()) return;  // judged by the field that holds the map
    const bool third_persons = type->options().GetExtension(policy::v1::third_persons);
    const bool dropin = In(type->file(), "brobygger.dropin");
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* f = type->field(i);
      const DataCategory category = CategoryOf(f);
      if (category == type::v1::DATA_CATEGORY_UNSPECIFIED) Fault(f->full_name(), "has no data category");
      if (category == type::v1::DATA_CATEGORY_NETWORK && !third_persons) {
        Fault(f->full_name(), "NETWORK outside a message of its own (option third_persons)");
      }
      CheckPurposes(f);
      if (dropin) CheckRefuge(f);
    }
    if (dropin && (type->name() == "VisitTally" || type->name() == "CountWeek")) CheckTally(type);
    for (int i = 0; i < type->nested_type_count(); ++i) CheckMessage(type->nested_type(i));
  }

  void CheckPurposes(const FieldDescriptor* f) {
    const DataCategory category = CategoryOf(f);
    for (int p : f->options().GetRepeatedExtension(policy::v1::only_purposes)) {
      const auto it = Maxima().find(p);
      const bool personal = category != type::v1::DATA_CATEGORY_NON_PERSONAL;
      if (it == Maxima().end()) Fault(f->full_name(), "only_purposes names a purpose that does not exist");
      else if (personal && (it->second >> category & 1) == 0) Fault(f->full_name(), "only_purposes names a purpose that never allows its category");
    }
  }

  // The refuge stays a refuge: nothing that diagnoses, scores or identifies.
  void CheckRefuge(const FieldDescriptor* f) {
    const std::string name = absl::AsciiStrToLower(f->name());
    for (absl::string_view word : {"diagnos", "icd", "cpr", "sanction", "score", "risk"}) {
      if (absl::StrContains(name, word)) Fault(f->full_name(), absl::StrCat("a drop-in contract holds no \"", word, "\""));
    }
    switch (CategoryOf(f)) {
      case type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT:
      case type::v1::DATA_CATEGORY_MENTAL_HEALTH:
      case type::v1::DATA_CATEGORY_FINANCES:
      case type::v1::DATA_CATEGORY_JUSTICE:
        Fault(f->full_name(), absl::StrCat("a drop-in contract holds no ", type::v1::DataCategory_Name(CategoryOf(f))));
        break;
      default: break;
    }
  }

  void CheckTally(const Descriptor* type) {
    for (const Descriptor* t : Reach(type)) {
      for (int i = 0; !IsValue(t) && i < t->field_count(); ++i) {
        if (CategoryOf(t->field(i)) != type::v1::DATA_CATEGORY_NON_PERSONAL) {
          Fault(t->field(i)->full_name(), absl::StrCat("visits are counted, never registered: ", type->name(), " holds nothing personal"));
        }
      }
    }
  }

  // --- methods ---
  void CheckService(const ServiceDescriptor* service) {
    int doors = 0;
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* m = service->method(i);
      const MethodPolicy& policy = m->options().GetExtension(policy::v1::method);
      CheckMethod(m, policy);
      doors += policy.access() == policy::v1::ACCESS_CLASS_DOOR ? 1 : 0;
    }
    if (doors > 1) Fault(service->full_name(), "has more than one door");
  }

  void CheckMethod(const MethodDescriptor* m, const MethodPolicy& policy) {
    const auto access = policy.access();
    const bool own = access == policy::v1::ACCESS_CLASS_OWN, citizen = access == policy::v1::ACCESS_CLASS_CITIZEN;
    const bool door = access == policy::v1::ACCESS_CLASS_DOOR;
    if (access == policy::v1::ACCESS_CLASS_UNSPECIFIED) Fault(m->full_name(), "has no access class");
    if ((own || citizen || door) && policy.roles().empty() && policy.groups().empty()) Fault(m->full_name(), "has no roles");
    if (policy.looks_only() && !citizen) Fault(m->full_name(), "looks_only is for CITIZEN views; others say read_only");
    if ((own || citizen) && !policy.read_only() && !policy.looks_only()) CheckRequestId(m);
    if (policy.presence() != policy::v1::PRESENCE_NEED_UNSPECIFIED) CheckPresence(m);
    if (door != (m->name() == "GetCitizenFile")) Fault(m->full_name(), "the door is called GetCitizenFile, and nothing else is");
    if (door) CheckDoor(m, policy);
    for (const Descriptor* t : Reach(m->input_type())) {
      for (absl::string_view open : {"google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.Any"}) {
        if (t->full_name() == open) Fault(m->full_name(), absl::StrCat("its request can hold a ", open));
      }
    }
  }

  void CheckRequestId(const MethodDescriptor* m) {
    const FieldDescriptor* f = m->input_type()->FindFieldByName("request_id");
    const bool sound = f != nullptr && f->type() == FieldDescriptor::TYPE_STRING && !f->is_repeated() && RulesOf(f).required() &&
                       RulesOf(f).format() == Rules::FORMAT_REQUEST_ID;
    if (!sound) Fault(m->full_name(), "changes something, so its request needs a required request_id of FORMAT_REQUEST_ID");
  }

  void CheckPresence(const MethodDescriptor* m) {
    const FieldDescriptor* f = m->input_type()->FindFieldByName("presence");
    const bool sound = f != nullptr && !f->is_repeated() && f->message_type() != nullptr &&
                       f->message_type()->full_name() == "brobygger.type.v1.Presence" && RulesOf(f).required();
    if (!sound) Fault(m->full_name(), "needs the citizen's presence, so its request needs a required presence");
  }

  // --- doors ---
  void CheckDoor(const MethodDescriptor* m, const MethodPolicy& policy) {
    if (!policy.read_only()) Fault(m->full_name(), "a door is read_only");
    if (m->client_streaming() || m->server_streaming()) Fault(m->full_name(), "a door is unary");
    const Descriptor* request = m->input_type();
    const Descriptor* response = m->output_type();
    Shape(request, 4);
    Shape(request, 1, "citizen", FieldDescriptor::TYPE_STRING, "", false, Rules::FORMAT_CITIZEN);
    Shape(request, 2, "holder", FieldDescriptor::TYPE_STRING, "", false, Rules::FORMAT_AGENCY);
    Shape(request, 3, "purpose", FieldDescriptor::TYPE_ENUM, "brobygger.type.v1.Purpose", false, Rules::FORMAT_UNSPECIFIED);
    Shape(request, 4, "categories", FieldDescriptor::TYPE_ENUM, "brobygger.type.v1.DataCategory", true, Rules::FORMAT_UNSPECIFIED);
    for (int i = 0; i < request->field_count(); ++i) {
      if (!RulesOf(request->field(i)).required()) Fault(request->field(i)->full_name(), "every field of a look is required");
    }
    Shape(response, 2);
    Shape(response, 1, "file", FieldDescriptor::TYPE_MESSAGE, "", false, Rules::FORMAT_UNSPECIFIED);
    Shape(response, 2, "granted_categories", FieldDescriptor::TYPE_ENUM, "brobygger.type.v1.DataCategory", true, Rules::FORMAT_UNSPECIFIED);
    const FieldDescriptor* file = response->FindFieldByNumber(1);
    if (file != nullptr && file->message_type() != nullptr) {
      for (const Descriptor* t : Reach(file->message_type())) CheckShown(t);
    }
  }

  void Shape(const Descriptor* type, int fields) {
    if (type->field_count() != fields) Fault(type->full_name(), absl::StrCat("want exactly ", fields, " fields, as every door has"));
  }

  void Shape(const Descriptor* type, int number, absl::string_view name, FieldDescriptor::Type kind, absl::string_view full_type,
             bool repeated, Rules::Format format) {
    const FieldDescriptor* f = type->FindFieldByNumber(number);
    const auto named = [&] {
      if (kind == FieldDescriptor::TYPE_ENUM) return f->enum_type()->full_name() == full_type;
      return kind != FieldDescriptor::TYPE_STRING || RulesOf(f).format() == format;
    };
    if (f == nullptr || f->name() != name || f->type() != kind || f->is_repeated() != repeated || !named()) {
      Fault(type->full_name(), absl::StrCat("want ", name, " = ", number, ", as every door has it"));
    }
  }

  void CheckShown(const Descriptor* type) {
    if (IsValue(type)) return;
    int fields = 0;
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* f = type->field(i);
      if (f->is_map()) Fault(f->full_name(), "a file behind a door holds no map");
      if (f->type() == FieldDescriptor::TYPE_BYTES) Fault(f->full_name(), "a file behind a door holds no bytes");
      if (RulesOf(f).format() == Rules::FORMAT_CITIZEN) Fault(f->full_name(), "a file behind a door holds no reference of a citizen");
      if (f->number() > kMaxDoorNumber) Fault(f->full_name(), absl::StrCat("want a number up to ", kMaxDoorNumber, " in a file behind a door"));
      ++fields;
    }
    if (fields > kMaxDoorFields) Fault(type->full_name(), absl::StrCat("want at most ", kMaxDoorFields, " fields in a file behind a door"));
  }
};

}  // namespace

std::vector<std::string> ContractFaults(const std::vector<const FileDescriptor*>& files) {
  Checker checker;
  for (const FileDescriptor* file : files) {
    if (In(file, "brobygger")) checker.CheckFile(file);
  }
  return checker.faults;
}

}  // namespace brobygger
