#include "services/clinic/file.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "brobygger/policy/v1/policy.pb.h"
#include "services/clinic/common.h"
#include "services/clinic/testing.h"
#include "services/runtime/filter.h"
#include "services/runtime/policy.h"

namespace brobygger::clinic {
namespace {

using type::v1::DATA_CATEGORY_APPOINTMENTS;
using type::v1::DATA_CATEGORY_HEALTH;

class ClinicFileTest : public ::testing::Test {
 protected:
  // The standing with everything that follows from the records replaced by what they say.
  stored::Standing Rebuild(const std::string& citizen, const stored::Standing& standing, absl::CivilDay today) {
    stored::Standing out;
    if (standing.has_next_appointment()) *out.mutable_next_appointment() = standing.next_appointment();
    for (const auto& [id, c] : ward.store.All<v1::NurseContact>()) {
      if (c->citizen() != citizen || !c->content().has_follow_up_on() || ToDay(c->content().follow_up_on()) < today) continue;
      stored::FollowUp* f = out.add_follow_ups();
      f->set_id(id);
      f->set_kind(c->content().kind());
      *f->mutable_on() = c->content().follow_up_on();
    }
    for (const auto& [id, c] : ward.store.All<v1::WoundCourse>()) {
      if (c->citizen() != citizen) continue;
      if (c->state() == v1::WOUND_COURSE_STATE_OPEN) {
        out.set_open_course(id);
        *out.mutable_wound_since() = c->since();
      } else if (!out.has_last_course_end() || ToDay(out.last_course_end()) < ToDay(c->closed_on())) {
        *out.mutable_last_course_end() = c->closed_on();
      }
    }
    for (const auto& [id, r] : ward.store.All<v1::DentalReferral>()) {
      if (r->citizen() != citizen) continue;
      if (r->state() == v1::DENTAL_REFERRAL_STATE_WISHED || r->state() == v1::DENTAL_REFERRAL_STATE_SENT) out.set_open_referral(id);
      if (r->state() != v1::DENTAL_REFERRAL_STATE_SENT) continue;
      out.mutable_dental()->set_need(r->need());
      if (r->own_words_for_sharing()) out.mutable_dental()->set_own_words(r->own_words());
      *out.mutable_dental()->mutable_sent_on() = r->sent_on();
      if (r->has_appointment() && ToDay(r->appointment().date()) >= today) *out.mutable_dental_appointment() = r->appointment();
    }
    return out;
  }
  static stored::Standing Sorted(stored::Standing s) {
    std::sort(s.mutable_follow_ups()->begin(), s.mutable_follow_ups()->end(), [](const auto& a, const auto& b) { return a.id() < b.id(); });
    return s;
  }
  // Rebuilds every standing and file from the records beside them and compares.
  void CheckFiles(absl::CivilDay today = kToday) {
    const auto standings = ward.store.All<stored::Standing>();
    for (const auto& [id, standing] : standings) {
      const stored::Standing rebuilt = Rebuild("citizens/" + id, *standing, today);
      EXPECT_EQ(Sorted(rebuilt).DebugString(), Sorted(*standing).DebugString());
      const v1::ClinicFile* file = ward.store.Find<v1::ClinicFile>(id);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(file->SerializeAsString(), BuildFile(rebuilt, today).SerializeAsString());
    }
    EXPECT_EQ(ward.store.All<v1::ClinicFile>().size(), standings.size());
  }
  // What another agency is shown.
  v1::ClinicFile Shown(type::v1::Purpose purpose, CategoryMask mask, bool limited = false) {
    auto bytes = Filter::For(v1::ClinicFile::descriptor(), purpose, mask, limited).Apply(ward.File()->SerializeAsString());
    v1::ClinicFile shown;
    EXPECT_TRUE(bytes.ok() && shown.ParseFromString(*bytes));
    return shown;
  }
  Ward ward;
};

// After every change the file is what the records say.
TEST_F(ClinicFileTest, FollowsEveryChange) {
  auto wound = ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 3));
  CheckFiles();
  ASSERT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_FOOT, kToday, kToday + 2)).ok());
  CheckFiles();
  EXPECT_EQ(ward.File()->next_contact_kind(), v1::NURSE_CONTACT_KIND_FOOT) << "the earliest";
  ASSERT_TRUE(ward.Correct(*wound, Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 1)).ok());
  CheckFiles();
  EXPECT_EQ(ToDay(ward.File()->next_contact_on()), kToday + 1);
  auto course = ward.Open(kToday - 3);
  CheckFiles();
  auto referral = ward.Wish("Jeg kan ikke tygge", true);
  CheckFiles();
  EXPECT_FALSE(ward.File()->has_dental()) << "a wish is nobody's matter outside the clinic";
  ASSERT_TRUE(ward.Send(referral->name()).ok());
  CheckFiles();
  EXPECT_EQ(ward.File()->dental().own_words(), "Jeg kan ikke tygge");
  ASSERT_TRUE(ward.Appoint(referral->name(), kToday + 5).ok());
  CheckFiles();
  EXPECT_EQ(ToDay(ward.File()->dental().appointment_on()), kToday + 5);
  EXPECT_EQ(ward.File()->next_appointment_place(), v1::CLINIC_PLACE_DENTAL);
  ASSERT_TRUE(ward.SetNext(kToday + 4).ok());
  CheckFiles();
  EXPECT_EQ(ward.File()->next_appointment_place(), v1::CLINIC_PLACE_HOSPITAL) << "the earlier one";
  ASSERT_TRUE(ward.SetNext(kToday + 5, 571).ok());
  CheckFiles();
  EXPECT_EQ(ward.File()->next_appointment_place(), v1::CLINIC_PLACE_DENTAL) << "a minute earlier on the same day";
  ASSERT_TRUE(ward.SetNext(std::nullopt).ok());
  CheckFiles();
  ASSERT_TRUE(ward.Close(course->name(), kToday).ok());
  CheckFiles();
  ASSERT_TRUE(ward.TakeBack(referral->name()).ok());
  CheckFiles();
  EXPECT_FALSE(ward.File()->has_dental());
  EXPECT_FALSE(ward.File()->has_next_appointment());
}

