#include "services/runtime/filter.h"

#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "brobygger/registry/v1/card.pb.h"
#include "google/protobuf/stubs/common.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/runtime/policy_test.pb.h"
#include "services/runtime/status.h"
#include "services/runtime/wire.h"

namespace brobygger {
namespace {

using google::protobuf::TextFormat;
using probe::FileProbe;
using type::v1::Purpose;

constexpr CategoryMask kHousing = Bit(type::v1::DATA_CATEGORY_HOUSING);
constexpr CategoryMask kContact = Bit(type::v1::DATA_CATEGORY_CONTACT);
constexpr CategoryMask kAppointments = Bit(type::v1::DATA_CATEGORY_APPOINTMENTS);
constexpr CategoryMask kIdentity = Bit(type::v1::DATA_CATEGORY_IDENTITY);
constexpr CategoryMask kAll = ~CategoryMask{0};

struct Ask {
  CategoryMask mask = kHousing;
  Purpose purpose = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
  bool limited = false;
};

absl::StatusOr<std::string> Apply(const std::string& wire, Ask ask = {}) {
  return Filter::For(FileProbe::descriptor(), ask.purpose, ask.mask, ask.limited).Apply(wire);
}

// What both versions leave of a file, in text; both must say the same.
template <class T = FileProbe>
std::string Left(const std::string& text, Ask ask = {}) {
  T file;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &file)) << text;
  const auto bytes = Filter::For(T::descriptor(), ask.purpose, ask.mask, ask.limited).Apply(file.SerializeAsString());
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  T by_bytes;
  EXPECT_TRUE(by_bytes.ParseFromString(*bytes));
  EXPECT_TRUE(FilterByReflection(&file, ask.purpose, ask.mask, ask.limited).ok());
  std::string left, oracle;
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintToString(by_bytes, &left);
  printer.PrintToString(file, &oracle);
  EXPECT_EQ(left, oracle);
  EXPECT_EQ(*bytes, file.SerializeAsString()) << "the bytes are what the serialiser would write";
  return left.empty() || left.back() != ' ' ? left : left.substr(0, left.size() - 1);
}

TEST(FilterTest, OnlyCategoriesOfTheMask) {
  EXPECT_EQ(Left("housing: 7 contact: 8"), "housing: 7");
  EXPECT_EQ(Left("housing: 7 contact: 8", {kContact}), "contact: 8");
  EXPECT_EQ(Left("housing: 7 contact: 8", {kContact | kHousing}), "housing: 7 contact: 8");
  EXPECT_EQ(Left("housing: 7 contact: 8", {kIdentity}), "");
  EXPECT_EQ(Left("housing: 7 contact: 8", {0}), "");
  EXPECT_EQ(Left(""), "");
}

TEST(FilterTest, UnlabelledNeverPasses) {
  EXPECT_EQ(Left("housing: 7 unlabelled: 8", {kAll}), "housing: 7");
  EXPECT_EQ(Left("housing: 7 unlabelled_inner { housing: 1 }", {kAll}), "housing: 7");
}

TEST(FilterTest, TextPassesOnlyIfStructuredOrShared) {
  EXPECT_EQ(Left("free_text: 'x' text_without_cpr: 'x' shared_text: 'x' code: 'ABC' codes: 'DEF' codes: 'GHI'"),
            "shared_text: \"x\" code: \"ABC\" codes: \"DEF\" codes: \"GHI\"");
  EXPECT_EQ(Left("phone: '+4512345678'", {kContact}), "phone: \"+4512345678\"");
}

TEST(FilterTest, LimitedWithholdsSharedText) {
  EXPECT_EQ(Left("housing: 1 shared_text: 'x' code: 'ABC' inner { housing: 2 shared: 'x' }", {.limited = true}),
            "housing: 1 code: \"ABC\" inner { housing: 2 }");
}

