// Child processes of the benchmark, and what CPU time processes have used.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace brobygger::bench {

// Ends the benchmark with a line that says why. What cannot be measured is not reported.
[[noreturn]] void Die(const std::string& why);

// A port of 127.0.0.1 that nobody uses at this moment.
int FreePort();

// A process that goes with the object, and with this process. Start it on the main thread.
class Process {
 public:
  // Its output goes to `log`, which is shown if it ends by itself.
  Process(const std::vector<std::string>& argv, std::string log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  pid_t pid() const { return pid_; }
  void DieIfGone();

 private:
  const std::string name_, log_;
  pid_t pid_ = -1;
};

// The standard output of a program that ends well; ends the benchmark if it does not.
std::string OutputOf(const std::vector<std::string>& argv);

// User and system time of these processes so far, with children that have ended and, for `parents`, those that have not.
absl::Duration CpuOf(const std::vector<pid_t>& processes, const std::vector<pid_t>& parents = {});

}  // namespace brobygger::bench
