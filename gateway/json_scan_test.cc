#include "gateway/json_scan.h"

#include <ctime>
#include <string>

#include "gtest/gtest.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

TEST(JsonScan, TakesJson) {
  for (const char* json : {
           R"({})",
           R"( { } )",
           "{\"a\":1,\"b\":[1,2,{\"a\":null}],\"c\":{\"a\":true,\"b\":false}}\n",
           R"({"a":-0.5e+10,"b":0,"c":10,"d":1E5})",
           R"({"a":"\"\\\/\n\r\t\u00e6\ud83d\ude00"})",
           R"({"a":"Ærø – 日本 😀"})",
           R"({"":1})",
           R"({"a":[],"b":{}})",
       }) {
    EXPECT_TRUE(ScanJson(json).ok()) << json << ": " << ScanJson(json);
  }
}

TEST(JsonScan, RefusesWhatIsNotJson) {
  for (const char* json : {
           "", " ", "null", "[]", "1", "\"a\"", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}",
           "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":1}}", "{\"a\":1} x", "{'a':1}", "{a:1}", "{\"a\":'b'}", "{\"a\":tru}",
           "{\"a\":True}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":01}", "{\"a\":-}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":+1}",
           "{\"a\":0x10}", "{\"a\":\"b}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":1/*c*/}", "\xef\xbb\xbf{}",
           "{\"a\":\"\\",
       }) {
    EXPECT_EQ(ReasonOf(ScanJson(json)), "MALFORMED_JSON") << json;
  }
}

TEST(JsonScan, RefusesRepeatedKeys) {
  EXPECT_FALSE(ScanJson(R"({"a":1,"a":2})").ok());
  EXPECT_FALSE(ScanJson(R"({"b":{"a":1,"x":1,"a":2}})").ok());
  EXPECT_FALSE(ScanJson(R"({"request_id":"1","requestId":"2"})").ok()) << "both names are the same field";
  EXPECT_FALSE(ScanJson("{\"request\\u0049d\":1}").ok()) << "an escape could hide a repetition";
  EXPECT_TRUE(ScanJson(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})").ok()) << "each object for itself";
}

TEST(JsonScan, RefusesControlCharacters) {
  EXPECT_FALSE(ScanJson(R"({"a":"\u0000"})").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\u001f"})").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\u007F"})").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\b"})").ok());
  EXPECT_FALSE(ScanJson(absl::string_view("{\"a\":\"\0\"}", 9)).ok());
  EXPECT_FALSE(ScanJson(absl::string_view("{\"a\":1}\0", 8)).ok());
  EXPECT_FALSE(ScanJson("{\"a\":\"\n\"}").ok());
  EXPECT_FALSE(ScanJson("{\"a\":\"\x7f\"}").ok());
}

TEST(JsonScan, RefusesInvalidUnicode) {
  EXPECT_FALSE(ScanJson("{\"a\":\"\xff\"}").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\ud800"})").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\ud800\u0041"})").ok());
  EXPECT_FALSE(ScanJson(R"({"a":"\udc00"})").ok());
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

std::string Nested(int depth) {  // `depth` levels with the object around
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(JsonScan, BoundsDepthSizeAndNumbers) {
  EXPECT_TRUE(ScanJson(Nested(kMaxJsonDepth)).ok());
  EXPECT_FALSE(ScanJson(Nested(kMaxJsonDepth + 1)).ok());
  EXPECT_FALSE(ScanJson("{\"a\":\"" + std::string(kMaxJsonSize, 'x') + "\"}").ok());
  EXPECT_FALSE(ScanJson("{\"a\":" + std::string(65, '1') + "}").ok());
}

TEST(JsonScan, IsFastOnBombs) {
  const std::clock_t began = std::clock();
  EXPECT_FALSE(ScanJson("{\"a\":" + std::string(60'000, '[')).ok());
  EXPECT_FALSE(ScanJson(std::string(60'000, '[')).ok());
  std::string flat = "{\"a\":[", keys = "{";
  for (int i = 0; i < 20'000; ++i) flat += "[],";
  EXPECT_TRUE(ScanJson(flat + "[]]}").ok());
  for (int i = 0; i < 6'000; ++i) keys += "\"" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(ScanJson(keys + "\"x\":1}").ok());
  EXPECT_LT((std::clock() - began) / CLOCKS_PER_SEC, 5) << "of CPU";
}

}  // namespace
}  // namespace brobygger::gateway
