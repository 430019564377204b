// What the rules have to know about texts: characters, dates, the well-known forms. Pure; call from any thread.
// The forms that services need too stand in rules.h.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace brobygger {

struct TextScan {
  bool utf8 = true;      // false: nothing else is said
  bool control = false;  // a control character, a line or paragraph separator, or one that turns the direction of writing
  std::size_t length = 0;  // Unicode code points
};
// `multiline`: newlines are no control characters.
TextScan ScanText(absl::string_view text, bool multiline);

bool IsRequestId(absl::string_view text);  // 8 to 64 characters A-Za-z0-9_-
bool IsPhone(absl::string_view text);      // E.164: + and 8 to 15 digits, the first not 0

}  // namespace brobygger
