#include "services/runtime/ids.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace brobygger {
namespace {

bool SlugChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

bool IsId(absl::string_view id) {
  return id.size() == kIdLength &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

absl::Status AgencyTag::Check(absl::string_view text) {
  if (absl::StartsWith(text, "agencies/") && text.size() > 9 && text.size() <= 49 &&
      std::all_of(text.begin() + 9, text.end(), SlugChar)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("want \"agencies/\" and 1 to 40 characters a-z, 0-9 or -");
}

absl::Status CitizenTag::Check(absl::string_view text) {
  if (absl::StartsWith(text, "citizens/") && IsId(text.substr(9))) return absl::OkStatus();
  return absl::InvalidArgumentError("want \"citizens/\" and 26 characters a-z or 2-7");
}

absl::Status PersonTag::Check(absl::string_view text) {
  if (!text.empty() && text.size() <= 128 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("want 1 to 128 printable ASCII characters without space");
}

}  // namespace brobygger
