// The whole gateway over real TLS, with a gRPC server behind it over mutual TLS.
#include "gateway/gateway.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/consent/v1/presence.pb.h"
#include "gateway/testing/gateway_world.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

using testing::Answer;
using testing::GatewayWorld;
using testing::RequestText;

constexpr const char* kAttest = GatewayWorld::kAttest;
const std::vector<std::string> kJson = {"Content-Type: application/json", "Authorization: Bearer my.own.token"};

class GatewayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new GatewayWorld();
    GatewayConfig config = world_->Config();
    config.clear_oidc();
    config.clear_sessions();
    world_->Start(config);
  }
  static void TearDownTestSuite() { delete world_; }
  Answer Call(const std::string& body, std::vector<std::string> extra = {}, const std::string& path = kAttest) {
    extra.insert(extra.begin(), kJson.begin(), kJson.end());
    return world_->Ask(RequestText("POST", path, extra, body));
  }
  static GatewayWorld* world_;
};
GatewayWorld* GatewayTest::world_ = nullptr;

TEST_F(GatewayTest, CarriesACallAndItsAnswer) {
  Incoming seen;
  absl::Time arrived;
  world_->OnCall([&](Incoming in) {
    arrived = absl::Now();
    consent::v1::AttestPresenceResponse response;
    response.mutable_statement()->set_signature("abc");
    auto reply = std::move(in.reply);
    seen = std::move(in);
    reply(absl::OkStatus(), response.SerializeAsString());
  });
  const Answer a = Call(R"({"citizen":"citizens/x","requestId":"r1234567"})",
                        {"Connect-Protocol-Version: 1", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "grpc-timeout: 1H",
                         "brobygger-on-behalf-of: somebody", "brobygger-peer: consent", "x-bin: AA"});
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, R"({"statement":{"signature":"YWJj"}})");
  EXPECT_EQ(a.Header("content-type"), "application/json");
  EXPECT_EQ(a.Header("cache-control"), "no-store");
  for (const auto& [name, value] : a.headers) EXPECT_FALSE(absl::StartsWith(name, "grpc-") || absl::EndsWith(name, "-bin")) << name;
  EXPECT_EQ(seen.peer, "gateway");
  EXPECT_EQ(seen.token, "my.own.token");
  EXPECT_EQ(seen.on_behalf_of, "");
  EXPECT_EQ(seen.trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NEAR(absl::ToDoubleSeconds(seen.deadline - arrived), 10, 6);
  consent::v1::AttestPresenceRequest request;
  ASSERT_TRUE(request.ParseFromString(seen.body));
  EXPECT_EQ(request.request_id(), "r1234567");

  Call("{}", {"Connect-Timeout-Ms: 23000", "X-Second-Person: 1"});
  EXPECT_NEAR(absl::ToDoubleSeconds(seen.deadline - arrived), 23, 6);
  EXPECT_EQ(seen.body, "") << "a machine has no second person";
  Call("{}", {"Connect-Timeout-Ms: 9999999999"});
  EXPECT_LT(seen.deadline - arrived, absl::Seconds(30));

  const Answer binary = world_->Ask(RequestText("POST", kAttest, {"Content-Type: application/proto", kJson[1]}, request.SerializeAsString()));
  EXPECT_EQ(binary.status, 200);
  EXPECT_EQ(binary.Header("content-type"), "application/proto");
  consent::v1::AttestPresenceResponse response;
  ASSERT_TRUE(response.ParseFromString(binary.body));
  EXPECT_EQ(response.statement().signature(), "abc");
}

TEST_F(GatewayTest, RefusalsKeepTheirDetails) {
  world_->OnCall([](Incoming in) { in.reply(ConsentRequired(), ""); });
  for (const char* type : {"application/json", "application/proto"}) {
    const Answer a = world_->Ask(RequestText("POST", kAttest, {absl::StrCat("Content-Type: ", type), kJson[1]}, type[12] == 'j' ? "{}" : ""));
    EXPECT_EQ(a.status, 403);
    EXPECT_EQ(a.Header("content-type"), "application/json");
    EXPECT_TRUE(absl::StrContains(a.body, R"("code":"permission_denied")")) << a.body;
    EXPECT_TRUE(absl::StrContains(a.body, R"("type":"google.rpc.ErrorInfo")")) << a.body;
    EXPECT_TRUE(absl::StrContains(a.body, R"("reason":"CONSENT_REQUIRED")")) << a.body;
  }
  world_->OnCall([](Incoming in) { in.reply(absl::InternalError("secret: 10.1.2.3"), ""); });
  const Answer a = Call("{}");
  EXPECT_EQ(a.status, 500);
  EXPECT_FALSE(absl::StrContains(a.body, "10.1.2.3")) << a.body;
}

