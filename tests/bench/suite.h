// The suite under measurement: two Redis servers, and for each transport a consent and a drop-in process of their own on the
// same data, as deploy/local runs them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/runtime/config.pb.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/testing/pki.h"
#include "services/runtime/testing/redis_server.h"
#include "tests/bench/load.h"
#include "tests/bench/process.h"

namespace brobygger::bench {

enum class Transport { kPlain, kTls };

// What all suites of one benchmark share.
struct Shared {
  explicit Shared(std::string build_tree);
  std::vector<Metadata> Tokens(const std::string& agency, const std::string& role, int count) const;

  const std::string build;  // the build tree
  testing::TempDir dir;
  testing::Pki pki;
  testing::TokenIssuer issuer;
  std::string directory, statement_private_key, statement_public_key;
};

// A rewrite of the append-only file would fall into some rounds and not into others.
testing::RedisServer::Options NoRewrites();
// A configuration that every process needs; listens on a free port.
runtime::ServiceConfig Configuration(const Shared& shared, const std::string& name, Transport transport);
// A journal for services over the stores that are called so.
void KeepJournal(const Shared& shared, const std::string& stores, runtime::ServiceConfig* config);
std::string WriteConfiguration(const Shared& shared, const std::string& file, const runtime::ServiceConfig& config);
// The gateway's channel to a service.
std::unique_ptr<RpcClient> Gateway(const Shared& shared, const std::string& service, Transport transport, const std::string& target);
// Waits until the process answers, somehow.
void Await(RpcClient* client, Process* process, const std::string& method);

class Suite {
 public:
  // Loads `citizens`, and `more` whose consents are there to be withdrawn. Both transports, or only the plain one.
  Suite(const Shared& shared, uint32_t citizens, uint32_t more, bool tls);

  uint32_t citizens() const { return citizens_; }
  RpcClient* consent(Transport t) { return of(t).to_consent.get(); }
  RpcClient* dropin(Transport t) { return of(t).to_dropin.get(); }
  absl::Duration Cpu(Transport t) const;  // of Redis, the services of this transport and this process
  void DieIfGone();

 private:
  struct Services {
    std::unique_ptr<Process> consent, dropin;
    std::unique_ptr<RpcClient> to_consent, to_dropin;
  };
  Services& of(Transport t) { return t == Transport::kPlain ? plain_ : tls_; }
  const Services& of(Transport t) const { return t == Transport::kPlain ? plain_ : tls_; }
  void Fill(const Shared& shared, uint32_t more);
  Services Start(const Shared& shared, Transport transport);

  const uint32_t citizens_;
  testing::RedisServer records_, trust_;
  Services plain_, tls_;
};

}  // namespace brobygger::bench
