// Reads the ledger for the citizen. The gate writes it (authorise.lua); nothing here writes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/ledger/entry.h"
#include "services/runtime/redis.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {

// Rows of a story, newest first.
struct StoryPage {
  std::vector<stored::LedgerRow> rows;
  std::uint64_t next = 0;  // pass as `before` for the next page; 0 at the end
};

// Threads: any; callbacks on the Redis I/O thread.
class LedgerReader {
 public:
  explicit LedgerReader(Redis* trust) : trust_(trust) {}
  // `subjects`: the citizen's registrations (several after a merge). `before`: 0 for the newest. limit: 1 to 100.
  void Story(const std::vector<std::string>& subjects, std::uint64_t before, int limit,
             std::function<void(absl::StatusOr<StoryPage>)> done) const;
  // NOT_FOUND if there is no such entry.
  void Entry(std::uint64_t number, std::function<void(absl::StatusOr<stored::LedgerRow>)> done) const;

 private:
  Redis* trust_;
};

// The committed details of a row: what was known before, and what the script decided.
ledger::v1::EntryDetails DetailsOf(const stored::LedgerRow& row);
// The public form of a row: salted commitments instead of whom and what. The same whenever it is made.
ledger::Entry PublicEntry(const stored::LedgerRow& row);

}  // namespace brobygger::consent
