#include "services/runtime/token.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"
#include "services/runtime/jwks.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/pki.h"

namespace brobygger {
namespace {

using testing::Base64Url;
using testing::KeyKind;
using testing::TokenIssuer;
using Claims = TokenIssuer::Claims;

class TokenTest : public ::testing::TestWithParam<KeyKind> {
 protected:
  TokenTest() : issuer_(GetParam()), verifier_(*TokenVerifier::Create(issuer_.config())) {}
  absl::StatusOr<Caller> Verify(const std::string& jwt) { return verifier_->Verify(jwt, absl::Now()); }
  std::string Reason(const std::string& jwt) {
    auto caller = Verify(jwt);
    EXPECT_FALSE(caller.ok());
    return ReasonOf(caller.status());
  }

  TokenIssuer issuer_;
  std::unique_ptr<TokenVerifier> verifier_;
};

INSTANTIATE_TEST_SUITE_P(Keys, TokenTest, ::testing::Values(KeyKind::kEs256, KeyKind::kRs256, KeyKind::kEdDsa));

TEST_P(TokenTest, AGoodTokenTellsWhoCalls) {
  auto caller = Verify(issuer_.Staff("agencies/perron-4", "DROPIN_STAFF", "anna"));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->person.value(), "anna");
  EXPECT_EQ(caller->agency.value(), "agencies/perron-4");
  EXPECT_EQ(caller->roles, std::vector<type::v1::Role>{type::v1::ROLE_DROPIN_STAFF});
  EXPECT_TRUE(caller->citizen_identifier.empty());
}

TEST_P(TokenTest, ACitizenHasAnIdentifierAndNoAgency) {
  auto caller = Verify(issuer_.Citizen("010190-1234"));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->citizen_identifier, "1//0101901234");
  EXPECT_TRUE(caller->agency.empty());
  EXPECT_TRUE(caller->IsCitizen());
}

TEST_P(TokenTest, ForgedContentIsRefused) {
  const std::string jwt = issuer_.Staff("agencies/perron-4", "DROPIN_STAFF");
  ASSERT_TRUE(Verify(jwt).ok());
  Claims other;
  other.agency = "agencies/housing";
  const std::string foreign = issuer_.Token(other);
  // The payload of one with the signature of the other.
  EXPECT_EQ(Reason(absl::StrCat(foreign.substr(0, foreign.rfind('.')), jwt.substr(jwt.rfind('.')))), "TOKEN_INVALID");
  for (size_t i = 0; i < jwt.size(); i += 7) {
    std::string changed = jwt;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Verify(changed).ok()) << i;
  }
  // The last character carries bits that say nothing: another one may decode to the same signature, and is refused all the same.
  for (char c : absl::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    const std::string changed = absl::StrCat(jwt.substr(0, jwt.size() - 1), std::string(1, c));
    EXPECT_EQ(Verify(changed).ok(), changed == jwt) << c;
  }
  for (const char* tail : {" ", "\n", "=", "==", "."}) EXPECT_EQ(Reason(absl::StrCat(jwt, tail)), "TOKEN_INVALID") << tail;
  TokenIssuer stranger(GetParam());  // the same names, another key
  EXPECT_EQ(Reason(stranger.Staff("agencies/perron-4", "DROPIN_STAFF")), "TOKEN_INVALID");
}

TEST_P(TokenTest, TheAlgorithmFollowsFromTheKeyAndNeverFromTheToken) {
  const std::string payload = issuer_.Payload({});
  std::string header = issuer_.Header();
  const std::string none = absl::StrReplaceAll(header, {{"ES256", "none"}, {"RS256", "none"}, {"EdDSA", "none"}});
  EXPECT_EQ(Reason(absl::StrCat(Base64Url(none), ".", Base64Url(payload), ".")), "TOKEN_INVALID");
  EXPECT_EQ(Reason(issuer_.Sign(none, payload)), "TOKEN_INVALID") << "a right signature under a wrong name";

  // Key confusion: the public key as the secret of an HMAC.
  const std::string hs = absl::StrReplaceAll(header, {{"ES256", "HS256"}, {"RS256", "HS256"}, {"EdDSA", "HS256"}});
  const std::string input = absl::StrCat(Base64Url(hs), ".", Base64Url(payload));
  for (const std::string& secret : {issuer_.PublicPem(), issuer_.Jwk()}) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac, &size);
    EXPECT_EQ(Reason(absl::StrCat(input, ".", Base64Url({reinterpret_cast<char*>(mac), size}))), "TOKEN_INVALID");
  }
  const std::string es = absl::StrReplaceAll(header, {{"ES256", "RS256"}, {"RS256", "EdDSA"}, {"EdDSA", "ES256"}});
  EXPECT_EQ(Reason(issuer_.Sign(es, payload)), "TOKEN_INVALID");
}

