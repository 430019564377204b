#include "gateway/session_seal.h"

#include <set>

#include "gtest/gtest.h"

namespace brobygger::gateway {
namespace {

SessionSeal MakeSeal(char fill) { return SessionSeal(crypto::Key(std::string(32, fill))); }

Session Somebody() {
  Session s;
  s.set_person("p1");
  s.set_access_token("secret token");
  return s;
}

TEST(SessionSeal, OpensWithTheSameCookieAndKeyOnly) {
  const SessionSeal seal = MakeSeal('k');
  const std::string cookie = SessionSeal::NewCookie();
  const std::string sealed = seal.Seal("session", cookie, Somebody());
  EXPECT_EQ(sealed.find("secret token"), std::string::npos);
  Session out;
  ASSERT_TRUE(seal.Open("session", cookie, sealed, &out).ok());
  EXPECT_EQ(out.access_token(), "secret token");
  EXPECT_TRUE(absl::IsDataLoss(seal.Open("session", SessionSeal::NewCookie(), sealed, &out)));
  EXPECT_TRUE(absl::IsDataLoss(seal.Open("second", cookie, sealed, &out))) << "a session is no second person";
  EXPECT_TRUE(absl::IsDataLoss(MakeSeal('l').Open("session", cookie, sealed, &out)));
  std::string altered = sealed;
  altered[20] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(seal.Open("session", cookie, altered, &out)));
  EXPECT_FALSE(seal.Open("session", cookie, "", &out).ok());
}

TEST(SessionSeal, CookiesAreRandomAndTheirIdsDoNotShowThem) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string cookie = SessionSeal::NewCookie();
    EXPECT_TRUE(SessionSeal::IsCookie(cookie));
    EXPECT_TRUE(seen.insert(cookie).second);
    EXPECT_EQ(SessionSeal::IdOf(cookie).size(), 64u);
  }
  for (const char* bad : {"", "abc", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_FALSE(SessionSeal::IsCookie(bad)) << bad;
  }
}

TEST(SessionSeal, AttemptsComeBackOnlyIfWeMadeThem) {
  const SessionSeal seal = MakeSeal('k');
  LoginAttempt attempt;
  attempt.set_state("s");
  const std::string cookie = seal.SealAttempt(attempt);
  ASSERT_TRUE(seal.OpenAttempt(cookie).ok());
  EXPECT_EQ(seal.OpenAttempt(cookie)->state(), "s");
  EXPECT_FALSE(seal.OpenAttempt("").ok());
  EXPECT_FALSE(seal.OpenAttempt("!!").ok());
  EXPECT_FALSE(seal.OpenAttempt(cookie + "A").ok());
  EXPECT_FALSE(MakeSeal('l').OpenAttempt(cookie).ok());
}

TEST(SessionSeal, PkceIsS256) {  // RFC 7636, appendix B
  EXPECT_EQ(PkceChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace brobygger::gateway
