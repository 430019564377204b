#include "gateway/contracts.h"

#include <ctime>

#include "brobygger/consent/v1/presence.pb.h"
#include "gateway/connect_error.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr char kAttest[] = "/brobygger.consent.v1.PresenceService/AttestPresence";

const Contracts& All() {
  static const Contracts* contracts = [] {
    auto loaded = Contracts::Load(BROBYGGER_DESCRIPTORS);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded->release();
  }();
  return *contracts;
}

TEST(Contracts, ServiceToServiceIsNotThere) {
  EXPECT_NE(All().Find(kAttest), nullptr);
  EXPECT_NE(All().Find("/brobygger.consent.v1.ConsentService/ListMyConsents"), nullptr);
  EXPECT_EQ(All().Find("/brobygger.consent.v1.AuthorizeService/Authorize"), nullptr);
  EXPECT_EQ(All().Find("/brobygger.consent.v1.AuthorizeService/AuthorizeStream"), nullptr);
  EXPECT_EQ(All().Find("/brobygger.consent.v1.PresenceService/None"), nullptr);
  EXPECT_EQ(All().Find("brobygger.consent.v1.PresenceService/AttestPresence"), nullptr);
  EXPECT_GT(All().methods().size(), 20u);
  EXPECT_EQ(All().Find(kAttest)->second_token_field, 5);
  EXPECT_EQ(All().Find(kAttest)->package, "brobygger.consent.v1");
}

TEST(Contracts, TranscodesBothWays) {
  const ContractMethod& m = *All().Find(kAttest);
  auto wire = All().ToWire(m, R"({"citizen":"citizens/x","companionPresent":true,"code":"AB-æ","request_id":"r1234567"})");
  ASSERT_TRUE(wire.ok()) << wire.status();
  consent::v1::AttestPresenceRequest request;
  ASSERT_TRUE(request.ParseFromString(*wire));
  EXPECT_EQ(request.citizen(), "citizens/x");
  EXPECT_TRUE(request.companion_present());
  EXPECT_EQ(request.code(), "AB-æ");
  EXPECT_EQ(request.request_id(), "r1234567");

  consent::v1::AttestPresenceResponse response;
  response.mutable_statement()->set_signature("\x01\x02");
  auto json = All().ToJson(m, response.SerializeAsString() + std::string("\xf2\xff\x07\x01x", 5));  // and an unknown field
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(*json, R"({"statement":{"signature":"AQI="}})");
}

TEST(Contracts, SaysWhichFieldButNeverItsValue) {
  const ContractMethod& m = *All().Find(kAttest);
  struct Case {
    const char* json;
    const char* reason;
    const char* text;
  };
  for (const Case& c : {Case{R"({"citizn":"0101901234"})", "UNKNOWN_FIELD", "citizn"}, Case{R"({"companionPresent":"0101901234"})", "WRONG_TYPE", "companion"},
                        Case{R"({"method":"0101901234"})", "WRONG_TYPE", "method"}, Case{R"({"citizen":{"a":1}})", "WRONG_TYPE", "citizen"},
                        Case{R"({"citizen":"a","citizen":"b"})", "MALFORMED_JSON", "twice"}, Case{"{\"a\":[[[[", "MALFORMED_JSON", ""}}) {
    auto wire = All().ToWire(m, c.json);
    ASSERT_FALSE(wire.ok()) << c.json;
    EXPECT_EQ(wire.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(wire.status()), c.reason) << wire.status();
    EXPECT_NE(wire.status().message().find(c.text), absl::string_view::npos) << wire.status();
    EXPECT_EQ(wire.status().message().find("0101901234"), absl::string_view::npos) << wire.status();
  }
}

TEST(Contracts, BombsAreRefusedFast) {
  const ContractMethod& m = *All().Find(kAttest);
  const std::clock_t began = std::clock();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(All().ToWire(m, "{\"citizen\":" + std::string(60'000, '[')).ok());
  EXPECT_LT((std::clock() - began) / CLOCKS_PER_SEC, 5) << "of CPU; the parser behind it would take minutes";
}

TEST(ConnectError, CarriesCodeTextAndDetails) {
  const HttpResponse r = ConnectError(Refusal(absl::StatusCode::kPermissionDenied, "CSRF", "no \"way\""), &All());
  EXPECT_EQ(r.status, 403);
  EXPECT_EQ(*r.body,
            R"({"code":"permission_denied","message":"no \"way\"","details":[{"type":"google.rpc.ErrorInfo","value":"CgRDU1JGEgxicm9ieWdnZXIuZGs",)"
            R"("debug":{"reason":"CSRF","domain":"brobygger.dk"}}]})");
  EXPECT_EQ(ConnectError(Invalid({{"a.b", "want x"}}), nullptr).status, 400);
  EXPECT_EQ(ConnectError(ConsentServiceDown(), nullptr).status, 503);
  EXPECT_EQ(ConnectError(absl::UnauthenticatedError(""), nullptr).status, 401);
  EXPECT_EQ(ConnectError(absl::DeadlineExceededError(""), nullptr).status, 504);
}

TEST(ConnectError, NeverShowsTheTransportsOwnText) {
  const HttpResponse r = ConnectError(absl::UnavailableError("failed to connect to 10.0.0.7:7100"), &All());
  EXPECT_EQ(r.status, 503);
  EXPECT_EQ(r.body->find("10.0.0.7"), std::string::npos);
  EXPECT_NE(r.body->find("\"unavailable\""), std::string::npos);
}

}  // namespace
}  // namespace brobygger::gateway
