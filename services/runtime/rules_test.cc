#include "services/runtime/rules.h"

#include <chrono>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "services/runtime/policy_test.pb.h"
#include "services/runtime/text.h"

namespace brobygger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using probe::RulesProbe;

constexpr char kCitizen[] = "citizens/abcdefghijklmnopqrstuvwxyz";

// Valid but for what the test adds.
RulesProbe Valid() {
  RulesProbe m;
  m.set_required("x");
  m.set_required_purpose(type::v1::PURPOSE_ACUTE_HELP);
  m.add_required_words("x");
  m.set_pattern("d");
  m.mutable_required_child()->set_required("x");
  m.mutable_required_child()->set_required_purpose(type::v1::PURPOSE_ACUTE_HELP);
  m.mutable_required_child()->add_required_words("x");
  return m;
}

// "path REASON" of each violation, but for the probe's own endless required child.
std::vector<std::string> Faults(const RulesProbe& m) {
  std::vector<std::string> out;
  for (const Violation& v : CheckRules(m)) {
    EXPECT_EQ(v.want.rfind("want ", 0), 0u) << v.want;
    if (v.field != "required_child.required_child") out.push_back(absl::StrCat(v.field, " ", v.reason));
  }
  return out;
}

template <class F>
std::vector<std::string> With(F change) {
  RulesProbe m = Valid();
  change(&m);
  return Faults(m);
}

TEST(RulesTest, ValidHasNoViolation) { EXPECT_THAT(Faults(Valid()), IsEmpty()); }

TEST(RulesTest, EverythingMissingIsToldAtOnce) {
  EXPECT_THAT(Faults(RulesProbe()), ElementsAre("required FIELD_REQUIRED", "required_purpose FIELD_REQUIRED",
                                                "required_child FIELD_REQUIRED", "required_words FIELD_REQUIRED"));
}

struct TextCase {
  const char* field;
  std::string value;
  const char* reason;  // "" if it is valid
};

TEST(RulesTest, Texts) {
  const std::string kCzech = "č";
  const TextCase cases[] = {
      {"plain", "", ""},
      {"plain", std::string(200, 'a'), ""},
      {"plain", std::string(201, 'a'), "TEXT_TOO_LONG"},
      {"plain", "æøåÆØÅ 日本語 🙂", ""},
      {"plain", "a\nb", "CONTROL_CHARACTER"},
      {"plain", "a\tb", "CONTROL_CHARACTER"},
      {"plain", std::string("a\0b", 3), "CONTROL_CHARACTER"},
      {"plain", "a\x7f", "CONTROL_CHARACTER"},
      {"plain", "a\u0085", "CONTROL_CHARACTER"},
      {"plain", "a\u2028", "CONTROL_CHARACTER"},
      {"plain", "a\u202e", "CONTROL_CHARACTER"},
      {"plain", "a\u2066", "CONTROL_CHARACTER"},
      {"multiline", "a\nb", ""},
      {"multiline", "a\r\nb", "CONTROL_CHARACTER"},
      {"lengths", "", ""},
      {"lengths", "ab", "OUT_OF_RANGE"},
      {"lengths", "abc", ""},
      {"lengths", "abcde", ""},
      {"lengths", "abcdef", "TEXT_TOO_LONG"},
      {"lengths", "æøåæø", ""},
      {"lengths", "🙂🙂", "OUT_OF_RANGE"},
      {"pattern", "abc", ""},
      {"pattern", "d", ""},
      {"pattern", "abcd", "BAD_FORMAT"},
      {"pattern", "xd", "BAD_FORMAT"},
      {"pattern", "dx", "BAD_FORMAT"},
      {"citizen", kCitizen, ""},
      {"citizen", "citizens/abc", "BAD_FORMAT"},
      {"citizen", "citizens/abcdefghijklmnopqrstuvwxy1", "BAD_FORMAT"},
      {"agency", "agencies/perron-4", ""},
      {"agency", "agencies/", "BAD_FORMAT"},
      {"agency", "agencies/Perron", "BAD_FORMAT"},
      {"record", "screenings/abcdefghijklmnopqrstuvwxyz", ""},
      {"record", "tenancies/abcdefghijklmnopqrstuvwxyz", "BAD_FORMAT"},
      {"record", "screenings/abc", "BAD_FORMAT"},
      {"record", "/abcdefghijklmnopqrstuvwxyz", "BAD_FORMAT"},
      {"record", "screenings", "BAD_FORMAT"},
      {"request_id", "Abc_-123", ""},
      {"request_id", "Abc_-12", "BAD_FORMAT"},
      {"request_id", std::string(65, 'a'), "BAD_FORMAT"},
      {"request_id", "abcdefgh ", "BAD_FORMAT"},
      {"phone", "+4512345678", ""},
      {"phone", "12345678", "BAD_FORMAT"},
      {"phone", "+0512345678", "BAD_FORMAT"},
      {"phone", "+45 12345678", "BAD_FORMAT"},
      {"cpr", "010170-1234", ""},
      {"cpr", "0101701234", ""},
      {"cpr", "320170-1234", "CPR_INVALID"},
      {"cpr", "610170-1234", "CPR_INVALID"},
      {"text", "ring 87 65 43 21 den 01.01.", ""},
      {"text", "hans cpr er 010170-1234.", "BAD_FORMAT"},
      {"one", "agencies/x", ""},
      {"one", "x", "BAD_FORMAT"},
      {"one", "", "FIELD_REQUIRED"},
  };
  for (const TextCase& c : cases) {
    RulesProbe m = Valid();
    const auto* field = RulesProbe::descriptor()->FindFieldByName(c.field);
    ASSERT_NE(field, nullptr) << c.field;
    m.GetReflection()->SetString(&m, field, c.value);
    if (*c.reason == '\0') EXPECT_THAT(Faults(m), IsEmpty()) << c.field << " " << c.value;
    else EXPECT_THAT(Faults(m), ElementsAre(absl::StrCat(c.field, " ", c.reason))) << c.field << " " << c.value;
  }
}

