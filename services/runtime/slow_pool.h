// A few threads for decisions that take milliseconds of CPU (slow hashes), so that they never stand in the way of others.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace brobygger {

// Threads: any.
class SlowPool {
 public:
  explicit SlowPool(int threads, size_t max_waiting = 256);
  ~SlowPool();  // finishes what was accepted
  // False if too many wait already: the work will not run.
  bool Submit(std::function<void()> work);

 private:
  void Work();

  const size_t max_waiting_;
  std::mutex mu_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace brobygger
