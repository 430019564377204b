#include "tests/bench/suite.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/text_format.h"
#include "services/consent/entities.h"
#include "services/dropin/entities.h"
#include "services/runtime/crypto.h"
#include "services/runtime/store.h"
#include "tests/bench/citizens.h"

namespace brobygger::bench {
namespace {

crypto::Key KeyOf(const Shared& shared, const std::string& name) {
  auto key = crypto::ReadKeyFile(shared.dir.path() + "/keys/" + name + ".key");
  if (!key.ok()) Die(key.status().ToString());
  return *std::move(key);
}

}  // namespace

testing::RedisServer::Options NoRewrites() {
  testing::RedisServer::Options options;
  options.settings["auto-aof-rewrite-percentage"] = "0";
  return options;
}

void Await(RpcClient* client, Process* process, const std::string& method) {
  for (int i = 0; i < 300; ++i) {
    process->DieIfGone();
    const auto answer = client->CallAndWait(method, "", absl::Now() + absl::Seconds(1));
    if (answer.ok() || answer.status().code() == absl::StatusCode::kUnauthenticated) return;
    absl::SleepFor(absl::Milliseconds(100));
  }
  Die(method + " does not answer");
}

Shared::Shared(std::string build_tree) : build(std::move(build_tree)) {
  directory = dir.File("directory.txtpb", kDirectory);
  for (const char* name : {"service", "trust", "perron-4", "boligenhed"}) {
    dir.File(absl::StrCat("keys/", name, ".key"), absl::BytesToHexString(crypto::Random(32)));
  }
  std::tie(statement_private_key, statement_public_key) = pki.StatementKeys();
}

std::vector<Metadata> Shared::Tokens(const std::string& agency, const std::string& role, int count) const {
  std::vector<Metadata> out;
  for (int i = 0; i < count; ++i) {
    testing::TokenIssuer::Claims claims;
    claims.person = absl::StrCat("staff-", i);
    claims.agency = agency;
    claims.roles = {role};
    claims.expires = absl::Now() + absl::Hours(24);
    // About the size of a real one.
    claims.extra = absl::StrCat("\"iat\":", absl::ToUnixSeconds(absl::Now()), ",\"jti\":\"", crypto::NewId(), "\",\"scope\":\"openid\"");
    out.push_back({{"authorization", "Bearer " + issuer.Token(claims)}});
  }
  return out;
}

runtime::ServiceConfig Configuration(const Shared& shared, const std::string& name, Transport transport) {
  runtime::ServiceConfig c;
  c.set_listen(absl::StrCat("127.0.0.1:", FreePort()));
  if (transport == Transport::kTls) *c.mutable_tls() = shared.pki.Issue(name);
  c.set_insecure_loopback(transport == Transport::kPlain);
  *c.mutable_tokens() = shared.issuer.config();
  c.set_keys_dir(shared.dir.path() + "/keys");
  c.set_directory(shared.directory);
  c.set_statement_public_key(shared.statement_public_key);
  return c;
}

void KeepJournal(const Shared& shared, const std::string& stores, runtime::ServiceConfig* config) {
  config->set_journal_dir(absl::StrCat(shared.dir.path(), "/journal-", stores));
  std::filesystem::create_directory(config->journal_dir());
}

std::string WriteConfiguration(const Shared& shared, const std::string& file, const runtime::ServiceConfig& config) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(config, &text);
  return shared.dir.File(file, text);
}

std::unique_ptr<RpcClient> Gateway(const Shared& shared, const std::string& service, Transport transport, const std::string& target) {
  runtime::Peer peer;
  peer.set_target(target);
  peer.set_name(service);
  const bool insecure = transport == Transport::kPlain;
  auto client = RpcClient::Create(insecure ? runtime::Tls() : shared.pki.Issue("gateway"), peer, insecure, "gateway");
  if (!client.ok()) Die(client.status().ToString());
  return *std::move(client);
}

Suite::Suite(const Shared& shared, uint32_t citizens, uint32_t more, bool tls) : citizens_(citizens), records_(NoRewrites()), trust_(NoRewrites()) {
  Fill(shared, more);
  plain_ = Start(shared, Transport::kPlain);
  if (tls) tls_ = Start(shared, Transport::kTls);
}