TEST(RulesTest, Bytes) {
  EXPECT_THAT(With([](RulesProbe* m) { m->set_blob("\x01\x02"); }), IsEmpty());
  EXPECT_THAT(With([](RulesProbe* m) { m->set_blob("\x01"); }), ElementsAre("blob OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_blob("12345"); }), ElementsAre("blob TEXT_TOO_LONG"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_any_blob(std::string(4096, '\0')); }), IsEmpty());
  EXPECT_THAT(With([](RulesProbe* m) { m->set_any_blob(std::string(4097, '\0')); }), ElementsAre("any_blob TEXT_TOO_LONG"));
}

TEST(RulesTest, Numbers) {
  for (int ok : {0, 100}) EXPECT_THAT(With([&](RulesProbe* m) { m->set_range(ok); }), IsEmpty());
  for (int bad : {-1, 101}) EXPECT_THAT(With([&](RulesProbe* m) { m->set_range(bad); }), ElementsAre("range OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_at_least(-6); }), ElementsAre("at_least OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_at_most(11); }), ElementsAre("at_most OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_at_most(std::numeric_limits<std::uint64_t>::max()); }), ElementsAre("at_most OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_real(1); }), IsEmpty());
  EXPECT_THAT(With([](RulesProbe* m) { m->set_real(1.5); }), ElementsAre("real OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_real(std::numeric_limits<double>::quiet_NaN()); }), ElementsAre("real OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_real(-std::numeric_limits<double>::infinity()); }), ElementsAre("real OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_maybe(1); }), IsEmpty());
  EXPECT_THAT(With([](RulesProbe* m) { m->set_maybe(0); }), ElementsAre("maybe OUT_OF_RANGE")) << "given, and out of range";
}

TEST(RulesTest, Enums) {
  EXPECT_THAT(With([](RulesProbe* m) { m->set_purpose(static_cast<type::v1::Purpose>(10)); }), ElementsAre("purpose UNKNOWN_ENUM"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_purpose(static_cast<type::v1::Purpose>(-1)); }), ElementsAre("purpose UNKNOWN_ENUM"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_purpose(static_cast<type::v1::Purpose>(1 << 20)); }), ElementsAre("purpose UNKNOWN_ENUM"));
  EXPECT_THAT(With([](RulesProbe* m) { m->set_required_purpose(type::v1::PURPOSE_UNSPECIFIED); }), ElementsAre("required_purpose FIELD_REQUIRED"));
}

TEST(RulesTest, RepeatedFields) {
  using type::v1::DataCategory;
  auto categories = [](std::vector<int> values) {
    return With([&](RulesProbe* m) {
      for (int v : values) m->add_categories(static_cast<DataCategory>(v));
    });
  };
  EXPECT_THAT(categories({1, 2, 3}), IsEmpty());
  EXPECT_THAT(categories({1, 2, 3, 4}), ElementsAre("categories TOO_MANY"));
  EXPECT_THAT(categories({1, 2, 1}), ElementsAre("categories[2] DUPLICATE_ITEM"));
  EXPECT_THAT(categories({1, 99}), ElementsAre("categories[1] UNKNOWN_ENUM"));
  EXPECT_THAT(categories({0}), ElementsAre("categories[0] FIELD_REQUIRED"));
  EXPECT_THAT(With([](RulesProbe* m) { m->add_words("æøåæø"), m->add_words("a"), m->add_words("a"), m->add_words(""); }),
              ElementsAre("words[0] TEXT_TOO_LONG", "words[2] DUPLICATE_ITEM", "words[3] FIELD_REQUIRED"));
  EXPECT_THAT(With([](RulesProbe* m) { m->add_numbers(1), m->add_numbers(10), m->add_numbers(0); }),
              ElementsAre("numbers[1] OUT_OF_RANGE", "numbers[2] OUT_OF_RANGE"));
  EXPECT_THAT(With([](RulesProbe* m) {
                for (int i = 0; i < 101; ++i) m->add_numbers(1);
              }),
              ElementsAre("numbers TOO_MANY"));
  EXPECT_THAT(With([](RulesProbe* m) {
                for (int i = 0; i < 101; ++i) (*m->mutable_map())[absl::StrCat(i)] = 1;
              }),
              ElementsAre("map TOO_MANY"));
}

