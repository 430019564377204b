// What the rules have to know about texts: characters, dates, the well-known forms. Pure; call from any thread.
// The forms that services need too stand in rules.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace brobygger {

struct TextScan {
  bool utf8 = true;      // false: nothing else is said
  bool control = false;  // a control character, a line or paragraph separator, or one that turns the direction of writing
  std::size_t length = 0;  // Unicode code points
};
// `multiline`: newlines are no control characters.
TextScan ScanText(absl::string_view text, bool multiline);

// The code point at `at`, which goes behind it. The text is valid UTF-8 (ScanText) and `at` the beginning of a character.
inline std::uint32_t NextCharacter(absl::string_view text, std::size_t& at) {
  const auto byte = [&] { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at++])); };
  const std::uint32_t lead = byte();
  if (lead < 0x80) return lead;
  const int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  std::uint32_t c = lead & (0x3f >> more);
  for (int i = 0; i < more && at < text.size(); ++i) c = c << 6 | (byte() & 0x3f);
  return c;
}

bool IsRequestId(absl::string_view text);  // 8 to 64 characters A-Za-z0-9_-
bool IsPhone(absl::string_view text);      // E.164: + and 8 to 15 digits, the first not 0

}  // namespace brobygger
