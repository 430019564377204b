// A bare echo on the runtime's own RpcServer: what gRPC alone costs. Runs in a process of its own.
#pragma once

#include <memory>
#include <string>

#include "tests/bench/suite.h"

namespace brobygger::bench {

// main of that process: `config` is the path of a ServiceConfig.
int ServeEcho(const std::string& config);

struct Echo {
  Echo(const Shared& shared, const std::string& self, Transport transport);
  absl::Duration Cpu() const;
  std::unique_ptr<Process> process;
  std::unique_ptr<RpcClient> client;
};

}  // namespace brobygger::bench
