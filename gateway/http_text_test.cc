#include "gateway/http_text.h"

#include <string>

#include "absl/strings/match.h"
#include "gateway/csrf.h"
#include "gateway/http.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

TEST(HttpText, ParsesQueries) {
  const auto q = ParseQuery("as=staff&return=%2Fa%3Fb%3D1&empty=&x+y=%C3%A6");
  ASSERT_TRUE(q.has_value());
  EXPECT_EQ(q->at("as"), "staff");
  EXPECT_EQ(q->at("return"), "/a?b=1");
  EXPECT_EQ(q->at("empty"), "");
  EXPECT_EQ(q->at("x y"), "æ");
  for (const char* bad : {"a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%00", "a=%0d%0aSet-Cookie:x", "a=%ff"}) EXPECT_FALSE(ParseQuery(bad).has_value()) << bad;
  EXPECT_EQ(FormEncode({{"a b", "ø/?&="}, {"c", ""}}), "a%20b=%C3%B8%2F%3F%26%3D&c=");
}

TEST(HttpText, FindsCookies) {
  EXPECT_EQ(CookieValue("a=1; __Host-session=abc; b=2", "__Host-session"), "abc");
  EXPECT_EQ(CookieValue("__Host-session=abc", "__Host-session"), "abc");
  EXPECT_EQ(CookieValue("x__Host-session=abc", "__Host-session"), "");
  EXPECT_EQ(CookieValue("__Host-sessions=abc", "__Host-session"), "");
  EXPECT_EQ(CookieValue("__Host-session=a; __Host-session=b", "__Host-session"), "") << "nobody guesses which one is ours";
  EXPECT_EQ(CookieValue("", "__Host-session"), "");
  EXPECT_EQ(SetCookie("__Host-x", "v", absl::Minutes(1)), "__Host-x=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
}

TEST(HttpText, NeverLeavesTheSite) {
  for (const char* good : {"/", "/a/b", "/borger/abc-1?x=1&y=%20"}) EXPECT_EQ(LocalPath(good), good);
  for (const char* bad : {"", "a", "//evil.example", "/\\evil.example", "\\\\evil", "https://evil.example", "javascript:alert(1)", "/a\nb", "/\t/evil.example",
                          "/a b", "/a#b", "/a<b", "/æ", " /a"}) {
    EXPECT_EQ(LocalPath(bad), "/") << bad;
  }
  EXPECT_EQ(LocalPath("/" + std::string(600, 'a')), "/");
}

TEST(HttpText, ReadsBearerTokens) {
  EXPECT_EQ(BearerToken("Bearer abc.d-e_f~g+/="), "abc.d-e_f~g+/=");
  EXPECT_EQ(BearerToken("bearer abc"), "abc");
  for (const char* bad : {"", "Bearer", "Bearer ", "Bearer a b", "Basic abc", "Bearer a\nb", "Bearer æ", "Bearerabc"}) EXPECT_EQ(BearerToken(bad), "") << bad;
  EXPECT_EQ(BearerToken("Bearer " + std::string(5000, 'a')), "");
}

TEST(HttpText, WritesJsonStrings) {
  EXPECT_EQ(JsonString("a\"\\\n</script>æ"), R"("a\"\\\u000a\u003c/script\u003eæ")");
  EXPECT_EQ(JsonString("\xff"), "\"?\"");
}

TEST(HttpText, KnowsOrigins) {
  for (const char* good : {"https://localhost:8443", "https://bro.example.dk"}) EXPECT_TRUE(IsOrigin(good)) << good;
  for (const char* bad : {"http://localhost", "https://", "https://a/", "https://A.dk", "https://a:443", "https://a:0", "https://a:08443", "https://a:b", "https://a@b", "https://a:1:2"}) {
    EXPECT_FALSE(IsOrigin(bad)) << bad;
  }
}

TEST(HttpText, HeadersThatAreThereTwiceCountAsNone) {
  HttpRequest r;
  r.headers = {{"origin", "https://a"}, {"cookie", "x"}, {"origin", "https://b"}};
  EXPECT_EQ(r.Header("origin"), "");
  EXPECT_TRUE(r.Has("origin"));
  EXPECT_EQ(r.Header("cookie"), "x");
}

TEST(HttpText, AnswersCarryTheSecurityHeaders) {
  HttpResponse r = Respond(200, "text/plain", "hej");
  r.headers.emplace_back("X-Bad", "a\r\nSet-Cookie: b");
  const std::string head = SerialiseHead(r, true, false);
  EXPECT_TRUE(absl::StartsWith(head, "HTTP/1.1 200 OK\r\n"));
  for (const char* wanted : {"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
                             "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n",
                             "Strict-Transport-Security: ", "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
                             "Cache-Control: no-store\r\n", "Content-Length: 3\r\n", "Connection: keep-alive\r\n", "Date: "}) {
    EXPECT_TRUE(absl::StrContains(head, wanted)) << wanted;
  }
  EXPECT_FALSE(absl::StrContains(head, "X-Bad"));
}

TEST(Csrf, NeedsOriginAndToken) {
  Session session;
  session.set_csrf("token");
  const std::string origin = "https://localhost:8443";
  HttpRequest r;
  r.method = "POST";
  r.headers = {{"origin", origin}, {"x-csrf-token", "token"}};
  EXPECT_TRUE(CheckCsrf(r, session, origin).ok());
  const HttpHeaders bad[] = {
      {{"x-csrf-token", "token"}},
      {{"origin", origin}},
      {{"origin", "https://evil.example"}, {"x-csrf-token", "token"}},
      {{"origin", "null"}, {"x-csrf-token", "token"}},
      {{"origin", "https://localhost:8443.evil.example"}, {"x-csrf-token", "token"}},
      {{"origin", origin}, {"x-csrf-token", "tokem"}},
      {{"origin", origin}, {"x-csrf-token", ""}},
      {{"origin", origin}, {"origin", origin}, {"x-csrf-token", "token"}},
  };
  for (const HttpHeaders& headers : bad) {
    r.headers = headers;
    EXPECT_EQ(ReasonOf(CheckCsrf(r, session, origin)), "CSRF");
  }
  session.set_csrf("");
  r.headers = {{"origin", origin}, {"x-csrf-token", ""}};
  EXPECT_FALSE(CheckCsrf(r, session, origin).ok()) << "an empty token is none";
  r.method = "GET";
  EXPECT_TRUE(CheckCsrf(r, session, origin).ok());
}

}  // namespace
}  // namespace brobygger::gateway
