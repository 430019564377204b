// The refuge stays a refuge: what the drop-in centre's contract can say at all (promise P6, rules R6 and R8).
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "brobygger/dropin/v1/count_week.pb.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "brobygger/dropin/v1/tally.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/rights.h"
#include "services/dropin/service.h"
#include "services/runtime/testing/kept_kinds.h"
#include "services/dropin/stored.pb.h"

namespace brobygger::dropin {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

constexpr const char* kForbiddenWords[] = {"diagnos", "icd", "cpr", "sanction", "score", "risk"};

std::vector<Module> Modules() { return DropinModules(std::make_shared<LinkCheck>()); }

void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>* files) {
  const bool ours = file->package() == "brobygger.dropin.v1" || file->package() == "brobygger.dropin.stored";
  if (!ours || !files->insert(file).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), files);
}

// Every file of the package, and what it stores.
std::set<const FileDescriptor*> Files() {
  std::set<const FileDescriptor*> files;
  for (const Module& m : Modules()) AddFile(m.service->file(), &files);
  for (const EntityType& e : Entities().all()) AddFile(e.type->file(), &files);
  return files;
}

void Walk(const Descriptor* message, std::set<const Descriptor*>* messages, std::set<const EnumDescriptor*>* enums) {
  if (!messages->insert(message).second) return;
  for (int i = 0; i < message->nested_type_count(); ++i) Walk(message->nested_type(i), messages, enums);
  for (int i = 0; i < message->enum_type_count(); ++i) enums->insert(message->enum_type(i));
}

struct Package {
  std::set<const Descriptor*> messages;
  std::set<const EnumDescriptor*> enums;
  Package() {
    for (const FileDescriptor* file : Files()) {
      for (int i = 0; i < file->message_type_count(); ++i) Walk(file->message_type(i), &messages, &enums);
      for (int i = 0; i < file->enum_type_count(); ++i) enums.insert(file->enum_type(i));
    }
  }
};

void CheckName(const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(name);
  for (const char* word : kForbiddenWords) EXPECT_EQ(lower.find(word), std::string::npos) << name << " holds " << word;
}

TEST(DropinContract, HasNoWordForWhatItMustNotHold) {
  const Package package;
  ASSERT_GT(package.messages.size(), 40u);
  for (const Descriptor* m : package.messages) {
    CheckName(m->full_name());
    for (int i = 0; i < m->field_count(); ++i) CheckName(m->field(i)->name());
  }
  for (const EnumDescriptor* e : package.enums) {
    CheckName(e->full_name());
    for (int i = 0; i < e->value_count(); ++i) CheckName(e->value(i)->name());
  }
  for (const Module& m : Modules()) {
    CheckName(m.service->full_name());
    for (int i = 0; i < m.service->method_count(); ++i) CheckName(m.service->method(i)->name());
  }
}

TEST(DropinContract, UsesNoCategoryThatIsNotItsBusiness) {
  for (const Descriptor* m : Package().messages) {
    if (m->file()->package() != "brobygger.dropin.v1") continue;
    for (int i = 0; i < m->field_count(); ++i) {
      switch (m->field(i)->options().GetExtension(policy::v1::category)) {
        case type::v1::DATA_CATEGORY_NON_PERSONAL:
        case type::v1::DATA_CATEGORY_CONTACT:
        case type::v1::DATA_CATEGORY_APPOINTMENTS:
        case type::v1::DATA_CATEGORY_DAILY_LIFE:
        case type::v1::DATA_CATEGORY_SUPPORT_PLAN:
          break;
        case type::v1::DATA_CATEGORY_NETWORK:  // whom somebody wants to be asked about them: a message of its own
          EXPECT_TRUE(m->options().GetExtension(policy::v1::third_persons)) << m->full_name();
          break;
        default:
          ADD_FAILURE() << m->field(i)->full_name();
      }
    }
  }
}

// A visit is place, day, part of day and numbers: nothing personal, no text but the record's own name, no finer time.
void CheckCounts(const Descriptor* message) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* f = message->field(i);
    EXPECT_EQ(f->options().GetExtension(policy::v1::category), type::v1::DATA_CATEGORY_NON_PERSONAL) << f->full_name();
    if (f->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::set<std::string> own = {"name", "etag", "request_id"};
      EXPECT_EQ(own.count(f->name()), 1u) << f->full_name();
    }
    if (f->message_type() != nullptr && f->message_type() != type::v1::Date::descriptor()) {
      EXPECT_EQ(f->message_type()->file()->package(), "brobygger.dropin.v1") << f->full_name();
      CheckCounts(f->message_type());
    }
  }
}

TEST(DropinContract, VisitsAreCountedNotRegistered) {
  for (const Descriptor* m : {v1::VisitTally::descriptor(), v1::CountWeek::descriptor(), v1::RecordVisitTallyRequest::descriptor(),
                              v1::CorrectVisitTallyRequest::descriptor()}) {
    CheckCounts(m);
  }
}

// What tells of health is no daily life.
TEST(DropinContract, DailyLifeTellsNothingOfHealth) {
  const std::set<std::string> health = {"FOOT_CARE", "NADA", "NURSE_CLINIC", "WOUND_CARE", "MEDICINE", "ESCORT_HOSPITAL", "SOCIAL_DENTAL"};
  for (int i = 0; i < v1::DailyLifeItem_descriptor()->value_count(); ++i) {
    EXPECT_EQ(health.count(v1::DailyLifeItem_descriptor()->value(i)->name().substr(std::string("DAILY_LIFE_ITEM_").size())), 0u);
  }
}

