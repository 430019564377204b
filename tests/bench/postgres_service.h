// PostgreSQL behind a service: what a team would run in the drop-in service's place. The same gRPC server, token check and
// request rules as the suite's; the look is the one SQL function (postgres.sql), asked over a pool of connections.
#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/bench/process.h"
#include "tests/bench/suite.h"

namespace brobygger::bench {

// In a process of its own: `path` is a service's configuration.
int ServePostgres(const std::string& path, const std::string& socket_dir, int connections);

struct PostgresService {
  // `self`: this program. `postmaster`: whose children's time counts, too.
  PostgresService(const Shared& shared, const std::string& self, const std::string& socket_dir, int connections, pid_t postmaster);
  absl::Duration Cpu() const;

  const pid_t postmaster;
  std::unique_ptr<Process> process;
  std::unique_ptr<RpcClient> client;
};

}  // namespace brobygger::bench