TEST_F(GatewayTest, BadInputIsRefusedBeforeTheService) {
  std::atomic<int> calls{0};
  world_->OnCall([&calls](Incoming in) {
    ++calls;
    in.reply(absl::OkStatus(), "");
  });
  struct Case {
    std::string body;
    const char* reason;
  };
  const absl::Time began = absl::Now();
  for (const Case& c : {Case{"", "MALFORMED_JSON"}, {"[]", "MALFORMED_JSON"}, {"{\"citizen\":\"a\",\"citizen\":\"b\"}", "MALFORMED_JSON"},
                        {"{\"requestId\":\"a\",\"request_id\":\"b\"}", "MALFORMED_JSON"}, {"{\"citizen\":\"\\u0000\"}", "MALFORMED_JSON"},
                        {"{\"citizen\":\"\xff\"}", "MALFORMED_JSON"}, {"{\"citizen\":" + std::string(60'000, '['), "MALFORMED_JSON"},
                        {std::string(60'000, '['), "MALFORMED_JSON"}, {R"({"nobody":1})", "UNKNOWN_FIELD"}, {R"({"method":"NO_SUCH_METHOD"})", "WRONG_TYPE"}}) {
    const Answer a = Call(c.body);
    EXPECT_EQ(a.status, 400) << c.body.substr(0, 50);
    EXPECT_TRUE(absl::StrContains(a.body, "\"code\":\"invalid_argument\"")) << a.body;
    EXPECT_TRUE(absl::StrContains(a.body, c.reason)) << a.body;
  }
  EXPECT_LT(absl::Now() - began, absl::Seconds(20)) << "the parser behind it would take minutes";
  EXPECT_EQ(Call("{}", {"Connect-Timeout-Ms: soon"}).status, 400);
  EXPECT_EQ(Call("{}", {"Connect-Timeout-Ms: 0"}).status, 400);
  EXPECT_EQ(Call("{}", {"Connect-Timeout-Ms: 12345678901"}).status, 400);
  EXPECT_EQ(Call("{}", {"Connect-Protocol-Version: 2"}).status, 400);
  EXPECT_EQ(Call("{}", {"Content-Encoding: gzip"}).status, 501);
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {"Content-Type: text/plain", kJson[1]}, "{}")).status, 415);
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {"Content-Type: application/grpc", kJson[1]}, "{}")).status, 415);
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {kJson[1]}, "{}")).status, 415);
  EXPECT_EQ(world_->Ask(RequestText("GET", absl::StrCat(kAttest, "?message={}"), kJson)).status, 405);
  EXPECT_EQ(Call(std::string(70'000, 'x')).status, 413);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(Call("{}").status, 200);
  EXPECT_EQ(calls, 1);
}

TEST_F(GatewayTest, WhatIsNotOpenIsNotThere) {
  for (const char* path : {"/brobygger.consent.v1.AuthorizeService/Authorize", "/brobygger.consent.v1.AuthorizeService/AuthorizeStream",
                           "/brobygger.consent.v1.PresenceService/None", "/grpc.health.v1.Health/Check", "/brobygger.registry.v1.RegistryService/EnsureCitizen"}) {
    const Answer a = Call("{}", {}, path);
    EXPECT_EQ(a.status, 404) << path;
    EXPECT_TRUE(absl::StrContains(a.body, "\"unimplemented\"")) << a.body;
  }
}

TEST_F(GatewayTest, WithoutACredentialNobodyIsServed) {
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {kJson[0]}, "{}")).status, 401);
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {kJson[0], "Authorization: Basic YTpi"}, "{}")).status, 401);
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {kJson[0], kJson[1], kJson[1]}, "{}")).status, 401) << "two tokens are none";
  EXPECT_EQ(world_->Ask(RequestText("POST", kAttest, {kJson[0], "Cookie: __Host-session=" + std::string(43, 'a')}, "{}")).status, 401);
}