TEST_P(TokenTest, TimesCountWithAMinuteOfLeeway) {
  Claims c;
  c.expires = absl::Now() - absl::Seconds(30);
  EXPECT_TRUE(Verify(issuer_.Token(c)).ok());
  c.expires = absl::Now() - absl::Seconds(90);
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_EXPIRED");
  c = {};
  c.not_before = absl::Now() + absl::Seconds(30);
  EXPECT_TRUE(Verify(issuer_.Token(c)).ok());
  c.not_before = absl::Now() + absl::Seconds(90);
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID");
  // Remembered is not forever: the same token is refused once its time is over.
  const std::string jwt = issuer_.Token({});
  ASSERT_TRUE(Verify(jwt).ok());
  EXPECT_EQ(ReasonOf(verifier_->Verify(jwt, absl::Now() + absl::Minutes(12)).status()), "TOKEN_EXPIRED");
}

TEST_P(TokenTest, IssuerAndAudienceHaveToBeOurs) {
  Claims c;
  c.audience = "someone-else";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID");
  c = {};
  c.issuer = "https://login.test.evil";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID");
  const std::string many = absl::StrReplaceAll(issuer_.Payload({}), {{"\"aud\":\"brobygger\"", "\"aud\":[\"x\",\"brobygger\"]"}});
  EXPECT_TRUE(Verify(issuer_.Sign(issuer_.Header(), many)).ok());
}

TEST_P(TokenTest, RolesAndIdentityHaveToFitTogether) {
  Claims c;
  c.roles = {"CITIZEN", "DROPIN_STAFF"};
  c.cpr = "0101901234";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID") << "a citizen is never at work";
  c.roles = {"CITIZEN"};
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID") << "a citizen has no agency";
  c.agency = "";
  EXPECT_TRUE(Verify(issuer_.Token(c)).ok());
  c.cpr = "";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID") << "a citizen has an identifier";
  c = {};
  c.roles = {"SYSTEM", "COORDINATOR"};
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID") << "a system is no person";
  c.roles = {"EMPEROR"};
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID") << "no role that we know";
  c.roles = {"EMPEROR", "SKP"};
  EXPECT_TRUE(Verify(issuer_.Token(c)).ok());
  c = {};
  c.agency = "";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID");
  c = {};
  c.person = "";
  EXPECT_EQ(Reason(issuer_.Token(c)), "TOKEN_INVALID");
}

TEST_P(TokenTest, GarbageAndSizeCostNothing) {
  const std::string good = issuer_.Token({});
  ASSERT_TRUE(Verify(good).ok());
  Claims big;
  big.extra = absl::StrCat("\"x\":\"", std::string(5000, 'x'), "\"");
  const std::string header = issuer_.Header(), payload = issuer_.Payload({});
  for (const std::string& jwt :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b.c"), std::string(4096, '.'), std::string(1 << 20, 'a'),
        issuer_.Token(big), good + ".", good + "a", good.substr(0, good.size() / 2), issuer_.Sign("[]", payload), issuer_.Sign("{}", payload),
        issuer_.Sign(header, "[]"), issuer_.Sign(header, "null"), issuer_.Sign(header, std::string(1000, '[')), issuer_.Sign(header, "\xff\xfe"),
        issuer_.Sign(header, absl::StrReplaceAll(payload, {{"\"exp\":", "\"exp\":1e400,\"was\":"}})),
        issuer_.Sign(header, absl::StrReplaceAll(payload, {{"\"exp\":", "\"exp\":\"2030\",\"was\":"}})),
        issuer_.Sign(header, absl::StrReplaceAll(payload, {{"\"exp\":", "\"was\":"}})),
        issuer_.Sign(header, absl::StrReplaceAll(payload, {{"\"roles\":[", "\"roles\":{},\"was\":["}})),
        issuer_.Sign(absl::StrReplaceAll(header, {{"\"typ\"", "\"crit\":[\"b64\"],\"typ\""}}), payload)}) {
    EXPECT_EQ(Reason(jwt), "TOKEN_INVALID") << jwt.substr(0, 100);
  }
}

