#include "services/runtime/drain.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"

namespace brobygger {
namespace {

class Drain : public JournalDrain {
 public:
  Drain(Journal* journal, std::vector<ReplayScope> scopes, std::function<void(const char*)> alarm, Options options)
      : journal_(journal), alarm_(std::move(alarm)), options_(std::move(options)), thread_([this, scopes = std::move(scopes)] { Loop(scopes); }) {}
  ~Drain() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  struct Seen {
    std::size_t waiting = 0;
    std::map<std::uint64_t, absl::Time> since;  // of each line that waits: when it was seen first
    bool late = false, restored = false;
  };

  void Loop(const std::vector<ReplayScope>& scopes) {
    std::vector<Seen> seen(scopes.size());
    for (;;) {
      std::size_t waiting = 0;
      for (std::size_t i = 0; i < scopes.size(); ++i) {
        Look(scopes[i], &seen[i]);
        waiting += seen[i].waiting;
      }
      if (options_.waiting) options_.waiting(waiting);
      std::unique_lock<std::mutex> lock(mutex_);
      if (wake_.wait_for(lock, absl::ToChronoNanoseconds(options_.every), [this] { return stopping_; })) return;
    }
  }

  void Look(const ReplayScope& s, Seen* seen) {
    const std::uint64_t given = journal_->Given(s.store->JournalBase(s.scope));  // known before the store is asked
    absl::StatusOr<Store::JournalState> state = s.store->ReadJournalState(s.scope);
    if (!state.ok()) {
      if (absl::IsDataLoss(state.status())) alarm_("journal_not_written");
      return;  // no connection: the next look comes after it
    }
    seen->waiting = state->waiting.size();
    if (state->given < given) {
      if (seen->restored) return;
      seen->restored = true;
      alarm_("store_was_restored");
      if (options_.restored) options_.restored();
      return;
    }
    const absl::Time now = absl::Now();
    std::map<std::uint64_t, absl::Time> since;
    std::vector<Journal::Line> left;
    bool late = false;
    for (Journal::Line& line : state->waiting) {
      const auto before = seen->since.find(line.number);
      const absl::Time first = before == seen->since.end() ? now : before->second;
      since[line.number] = first;
      late = late || now - first > options_.late;
      if (before != seen->since.end()) left.push_back(std::move(line));  // seen the first time: it may just be under way
    }
    seen->since = std::move(since);
    if (late && !seen->late) alarm_("journal_late");
    seen->late = late;
    if (left.empty()) return;
    journal_->Append(std::move(left), [](absl::Status) {}, [store = s.store](const Journal::Line& line) { store->JournalWritten(line); });
  }

  Journal* const journal_;
  const std::function<void(const char*)> alarm_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace

std::unique_ptr<JournalDrain> JournalDrain::Start(Journal* journal, std::vector<ReplayScope> scopes, std::function<void(const char*)> alarm, Options options) {
  return std::make_unique<Drain>(journal, std::move(scopes), std::move(alarm), std::move(options));
}

}  // namespace brobygger
