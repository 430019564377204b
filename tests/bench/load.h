// A closed loop: as many calls outstanding as there are clients; each answer is checked, then the next call goes out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runtime/rpc_client.h"
#include "tests/bench/table.h"

namespace brobygger::bench {

// One kind of call. The functions are called from many threads.
struct Work {
  std::string method;
  std::function<std::string(uint32_t citizen)> request;
  const std::vector<Metadata>* metadata;  // client i uses i modulo how many there are
  std::function<bool(uint32_t citizen, const std::string& response)> right;
  uint32_t first = 0, citizens = 1;       // citizens are drawn evenly from first … first + citizens - 1
};

// Runs while the object lives. Ends the benchmark at the first answer that is not right.
class Loop {
 public:
  Loop(RpcClient* client, const Work& work, int clients);
  ~Loop();  // waits for the calls that are under way
  void Measure(bool on);
  std::vector<float> TakeMs();  // after Measure(false)

 private:
  class State;
  const std::shared_ptr<State> state_;
};

using CpuClock = std::function<absl::Duration()>;
// A warm-up that does not count, then the measured time.
Observed Run(RpcClient* client, const Work& work, int clients, absl::Duration measured, const CpuClock& cpu);

}  // namespace brobygger::bench
