#include "services/runtime/main.h"

#include <pthread.h>
#include <signal.h>

#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "services/runtime/config.h"
#include "services/runtime/door.h"
#include "services/runtime/guard_memory.h"

namespace brobygger {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

absl::StatusOr<std::unique_ptr<Runtime>> StartUp(int argc, char** argv, const ServiceSpec& spec, const std::function<absl::Status(Runtime&)>& extend) {
  if (argc != 2) return absl::InvalidArgumentError("want one argument: the path of a ServiceConfig text file");
  BB_ASSIGN_OR_RETURN(runtime::ServiceConfig config, LoadServiceConfig(argv[1]));
  BB_ASSIGN_OR_RETURN(std::unique_ptr<Runtime> runtime, Runtime::Create(std::move(config), spec));
  BB_RETURN_IF_ERROR(AttachDoor(*runtime));
  if (extend) BB_RETURN_IF_ERROR(extend(*runtime));
  BB_RETURN_IF_ERROR(runtime->Start());
  return runtime;
}

}  // namespace

int RunService(int argc, char** argv, const ServiceSpec& spec, std::function<absl::Status(Runtime&)> extend) {
  // Debian builds Abseil with its search for deadlocks: a graph of all locks behind every lock that gRPC takes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  GuardMemory();
  // Before any thread: all of them inherit that these two signals wait for us.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto runtime = StartUp(argc, argv, spec, extend);
  if (!runtime.ok()) {
    std::cerr << spec.name << " does not start: " << runtime.status().message() << std::endl;
    std::_Exit(2);  // see below
  }
  int received = 0;
  sigwait(&stop, &received);
  (*runtime)->Drain(kPatience);
  runtime->reset();
  // Not by exit handlers: threads of gRPC let go of their last things still, and OpenSSL's handler would pull the ground from them.
  std::_Exit(0);
}

}  // namespace brobygger