TEST(FilterTest, NeverBytesMapsOrAnotherAgencysReference) {
  EXPECT_EQ(Left("housing: 1 blob: 'x' citizen: 'citizens/abcdefghijklmnopqrstuvwxyz' map { key: 'a' value: 1 } "
                 "map_inner { key: 'a' value { housing: 1 } }",
                 {kAll}),
            "housing: 1");
}

TEST(FilterTest, OnlyPurposes) {
  EXPECT_EQ(Left("attendance: 3", {kAppointments}), "");
  EXPECT_EQ(Left("attendance: 3", {kAppointments, type::v1::PURPOSE_ARRANGE_MEETINGS}), "attendance: 3");
  EXPECT_EQ(Left("attendance: 3", {kAppointments, type::v1::PURPOSE_COORDINATE_SUPPORT}), "attendance: 3");
  EXPECT_EQ(Left("only_inner { housing: 3 }"), "only_inner { housing: 3 }");
  EXPECT_EQ(Left("only_inner { housing: 3 }", {kHousing, type::v1::PURPOSE_ACUTE_HELP}), "") << "a whole sub-message too";
  EXPECT_EQ(Left("housing: 3", {kAll, type::v1::PURPOSE_UNSPECIFIED}), "housing: 3") << "the gate checks the purpose, not the filter";
  EXPECT_EQ(Left("housing: 3", {kAll, static_cast<Purpose>(99)}), "");
}

TEST(FilterTest, SubMessagesAreJudgedFieldByField) {
  EXPECT_EQ(Left("inner { housing: 1 contact: 2 inner { contact: 3 inners { housing: 4 contact: 5 } } }"),
            "inner { housing: 1 inner { inners { housing: 4 } } }");
  EXPECT_EQ(Left("inner { contact: 2 }", {kContact}), "inner { contact: 2 }");
}

TEST(FilterTest, CountsDoNotShow) {
  EXPECT_EQ(Left("housing: 1 inners { contact: 1 } inners { housing: 2 } inners { contact: 3 } inners { }"),
            "housing: 1 inners { housing: 2 }");
  EXPECT_EQ(Left("inners { contact: 1 } inners { contact: 2 }"), "");
  EXPECT_EQ(Left("housing: 1 inner { inner { contact: 1 } }"), "housing: 1");
  EXPECT_EQ(Left("dates { year: 2024 } dates { year: 2025 }"), "");
}

TEST(FilterTest, ValuesTakeTheCategoryOfTheirField) {
  EXPECT_EQ(Left("date { year: 2024 month: 2 day: 3 } dates { year: 2025 }"), "date { year: 2024 month: 2 day: 3 }");
  EXPECT_EQ(Left("date { year: 2024 } dates { year: 2025 } dates { } dates { day: 1 }", {kAppointments}), "dates { year: 2025 } dates { day: 1 }");
  EXPECT_EQ(Left("statement { agency: 'agencies/x' citizen: 'citizens/x' word: WORD_PRESENT nonce: 'x' persons { person: 'p' } time { seconds: 1 } }"),
            "statement { word: WORD_PRESENT time { seconds: 1 } }")
      << "no names and no bytes, in a value either";
}

TEST(FilterTest, NonPersonalOnlyBesideSomethingPersonal) {
  EXPECT_EQ(Left("marker_time { seconds: 5 } marker: 'a/b' contact: 1"), "");
  EXPECT_EQ(Left("marker_time { seconds: 5 } marker: 'a/b' housing: 1"), "housing: 1 marker_time { seconds: 5 } marker: \"a/b\"");
  EXPECT_EQ(Left("marker: 'a/b' inner { housing: 1 marker: 2 }"), "marker: \"a/b\" inner { housing: 1 marker: 2 }");
  EXPECT_EQ(Left("housing: 1 inner { marker: 2 contact: 3 }"), "housing: 1") << "in its own message";
  EXPECT_EQ(Left("marker: 'a/b'", {kAll}), "");
}

