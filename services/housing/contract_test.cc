// What the housing contracts can say at all: nobody is in the numbers, and who may ask for whom.
#include <functional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "brobygger/housing/v1/night_place.pb.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "services/housing/findings.h"
#include "services/housing/entities.h"
#include "services/housing/rights.h"
#include "services/housing/service.h"
#include "services/runtime/testing/kept_kinds.h"

namespace brobygger::housing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const ServiceDescriptor* ServiceOf(const std::string& name) {
  for (const Module& m : HousingModules()) {
    if (m.service->name() == name) return m.service;
  }
  return nullptr;
}

void Walk(const Descriptor* message, std::set<const Descriptor*>* out) {
  if (message->file()->package() != "brobygger.housing.v1" || !out->insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    if (message->field(i)->message_type() != nullptr) Walk(message->field(i)->message_type(), out);
  }
}

// Houses, homes, capacity, night places, boards: no field in which a person could stand.
TEST(HousingContract, HomesHaveNobodyInThem) {
  std::set<const Descriptor*> messages;
  const ServiceDescriptor* homes = ServiceOf("HomesService");
  ASSERT_NE(homes, nullptr);
  for (int i = 0; i < homes->method_count(); ++i) {
    Walk(homes->method(i)->input_type(), &messages);
    Walk(homes->method(i)->output_type(), &messages);
  }
  EXPECT_GT(messages.size(), 36u);
  for (const Descriptor* m : messages) {
    for (int i = 0; i < m->field_count(); ++i) {
      const FieldDescriptor* f = m->field(i);
      EXPECT_EQ(f->options().GetExtension(policy::v1::category), type::v1::DATA_CATEGORY_NON_PERSONAL) << f->full_name();
      for (const char* word : {"citizen", "person", "tenant", "presence", "cpr"}) {
        if (m->name() == "TenantsBoardMeeting") continue;  // the board's name, not a tenant's
        EXPECT_EQ(f->name().find(word), std::string::npos) << f->full_name();
      }
    }
  }
}

// A night is a site, a date and two numbers.
TEST(HousingContract, NightsAreCounted) {
  std::set<std::string> fields;
  for (int i = 0; i < v1::NightPlaces::descriptor()->field_count(); ++i) fields.insert(v1::NightPlaces::descriptor()->field(i)->name());
  EXPECT_EQ(fields, (std::set<std::string>{"name", "site", "date", "capacity", "taken", "etag"}));
}

// D6, denied: a neighbour on the tenants' board has no way to ask who moves in. Nor has a leader: counts only.
TEST(HousingContract, WhoMayAskAboutPersons) {
  for (const char* name : {"HousingService", "AllocationService", "SupportService"}) {
    const ServiceDescriptor* service = ServiceOf(name);
    ASSERT_NE(service, nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* m = service->method(i);
      const policy::v1::MethodPolicy& policy = m->options().GetExtension(policy::v1::method);
      if (policy.access() == policy::v1::ACCESS_CLASS_DOOR) continue;
      ASSERT_EQ(policy.roles_size(), 1) << m->full_name();
      EXPECT_EQ(policy.roles(0), type::v1::ROLE_HOUSING_ADVISER) << m->full_name();
      EXPECT_TRUE(policy.groups().empty()) << m->full_name();
    }
  }
}

// A neighbour reads numbers and the board's own meetings; that a flat is given up on a day would tell of somebody.
TEST(HousingContract, WhatANeighbourMayAsk) {
  std::set<std::string> found;
  const ServiceDescriptor* homes = ServiceOf("HomesService");
  for (int i = 0; i < homes->method_count(); ++i) {
    for (int role : homes->method(i)->options().GetExtension(policy::v1::method).roles()) {
      if (role == type::v1::ROLE_USER_VOLUNTEER) found.insert(homes->method(i)->name());
    }
  }
  EXPECT_EQ(found, (std::set<std::string>{"GetCapacity", "ListBoardMeetings", "ListNightPlaces", "ReleaseNightPlace", "TakeNightPlace"}));
}

// Whatever acts on the citizen's behalf takes the citizen.
TEST(HousingContract, TheCitizenTakesPart) {
  const std::set<std::string> want = {"CreateScreening", "CompleteScreening", "SubmitHousingReferral", "JoinWaitingList", "WithdrawHousingReferral",
                                      "AcceptOffer", "DeclineOffer", "OpenTenancy", "AddMeasure", "StartSupportEpisode", "CheckInToShelter"};
  std::set<std::string> found;
  for (const Module& module : HousingModules()) {
    for (int i = 0; i < module.service->method_count(); ++i) {
      const MethodDescriptor* m = module.service->method(i);
      if (m->options().GetExtension(policy::v1::method).presence() != policy::v1::PRESENCE_NEED_UNSPECIFIED) found.insert(m->name());
    }
  }
  EXPECT_EQ(found, want);
}

// The count: nine situations are homelessness.
TEST(HousingContract, NineSituationsAreHomelessness) {
  int homeless = 0;
  for (int s = v1::LivingSituation_MIN; s <= v1::LivingSituation_MAX; ++s) {
    v1::ScreeningAnswers answers;
    answers.set_living_situation(static_cast<v1::LivingSituation>(s));
    answers.add_risk_flags(v1::RISK_FLAG_NONE);
    homeless += ResultOf(answers) == v1::SCREENING_RESULT_HOMELESS;
  }
  EXPECT_EQ(homeless, 9);
}

// What is kept about a citizen is shown to the citizen, all of it.
TEST(HousingRights, HasEveryKindThatIsSealedForCitizens) {
  const std::set<std::string> kept = brobygger::testing::KindsOfCitizens(Entities());
  EXPECT_EQ(kept.size(), 11u);
  EXPECT_EQ(brobygger::testing::KindsOf(HousingRights()), kept);
}

}  // namespace
}  // namespace brobygger::housing