TEST_F(ClinicFileTest, AVisitEndsIt) {
  auto referral = ward.Wish();
  ASSERT_TRUE(ward.Send(referral->name()).ok());
  ASSERT_TRUE(ward.Appoint(referral->name(), kToday + 5).ok());
  ASSERT_TRUE(ward.Visited(referral->name(), kToday).ok());
  CheckFiles();
  EXPECT_EQ(ward.File()->SerializeAsString(), "") << "nothing is left of it";
}

// What has passed goes by itself the day after; what is to come stays.
TEST_F(ClinicFileTest, WhatHasPassedGoes) {
  ASSERT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 1)).ok());
  ASSERT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_FOOT, kToday, kToday + 4)).ok());
  auto referral = ward.Wish();
  ASSERT_TRUE(ward.Send(referral->name()).ok());
  ASSERT_TRUE(ward.Appoint(referral->name(), kToday + 2).ok());
  ASSERT_TRUE(ward.SetNext(kToday + 3).ok());
  for (int day = 0; day <= 6; ++day) {
    const absl::CivilDay today = kToday + day;
    ward.RunDue(StartOfDay(today));
    CheckFiles(today);
    const v1::ClinicFile& file = *ward.File();
    EXPECT_EQ(file.has_next_contact_on() ? ToDay(file.next_contact_on()) - kToday : -1, day <= 1 ? 1 : day <= 4 ? 4 : -1) << day;
    EXPECT_EQ(file.has_next_appointment() ? ToDay(file.next_appointment().date()) - kToday : -1, day <= 2 ? 2 : day <= 3 ? 3 : -1) << day;
    EXPECT_EQ(file.dental().has_appointment_on(), day <= 2) << day;
    EXPECT_TRUE(file.has_dental()) << "the referral itself goes on";
  }
  EXPECT_TRUE(ward.store.Due(Noon(kToday + 400)).empty());
}

// What the table of categories lets through, by the runtime's own filter.
TEST_F(ClinicFileTest, EachCategoryByItself) {
  auto contact = Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 3);
  contact.set_note("Sår på venstre ben");
  ASSERT_TRUE(ward.Record(Citizen(), contact).ok());
  ASSERT_TRUE(ward.Open(kToday).ok());
  auto referral = ward.Wish("Jeg kan ikke tygge", true);
  ASSERT_TRUE(ward.Send(referral->name()).ok());
  ASSERT_TRUE(ward.Appoint(referral->name(), kToday + 5).ok());
  EXPECT_EQ(ward.File()->SerializeAsString().find("venstre"), std::string::npos) << "no note, for nobody";
  EXPECT_EQ(ward.File()->SerializeAsString().find("Eksempelvej"), std::string::npos);

  // D8: the coordinator reads when, and that company is wanted; nothing of what for.
  const v1::ClinicFile times = Shown(type::v1::PURPOSE_COORDINATE_SUPPORT, Bit(DATA_CATEGORY_APPOINTMENTS));
  v1::ClinicFile want;
  *want.mutable_next_appointment() = ward.File()->next_appointment();
  EXPECT_EQ(times.DebugString(), want.DebugString());
  EXPECT_TRUE(times.next_appointment().companion_wanted());

  const v1::ClinicFile dental = Shown(type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE, Bit(DATA_CATEGORY_HEALTH));
  EXPECT_EQ(dental.dental().own_words(), "Jeg kan ikke tygge");
  EXPECT_EQ(dental.next_appointment_place(), v1::CLINIC_PLACE_DENTAL);
  EXPECT_TRUE(dental.has_wound_since() && dental.has_next_contact_on());
  EXPECT_FALSE(dental.has_next_appointment());
  EXPECT_EQ(Shown(type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE, Bit(DATA_CATEGORY_HEALTH), /*limited=*/true).dental().own_words(), "");
  EXPECT_FALSE(Shown(type::v1::PURPOSE_ACUTE_HELP, Bit(DATA_CATEGORY_HEALTH)).has_dental()) << "teeth are for who helps with teeth";

  for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
    const auto category = static_cast<type::v1::DataCategory>(c);
    if (category == DATA_CATEGORY_HEALTH || category == DATA_CATEGORY_APPOINTMENTS) continue;
    EXPECT_EQ(Shown(type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE, Bit(category)).SerializeAsString(), "") << type::v1::DataCategory_Name(category);
  }
}

TEST_F(ClinicFileTest, WordsThatWereNotForSharingStay) {
  auto referral = ward.Wish("Kun til jer", false);
  ASSERT_TRUE(ward.Send(referral->name()).ok());
  EXPECT_EQ(ward.File()->dental().own_words(), "");
}

}  // namespace
}  // namespace brobygger::clinic