void Suite::Fill(const Shared& shared, uint32_t more) {
  const absl::Time start = absl::Now();
  for (testing::RedisServer* redis : {&records_, &trust_}) redis->Admin({"CONFIG", "SET", "appendfsync", "no"});
  {
    KeyRing agencies, trust;
    agencies.Add("perron-4", KeyOf(shared, "perron-4"));
    const crypto::Key trust_key = KeyOf(shared, "trust");
    trust.Add(Store::kTrustSlug, trust_key);
    consent::ConsentRules rules;
    rules.handle_key = crypto::Derive(trust_key, "brobygger names of consents 1");
    const auto to_records = records_.Connect(), to_trust = trust_.Connect();
    Store records(to_records.get(), "dropin", &dropin::Entities(), agencies), consents(to_trust.get(), "consent", &rules.entities, trust);
    constexpr uint32_t kPart = 100'000;
    for (uint32_t done = 0; done < citizens_ + more; done += kPart) {
      Load(&records, &consents, rules, done, std::min(kPart, citizens_ + more - done));
      if (citizens_ > kPart) std::fprintf(stderr, "  %u citizens, %.0f s\n", std::min(done + kPart, citizens_ + more), absl::ToDoubleSeconds(absl::Now() - start));
    }
  }
  for (testing::RedisServer* redis : {&records_, &trust_}) redis->Admin({"CONFIG", "SET", "appendfsync", "always"});
  std::fprintf(stderr, "%u citizens loaded in %.1f s\n", citizens_ + more, absl::ToDoubleSeconds(absl::Now() - start));
}

Suite::Services Suite::Start(const Shared& shared, Transport transport) {
  const std::string name = transport == Transport::kPlain ? "plain" : "tls";
  const std::string unique = absl::StrCat(name, "-", citizens_);
  runtime::ServiceConfig consent = Configuration(shared, "consent", transport), dropin = Configuration(shared, "dropin", transport);
  *consent.mutable_records() = records_.config();
  *consent.mutable_trust() = trust_.config();
  consent.mutable_looks()->set_per_person_and_hour(std::int64_t{1} << 40);
  consent.set_statement_private_key(shared.statement_private_key);
  consent.set_consent_texts(BROBYGGER_SOURCE_DIR "/services/consent/texts");
  *dropin.mutable_records() = records_.config();
  for (runtime::ServiceConfig* c : {&consent, &dropin}) {
    c->mutable_consent()->set_target(consent.listen());
    c->mutable_consent()->set_name("consent");
    KeepJournal(shared, absl::StrCat(citizens_), c);
  }
  Services s;
  s.consent = std::make_unique<Process>(
      std::vector<std::string>{shared.build + "/services/consent/brobygger-consent", WriteConfiguration(shared, unique + "-consent.txtpb", consent)},
      absl::StrCat(shared.dir.path(), "/", unique, "-consent.log"));
  s.dropin = std::make_unique<Process>(
      std::vector<std::string>{shared.build + "/services/dropin/brobygger-dropin", WriteConfiguration(shared, unique + "-dropin.txtpb", dropin)},
      absl::StrCat(shared.dir.path(), "/", unique, "-dropin.log"));
  s.to_consent = Gateway(shared, "consent", transport, consent.listen());
  s.to_dropin = Gateway(shared, "dropin", transport, dropin.listen());
  Await(s.to_consent.get(), s.consent.get(), "/brobygger.consent.v1.ConsentService/WithdrawConsents");
  Await(s.to_dropin.get(), s.dropin.get(), "/brobygger.dropin.v1.DropinService/GetRegular");
  return s;
}

absl::Duration Suite::Cpu(Transport t) const {
  return CpuOf({records_.pid(), trust_.pid(), of(t).consent->pid(), of(t).dropin->pid(), getpid()});
}

void Suite::DieIfGone() {
  for (Services* s : {&plain_, &tls_}) {
    for (Process* p : {s->consent.get(), s->dropin.get()}) {
      if (p != nullptr) p->DieIfGone();
    }
  }
}

}  // namespace brobygger::bench
