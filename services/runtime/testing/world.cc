#include "services/runtime/testing/world.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <tuple>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/config.h"
#include "services/runtime/crypto.h"

namespace brobygger::testing {

World::World(const std::string& directory) {
  directory_path_ = dir.File("directory.txtpb", directory);
  auto loaded = Directory::Load(directory_path_);
  if (!loaded.ok()) {
    std::cerr << loaded.status() << std::endl;
    std::abort();
  }
  const auto key = [&](const std::string& name) { dir.File(absl::StrCat("keys/", name, ".key"), absl::BytesToHexString(crypto::Random(32))); };
  key("service");
  key("trust");
  for (const auto& agency : loaded->all().agencies()) key(std::string(SlugOf(*AgencyId::Parse(agency.name()))));
  std::filesystem::create_directory(dir.path() + "/journal");
  std::tie(statement_private_key, statement_public_key) = pki.StatementKeys();
}

runtime::ServiceConfig World::Config(const std::string& name) {
  runtime::ServiceConfig c;
  c.set_listen("127.0.0.1:0");
  c.set_health_listen("127.0.0.1:0");
  *c.mutable_tls() = pki.Issue(name);
  *c.mutable_tokens() = issuer.config();
  *c.mutable_records() = redis.config();
  *c.mutable_trust() = redis.config();
  c.set_keys_dir(dir.path() + "/keys");
  c.set_journal_dir(dir.path() + "/journal");
  c.set_directory(directory_path_);
  c.set_statement_public_key(statement_public_key);
  return c;
}

std::unique_ptr<RpcClient> World::ClientWith(const runtime::Tls& tls, const std::string& server, int port) {
  runtime::Peer peer;
  peer.set_target(absl::StrCat("127.0.0.1:", port));
  peer.set_name(server);
  auto client = RpcClient::Create(tls, peer, false, "");
  if (!client.ok()) {
    std::cerr << client.status() << std::endl;
    std::abort();
  }
  return *std::move(client);
}

std::unique_ptr<RpcClient> World::Client(const std::string& peer, const std::string& server, int port) {
  std::unique_ptr<RpcClient> client = ClientWith(pki.Issue(peer), server, port);
  // Connected: on a busy machine one first connection in a thousand fails, which is not what tests ask about.
  for (int i = 0; i < 5; ++i) {
    if (!absl::IsUnavailable(client->CallAndWait("/grpc.health.v1.Health/Check", "", absl::Now() + absl::Seconds(20)).status())) break;
    absl::SleepFor(absl::Milliseconds(200));
  }
  return client;
}

Metadata Bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

absl::Status Call(RpcClient& client, const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
                  const Metadata& metadata, absl::Duration deadline) {
  auto bytes = client.CallAndWait(method, request.SerializeAsString(), absl::Now() + deadline, metadata);
  if (!bytes.ok()) return bytes.status();
  if (response != nullptr && !response->ParseFromString(*bytes)) return absl::DataLossError("the response does not parse");
  return absl::OkStatus();
}

}  // namespace brobygger::testing