TEST_F(GatewayTest, ServesPagesAndTheAgenciesNames) {
  EXPECT_EQ(world_->Ask(RequestText("GET", "/borger/abc")).body, "<!doctype html><title>Brobygger</title>");
  EXPECT_EQ(world_->Ask(RequestText("GET", "/secret.txt")).status, 404);
  const Answer a = world_->Ask(RequestText("GET", "/agencies"));
  EXPECT_EQ(a.status, 200);
  EXPECT_TRUE(absl::StrContains(a.body, R"({"name":"agencies/housing","displayNameDa":"Boligenheden","displayNameEn":"Housing unit","kind":"AGENCY_KIND_HOUSING_UNIT",)"
                                        R"("contactDa":"","contactEn":"","place":"","phone":"","doors":["brobygger.housing.v1.HousingService"]})"))
      << a.body;
  EXPECT_TRUE(absl::StrContains(a.body, R"("contactDa":"personalet i Perron 4","contactEn":"","place":"Jernbanegade 4D","phone":"00 00 00 01",)")) << a.body;
  EXPECT_TRUE(absl::StrContains(a.body, R"(],"dataProtectionDa":"Ring 00 00 00 99.","dataProtectionEn":""})")) << a.body;
  EXPECT_FALSE(absl::StrContains(a.body, "staff-secret")) << "people are not listed";
  EXPECT_EQ(world_->Ask(RequestText("GET", "/login?as=staff")).status, 404) << "not configured here";
}

TEST_F(GatewayTest, AServerWithAnotherNameNeverSeesTheToken) {
  std::atomic<int> calls{0};
  world_->OnCall([&calls](Incoming in) {
    ++calls;
    in.reply(absl::OkStatus(), "");
  });
  GatewayConfig config = world_->Config();
  config.clear_oidc();
  config.mutable_routes(0)->mutable_service()->set_name("dropin");
  auto other = Gateway::Start(config);
  ASSERT_TRUE(other.ok()) << other.status();
  const Answer a = testing::Ask((*other)->port(), RequestText("POST", kAttest, {kJson[0], kJson[1], "Connect-Timeout-Ms: 2000"}, "{}"));
  EXPECT_EQ(a.status, 503) << a.body;
  EXPECT_EQ(calls, 0);
}

TEST_F(GatewayTest, DrainsWhatIsUnderWay) {
  GatewayConfig config = world_->Config();
  config.clear_oidc();
  auto started = Gateway::Start(config);
  ASSERT_TRUE(started.ok()) << started.status();
  std::mutex mu;
  std::optional<Incoming> held;
  world_->OnCall([&](Incoming in) {
    std::lock_guard<std::mutex> lock(mu);
    held = std::move(in);
  });
  testing::TlsClient client((*started)->port());
  client.Send(RequestText("POST", kAttest, kJson, "{}"));
  for (int i = 0; i < 6000; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    std::lock_guard<std::mutex> lock(mu);
    if (held) break;
  }
  {
    std::lock_guard<std::mutex> lock(mu);
    ASSERT_TRUE(held.has_value());
  }
  std::thread drain([&] { (*started)->Drain(absl::Seconds(60)); });
  absl::SleepFor(absl::Milliseconds(100));
  {
    std::lock_guard<std::mutex> lock(mu);
    held->reply(absl::OkStatus(), "");
  }
  EXPECT_EQ(client.Read().status, 200);
  drain.join();
}

TEST_F(GatewayTest, RefusesAWrongConfiguration) {
  GatewayConfig config = world_->Config();
  config.mutable_routes(0)->set_package("brobygger.nothing.v1");
  EXPECT_TRUE(absl::StrContains(Gateway::Start(config).status().message(), "brobygger.nothing.v1"));
  config = world_->Config();
  config.set_descriptors("/none");
  EXPECT_TRUE(absl::IsNotFound(Gateway::Start(config).status()));
  config = world_->Config();
  config.set_session_key("/none");
  EXPECT_FALSE(Gateway::Start(config).ok());
  config = world_->Config();
  config.mutable_oidc()->set_token_endpoint("http://login.example/token");
  EXPECT_TRUE(absl::IsInvalidArgument(Gateway::Start(config).status())) << "a secret never leaves in clear";
}

}  // namespace
}  // namespace brobygger::gateway
