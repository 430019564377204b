// The refuge stays a refuge: what the drop-in centre's contract can say at all (promise P6, rules R6 and R8).
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "brobygger/dropin/v1/count_week.pb.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "brobygger/dropin/v1/tally.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/service.h"
#include "services/dropin/stored.pb.h"

namespace brobygger::dropin {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

constexpr const char* kForbiddenWords[] = {"diagnos", "icd", "cpr", "sanction", "score", "risk"};

// Every file of the package, and what it stores.
std::set<const FileDescriptor*> Files() {
  std::set<const FileDescriptor*> files{stored::CentreRecord::descriptor()->file()};
  const FileDescriptor* service = v1::GetCitizenFileRequest::descriptor()->file();
  files.insert(service);
  for (int i = 0; i < service->dependency_count(); ++i) {
    if (service->dependency(i)->package() == "brobygger.dropin.v1") files.insert(service->dependency(i));
  }
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
  const auto* service = v1::GetCitizenFileRequest::descriptor()->file()->service(0);
  for (int i = 0; i < service->method_count(); ++i) CheckName(service->method(i)->name());
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

TEST(DropinModule, ServesEveryMethodButTheDoor) {
  const Module module = DropinModule(std::make_shared<LinkCheck>());
  for (int i = 0; i < module.service->method_count(); ++i) {
    const std::string& name = module.service->method(i)->name();
    EXPECT_EQ(module.handlers.count(name), name == "GetCitizenFile" ? 0u : 1u) << name;
  }
  EXPECT_EQ(module.handlers.size() + 1, static_cast<size_t>(module.service->method_count()));
  EXPECT_EQ(module.entities->ByKind(module.file_kind)->type, v1::DropinFile::descriptor());
}

}  // namespace
}  // namespace brobygger::dropin
