// Reads the ledger for the citizen. The gate writes it (authorise.lua); nothing here writes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "services/consent/ledger_files.h"
#include "services/consent/ledger_row.h"
#include "services/runtime/redis.h"

namespace brobygger::consent {

// Rows of a story, newest first.
struct StoryPage {
  std::vector<stored::LedgerRow> rows;
  std::uint64_t next = 0;  // pass as `before` for the next page; 0 at the end
};

// Threads: any; callbacks on the Redis I/O thread, or, for what has moved to files, on a thread of its own.
class LedgerReader {
 public:
  // `files`: null if all entries are in the trust store. Both outlive it.
  explicit LedgerReader(Redis* trust, LedgerFiles* files = nullptr);
  ~LedgerReader();  // answers what is waiting with UNAVAILABLE
  LedgerReader(const LedgerReader&) = delete;
  LedgerReader& operator=(const LedgerReader&) = delete;

  // `subjects`: the citizen's registrations (several after a merge). `before`: 0 for the newest. limit: 1 to 100.
  void Story(const std::vector<std::string>& subjects, std::uint64_t before, int limit,
             std::function<void(absl::StatusOr<StoryPage>)> done);
  // NOT_FOUND if there is no such entry.
  void Entry(std::uint64_t number, std::function<void(absl::StatusOr<stored::LedgerRow>)> done);

 private:
  void Later(std::function<void(bool stopping)> job);
  void Run();
  absl::StatusOr<stored::LedgerRow> FromFile(std::uint64_t number) const;

  Redis* const trust_;
  LedgerFiles* const files_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void(bool stopping)>> jobs_;
  bool stopping_ = false;
  std::thread thread_;  // a disk may be slow: never on the I/O thread. Only with files
};

}  // namespace brobygger::consent
