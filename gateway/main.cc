// brobygger-gateway <config file>: serves until SIGTERM or SIGINT, then drains.
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gateway/config.h"
#include "gateway/gateway.h"
#include "services/runtime/guard_memory.h"

namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "brobygger-gateway: %s\n", std::string(status.message()).c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return Refuse(absl::InvalidArgumentError("want exactly one argument: the configuration file"));
  brobygger::GuardMemory();
  // Before any thread is there: only sigwait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto config = brobygger::gateway::LoadConfig(argv[1]);
  if (!config.ok()) return Refuse(config.status());
  auto gateway = brobygger::gateway::Gateway::Start(*config);
  if (!gateway.ok()) return Refuse(gateway.status());
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  (*gateway)->Drain(kPatience);
  std::_Exit(0);  // whatever still runs keeps its ground; see services/runtime/main.cc
}
