// Signing in through a browser's eyes: real TLS, real Redis, a provider whose token end point says what the test wants.
#include "gateway/login.h"

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "brobygger/consent/v1/presence.pb.h"
#include "gateway/http_text.h"
#include "gateway/testing/gateway_world.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

using ::brobygger::testing::TokenIssuer;
using testing::Answer;
using testing::GatewayWorld;
using testing::RequestText;
using testing::TokenEndpoint;

constexpr const char* kAttest = GatewayWorld::kAttest;

// One browser: its cookies.
struct Browser {
  GatewayWorld* world;
  std::string session, login;

  std::string CookieLine() const {
    return absl::StrCat("Cookie: a=b", session.empty() ? "" : absl::StrCat("; __Host-session=", session),
                        login.empty() ? "" : absl::StrCat("; __Host-login=", login));
  }
  Answer Get(const std::string& target) {
    const Answer a = world->Ask(RequestText("GET", target, {CookieLine()}));
    Keep(a);
    return a;
  }
  Answer Post(const std::string& target, std::vector<std::string> lines, const std::string& body = "") {
    lines.push_back(CookieLine());
    const Answer a = world->Ask(RequestText("POST", target, lines, body));
    Keep(a);
    return a;
  }
  void Keep(const Answer& a) {
    for (auto [it, end] = a.headers.equal_range("set-cookie"); it != end; ++it) {
      EXPECT_TRUE(absl::StrContains(it->second, "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=")) << it->second;
      if (absl::StartsWith(it->second, "__Host-session=")) session = a.Cookie("__Host-session");
      if (absl::StartsWith(it->second, "__Host-login=")) login = a.Cookie("__Host-login");
    }
  }
  // /login; the parameters that went to the provider.
  std::map<std::string, std::string> Begin(const std::string& query) {
    const std::string location = Get("/login?" + query).Header("location");
    EXPECT_TRUE(absl::StartsWith(location, "https://login.test/auth?")) << location;
    return *ParseQuery(location.substr(location.find('?') + 1));
  }
  nlohmann::json Session() { return nlohmann::json::parse(Get("/session").body); }
};

class LoginTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Start();
    browser_ = {&world_, "", ""};
  }
  static TokenIssuer::Claims Staff(const std::string& person = "staff-1") {
    TokenIssuer::Claims c;
    c.person = person;
    return c;
  }
  // The provider signs this person in.
  void WillSignIn(const TokenIssuer::Claims& claims, const std::string& nonce, const std::string& refresh = "") {
    world_.provider.Set([this, claims, nonce, refresh](const TokenEndpoint::Form& form) {
      form_ = form;
      return std::make_pair(200, world_.Tokens(claims, nonce, refresh));
    });
  }
  // All the way. Where the browser ends.
  std::string SignIn(Browser& browser, const TokenIssuer::Claims& claims, const std::string& query = "as=staff&return=%2Fborger%2Fx", const std::string& refresh = "") {
    auto q = browser.Begin(query);
    WillSignIn(claims, q["nonce"], refresh);
    return browser.Get(absl::StrCat("/callback?code=c0de&state=", q["state"], "&iss=https%3A%2F%2Flogin.test")).Header("location");
  }
  std::vector<std::string> Ours(Browser& browser) {
    return {"Content-Type: application/json", absl::StrCat("Origin: ", GatewayWorld::kOrigin),
            absl::StrCat("X-CSRF-Token: ", browser.Session()["csrf"].get<std::string>())};
  }

  GatewayWorld world_;
  Browser browser_{nullptr, "", ""};
  TokenEndpoint::Form form_;
};

