// Everything around a service, for tests of the whole road: a CA, an issuer, a directory, keys, a real Redis for records
// and one for the trust store, and clients with any certificate.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/rpc_client.h"
#include "services/runtime/testing/pki.h"
#include "services/runtime/testing/redis_server.h"

namespace brobygger::testing {

class World {
 public:
  // `directory`: a runtime.Directory in text format. One Redis serves both purposes; prefixes keep them apart.
  explicit World(const std::string& directory);

  // A configuration for the process `name`, complete but for its doors; listens on a free port.
  runtime::ServiceConfig Config(const std::string& name);
  // A channel of the process `peer` to `server` ("dropin"), which serves at `port`; connected.
  std::unique_ptr<RpcClient> Client(const std::string& peer, const std::string& server, int port);
  std::unique_ptr<RpcClient> ClientWith(const runtime::Tls& tls, const std::string& server, int port);

  Pki pki;
  TokenIssuer issuer;
  RedisServer redis;
  TempDir dir;
  std::string statement_private_key, statement_public_key;

 private:
  std::string directory_path_;
};

// Metadata of a call.
Metadata Bearer(const std::string& token);

// One call. `request` and `response` are of the method's types; the status has its reason.
absl::Status Call(RpcClient& client, const std::string& method, const google::protobuf::Message& request, google::protobuf::Message* response,
                  const Metadata& metadata = {}, absl::Duration deadline = absl::Seconds(25));

}  // namespace brobygger::testing
