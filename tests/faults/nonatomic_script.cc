// The control of the withdrawal test: judges in one step and writes the ledger in another, a few milliseconds later. Linked
// instead of services/consent/authorise_script.cc, into a binary that no deployment has.
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/consent/authorise_script.h"

namespace brobygger::consent {
namespace {

constexpr absl::Duration kGap = absl::Milliseconds(5);

// Runs what it is given kGap later, in order, on a thread of its own. Lives as long as the process.
class Later {
 public:
  Later() : thread_([this] { Run(); }) { thread_.detach(); }
  void Do(std::function<void()> what) {
    std::lock_guard lock(mutex_);
    waiting_.emplace_back(absl::Now() + kGap, std::move(what));
    more_.notify_one();
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return !waiting_.empty(); });
      auto [when, what] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      absl::SleepFor(when - absl::Now());
      what();
    }
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::pair<absl::Time, std::function<void()>>> waiting_;
  std::thread thread_;
};

}  // namespace

void RunGate(Redis* trust, std::vector<std::string> arguments, Redis::Callback done) {
  static Later* later = new Later;
  const std::string prefix = arguments[0], head = arguments[6];
  std::vector<std::string> argv = {"FCALL_RO", "bb_judge", "1"};
  for (std::string& argument : arguments) argv.push_back(std::move(argument));
  trust->Command(std::move(argv), [trust, prefix, head, done = std::move(done)](absl::StatusOr<Redis::Reply> judged) {
    if (!judged.ok() || judged->elements.size() < 4) return done(std::move(judged));
    later->Do([trust, prefix, head, done, answer = std::move(*judged)]() mutable {
      std::vector<std::string> append = {"FCALL", "bb_append_judged", "1", prefix, answer.elements[2].text, answer.elements[3].text, head};
      trust->Command(std::move(append), [done, answer = std::move(answer)](absl::StatusOr<Redis::Reply> number) mutable {
        if (!number.ok()) return done(std::move(number));
        answer.elements[2] = *number;              // as bb_authorise answers: {rule, given, number, clock stepped back, …}
        answer.elements[3] = Redis::Reply();
        done(std::move(answer));
      });
    });
  });
}

}  // namespace brobygger::consent