TEST_F(LoginTest, SignsInWithPkceStateAndNonce) {
  EXPECT_EQ(browser_.Get("/session").body, R"({"signedIn":false})");
  auto q = browser_.Begin("as=staff&return=%2Fborger%2Fx");
  EXPECT_EQ(q["client_id"], "gateway-client");
  EXPECT_EQ(q["response_type"], "code");
  EXPECT_EQ(q["code_challenge_method"], "S256");
  EXPECT_EQ(q["redirect_uri"], "https://localhost:8443/callback");
  EXPECT_EQ(q.count("prompt"), 0u);
  EXPECT_EQ(q.count("acr_values"), 0u);
  WillSignIn(Staff(), q["nonce"]);
  const Answer a = browser_.Get(absl::StrCat("/callback?code=c0de&state=", q["state"]));
  EXPECT_EQ(a.status, 303);
  EXPECT_EQ(a.Header("location"), "/borger/x");
  EXPECT_EQ(browser_.login, "") << "the attempt is over";
  EXPECT_EQ(form_["code"], "c0de");
  EXPECT_EQ(form_["grant_type"], "authorization_code");
  EXPECT_EQ(PkceChallenge(form_["code_verifier"]), q["code_challenge"]);
  EXPECT_EQ(form_[""], "Basic Z2F0ZXdheS1jbGllbnQ6czNjcmV0JTJGJTJC");  // gateway-client:s3cret%2F%2B

  const nlohmann::json s = browser_.Session();
  EXPECT_EQ(s["signedIn"], true);
  EXPECT_EQ(s["person"], "staff-1");
  EXPECT_EQ(s["agency"], "agencies/perron-4");
  EXPECT_EQ(s["agencyName"], "Perron 4");
  EXPECT_EQ(s["roles"], nlohmann::json({"DROPIN_STAFF"}));
  EXPECT_EQ(s["citizen"], false);
  EXPECT_EQ(s.count("secondPerson"), 0u);
  EXPECT_FALSE(absl::StrContains(browser_.Get("/session").body, "eyJ")) << "no token ever reaches the browser";
}

TEST_F(LoginTest, NothingReadableIsKeptInRedis) {
  SignIn(browser_, Staff("somebody-by-name"));
  const auto keys = world_.world.redis.Admin({"KEYS", "gateway:*"});
  ASSERT_EQ(keys.elements.size(), 1u);
  EXPECT_EQ(keys.elements[0].text, SessionSeal::RedisKey("session", SessionSeal::IdOf(browser_.session)));
  const std::string value = world_.world.redis.Admin({"GET", keys.elements[0].text}).text;
  for (const char* clear : {"somebody-by-name", "perron-4", "eyJ"}) EXPECT_FALSE(absl::StrContains(value, clear)) << clear;
  const long long ttl = world_.world.redis.Admin({"PTTL", keys.elements[0].text}).integer;
  EXPECT_LE(ttl, 30 * 60 * 1000);
  EXPECT_GT(ttl, 29 * 60 * 1000);
}

TEST_F(LoginTest, ACitizenSignsInToo) {
  auto q = browser_.Begin("as=citizen&return=/mit");
  EXPECT_EQ(q["acr_values"], "citizen");
  EXPECT_EQ(q["prompt"], "login") << "a machine of many";
  TokenIssuer::Claims c;
  c.agency = "";
  c.roles = {"CITIZEN"};
  c.cpr = "0101901234";
  c.person = "citizen-7";
  WillSignIn(c, q["nonce"]);
  EXPECT_EQ(browser_.Get("/callback?code=x&state=" + q["state"]).Header("location"), "/mit");
  const Answer a = browser_.Get("/session");
  EXPECT_TRUE(absl::StrContains(a.body, "\"citizen\":true")) << a.body;
  EXPECT_FALSE(absl::StrContains(a.body, "0101901234"));
  EXPECT_TRUE(absl::StrContains(browser_.Get("/login?second=1").Header("location"), "loginError=SIGN_IN_REQUIRED"));
}

