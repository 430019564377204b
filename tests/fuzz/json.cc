// The gateway's look at a JSON text: what it lets pass is JSON to a parser that nobody here wrote, an object, and not too deep.
#include "gateway/json_scan.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/input.h"

namespace {
int Depth(const nlohmann::json& value) {
  int deepest = 0;
  if (value.is_structured()) {
    for (const auto& element : value) deepest = std::max(deepest, Depth(element));
    ++deepest;
  }
  return deepest;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger::gateway;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (!ScanJson(text).ok()) return 0;
  FUZZ_CHECK(size <= kMaxJsonSize && IsUtf8(text));
  // A number that no double holds is JSON, and refused by that parser (and by protobuf's, which reads it next).
  for (std::size_t at = 0; at + 3 < size; ++at) {
    const std::size_t digits = at + 1 + (text[at + 1] == '-' || text[at + 1] == '+');
    if ((text[at] | 32) == 'e' && text.substr(digits, 3).find_first_not_of("0123456789") == absl::string_view::npos) return 0;
  }
  const auto parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  FUZZ_CHECK(parsed.is_object());
  FUZZ_CHECK(Depth(parsed) <= kMaxJsonDepth);
  return 0;
}
