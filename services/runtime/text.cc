#include "services/runtime/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "google/protobuf/stubs/common.h"
#include "services/runtime/rules.h"

namespace brobygger {
namespace {

// Beyond ASCII: C1 controls, separators that act like newlines, and characters that reorder what stands around them, so
// that a text could read differently from what it is.
bool IsControl(std::uint32_t c) {
  return (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

int Number(absl::string_view digits) {
  int n = 0;
  for (char c : digits) n = n * 10 + (c - '0');
  return n;
}

bool AllDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), absl::ascii_isdigit); }

// The century follows from the seventh digit and the year.
int YearOf(int year, int seventh) {
  if (seventh <= 3) return 1900 + year;
  if (seventh == 4 || seventh == 9) return year <= 36 ? 2000 + year : 1900 + year;
  return year <= 57 ? 2000 + year : 1800 + year;
}

bool DayExists(int year, int month, int day) {
  constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month] + (month == 2 && leap ? 1 : 0);
}

// `date` is six digits, `tail` four characters, the first of them a digit unless letters are allowed.
bool IsCprParts(absl::string_view date, absl::string_view tail, Cpr kind) {
  int day = Number(date.substr(0, 2));
  if (kind == Cpr::kOrReplacement && day > 60) day -= 60;
  const int month = Number(date.substr(2, 2)), year = Number(date.substr(4, 2));
  if (absl::ascii_isdigit(tail[0])) return DayExists(YearOf(year, tail[0] - '0'), month, day);
  // A letter says nothing of the century: any will do.
  return DayExists(1900 + year, month, day) || DayExists(2000 + year, month, day);
}

// Steps over what people put between the parts of a number: spaces, dots, slashes and dashes of any kind, at most three.
std::size_t Separators(absl::string_view text, std::size_t i) {
  for (int n = 0; n < 3 && i < text.size(); ++n) {
    const absl::string_view rest = text.substr(i);
    const auto starts = [rest](absl::string_view s) { return rest.substr(0, s.size()) == s; };
    if (starts(" ") || starts("-") || starts(".") || starts("/") || starts("\n")) i += 1;
    else if (starts("\u00a0")) i += 2;
    else if (starts("\u2010") || starts("\u2011") || starts("\u2012") || starts("\u2013") || starts("\u2014") || starts("\u2212")) i += 3;
    else break;
  }
  return i;
}

}  // namespace

TextScan ScanText(absl::string_view text, bool multiline) {
  TextScan scan;
  bool ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    scan.control |= (byte < 0x20 && !(multiline && byte == '\n')) || byte == 0x7f;
    ascii &= byte < 0x80;
  }
  scan.length = text.size();
  if (ascii) return scan;
  scan.utf8 = google::protobuf::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()));
  if (!scan.utf8) return scan;
  scan.length = 0;
  for (std::size_t i = 0; i < text.size(); ++scan.length) scan.control |= IsControl(NextCharacter(text, i));
  return scan;
}

bool IsRequestId(absl::string_view text) {
  return text.size() >= 8 && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; });
}

bool IsPhone(absl::string_view text) {
  return text.size() >= 9 && text.size() <= 16 && text[0] == '+' && text[1] != '0' && AllDigits(text.substr(1));
}

bool IsDate(int year, int month, int day) { return year >= 1900 && year <= 2200 && DayExists(year, month, day); }

bool IsCpr(absl::string_view text, Cpr kind) {
  if (text.size() == 11 && text[6] != '-') return false;
  if (text.size() != 10 && text.size() != 11) return false;
  const absl::string_view date = text.substr(0, 6), tail = text.substr(text.size() - 4);
  if (!AllDigits(date)) return false;
  const bool letters = kind == Cpr::kOrReplacement &&
                       std::all_of(tail.begin(), tail.end(), [](unsigned char c) { return absl::ascii_isdigit(c) || absl::ascii_isupper(c); });
  if (!AllDigits(tail) && !letters) return false;
  return IsCprParts(date, tail, kind);
}

bool PassesModulus11(absl::string_view text) {
  constexpr std::array<int, 10> kWeights = {4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
  int sum = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && i == 6) continue;
    if (!absl::ascii_isdigit(text[i]) || digits == kWeights.size()) return false;
    sum += (text[i] - '0') * kWeights[digits++];
  }
  return digits == kWeights.size() && sum % 11 == 0;
}

bool HoldsCpr(absl::string_view text) {
  constexpr std::array<std::size_t, 4> kParts = {2, 2, 2, 4};  // day, month, year, serial
  for (std::size_t start = 0; start + 10 <= text.size(); ++start) {
    if (!absl::ascii_isdigit(text[start]) || (start > 0 && absl::ascii_isdigit(text[start - 1]))) continue;
    std::string digits;
    std::size_t i = start;
    for (const std::size_t part : kParts) {
      const absl::string_view next = text.substr(i, part);
      if (next.size() != part || !AllDigits(next)) break;
      digits.append(next.data(), next.size());
      i += part;
      if (digits.size() < 10) i = Separators(text, i);
    }
    const bool ends = i >= text.size() || !absl::ascii_isdigit(text[i]);
    if (digits.size() == 10 && ends && IsCpr(digits, Cpr::kOrReplacement)) return true;
  }
  return false;
}

}  // namespace brobygger
