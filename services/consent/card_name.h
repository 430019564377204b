// By which words a card is found again: those of the name that the citizen wants to be called. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brobygger::consent {

// Words of a name longer than this many are not looked for.
inline constexpr int kMaxNameWords = 12;

// Lower case: Latin with its accents (so æ, ø and å), Greek and Cyrillic. A letter written as two characters (a and a ring
// above it) is the same as the one. What is no such letter stays as it is. `text` is valid UTF-8.
std::string FoldCase(absl::string_view text);
// The whole words, folded and without punctuation around them, each once; of "Anne-Mette" also "anne" and "mette".
std::vector<std::string> NameWords(absl::string_view name);
// The folded word of somebody who looks for one; "" if it is not exactly one.
std::string NameWord(absl::string_view typed);
// Under what an agency's index lists a word: hex HMAC of agency and folded word, so that the index tells no name and two
// agencies' have nothing in common.
std::string NameIndex(absl::string_view key, absl::string_view agency, absl::string_view word);

}  // namespace brobygger::consent
