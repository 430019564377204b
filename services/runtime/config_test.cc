#include "services/runtime/config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/runtime/telemetry.h"
#include "services/runtime/testing/pki.h"
#include "services/runtime/tls.h"

namespace brobygger {
namespace {

const char kConfig[] = R"pb(
  listen: "127.0.0.1:0"
  tls { certificate: "c.pem" key: "/abs/k.pem" ca: "ca.pem" trust_domain: "brobygger" }
  tokens { issuer: "https://i" jwks_uri: "https://i/jwks" audience: "brobygger" }
  records { socket: "redis.sock" }
  keys_dir: "keys"
  directory: "directory.txtpb"
)pb";

std::string Error(const std::string& text) {
  testing::TempDir dir;
  auto loaded = LoadServiceConfig(dir.File("c.txtpb", text));
  return loaded.ok() ? "" : absl::StrReplaceAll(loaded.status().message(), {{dir.path(), ""}});
}

TEST(ConfigTest, PathsAreMeantFromTheFile) {
  testing::TempDir dir;
  auto c = LoadServiceConfig(dir.File("c.txtpb", kConfig));
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_EQ(c->tls().certificate(), dir.path() + "/c.pem");
  EXPECT_EQ(c->tls().key(), "/abs/k.pem");
  EXPECT_EQ(c->records().socket(), dir.path() + "/redis.sock");
  EXPECT_EQ(c->keys_dir(), dir.path() + "/keys");
}

TEST(ConfigTest, WhatTheSchemaDoesNotKnowRefusesWithItsPlace) {
  EXPECT_EQ(Error(kConfig), "");
  EXPECT_TRUE(absl::StartsWith(Error(absl::StrCat(kConfig, "\n  lisen: \"x\"\n")), "/c.txtpb:9:")) << Error(absl::StrCat(kConfig, "\n  lisen: \"x\"\n"));
  EXPECT_TRUE(absl::StrContains(Error(absl::StrCat(kConfig, "listen: \"x\"")), "listen"));
  EXPECT_FALSE(Error("listen {").empty());
  EXPECT_FALSE(Error("\xff\xfe").empty());
  EXPECT_TRUE(absl::StrContains(LoadServiceConfig("/nowhere/x").status().message(), "/nowhere/x"));
}

TEST(ConfigTest, WhatIsRequiredIsNamed) {
  const std::string text = kConfig;
  for (const char* line : {"listen: \"127.0.0.1:0\"", "keys_dir: \"keys\"", "directory: \"directory.txtpb\"", "ca: \"ca.pem\"", "audience: \"brobygger\""}) {
    const std::string name(line, absl::string_view(line).find(':'));
    EXPECT_TRUE(absl::StrContains(Error(absl::StrReplaceAll(text, {{line, ""}})), absl::StrCat(name, " is required"))) << line;
  }
  EXPECT_TRUE(absl::StrContains(Error(absl::StrReplaceAll(text, {{"socket:", "user:"}})), "records wants"));
}

TEST(ConfigTest, WithoutTlsOnLoopbackOnly) {
  const std::string text = absl::StrCat(kConfig, "insecure_loopback: true");
  EXPECT_EQ(Error(text), "");
  EXPECT_TRUE(absl::StrContains(Error(absl::StrReplaceAll(text, {{"127.0.0.1:0", "[::]:7100"}})), "loopback"));
  EXPECT_TRUE(absl::StrContains(Error(absl::StrReplaceAll(text, {{"127.0.0.1:0", "0.0.0.0:7100"}})), "loopback"));
}

absl::StatusOr<Directory> Make(const char* text) {
  runtime::Directory d;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &d));
  return Directory::Make(std::move(d));
}

TEST(DirectoryTest, FindsWhatIsListed) {
  auto d = Make(R"pb(
    agencies { name: "agencies/a" kind: AGENCY_KIND_HOUSING_UNIT display_name_da: "Å" doors { service: "s.S" peer: "housing" } doors { service: "s.T" peer: "consent" } }
    agencies { name: "agencies/b" kind: AGENCY_KIND_JOB_CENTRE }
    practitioners { person: "p" agency: "agencies/a" roles: ROLE_SKP })pb");
  ASSERT_TRUE(d.ok()) << d.status();
  EXPECT_EQ(d->DoorPeer("agencies/a", "s.S"), "housing");
  EXPECT_EQ(d->DoorPeer("agencies/a", "s.X"), "");
  EXPECT_EQ(d->DoorPeer("agencies/b", "s.S"), "");
  EXPECT_EQ(d->DisplayNameDa("agencies/a"), "Å");
  EXPECT_EQ(d->FindAgency("agencies/c"), nullptr);
  EXPECT_NE(d->FindPractitioner("agencies/a", "p"), nullptr);
  EXPECT_EQ(d->FindPractitioner("agencies/b", "p"), nullptr);
  ASSERT_EQ(d->AgenciesServedBy("consent").size(), 1u);
  EXPECT_EQ(SlugOf(d->AgenciesServedBy("housing")[0]), "a");
}

