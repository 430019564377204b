// How many looks one person may ask for in an hour. It stands before the gate: whoever asks for everything fills neither the
// ledger nor the store that withdrawals need. What is over it is refused by the request alone (P4), and is written to the
// ledger as a sum.
//
// Counted in this process, by hours of UTC: with several replicas, and across the full hour, it may be more. Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace brobygger::consent {

class LookQuota {
 public:
  static constexpr int kUsual = 1000;  // a practitioner's day is some hundred looks

  explicit LookQuota(std::int64_t per_hour) : per_hour_(per_hour) {}

  // Counts one look. 0: within the quota. Otherwise the how-manieth over it in this hour, from 1.
  std::int64_t Over(absl::string_view agency, absl::string_view person, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::int64_t per_hour_;
  absl::Mutex mutex_;
  std::int64_t hour_ ABSL_GUARDED_BY(mutex_) = 0;  // since 1970
  absl::flat_hash_map<std::string, std::int64_t> asked_ ABSL_GUARDED_BY(mutex_);
};

// Which of those over the quota get an entry that says how many it has been: the 1st, 10th, 100th …: durable from the first
// on, and few however many come.
bool IsWritten(std::int64_t over);

}  // namespace brobygger::consent