// Whether a person can stand in what the message reaches: a field of a personal category, or a name of a participant's record.
bool HoldsSomebody(const Descriptor* message, std::set<const Descriptor*>* seen) {
  if (message->file()->package() != "brobygger.dropin.v1" || !seen->insert(message).second) return false;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* f = message->field(i);
    if (f->options().GetExtension(policy::v1::category) != type::v1::DATA_CATEGORY_NON_PERSONAL) return true;
    if (f->message_type() != nullptr && HoldsSomebody(f->message_type(), seen)) return true;
  }
  return false;
}

bool Reaches(const Descriptor* message, const std::set<std::string>& names, std::set<const Descriptor*>* seen) {
  if (!seen->insert(message).second) return false;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* f = message->field(i);
    if (names.count(f->name()) > 0) return true;
    if (f->message_type() != nullptr && Reaches(f->message_type(), names, seen)) return true;
  }
  return false;
}

// Free text: what people write goes through the rule that knows a CPR number. Other texts have a form of their own.
TEST(DropinContract, NoFreeTextTakesACprNumber) {
  const std::set<std::string> no_free_text = {"etag", "page_token"};
  std::set<const Descriptor*> seen;
  int texts = 0;
  std::vector<const Descriptor*> open;
  for (const Module& m : Modules()) {
    for (int i = 0; i < m.service->method_count(); ++i) open.push_back(m.service->method(i)->input_type());
  }
  while (!open.empty()) {
    const Descriptor* message = open.back();
    open.pop_back();
    if (message->file()->package() != "brobygger.dropin.v1" || !seen.insert(message).second) continue;
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* f = message->field(i);
      if (f->message_type() != nullptr) open.push_back(f->message_type());
      if (f->cpp_type() != FieldDescriptor::CPPTYPE_STRING || f->type() == FieldDescriptor::TYPE_BYTES) continue;
      const policy::v1::Rules& rules = f->options().GetExtension(policy::v1::rules);
      const bool formed = !rules.pattern().empty() || rules.format() != policy::v1::Rules::FORMAT_UNSPECIFIED;
      // Output only: what a request says there is ignored.
      const bool ignored = f->full_name() == "brobygger.dropin.v1.Centre.name";
      EXPECT_TRUE(formed || ignored || no_free_text.count(f->name()) > 0) << f->full_name();
      texts += rules.format() == policy::v1::Rules::FORMAT_TEXT_WITHOUT_CPR ? 1 : 0;
    }
  }
  EXPECT_GT(texts, 12);
}

// No road from another agency ends at an alias: the door's file has no field for one, and everything else is the house's own side.
TEST(DropinContract, NoOtherAgencyReachesAnAlias) {
  int methods = 0;
  for (const Module& module : Modules()) {
    for (int i = 0; i < module.service->method_count(); ++i) {
      const auto* m = module.service->method(i);
      const policy::v1::MethodPolicy& policy = m->options().GetExtension(policy::v1::method);
      ++methods;
      // By the citizen's own ticket, too: nobody who goes by an alias has one.
      if (policy.access() == policy::v1::ACCESS_CLASS_DOOR || policy.access() == policy::v1::ACCESS_CLASS_CITIZEN) {
        for (const Descriptor* d : {m->input_type(), m->output_type()}) {
          std::set<const Descriptor*> seen;
          EXPECT_FALSE(Reaches(d, {"alias", "participant", "participants", "wishes", "called"}, &seen)) << m->full_name();
          EXPECT_EQ(seen.count(v1::Participant::descriptor()), 0u) << m->full_name();
        }
      } else {
        EXPECT_EQ(policy.access(), policy::v1::ACCESS_CLASS_OWN) << m->full_name();
      }
      // Also in the house itself: staff alone. A volunteer sees nobody, a leader numbers, and a system nothing.
      std::set<const Descriptor*> seen;
      if (policy.access() == policy::v1::ACCESS_CLASS_OWN && HoldsSomebody(m->output_type(), &seen)) {
        EXPECT_TRUE(policy.groups().empty()) << m->full_name();
        ASSERT_EQ(policy.roles_size(), 1) << m->full_name();
        EXPECT_EQ(policy.roles(0), type::v1::ROLE_DROPIN_STAFF) << m->full_name();
      }
    }
  }
  EXPECT_GT(methods, 20);
}

TEST(DropinModule, ServesEveryMethodButTheDoor) {
  const std::vector<Module> modules = Modules();
  for (const Module& module : modules) {
    const bool door = module.service->FindMethodByName("GetCitizenFile") != nullptr;
    for (int i = 0; i < module.service->method_count(); ++i) {
      const std::string& name = module.service->method(i)->name();
      EXPECT_EQ(module.handlers.count(name), name == "GetCitizenFile" ? 0u : 1u) << name;
    }
    EXPECT_EQ(module.handlers.size() + (door ? 1 : 0), static_cast<size_t>(module.service->method_count())) << module.service->name();
    EXPECT_EQ(door, &module == &modules[0]) << "one door, and it is the first's";
  }
  EXPECT_EQ(modules[0].entities->ByKind(modules[0].file_kind)->type, v1::DropinFile::descriptor());
}

TEST(DropinModule, EveryKindWithATimeHasWhatHappensThen) {
  for (const EntityType& e : Entities().all()) {
    size_t handlers = 0;
    for (const Module& m : Modules()) handlers += m.on_due.count(e.kind);
    EXPECT_EQ(handlers, e.due ? 1u : 0u) << e.kind;
  }
}

// What is kept about a citizen is shown to the citizen, all of it.
TEST(DropinRights, HasEveryKindThatIsSealedForCitizens) {
  const std::set<std::string> kept = brobygger::testing::KindsOfCitizens(Entities());
  EXPECT_EQ(kept.size(), 4u);
  EXPECT_EQ(brobygger::testing::KindsOf(DropinRights()), kept);
}

}  // namespace
}  // namespace brobygger::dropin