TEST_F(LoginTest, AnotherKindOfPersonIsAskedAnewOnce) {
  TokenIssuer::Claims c;
  c.agency = "";
  c.roles = {"CITIZEN"};
  c.cpr = "0101901234";
  EXPECT_EQ(SignIn(browser_, c, "as=staff&return=/a"), "/login?as=staff&anew=1&return=%2Fa") << "the provider remembered a citizen";
  EXPECT_EQ(browser_.session, "");
  auto q = browser_.Begin("as=staff&anew=1&return=%2Fa");
  EXPECT_EQ(q["prompt"], "login");
  WillSignIn(c, q["nonce"]);
  EXPECT_EQ(browser_.Get("/callback?code=x&state=" + q["state"]).Header("location"), "/?loginError=DENIED");
  EXPECT_EQ(SignIn(browser_, Staff(), "as=citizen"), "/?loginError=DENIED");
  EXPECT_EQ(SignIn(browser_, Staff(), "return=/b"), "/b");
}

TEST_F(LoginTest, ForgedCallbacksSignNobodyIn) {
  auto q = browser_.Begin("as=staff");
  WillSignIn(Staff(), q["nonce"]);
  const auto refused = [&](Browser browser, const std::string& target, const char* reason) {
    const Answer a = browser.Get(target);
    EXPECT_EQ(a.Header("location"), absl::StrCat("/?loginError=", reason)) << target;
    EXPECT_EQ(a.Cookie("__Host-session"), "") << target;
  };
  Browser other{&world_, "", ""};
  other.Begin("as=staff");
  refused({&world_, "", ""}, "/callback?code=x&state=" + q["state"], "EXPIRED");
  refused(other, "/callback?code=x&state=" + q["state"], "EXPIRED");
  refused(browser_, "/callback?code=x&state=wrong", "EXPIRED");
  refused(browser_, "/callback?code=x", "EXPIRED");
  refused(browser_, "/callback?state=" + q["state"], "FAILED");
  refused(browser_, "/callback?code=x&code=y&state=" + q["state"], "FAILED");
  refused(browser_, "/callback?code=x&iss=https%3A%2F%2Fevil.test&state=" + q["state"], "FAILED");
  refused(browser_, "/callback?error=access_denied&state=" + q["state"], "DENIED");
  Browser altered = browser_;
  altered.login[10] = altered.login[10] == 'A' ? 'B' : 'A';
  refused(altered, "/callback?code=x&state=" + q["state"], "EXPIRED");

  WillSignIn(Staff(), "another nonce");
  refused(browser_, "/callback?code=x&state=" + q["state"], "FAILED");
  TokenIssuer::Claims wrong = Staff();
  wrong.audience = "somewhere-else";
  WillSignIn(wrong, q["nonce"]);
  refused(browser_, "/callback?code=x&state=" + q["state"], "FAILED");
  wrong = Staff();
  wrong.roles = {"SYSTEM"};
  WillSignIn(wrong, q["nonce"]);
  refused(browser_, "/callback?code=x&state=" + q["state"], "FAILED");
  world_.provider.Set([](const TokenEndpoint::Form&) { return std::make_pair(400, std::string(R"({"error":"invalid_grant"})")); });
  refused(browser_, "/callback?code=x&state=" + q["state"], "FAILED");
  world_.provider.Set([](const TokenEndpoint::Form&) { return std::make_pair(200, std::string("nonsense")); });
  refused(browser_, "/callback?code=x&state=" + q["state"], "FAILED");
  world_.provider.Set(nullptr);
  refused(browser_, "/callback?code=x&state=" + q["state"], "ISSUER_DOWN");
  EXPECT_EQ(world_.world.redis.Admin({"KEYS", "gateway:*"}).elements.size(), 0u);
}

