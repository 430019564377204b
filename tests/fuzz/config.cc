// Settings: the directory of agencies and practitioners, and a service's own, as text.
#include <fstream>
#include <unistd.h>

#include "services/runtime/config.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  static const std::string* const path = new std::string("/dev/shm/brobygger-fuzz-" + std::to_string(getpid()) + ".textproto");
  fuzz::Input input(data, size);
  const bool directory = input.Byte() % 2 == 0;
  std::ofstream(*path, std::ios::binary) << input.Rest();
  if (directory) {
    const auto loaded = Directory::Load(*path);
    if (loaded.ok()) {
      for (const auto& agency : loaded->all().agencies()) FUZZ_CHECK(loaded->FindAgency(agency.name()) != nullptr);
    }
  } else {
    const auto loaded = LoadServiceConfig(*path);
    FUZZ_CHECK(loaded.ok() || !loaded.status().message().empty());
  }
  unlink(path->c_str());
  return 0;
}
