// The consent texts: files that the municipality may replace, each with a version that is never used twice.
//
//   version: da-1
//   language: da
//   confirmed: false
//
//   Ja eller nej til at dele oplysninger …
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brobygger/consent/v1/consent.pb.h"

namespace brobygger::consent {

// One file's text. INVALID_ARGUMENT names what is wrong: an unknown, missing or repeated header line, a version that is not
// "<language>-<number>", an empty body.
absl::StatusOr<v1::ConsentText> ParseText(absl::string_view file);

class ConsentTexts {
 public:
  ConsentTexts() = default;
  // Keeps the newest of each language. ALREADY_EXISTS for a version given twice.
  absl::Status Add(v1::ConsentText text);
  // null if there is none in this language.
  const v1::ConsentText* Newest(absl::string_view language) const;
  // Whether this is the newest text of its language, with this hash.
  bool IsCurrent(absl::string_view version, absl::string_view sha256) const;
  bool empty() const { return newest_.empty(); }

 private:
  std::map<std::string, v1::ConsentText, std::less<>> newest_;
  std::set<std::string> versions_;
};

// Reads "*.txt" of a directory. NOT_FOUND if it cannot be read or holds no text in "da"; the first wrong file is named.
absl::StatusOr<ConsentTexts> LoadTexts(const std::string& directory);

}  // namespace brobygger::consent
