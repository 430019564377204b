#include "services/clinic/contact.h"

#include <vector>

#include <gtest/gtest.h>

#include "services/clinic/testing.h"

namespace brobygger::clinic {
namespace {

class ContactTest : public ::testing::Test {
 protected:
  std::vector<std::string> List(const v1::ListNurseContactsRequest& request) {
    auto listed = ward.Ask<v1::ListNurseContactsResponse>("ListNurseContacts", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> names;
    if (!listed.ok()) return names;
    for (const auto& c : listed->contacts()) names.push_back(c.name());
    return names;
  }
  Ward ward;
};

TEST_F(ContactTest, Days) {
  struct Case {
    const char* what;
    int date, follow_up;  // days from today; 999: none
    const char* reason;   // "" is good
  };
  for (const Case& c : {Case{"today", 0, 999, ""}, {"31 days back", -31, 999, ""}, {"32 days back", -32, 999, "BAD_DATE_ORDER"},
                        {"tomorrow", 1, 999, "BAD_DATE_ORDER"}, {"next day", 0, 1, ""}, {"366 days ahead", 0, 366, ""},
                        {"367 days ahead", 0, 367, "BAD_DATE_ORDER"}, {"the same day", 0, 0, "BAD_DATE_ORDER"},
                        {"before the contact", -3, -4, "BAD_DATE_ORDER"}, {"a follow-up that is over", -5, -3, ""}}) {
    SCOPED_TRACE(c.what);
    auto content = Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday + c.date);
    if (c.follow_up != 999) *content.mutable_follow_up_on() = ToDate(kToday + c.follow_up);
    for (const std::string& citizen : {std::string(), Citizen()}) {
      auto contact = ward.Record(citizen, content);
      EXPECT_EQ(contact.ok(), *c.reason == '\0') << contact.status();
      EXPECT_EQ(ReasonOf(contact.status()), c.reason);
    }
  }
}

// R2: help needs no name. Nothing is kept that names anybody, and no file comes into being.
TEST_F(ContactTest, SomebodyWithoutAName) {
  auto contact = ward.Record("", Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 3));
  ASSERT_TRUE(contact.ok()) << contact.status();
  EXPECT_EQ(contact->citizen(), "");
  EXPECT_EQ(contact->nurse(), "clinic-nurse-1");
  EXPECT_TRUE(ward.store.All<v1::ClinicFile>().empty());
  EXPECT_TRUE(ward.store.All<stored::Standing>().empty());
  const auto& entity = *Entities().ByKind("contact");
  EXPECT_EQ(entity.owner("x", *contact), "") << "sealed under the clinic's own key";
  EXPECT_EQ(entity.owner("x", *ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_FOOT, kToday))), Citizen());
  // It stays so: a correction cannot give it a name.
  auto corrected = ward.Correct(*contact, Ward::Content(v1::NURSE_CONTACT_KIND_FOOT, kToday));
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->citizen(), "");
  EXPECT_EQ(v1::CorrectNurseContactRequest::descriptor()->FindFieldByName("citizen"), nullptr);
}

TEST_F(ContactTest, ACorrectionIsOfWhatWasSeen) {
  auto contact = ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 3));
  ASSERT_TRUE(contact.ok());
  auto first = ward.Correct(*contact, Ward::Content(v1::NURSE_CONTACT_KIND_MEDICINE, kToday - 1, kToday + 5), Noon(kToday + 1));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->content().kind(), v1::NURSE_CONTACT_KIND_MEDICINE);
  EXPECT_EQ(ReasonOf(ward.Correct(*contact, contact->content()).status()), "ETAG_MISMATCH");
  // Long after: still within 31 days of the day on which it was written down.
  EXPECT_TRUE(ward.Correct(*first, Ward::Content(v1::NURSE_CONTACT_KIND_MEDICINE, kToday - 31), Noon(kToday + 90)).ok());
  auto read = ward.store.All<v1::NurseContact>();
  ASSERT_EQ(read.size(), 1u);
  auto second = *first;
  v1::GetNurseContactRequest get;
  get.set_name(contact->name());
  second = ward.Ask<v1::GetNurseContactResponse>("GetNurseContact", get)->contact();
  EXPECT_EQ(ReasonOf(ward.Correct(second, Ward::Content(v1::NURSE_CONTACT_KIND_MEDICINE, kToday + 1), Noon(kToday + 90)).status()), "BAD_DATE_ORDER");
  get.set_name("nurseContacts/" + std::string(26, 'q'));
  EXPECT_EQ(ward.Ask<v1::GetNurseContactResponse>("GetNurseContact", get).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ContactTest, Lists) {
  const auto older = ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday - 2, kToday + 3));
  const auto nobody = ward.Record("", Ward::Content(v1::NURSE_CONTACT_KIND_FOOT, kToday - 1, kToday + 3), Noon() + absl::Minutes(1));
  const auto newer = ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_WOUND, kToday, kToday + 4), Noon() + absl::Minutes(2));
  const auto other = ward.Record(Citizen('d'), Ward::Content(v1::NURSE_CONTACT_KIND_ESCORT, kToday), Noon() + absl::Minutes(3));
  ASSERT_TRUE(older.ok() && nobody.ok() && newer.ok() && other.ok());
  v1::ListNurseContactsRequest request;
  EXPECT_EQ(List(request), (std::vector<std::string>{other->name(), newer->name(), nobody->name(), older->name()})) << "latest day first";
  request.set_citizen(Citizen());
  EXPECT_EQ(List(request), (std::vector<std::string>{newer->name(), older->name()}));
  *request.mutable_follow_up_on() = ToDate(kToday + 3);
  EXPECT_EQ(ReasonOf(ward.Ask<v1::ListNurseContactsResponse>("ListNurseContacts", request).status()), "OUT_OF_RANGE") << "one of the two";
  request.clear_citizen();
  EXPECT_EQ(List(request).size(), 2u);
  // A correction moves it to another day.
  ASSERT_TRUE(ward.Correct(*older, Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday - 2, kToday + 4)).ok());
  EXPECT_EQ(List(request), std::vector<std::string>{nobody->name()});
}

TEST_F(ContactTest, NotMoreThanAHundredDaysAhead) {
  std::string last;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday, kToday + 1 + i)).ok());
  EXPECT_EQ(ReasonOf(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday, kToday + 200)).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday)).ok()) << "without a day it is no matter";
  EXPECT_EQ(ward.store.All<v1::NurseContact>().size(), 101u) << "what is refused is not written";
  ward.RunDue(Noon(kToday + 2));
  EXPECT_TRUE(ward.Record(Citizen(), Ward::Content(v1::NURSE_CONTACT_KIND_CHECK, kToday + 2, kToday + 200), Noon(kToday + 2)).ok()) << "days that passed count no more";
}

}  // namespace
}  // namespace brobygger::clinic
