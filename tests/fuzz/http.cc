// The small texts of HTTP at the gateway.
#include "gateway/http_text.h"
#include "gateway/json_scan.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger::gateway;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto query = ParseQuery(text); query.has_value()) {
    std::vector<std::pair<std::string, std::string>> pairs(query->begin(), query->end());
    const auto again = ParseQuery(FormEncode(pairs));
    FUZZ_CHECK(again == query);
  }
  const absl::string_view cookie = CookieValue(text, "__Host-session");
  FUZZ_CHECK(cookie.size() <= text.size());
  const std::string path = LocalPath(text);
  FUZZ_CHECK(path[0] == '/' && path.size() <= 512 && (path.size() < 2 || (path[1] != '/' && path[1] != '\\')) && path.find_first_of("\r\n\t\\") == std::string::npos);
  FUZZ_CHECK(BearerToken(text).size() <= text.size());
  FUZZ_CHECK(nlohmann::json::parse(JsonString(text), nullptr, false).is_string());
  IsOrigin(text);
  return 0;
}
