// What the clinic's contract can say at all, and who may ask.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/clinic/entities.h"
#include "services/clinic/rights.h"
#include "services/clinic/service.h"
#include "services/runtime/testing/kept_kinds.h"

namespace brobygger::clinic {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// D8, denied: who works in the same house and is no nurse of the clinic has no way to ask. Nor has a leader.
TEST(ClinicContract, OnlyNursesAsk) {
  const auto* service = ClinicModules().front().service;
  int doors = 0;
  for (int i = 0; i < service->method_count(); ++i) {
    const policy::v1::MethodPolicy& policy = service->method(i)->options().GetExtension(policy::v1::method);
    if (policy.access() == policy::v1::ACCESS_CLASS_DOOR) {
      ++doors;
      continue;
    }
    EXPECT_EQ(policy.access(), policy::v1::ACCESS_CLASS_OWN) << service->method(i)->full_name();
    ASSERT_EQ(policy.roles_size(), 1) << service->method(i)->full_name();
    EXPECT_EQ(policy.roles(0), type::v1::ROLE_DROPIN_NURSE) << service->method(i)->full_name();
    EXPECT_TRUE(policy.groups().empty()) << service->method(i)->full_name();
  }
  EXPECT_EQ(doors, 1);
}

void Walk(const Descriptor* message, std::set<const FieldDescriptor*>* out) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* f = message->field(i);
    if (!out->insert(f).second || f->message_type() == nullptr) continue;
    if (f->message_type()->file()->package() == "brobygger.clinic.v1") Walk(f->message_type(), out);
  }
}

// The file holds days, words from closed lists, and one text: the citizen's own, for sharing. When is apart from what for.
TEST(ClinicContract, WhatTheDoorCanShow) {
  std::set<const FieldDescriptor*> fields;
  Walk(v1::ClinicFile::descriptor(), &fields);
  std::set<std::string> texts;
  for (const FieldDescriptor* f : fields) {
    // The citizen's own statements: each text has the category that it is about.
    if (f->message_type() == rights::v1::StatementsInFile::descriptor()) continue;
    const auto category = f->options().GetExtension(policy::v1::category);
    EXPECT_TRUE(category == type::v1::DATA_CATEGORY_HEALTH || category == type::v1::DATA_CATEGORY_APPOINTMENTS) << f->full_name();
    if (f->type() == FieldDescriptor::TYPE_STRING) texts.insert(f->full_name());
  }
  EXPECT_EQ(texts, std::set<std::string>{"brobygger.clinic.v1.DentalWish.own_words"});
  for (int i = 0; i < v1::AppointmentInFile::descriptor()->field_count(); ++i) {
    EXPECT_EQ(v1::AppointmentInFile::descriptor()->field(i)->type() == FieldDescriptor::TYPE_ENUM, false) << "no word of what it is about";
  }
}

// Every text that staff write is refused with a CPR number in it.
TEST(ClinicContract, NoTextTakesACprNumber) {
  int texts = 0;
  const auto* service = ClinicModules().front().service;
  for (int i = 0; i < service->method_count(); ++i) {
    std::set<const FieldDescriptor*> fields;
    Walk(service->method(i)->input_type(), &fields);
    for (const FieldDescriptor* f : fields) {
      const policy::v1::Rules& rules = f->options().GetExtension(policy::v1::rules);
      const auto category = f->options().GetExtension(policy::v1::category);
      if (f->type() != FieldDescriptor::TYPE_STRING || category == type::v1::DATA_CATEGORY_NON_PERSONAL) continue;
      ++texts;
      EXPECT_EQ(rules.format(), policy::v1::Rules::FORMAT_TEXT_WITHOUT_CPR) << f->full_name();
    }
  }
  EXPECT_EQ(texts, 4) << "the note twice, own words, the place";
}

TEST(ClinicContract, TheCitizenTakesPart) {
  std::set<std::string> found;
  const auto* service = ClinicModules().front().service;
  for (int i = 0; i < service->method_count(); ++i) {
    const MethodDescriptor* m = service->method(i);
    if (m->options().GetExtension(policy::v1::method).presence() != policy::v1::PRESENCE_NEED_UNSPECIFIED) found.insert(m->name());
  }
  EXPECT_EQ(found, (std::set<std::string>{"WishDentalCare", "TakeBackDentalReferral"}));
}

// What is kept about a citizen is shown to the citizen, all of it.
TEST(ClinicRights, HasEveryKindThatIsSealedForCitizens) {
  const std::set<std::string> kept = brobygger::testing::KindsOfCitizens(Entities());
  EXPECT_EQ(kept.size(), 6u);
  EXPECT_EQ(brobygger::testing::KindsOf(ClinicRights()), kept);
}

}  // namespace
}  // namespace brobygger::clinic
