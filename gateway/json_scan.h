// Looks a JSON text over before the protobuf parser may see it. That parser takes single quotes, unquoted and repeated keys,
// NUL and any depth, and burns seconds on a few kilobytes of nested lists.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brobygger::gateway {

inline constexpr size_t kMaxJsonSize = 64 * 1024;
inline constexpr int kMaxJsonDepth = 32;

// OK for one strict RFC 8259 object in valid UTF-8 with
//   - at most kMaxJsonSize bytes, kMaxJsonDepth levels, numbers of at most 64 characters,
//   - no key twice in one object; "request_id" and "requestId" name the same field and count as the same key,
//   - no escape in a key; no NUL or other control character in a string but \n, \r and \t, no half surrogate.
// INVALID_ARGUMENT otherwise; the text names the rule and the offset, never content. Linear time.
absl::Status ScanJson(absl::string_view json);

// True for valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool IsUtf8(absl::string_view text);

}  // namespace brobygger::gateway