TEST_F(LoginTest, AnIdTokenOfSomebodyElseOrOfNobodyIsRefused) {
  auto q = browser_.Begin("as=staff");
  TokenIssuer::Claims id = Staff("staff-2");
  id.audience = "gateway-client";
  id.extra = absl::StrCat("\"nonce\":\"", q["nonce"], "\"");
  const std::string access = world_.world.issuer.Token(Staff("staff-1"));
  const auto with = [&](const std::string& id_token) {
    world_.provider.Set([=](const TokenEndpoint::Form&) {
      return std::make_pair(200, absl::StrCat("{\"access_token\":\"", access, "\",\"id_token\":\"", id_token, "\"}"));
    });
    return Browser(browser_).Get("/callback?code=x&state=" + q["state"]).Header("location");
  };
  const TokenIssuer& issuer = world_.world.issuer;
  EXPECT_EQ(with(issuer.Token(id)), "/?loginError=FAILED") << "another person";
  EXPECT_EQ(with(""), "/?loginError=FAILED");
  id.person = "staff-1";
  std::string unsigned_token = issuer.Sign(R"({"alg":"none","kid":"key-1"})", issuer.Payload(id));
  EXPECT_EQ(with(unsigned_token), "/?loginError=FAILED");
  EXPECT_EQ(with(unsigned_token.substr(0, unsigned_token.rfind('.') + 1)), "/?loginError=FAILED");
  id.issuer = "https://evil.test";
  EXPECT_EQ(with(issuer.Token(id)), "/?loginError=FAILED");
  id.issuer = "";
  id.expires = absl::Now() - absl::Minutes(5);
  EXPECT_EQ(with(issuer.Token(id)), "/?loginError=FAILED");
  id.expires = absl::Now() + absl::Minutes(5);
  EXPECT_EQ(with(issuer.Token(id)), "/") << "the control: the right one is taken";
}