TEST_P(TokenTest, KeysAreFetchedWhenNeededAndNotMoreOften) {
  EXPECT_EQ(issuer_.requests(), 0) << "lazily";
  const std::string unknown = issuer_.Sign(absl::StrReplaceAll(issuer_.Header(), {{"\"kid\":\"", "\"kid\":\"newer-"}}), issuer_.Payload({}));
  const absl::Time before = absl::Now();
  ASSERT_TRUE(Verify(issuer_.Token({})).ok());
  ASSERT_TRUE(Verify(issuer_.Staff("agencies/housing", "SKP")).ok());
  EXPECT_EQ(issuer_.requests(), 1);
  // Within ten seconds of the last fetch an unknown key id does not make us ask again, however often it comes.
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Reason(unknown), "TOKEN_INVALID");
  const int requests = issuer_.requests();
  if (absl::Now() - before < absl::Seconds(10)) {
    EXPECT_EQ(requests, 1);
  }
}

TEST(TokenIssuerDownTest, StartsWithoutAndFindsItsKeysLater) {
  TokenIssuer issuer;
  issuer.SetUp(false);
  auto verifier = *TokenVerifier::Create(issuer.config());
  const std::string jwt = issuer.Token({});
  EXPECT_EQ(ReasonOf(verifier->Verify(jwt, absl::Now()).status()), "ISSUER_DOWN");
  issuer.SetUp(true);
  absl::SleepFor(absl::Milliseconds(1100));
  EXPECT_TRUE(verifier->Verify(jwt, absl::Now()).ok());
  issuer.SetUp(false);  // keys are there: nobody asks the issuer
  EXPECT_TRUE(verifier->Verify(issuer.Staff("agencies/housing", "SKP"), absl::Now()).ok());
}

TEST(TokenConfigTest, KeysComeOverHttpsOrFromThisMachine) {
  runtime::Tokens t;
  t.set_issuer("i");
  t.set_audience("a");
  for (const char* uri : {"https://login.example/jwks", "http://127.0.0.1:8444/jwks", "http://localhost:1/x", "http://[::1]:1/x"}) {
    t.set_jwks_uri(uri);
    EXPECT_TRUE(TokenVerifier::Create(t).ok()) << uri;
  }
  for (const char* uri : {"", "http://login.example/jwks", "file:///etc/passwd", "http://127.0.0.1.evil.example:80/x", "http://127.0.0.1:80@evil.example/x",
                          "http://localhost.evil.example/x"}) {
    t.set_jwks_uri(uri);
    EXPECT_FALSE(TokenVerifier::Create(t).ok()) << uri;
  }
}

TEST(JwksTest, WhatIsNoKeyOfOursIsLeftOut) {
  const std::string ec = TokenIssuer(KeyKind::kEs256).Jwk();
  EXPECT_EQ(ParseJwks(absl::StrCat("{\"keys\":[", ec, "]}"))->size(), 1u);
  const std::string x = std::string(43, 'A');
  for (const std::string& jwk : {
           std::string("{\"kid\":\"a\",\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"alg\":\"HS256\"}"),
           absl::StrReplaceAll(ec, {{"\"use\":\"sig\"", "\"use\":\"enc\""}}),
           absl::StrReplaceAll(ec, {{"\"kid\":\"key-1\",", ""}}),
           absl::StrReplaceAll(ec, {{"\"kty\"", "\"alg\":\"HS256\",\"kty\""}}),
           absl::StrCat("{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"", x, "\",\"y\":\"", x, "\"}"),  // not on the curve
           std::string("{\"kid\":\"a\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"),                            // far too short
           std::string("7"), std::string("null")}) {
    auto set = ParseJwks(absl::StrCat("{\"keys\":[", jwk, "]}"));
    ASSERT_TRUE(set.ok()) << jwk;
    EXPECT_TRUE(set->empty()) << jwk;
  }
  for (const char* json : {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[", "\xff"}) EXPECT_FALSE(ParseJwks(json).ok()) << json;
}

}  // namespace
}  // namespace brobygger