TEST(RulesTest, PathsLeadIntoMessages) {
  RulesProbe m = Valid();
  *m.mutable_child() = Valid();
  m.mutable_child()->clear_required_child();
  *m.add_children() = Valid();
  *m.add_children() = Valid();
  m.mutable_children(1)->mutable_required_child()->set_cpr("x");
  m.mutable_children(1)->add_words("toolong");
  std::vector<std::string> faults;
  for (const std::string& f : Faults(m)) {
    if (f.find("required_child.required_child ") == std::string::npos) faults.push_back(f);
  }
  EXPECT_THAT(faults, ElementsAre("child.required_child FIELD_REQUIRED", "children[1].words[0] TEXT_TOO_LONG",
                                  "children[1].required_child.cpr CPR_INVALID"));
}

TEST(RulesTest, DatesAndTimesExist) {
  auto date = [](int y, int mo, int d) {
    return With([&](RulesProbe* m) { m->mutable_date()->set_year(y), m->mutable_date()->set_month(mo), m->mutable_date()->set_day(d); });
  };
  EXPECT_THAT(date(2024, 2, 29), IsEmpty());
  EXPECT_THAT(date(1900, 1, 1), IsEmpty());
  EXPECT_THAT(date(2200, 12, 31), IsEmpty());
  EXPECT_THAT(date(2000, 2, 29), IsEmpty());
  for (auto [y, mo, d] : {std::tuple{2023, 2, 29}, {2100, 2, 29}, {2023, 4, 31}, {2023, 13, 1}, {2023, 0, 1}, {2023, 1, 0}, {1899, 12, 31}, {2201, 1, 1}, {0, 0, 0}, {2023, -1, -1}}) {
    EXPECT_THAT(date(y, mo, d), ElementsAre("date BAD_DATE")) << y << "-" << mo << "-" << d;
  }
  EXPECT_THAT(With([](RulesProbe* m) { m->mutable_time()->set_seconds(1'800'000'000); }), IsEmpty());
  EXPECT_THAT(With([](RulesProbe* m) { m->mutable_time()->set_seconds(253402300800); }), ElementsAre("time BAD_DATE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->mutable_time()->set_seconds(-62135596801); }), ElementsAre("time BAD_DATE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->mutable_time()->set_nanos(-1); }), ElementsAre("time BAD_DATE"));
  EXPECT_THAT(With([](RulesProbe* m) { m->mutable_time()->set_nanos(1'000'000'000); }), ElementsAre("time BAD_DATE"));
}

TEST(RulesTest, UnknownFieldsAreRefusedWhereverTheyStand) {
  RulesProbe m = Valid();
  m.GetReflection()->MutableUnknownFields(&m)->AddVarint(999, 1);
  auto* date = m.mutable_date();
  date->set_year(2024), date->set_month(1), date->set_day(1);
  date->GetReflection()->MutableUnknownFields(date)->AddLengthDelimited(77, "x");
  EXPECT_THAT(Faults(m), ElementsAre("#999 UNKNOWN_FIELD", "date.#77 UNKNOWN_FIELD"));
}

TEST(RulesTest, InvalidUtf8NeverPasses) {
  RulesProbe m = Valid();
  m.set_plain("a\xff");
  EXPECT_THAT(Faults(m), ElementsAre("plain BAD_FORMAT"));
}

TEST(RulesTest, WhatIsToldIsBounded) {
  RulesProbe m = Valid();
  for (int i = 0; i < 100; ++i) m.add_numbers(0);
  for (int i = 0; i < 100; ++i) m.add_children();
  EXPECT_EQ(CheckRules(m).size(), static_cast<std::size_t>(kMaxViolations));
}

TEST(RulesTest, TextsNeverRepeatTheRequest) {
  RulesProbe m = Valid();
  m.set_cpr("0101709999x");
  m.set_phone("+45secret");
  m.set_pattern("secret");
  m.add_words("secret-word");
  for (const Violation& v : CheckRules(m)) {
    EXPECT_EQ(v.want.find("secret"), std::string::npos);
    EXPECT_EQ(v.want.find("0101709999"), std::string::npos);
  }
}

TEST(CprTest, TheDayExistsInTheNumbersCentury) {
  EXPECT_TRUE(IsCpr("290200-4000", Cpr::kOrdinary)) << "2000 was a leap year";
  EXPECT_FALSE(IsCpr("290200-0000", Cpr::kOrdinary)) << "1900 was not";
  EXPECT_TRUE(IsCpr("290296-5000", Cpr::kOrdinary)) << "1896";
  EXPECT_FALSE(IsCpr("290201-4000", Cpr::kOrdinary));
  EXPECT_TRUE(IsCpr("290236-9000", Cpr::kOrdinary)) << "2036";
  EXPECT_FALSE(IsCpr("290237-9000", Cpr::kOrdinary)) << "1937";
  EXPECT_TRUE(IsCpr("290256-8000", Cpr::kOrdinary)) << "2056";
  for (const char* bad : {"", "010170", "010170-123", "010170-12345", "01017012345", "010170 1234", "0101a0-1234", "010170-123A", "000170-1234",
                          "010070-1234", "011370-1234", "310470-1234"}) {
    EXPECT_FALSE(IsCpr(bad, Cpr::kOrdinary)) << bad;
    EXPECT_FALSE(bad != std::string("010170-123A") && IsCpr(bad, Cpr::kOrReplacement)) << bad;
  }
}

TEST(CprTest, ReplacementNumbersOnlyWhereAllowed) {
  for (const char* number : {"610170-1234", "010170-AB12", "6101701A3B"}) {
    EXPECT_FALSE(IsCpr(number, Cpr::kOrdinary)) << number;
    EXPECT_TRUE(IsCpr(number, Cpr::kOrReplacement)) << number;
  }
  EXPECT_FALSE(IsCpr("920170-1234", Cpr::kOrReplacement)) << "day 32";
  EXPECT_FALSE(IsCpr("600170-1234", Cpr::kOrReplacement)) << "day 60";
  EXPECT_FALSE(IsCpr("010170-ab12", Cpr::kOrReplacement));
}

TEST(CprTest, Modulus11IsAHint) {
  EXPECT_TRUE(PassesModulus11("070761-4285"));  // the example number of the CPR office's own description
  EXPECT_FALSE(PassesModulus11("070761-4286"));
  EXPECT_TRUE(IsCpr("070761-4286", Cpr::kOrdinary)) << "valid all the same";
  EXPECT_FALSE(PassesModulus11(""));
  EXPECT_FALSE(PassesModulus11("07076142855"));
}

TEST(CprTest, FoundInTextHoweverItIsSpaced) {
  for (const char* text : {"010170-1234", "x0101701234x", "cpr:010170 1234", "01 01 70 1234", "01.01.70-1234", "010170 – 1234", "010170\u20111234",
                           "010170\u00a01234", "610170-1234", "1010170-1234 og 010170-1234", "010170\n1234"}) {
    EXPECT_TRUE(HoldsCpr(text)) << text;
  }
  for (const char* text : {"", "87654321", "+45 87 65 43 21", "12345678901234567890", "320170-1234", "010170-12345", "1010170-1234", "den 01.01.2024",
                           "010170 og 1234", "sag 99/12345", "010170----1234"}) {
    EXPECT_FALSE(HoldsCpr(text)) << text;
  }
}

TEST(RulesTest, ASmallRequestCostsMicroseconds) {
  probe::SmallRequest m;
  m.set_citizen(kCitizen);
  m.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_PHONE);
  m.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(1'800'000'000);
  m.set_text("Vil gerne have et sted at bo, helst nær stationen.");
  m.add_categories(type::v1::DATA_CATEGORY_CONTACT);
  m.add_categories(type::v1::DATA_CATEGORY_HOUSING);
  m.set_request_id("abcdefgh-1234");
  ASSERT_THAT(CheckRules(m), IsEmpty());
  constexpr int kRounds = 20000;
  const auto start = std::chrono::steady_clock::now();
  std::size_t violations = 0;
  for (int i = 0; i < kRounds; ++i) violations += CheckRules(m).size();
  const double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / kRounds;
  EXPECT_EQ(violations, 0u);
  RecordProperty("ns_per_request", static_cast<int>(ns));
  std::cout << "CheckRules of a small valid request: " << static_cast<int>(ns) << " ns" << std::endl;
  EXPECT_LT(ns, 100'000) << "something is far too slow, even for a debug build on a busy machine";
}

}  // namespace
}  // namespace brobygger
