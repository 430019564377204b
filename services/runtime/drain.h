// While a service runs: lines for the journal that wait in its stores are written, whoever they belong to. Each process writes its own at
// once; a line stays behind when the answer to a commit got lost, or when a process ended between the store and the file. Writing one
// twice does no harm.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "services/runtime/journal.h"
#include "services/runtime/replay.h"

namespace brobygger {

class JournalDrain {
 public:
  struct Options {
    absl::Duration every = absl::Seconds(1);
    absl::Duration late = absl::Seconds(10);  // a line that waits longer raises the alarm "journal_late", once
    // The store has given out fewer lines than before: it was put back from an older copy under a running service. What it has
    // forgotten is done again at the next start, so the process has to end. On the drain's thread.
    std::function<void()> restored;
    // How many lines wait in all scopes, after each look. On the drain's thread.
    std::function<void(std::size_t)> waiting{};
  };
  // One thread. The scopes are laid beside the journal already (ReplayJournal).
  static std::unique_ptr<JournalDrain> Start(Journal* journal, std::vector<ReplayScope> scopes, std::function<void(const char*)> alarm, Options options);
  virtual ~JournalDrain() = default;  // waits for the look under way; before the journal stops
};

}  // namespace brobygger