TEST_F(LoginTest, NobodyIsSentElsewhere) {
  for (const char* to : {"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "javascript%3Aalert(1)", ""}) {
    Browser b{&world_, "", ""};
    EXPECT_EQ(SignIn(b, Staff(), absl::StrCat("as=staff&return=", to)), "/") << to;
  }
  EXPECT_EQ(browser_.Get("/login?as=king").status, 400);
  EXPECT_EQ(browser_.Get("/login?as=staff&as=citizen").status, 400);
}

TEST_F(LoginTest, CallsNeedTheSessionTheOriginAndTheToken) {
  std::string token;
  world_.OnCall([&](Incoming in) {
    token = in.token;
    in.reply(absl::OkStatus(), "");
  });
  SignIn(browser_, Staff());
  const std::vector<std::string> ours = Ours(browser_);
  EXPECT_EQ(browser_.Post(kAttest, ours, "{}").status, 200);
  EXPECT_TRUE(absl::StartsWith(token, "eyJ"));
  const std::string json = ours[0], origin = ours[1], csrf = ours[2];
  for (const std::vector<std::string>& lines :
       {std::vector<std::string>{json}, {json, origin}, {json, csrf}, {json, origin, csrf + "x"}, {json, "Origin: https://evil.example", csrf}}) {
    const Answer a = browser_.Post(kAttest, lines, "{}");
    EXPECT_EQ(a.status, 403);
    EXPECT_TRUE(absl::StrContains(a.body, "\"reason\":\"CSRF\"")) << a.body;
  }
  EXPECT_EQ((Browser{&world_, "", ""}.Post(kAttest, ours, "{}").status), 401);
  EXPECT_EQ((Browser{&world_, std::string(43, 'x'), ""}.Post(kAttest, ours, "{}").status), 401);
  EXPECT_EQ(browser_.Post("/logout", {}).status, 403);
  EXPECT_TRUE(browser_.Session()["signedIn"]);
}

TEST_F(LoginTest, SigningOutEndsItForGood) {
  SignIn(browser_, Staff());
  Browser stolen = browser_;
  const Answer a = browser_.Post("/logout", Ours(browser_));
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, R"({"next":"https://login.test/end?client_id=gateway-client\u0026post_logout_redirect_uri=https%3A%2F%2Flocalhost%3A8443%2F"})");
  EXPECT_EQ(browser_.session, "");
  EXPECT_EQ(stolen.Get("/session").body, R"({"signedIn":false})");
  EXPECT_EQ(browser_.Post("/logout", {}).status, 200) << "signing out twice is no error";
}

TEST_F(LoginTest, SigningInAgainEndsTheSessionBefore) {
  SignIn(browser_, Staff());
  Browser before = browser_;
  SignIn(browser_, Staff("staff-2"));
  EXPECT_NE(before.session, browser_.session);
  EXPECT_EQ(before.Get("/session").body, R"({"signedIn":false})");
  EXPECT_EQ(browser_.Session()["person"], "staff-2");
}

TEST_F(LoginTest, ASecondPersonLendsTheWordAndTheGatewayCarriesIt) {
  std::string body;
  absl::Status result;
  world_.OnCall([&](Incoming in) {
    body = in.body;
    in.reply(result, "");
  });
  SignIn(browser_, Staff("staff-1"));
  const std::string session = browser_.session;
  std::vector<std::string> with_second = Ours(browser_);
  with_second.push_back("X-Second-Person: 1");
  Answer a = browser_.Post(kAttest, with_second, "{}");
  EXPECT_EQ(a.status, 400);
  EXPECT_TRUE(absl::StrContains(a.body, "SECOND_PERSON_MISSING")) << a.body;

  EXPECT_EQ(SignIn(browser_, Staff("staff-1"), "second=1&return=/a"), "/?loginError=SECOND_PERSON_INVALID") << "oneself is no second person";
  TokenIssuer::Claims second = Staff("nurse-2");
  second.agency = "agencies/housing";
  second.roles = {"HOUSING_ADVISER"};
  auto q = browser_.Begin("second=1&return=/a");
  EXPECT_EQ(q["prompt"], "login");
  WillSignIn(second, q["nonce"], "refresh-of-the-second");
  Browser elsewhere = browser_;
  elsewhere.session = "";
  EXPECT_EQ(elsewhere.Get("/callback?code=x&state=" + q["state"]).Header("location"), "/?loginError=EXPIRED") << "joins one session only";
  EXPECT_EQ(browser_.Get("/callback?code=x&state=" + q["state"]).Header("location"), "/a");
  EXPECT_EQ(browser_.session, session);
  nlohmann::json s = browser_.Session();
  EXPECT_EQ(s["person"], "staff-1");
  EXPECT_EQ(s["secondPerson"]["person"], "nurse-2");
  EXPECT_EQ(s["secondPerson"]["agencyName"], "Boligenheden");

  EXPECT_EQ(browser_.Post(kAttest, Ours(browser_), "{}").status, 200);
  EXPECT_EQ(body, "") << "only when asked";
  for (const char* reason : {"WORD", "PAUSE"}) {
    result = Refusal(absl::StatusCode::kFailedPrecondition, reason, "not now");
    EXPECT_EQ(browser_.Post(kAttest, with_second, "{}").status, 400);
    EXPECT_EQ(browser_.Session()["secondPerson"]["person"], "nurse-2") << "nothing was stated: still there";
  }
  result = absl::OkStatus();
  EXPECT_EQ(browser_.Post(kAttest, with_second, R"({"secondToken":"from the page"})").status, 200);
  consent::v1::AttestPresenceRequest request;
  ASSERT_TRUE(request.ParseFromString(body));
  EXPECT_TRUE(absl::StartsWith(request.second_token(), "eyJ")) << "what the page puts there does not count";
  // One sign-in, one statement.
  EXPECT_EQ(browser_.Session().count("secondPerson"), 0u);
  a = browser_.Post(kAttest, with_second, "{}");
  EXPECT_EQ(a.status, 400);
  EXPECT_TRUE(absl::StrContains(a.body, "SECOND_PERSON_MISSING")) << a.body;
  EXPECT_EQ(SignIn(browser_, second, "second=1&return=/a"), "/a");
  EXPECT_EQ(browser_.Session()["secondPerson"]["person"], "nurse-2");

  EXPECT_EQ(browser_.Post("/second/clear", {}).status, 403);
  EXPECT_EQ(browser_.Post("/second/clear", Ours(browser_)).status, 200);
  EXPECT_EQ(browser_.Session().count("secondPerson"), 0u);
  EXPECT_EQ(browser_.Post(kAttest, with_second, "{}").status, 400);
}

TEST_F(LoginTest, TokensAreRefreshedOnceForAll) {
  std::mutex mu;
  std::set<std::string> tokens;
  world_.OnCall([&](Incoming in) {
    {
      std::lock_guard<std::mutex> lock(mu);
      tokens.insert(in.token);
    }
    in.reply(absl::OkStatus(), "");
  });
  TokenIssuer::Claims short_lived = Staff();
  short_lived.expires = absl::Now() + absl::Seconds(30);
  SignIn(browser_, short_lived, "as=staff", "refresh-1");
  const std::vector<std::string> ours = Ours(browser_);
  std::atomic<int> refreshes{0};
  world_.provider.Set([&](const TokenEndpoint::Form& form) {
    ++refreshes;
    EXPECT_EQ(form.at("grant_type"), "refresh_token");
    EXPECT_EQ(form.at("refresh_token"), "refresh-1");
    absl::SleepFor(absl::Milliseconds(200));
    return std::make_pair(200, world_.Tokens(Staff(), "", "refresh-2"));
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      Browser b = browser_;
      EXPECT_EQ(b.Post(kAttest, ours, "{}").status, 200);
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(refreshes, 1);
  EXPECT_EQ(tokens.size(), 1u);
  EXPECT_EQ(browser_.Post(kAttest, ours, "{}").status, 200);
  EXPECT_EQ(refreshes, 1) << "the new one is kept";
  EXPECT_EQ(browser_.Session()["person"], "staff-1");
}

TEST_F(LoginTest, ARefusedRefreshEndsTheSessionButAnAbsentProviderDoesNot) {
  world_.OnCall([](Incoming in) { in.reply(absl::OkStatus(), ""); });
  TokenIssuer::Claims short_lived = Staff();
  short_lived.expires = absl::Now() + absl::Seconds(30);
  SignIn(browser_, short_lived, "as=staff", "refresh-1");
  const std::vector<std::string> ours = Ours(browser_);
  world_.provider.Set(nullptr);  // 500
  EXPECT_EQ(browser_.Post(kAttest, ours, "{}").status, 200) << "the token is good for 30 seconds yet";
  TokenIssuer::Claims other = Staff("staff-9");
  world_.provider.Set([&](const TokenEndpoint::Form&) { return std::make_pair(200, world_.Tokens(other, "", "refresh-2")); });
  EXPECT_EQ(browser_.Post(kAttest, ours, "{}").status, 401) << "another person behind the same refresh token";
  EXPECT_EQ(browser_.Get("/session").body, R"({"signedIn":false})");

  SignIn(browser_, short_lived, "as=staff", "refresh-1");
  const std::vector<std::string> again = Ours(browser_);
  world_.provider.Set([](const TokenEndpoint::Form&) { return std::make_pair(400, std::string(R"({"error":"invalid_grant"})")); });
  EXPECT_EQ(browser_.Post(kAttest, again, "{}").status, 401);
  EXPECT_EQ(browser_.Get("/session").body, R"({"signedIn":false})");
}

TEST_F(LoginTest, WithoutRedisSignInSaysSoAndMachinesGoOn) {
  SignIn(browser_, Staff());
  world_.OnCall([](Incoming in) { in.reply(absl::OkStatus(), ""); });
  world_.world.redis.Kill9();
  for (int i = 0; i < 3000 && browser_.Get("/session").status != 503; ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(browser_.Get("/session").status, 503);
  EXPECT_EQ(browser_.Post("/logout", {}).status, 503) << "a sign-out that did not happen is not reported as one";
  EXPECT_EQ(world_.Ask(RequestText("POST", kAttest, {"Content-Type: application/json", "Authorization: Bearer a.b.c"}, "{}")).status, 200);
  world_.world.redis.Start();
  for (int i = 0; i < 3000 && browser_.Get("/session").status != 200; ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_TRUE(browser_.Session()["signedIn"]) << "sessions outlive a restart";
}

}  // namespace
}  // namespace brobygger::gateway
