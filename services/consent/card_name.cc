#include "services/consent/card_name.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/consent/names.h"
#include "services/runtime/crypto.h"
#include "services/runtime/text.h"

namespace brobygger::consent {
namespace {

using Letter = std::uint32_t;

constexpr char kSpaces[] = " \t\n";

void Append(Letter c, std::string& out) {
  const auto put = [&](Letter b) { out += static_cast<char>(b); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

Letter Lower(Letter c) {
  const bool even = c % 2 == 0;
  if (c >= 'A' && c <= 'Z') return c + 0x20;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 0x20;                                          // À to Þ: Æ, Ø and Å are here
  if (c == 0x130) return 'i';                                                                        // İ
  if (c == 0x178) return 0xff;                                                                       // Ÿ
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) return even ? c + 1 : c;             // Ā to Ķ, Ŋ to Ŷ
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return even ? c : c + 1;             // Ĺ to Ň, Ź to Ž
  if (c >= 0x391 && c <= 0x3a9) return c + 0x20;                                                     // Greek
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;                                                     // Cyrillic
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  return c;
}

// A lower-case letter and the mark above it as one; 0 if they are none.
Letter Composed(Letter letter, Letter mark) {
  static const auto* const pairs = new std::map<std::pair<Letter, Letter>, Letter>{
      {{'a', 0x30a}, 0xe5}, {{'a', 0x308}, 0xe4}, {{'o', 0x308}, 0xf6}, {{'u', 0x308}, 0xfc}, {{'e', 0x301}, 0xe9}, {{'a', 0x301}, 0xe1},
      {{'i', 0x301}, 0xed}, {{'o', 0x301}, 0xf3}, {{'u', 0x301}, 0xfa}, {{'e', 0x300}, 0xe8}, {{'a', 0x300}, 0xe0}, {{'c', 0x327}, 0xe7},
  };
  auto it = pairs->find({letter, mark});
  return it == pairs->end() ? 0 : it->second;
}

absl::string_view WithoutPunctuation(absl::string_view word) {
  const auto outer = [](char c) { return absl::ascii_ispunct(static_cast<unsigned char>(c)); };
  while (!word.empty() && outer(word.front())) word.remove_prefix(1);
  while (!word.empty() && outer(word.back())) word.remove_suffix(1);
  return word;
}

}  // namespace

std::string FoldCase(absl::string_view text) {
  std::vector<Letter> letters;
  for (std::size_t at = 0; at < text.size();) {
    const Letter c = Lower(NextCharacter(text, at));
    const Letter composed = letters.empty() ? 0 : Composed(letters.back(), c);
    if (composed != 0) letters.back() = composed;
    else letters.push_back(c == 0xa0 ? ' ' : c);  // a space that does not break is a space
  }
  std::string out;
  for (Letter c : letters) Append(c, out);
  return out;
}

std::vector<std::string> NameWords(absl::string_view name) {
  std::vector<std::string> words;
  const auto add = [&](absl::string_view word) {
    word = WithoutPunctuation(word);
    const bool known = std::find(words.begin(), words.end(), word) != words.end();
    if (!word.empty() && !known && words.size() < kMaxNameWords) words.emplace_back(word);
  };
  const std::string folded = FoldCase(name);
  for (absl::string_view word : absl::StrSplit(folded, absl::ByAnyChar(kSpaces), absl::SkipEmpty())) {
    add(word);
    for (absl::string_view part : absl::StrSplit(word, '-', absl::SkipEmpty())) add(part);
  }
  return words;
}

std::string NameWord(absl::string_view typed) {
  const std::string folded = FoldCase(typed);
  const std::vector<absl::string_view> words = absl::StrSplit(folded, absl::ByAnyChar(kSpaces), absl::SkipEmpty());
  return words.size() == 1 ? std::string(WithoutPunctuation(words[0])) : "";
}

std::string NameIndex(absl::string_view key, absl::string_view agency, absl::string_view word) {
  return crypto::Hex(crypto::HmacSha256(key, absl::StrCat("card name|", agency, "|", word)));
}

}  // namespace brobygger::consent