TEST(DirectoryTest, RefusesWhatCannotBeMeant) {
  EXPECT_FALSE(Make("agencies { name: 'perron' kind: AGENCY_KIND_JOB_CENTRE }").ok());
  EXPECT_FALSE(Make("agencies { name: 'agencies/a' }").ok());
  EXPECT_FALSE(Make("agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE } agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE }").ok());
  EXPECT_FALSE(Make("practitioners { person: 'p' agency: 'agencies/a' }").ok());
  EXPECT_FALSE(Make("agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE } practitioners { person: 'p' agency: 'agencies/a' roles: ROLE_SYSTEM }").ok());
  EXPECT_FALSE(Make("agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE phone: 'ring bare' }").ok());
  EXPECT_FALSE(Make("agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE place: 'her\\nder' }").ok());
  EXPECT_FALSE(Make("data_protection_da: 'a\\tb'").ok());
  EXPECT_TRUE(Make("agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE place: 'Gl. Vej 1' phone: '+45 00 00 00 01' }").ok());
}

TEST(TlsTest, AProcessKnowsItsOwnNameOrDoesNotStart) {
  testing::Pki pki;
  runtime::Tls tls = pki.Issue("dropin");
  EXPECT_EQ(*CheckTlsFiles(tls), "dropin");
  EXPECT_FALSE(CheckTlsFiles(pki.IssueFor({})).ok());
  EXPECT_FALSE(CheckTlsFiles(pki.IssueFor({"spiffe://brobygger/a", "spiffe://brobygger/b"})).ok());
  EXPECT_FALSE(CheckTlsFiles(pki.IssueFor({"spiffe://elsewhere/dropin"})).ok());
  EXPECT_FALSE(CheckTlsFiles(pki.IssueFor({"spiffe://brobygger/dropin"}, -1)).ok()) << "expired";
  tls.set_key(pki.Issue("dropin").key());
  EXPECT_FALSE(CheckTlsFiles(tls).ok()) << "another key";
  tls.set_key("/nowhere");
  EXPECT_FALSE(CheckTlsFiles(tls).ok());
}

TEST(TlsTest, PeerNames) {
  EXPECT_EQ(PeerName("spiffe://brobygger/gateway", "brobygger"), "gateway");
  EXPECT_EQ(PeerName("spiffe://brobygger/system/perron-4", "brobygger"), "system/perron-4");
  for (const char* id : {"", "gateway", "spiffe://brobygger", "spiffe://brobygger/", "spiffe://brobyggerx/gateway", "spiffe://x/brobygger/gateway",
                         "https://brobygger/gateway", "spiffe://brobygger/Gate", "spiffe://brobygger/a b"}) {
    EXPECT_EQ(PeerName(id, "brobygger"), "") << id;
  }
  EXPECT_EQ(PeerName("spiffe:///gateway", ""), "");
}

TEST(TraceparentTest, ContinuesOrStarts) {
  const std::string header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const Traceparent t = Traceparent::Continue(header);
  EXPECT_EQ(t.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NE(t.span_id, "b7ad6b7169203331") << "a span of our own";
  EXPECT_TRUE(t.sampled);
  EXPECT_EQ(Traceparent::Continue(t.Header()).trace_id, t.trace_id);
  EXPECT_EQ(Traceparent::Continue("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-later").trace_id, t.trace_id);
  for (const std::string& bad : {std::string(), std::string("x"), std::string("ff") + header.substr(2), header + "-more", header.substr(0, 54),
                                 std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
                                 std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")}) {
    const Traceparent fresh = Traceparent::Continue(bad);
    EXPECT_NE(fresh.trace_id, t.trace_id) << bad;
    EXPECT_EQ(fresh.trace_id.size(), 32u);
  }
}

TEST(TelemetryTest, CountsByMethodCodeAndReason) {
  auto t = Telemetry::Create("dropin");
  t->Called({.method = "a.B.C", .took = absl::Milliseconds(3)});
  t->Called({.method = "a.B.C", .code = absl::StatusCode::kPermissionDenied, .reason = "CONSENT_REQUIRED", .request_id = "r"});
  t->Count("due");
  const std::string text = t->Text();
  EXPECT_TRUE(absl::StrContains(text, "method=\"a.B.C\",reason=\"\",service=\"dropin\"") || absl::StrContains(text, "code=\"OK\"")) << text;
  EXPECT_TRUE(absl::StrContains(text, "reason=\"CONSENT_REQUIRED\"")) << text;
  EXPECT_TRUE(absl::StrContains(text, "brobygger_due_total")) << text;
  EXPECT_TRUE(absl::StrContains(text, "brobygger_call_seconds_bucket")) << text;
}

TEST(TelemetryTest, LinesAreJsonAndAFloodIsCut) {
  auto t = Telemetry::Create("dropin");
  ::testing::internal::CaptureStderr();
  t->Log("INFO", "event", {{"a", "quote\" back\\ line\nø"}, {"empty", ""}});
  for (int i = 0; i < 1000; ++i) t->Called({.method = "a.B.C", .code = absl::StatusCode::kNotFound, .reason = "NOT_FOUND", .request_id = "r"});
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(absl::StrContains(lines, "\"a\":\"quote\\\" back\\\\ line???\"}\n")) << lines.substr(0, 300);
  EXPECT_LE(std::count(lines.begin(), lines.end(), '\n'), 500);
}

}  // namespace
}  // namespace brobygger