TEST(FilterTest, DefaultsAreAbsentUnlessTheyWereGiven) {
  EXPECT_EQ(Left("maybe: 0"), "maybe: 0");
  EXPECT_EQ(Left("choice_contact: 0"), "");
  EXPECT_EQ(Left("choice_housing: 0"), "choice_housing: 0");
  EXPECT_EQ(Left("packed: 0 packed: 0"), "packed: 0 packed: 0");
}

TEST(FilterTest, EveryForm) {
  EXPECT_EQ(Left("kind: KIND_TWO flag: true real: 1.5 fixed: 7 zigzag: -3 packed: 1 packed: 300 loose: 1 loose: 2 far: 5", {kAll}),
            "kind: KIND_TWO flag: true real: 1.5 fixed: 7 zigzag: -3 packed: 1 packed: 300 loose: 1 loose: 2 far: 5");
}

TEST(FilterTest, LengthsShrinkWithTheirContent) {
  const std::string long_text(300, 'x');
  EXPECT_EQ(Left(absl::StrCat("inner { housing: 1 contact: 7 inners { housing: 2 shared: '", long_text, "' } }"), {.limited = true}),
            "inner { housing: 1 inners { housing: 2 } }");
}

TEST(FilterTest, ACitizenCard) {
  const char* card =
      "preferred_name: 'A' legal_name: 'A B' cpr: '010170-1234' birth_date { year: 1970 month: 1 day: 1 } phone: '+4512345678' sms_ok: true "
      "call_hours: 'efter 10' language: 'da' has_address_in_municipality: true";
  EXPECT_EQ(Left<registry::v1::CitizenCard>(card, {kContact}),
            "preferred_name: \"A\" phone: \"+4512345678\" sms_ok: true call_hours: \"efter 10\" language: \"da\"");
  EXPECT_EQ(Left<registry::v1::CitizenCard>(card, {.mask = kContact, .limited = true}), "phone: \"+4512345678\" sms_ok: true language: \"da\"");
  EXPECT_EQ(Left<registry::v1::CitizenCard>(card, {kIdentity}),
            "legal_name: \"A B\" cpr: \"010170-1234\" birth_date { year: 1970 month: 1 day: 1 } has_address_in_municipality: true");
}

// --- bytes that our serialiser does not write ---

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

TEST(FilterTest, UnknownFieldsAreDropped) {
  FileProbe file;
  file.set_housing(1);
  file.mutable_date()->set_year(2024);
  const std::string clean = file.SerializeAsString();
  file.GetReflection()->MutableUnknownFields(&file)->AddLengthDelimited(999, "secret");
  auto* date = file.mutable_date();
  date->GetReflection()->MutableUnknownFields(date)->AddFixed32(99, 5);
  EXPECT_EQ(*Apply(file.SerializeAsString()), clean);
}

TEST(FilterTest, AWrongWireTypeIsUnknown) {
  EXPECT_EQ(*Apply(Hex("0a0101")), "") << "housing with a length";
  EXPECT_EQ(*Apply(Hex("0807" "3001")), Hex("0807")) << "code as a varint";
  EXPECT_EQ(*Apply(Hex("d00101" "0807")), Hex("0807")) << "inner as a varint";
}

