#include "tests/bench/echo.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "services/runtime/config.h"
#include "services/runtime/rpc_server.h"

namespace brobygger::bench {

int ServeEcho(const std::string& path) {
  auto config = LoadServiceConfig(path);
  if (!config.ok()) Die(config.status().ToString());
  const auto telemetry = Telemetry::Create("echo");
  RpcServer::Options options;
  options.config = &*config;
  options.services = {dropin::v1::GetCitizenFileRequest::descriptor()->file()->service(0)};
  options.on_call = [](Incoming in) { in.reply(absl::OkStatus(), std::move(in.body)); };
  options.telemetry = telemetry.get();
  auto server = RpcServer::Start(std::move(options));
  if (!server.ok()) Die(server.status().ToString());
  pause();
  return 0;
}

Echo::Echo(const Shared& shared, const std::string& self, Transport transport) {
  const std::string name = transport == Transport::kPlain ? "echo-plain" : "echo-tls";
  const runtime::ServiceConfig config = Configuration(shared, "dropin", transport);
  process = std::make_unique<Process>(std::vector<std::string>{self, "--echo", WriteConfiguration(shared, name + ".txtpb", config)},
                                      absl::StrCat(shared.dir.path(), "/", name, ".log"));
  client = Gateway(shared, "dropin", transport, config.listen());
  for (int i = 0; i < 100; ++i) {
    process->DieIfGone();
    if (client->CallAndWait("/brobygger.dropin.v1.DropinService/GetRegular", "", absl::Now() + absl::Seconds(1)).ok()) return;
    absl::SleepFor(absl::Milliseconds(50));
  }
  Die("the echo does not answer");
}

absl::Duration Echo::Cpu() const { return CpuOf({process->pid(), getpid()}); }

}  // namespace brobygger::bench
