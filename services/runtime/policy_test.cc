#include "services/runtime/policy.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "brobygger/registry/v1/card.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brobygger {
namespace {

using type::v1::DataCategory;
using type::v1::Purpose;
using type::v1::Role;

const google::protobuf::MethodDescriptor* Method(const google::protobuf::FileDescriptor* file, const char* service, const char* method) {
  return file->FindServiceByName(service)->FindMethodByName(method);
}

CategoryMask Mask(const std::string& names) {
  CategoryMask mask = 0;
  for (const auto& name : absl::StrSplit(names, ", ")) {
    DataCategory c = type::v1::DATA_CATEGORY_UNSPECIFIED;
    EXPECT_TRUE(type::v1::DataCategory_Parse("DATA_CATEGORY_" + std::string(name), &c)) << name;
    mask |= Bit(c);
  }
  return mask;
}

// The specification's own list of what a purpose allows at most, written out again.
const std::map<Purpose, std::string>& Specification() {
  static const auto* const rows = new std::map<Purpose, std::string>{
      {type::v1::PURPOSE_COORDINATE_SUPPORT,
       "CONTACT, HOUSING, SUBSTANCE_TREATMENT, HEALTH, MENTAL_HEALTH, EMPLOYMENT_EDUCATION, FINANCES, APPOINTMENTS, DAILY_LIFE, SUPPORT_PLAN, NETWORK"},
      {type::v1::PURPOSE_SECURE_NEEDS_AND_RIGHTS,
       "CONTACT, IDENTITY, HOUSING, HEALTH, MENTAL_HEALTH, EMPLOYMENT_EDUCATION, FINANCES, APPOINTMENTS, SUPPORT_PLAN"},
      {type::v1::PURPOSE_FIND_AND_KEEP_HOME, "CONTACT, IDENTITY, HOUSING, FINANCES, APPOINTMENTS, SUPPORT_PLAN, JUSTICE"},
      {type::v1::PURPOSE_START_AND_STAY_IN_TREATMENT,
       "CONTACT, SUBSTANCE_TREATMENT, HEALTH, MENTAL_HEALTH, HOUSING, APPOINTMENTS, SUPPORT_PLAN, NETWORK"},
      {type::v1::PURPOSE_WORK_AND_EDUCATION, "CONTACT, EMPLOYMENT_EDUCATION, FINANCES, APPOINTMENTS, SUPPORT_PLAN, DAILY_LIFE"},
      {type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE, "CONTACT, IDENTITY, HEALTH, MENTAL_HEALTH, SUBSTANCE_TREATMENT, APPOINTMENTS"},
      {type::v1::PURPOSE_ARRANGE_MEETINGS, "CONTACT, APPOINTMENTS"},
      {type::v1::PURPOSE_ACUTE_HELP, "CONTACT, HOUSING, HEALTH, APPOINTMENTS, SUPPORT_PLAN"},
      {type::v1::PURPOSE_EVALUATION,
       "HOUSING, SUBSTANCE_TREATMENT, EMPLOYMENT_EDUCATION, FINANCES, APPOINTMENTS, DAILY_LIFE, SUPPORT_PLAN"},
  };
  return *rows;
}

TEST(PolicyTest, EveryPurposeHasTheSpecifiedMaximum) {
  const auto* purposes = type::v1::Purpose_descriptor();
  for (int i = 0; i < purposes->value_count(); ++i) {
    const auto purpose = static_cast<Purpose>(purposes->value(i)->number());
    if (purpose == type::v1::PURPOSE_UNSPECIFIED) continue;
    ASSERT_TRUE(Specification().count(purpose)) << purposes->value(i)->name();
    EXPECT_EQ(MaximumOf(purpose), Mask(Specification().at(purpose))) << purposes->value(i)->name();
    EXPECT_EQ(Words(purpose).purpose(), purpose);
    EXPECT_FALSE(Words(purpose).label_da().empty());
    EXPECT_FALSE(Words(purpose).label_en().empty());
  }
}

TEST(PolicyTest, NoPurposeAllowsWhatNoConsentCanName) {
  for (const auto& [purpose, ignored] : Specification()) {
    EXPECT_EQ(MaximumOf(purpose) & (Bit(type::v1::DATA_CATEGORY_UNSPECIFIED) | Bit(type::v1::DATA_CATEGORY_NON_PERSONAL)), 0u);
  }
}

TEST(PolicyTest, WhatDoesNotExistAllowsNothing) {
  for (int p : {0, 10, 31, 32, 1000, -1}) {
    EXPECT_EQ(MaximumOf(static_cast<Purpose>(p)), 0u) << p;
    EXPECT_FALSE(RoleMayAsk(type::v1::ROLE_COORDINATOR, static_cast<Purpose>(p))) << p;
    EXPECT_TRUE(Words(static_cast<Purpose>(p)).label_da().empty()) << p;
  }
  EXPECT_TRUE(Words(static_cast<DataCategory>(-7)).label_da().empty());
  EXPECT_FALSE(RoleMayAsk(static_cast<Role>(0), type::v1::PURPOSE_ACUTE_HELP));
  EXPECT_FALSE(RoleMayAsk(static_cast<Role>(77), type::v1::PURPOSE_ACUTE_HELP));
}

TEST(PolicyTest, SomeRolesNeverLookAndNobodyLooksToEvaluate) {
  for (const auto& [purpose, ignored] : Specification()) {
    for (Role never : {type::v1::ROLE_USER_VOLUNTEER, type::v1::ROLE_LEADER, type::v1::ROLE_AUDITOR, type::v1::ROLE_OPS,
                       type::v1::ROLE_REGISTRY_OFFICER, type::v1::ROLE_CITIZEN, type::v1::ROLE_SYSTEM}) {
      EXPECT_FALSE(RoleMayAsk(never, purpose)) << never << " " << purpose;
    }
    bool any = false;
    for (int r = 1; r <= 16; ++r) any |= RoleMayAsk(static_cast<Role>(r), purpose);
    EXPECT_EQ(any, purpose != type::v1::PURPOSE_EVALUATION);
  }
  EXPECT_TRUE(RoleMayAsk(type::v1::ROLE_HOUSING_ADVISER, type::v1::PURPOSE_FIND_AND_KEEP_HOME));
  EXPECT_FALSE(RoleMayAsk(type::v1::ROLE_TREATMENT_THERAPIST, type::v1::PURPOSE_FIND_AND_KEEP_HOME));
}

TEST(PolicyTest, SensitiveCategories) {
  EXPECT_EQ(SensitiveCategories(), Mask("SUBSTANCE_TREATMENT, HEALTH, MENTAL_HEALTH, JUSTICE"));
}

TEST(PolicyTest, EveryConsentableCategoryHasItsWords) {
  for (int c = 1; c <= 13; ++c) {
    const auto& row = Words(static_cast<DataCategory>(c));
    EXPECT_EQ(row.category(), c);
    for (const std::string& text : {row.label_da(), row.label_en(), row.phrase_da(), row.phrase_en()}) EXPECT_FALSE(text.empty()) << c;
  }
  EXPECT_EQ(Words(type::v1::DATA_CATEGORY_APPOINTMENTS).phrase_da(), "dine aftaler");
  EXPECT_TRUE(Words(type::v1::DATA_CATEGORY_NON_PERSONAL).label_da().empty());
}

TEST(PolicyTest, MethodsCarryTheirPolicy) {
  const auto* authorize = Method(consent::v1::Question::descriptor()->file(), "AuthorizeService", "Authorize");
  EXPECT_EQ(PolicyOf(authorize).access(), policy::v1::ACCESS_CLASS_PEER);
  EXPECT_TRUE(RolesOf(authorize).empty());
  const auto* door = Method(registry::v1::CitizenCard::descriptor()->file(), "CitizenCardService", "GetCitizenFile");
  EXPECT_EQ(PolicyOf(door).access(), policy::v1::ACCESS_CLASS_DOOR);
  // The group of practitioners and the systems, in the order of their numbers.
  EXPECT_THAT(RolesOf(door),
              testing::ElementsAre(type::v1::ROLE_DROPIN_STAFF, type::v1::ROLE_DROPIN_NURSE, type::v1::ROLE_OUTREACH_CASEWORKER,
                                   type::v1::ROLE_TREATMENT_THERAPIST, type::v1::ROLE_PEER_WORKER, type::v1::ROLE_HOUSING_ADVISER,
                                   type::v1::ROLE_SKP, type::v1::ROLE_COORDINATOR, type::v1::ROLE_RELEASE_COORDINATOR,
                                   type::v1::ROLE_SYSTEM));
  const auto* views = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName("brobygger.consent.v1.ConsentService.ListMyConsents");
  ASSERT_NE(views, nullptr);
  EXPECT_TRUE(PolicyOf(views).looks_only());
}

}  // namespace
}  // namespace brobygger