TEST(FilterTest, MalformedIsDataLoss) {
  const std::pair<const char*, std::string> cases[] = {
      {"tag cut short", Hex("80")},
      {"varint cut short", Hex("08")},
      {"varint that does not end", Hex("08ffffffffffffffffffff01")},
      {"tag over 32 bits", Hex("888080808010" "01")},
      {"field number over 2^29-1", Hex("f8ffffff1f01")},
      {"field number 0", Hex("0001")},
      {"group begins", Hex("0b0c")},
      {"group ends", Hex("0c")},
      {"unknown group", Hex("a33fa43f")},
      {"wire type 6", Hex("0e00")},
      {"wire type 7", Hex("0f00")},
      {"length past the end", Hex("2a0561")},
      {"length past the end of the sub-message", Hex("d20103" "320561")},
      {"length of five gigabytes", Hex("2a8080808014" "61")},
      {"fixed32 cut short", Hex("75000000")},
      {"fixed64 cut short", Hex("6900000000000000")},
      {"packed varint cut short", Hex("8a0101ff")},
      {"malformed inside a field that is dropped", Hex("e2010108")},
      {"malformed inside an unknown field is not looked at, but its length is", Hex("ba3e05ff")},
      {"not UTF-8", Hex("2a01ff")},
      {"not UTF-8, in a field that is dropped", Hex("2201ff")},
      {"singular twice", Hex("08010802")},
      {"sub-message twice", Hex("d20102" "0801" "d20102" "0802")},
      {"oneof twice", Hex("800201" "880202")},
  };
  for (const auto& [what, bytes] : cases) {
    const auto r = Apply(bytes, {kAll});
    EXPECT_FALSE(r.ok()) << what;
    EXPECT_EQ(r.status().code(), absl::StatusCode::kDataLoss) << what;
    EXPECT_EQ(ReasonOf(r.status()), "FILE_MALFORMED") << what;
  }
}

TEST(FilterTest, ADefaultThatIsWrittenOutIsAbsentAllTheSame) {
  EXPECT_EQ(*Apply(Hex("0800")), "") << "housing: 0";
  EXPECT_EQ(*Apply(Hex("08808000")), "") << "the same, padded";
  EXPECT_EQ(*Apply(Hex("a201020800")), "") << "a date of nothing but year 0";
  EXPECT_EQ(*Apply(Hex("a20100")), "") << "an empty date";
  EXPECT_EQ(*Apply(Hex("8a0100")), "") << "packed numbers without a number";
  EXPECT_EQ(*Apply(Hex("0807" "a201020800")), Hex("0807"));
}

// Every sequence of the bytes at which something changes, at the start of a text and behind a word of ASCII.
TEST(FilterTest, Utf8IsWhatTheParserSaysItIs) {
  const std::string bytes = Hex("0041427f808f909fa0bfc0c1c2dfe0e1ecedeeeff0f1f3f4f5ff");
  std::size_t checked = 0;
  for (const std::string& prefix : {std::string(), std::string("abcdefgh"), std::string("abcdef\xc3\xa6")}) {
    std::string text = prefix;
    std::function<void(int)> extend = [&](int left) {
      const char* const p = text.data();
      const bool want = google::protobuf::internal::IsStructurallyValidUTF8(p, static_cast<int>(text.size()));
      ASSERT_EQ(wire::IsUtf8(p, p + text.size()), want) << absl::BytesToHexString(text);
      ++checked;
      for (std::size_t i = 0; left > 0 && i < bytes.size(); ++i) {
        text.push_back(bytes[i]);
        extend(left - 1);
        text.pop_back();
      }
    };
    extend(prefix.empty() ? 4 : 3);
  }
  EXPECT_GT(checked, 400'000u);
}

TEST(FilterTest, DepthIsBounded) {
  auto nested = [](int levels) {
    FileProbe file;
    auto* inner = file.mutable_inner();
    for (int i = 2; i < levels; ++i) inner = inner->mutable_inner();
    inner->set_housing(1);
    return file;
  };
  EXPECT_TRUE(Apply(nested(32).SerializeAsString()).ok());
  EXPECT_EQ(Apply(nested(33).SerializeAsString()).status().code(), absl::StatusCode::kDataLoss);
  FileProbe deep = nested(33);
  EXPECT_EQ(FilterByReflection(&deep, type::v1::PURPOSE_FIND_AND_KEEP_HOME, kHousing, false).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(deep.ByteSizeLong(), 0u);
}

TEST(FilterTest, NothingInNothingOut) {
  EXPECT_EQ(*Filter::For(FileProbe::descriptor(), type::v1::PURPOSE_ACUTE_HELP, kAll, false).Apply(absl::string_view()), "");
}

}  // namespace
}  // namespace brobygger
