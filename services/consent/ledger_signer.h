// Follows the ledger, signs heads of it, proves, and moves what is old into files. The tree grows with the ledger: a head costs the entries since the last one,
// and nothing is built anew, at a restart neither (the roots of complete tiles are kept beside the heads, in the trust store).
//
// Invariants
// 1. A head is signed only over a ledger that begins with the one under the newest kept head.
// 2. A head is kept, durably, before anybody is given it; kept heads grow, whoever signs.
// 3. Once the ledger is not what was signed, nothing is signed, proved or given any more until somebody has looked: the alarm
//    says so, and a restart refuses. (A restored old backup, rows edited, rows gone.)
// 4. Every entry is in the store or in a file at any moment. Only entries under a kept head move, a file of them at a time, each compared with
//    the tree before; the file is on disk before the store lets go. A process that dies between the two leaves both, and the next lets go.
//
// Threads: any. One thread of its own does all the work, in turn; answers come on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brobygger/ledger/v1/proof.pb.h"
#include "services/consent/ledger_files.h"
#include "services/ledger/entry.h"
#include "services/ledger/head.h"
#include "services/ledger/tree.h"
#include "services/runtime/clock.h"
#include "services/runtime/redis.h"

namespace brobygger::consent {

class LedgerSigner {
 public:
  struct Options {
    absl::Duration every = absl::Seconds(1);   // how often it looks for new entries
    std::uint64_t at_once = 20'000;            // entries between two heads, or two turns of others
    size_t waiting = 1000;                     // more questions than this are refused
    std::uint64_t keep = 1'000'000;            // entries that stay in the store at least, if there are files
    size_t tiles = 4'400;                      // of entries in the store, whose leaf hashes stay in memory, the newest: 8 KB each
    absl::Duration move_again = absl::Minutes(1);  // after "ledger_not_moved"
  };
  using Path = std::vector<ledger::Hash>;
  template <class T>
  using Done = std::function<void(absl::StatusOr<T>)>;

  // FAILED_PRECONDITION if the ledger is not the one that its newest head was signed over. Without a signer it follows another
  // replica's heads, and moves nothing. `files`: null, if all entries stay in the store. `alarm` is called with a fixed word: "ledger_shorter",
  // "ledger_gap", "ledger_not_as_signed", "ledger_other_signer", "ledger_not_moved" (a file could not be written, or the store did not let go
  // of what stands in one; all stays in the store, and it is tried again). Pointers outlive this object.
  static absl::StatusOr<std::unique_ptr<LedgerSigner>> Start(Redis* trust, LedgerFiles* files, std::optional<ledger::HeadSigner> signer, Clock clock,
                                                             std::function<void(const char*)> alarm, Options options);
  ~LedgerSigner();  // answers what is waiting with UNAVAILABLE

  // All: NOT_FOUND NOT_SIGNED_YET if it is behind the newest head; UNAVAILABLE LEDGER_NOT_CONSISTENT after an alarm (invariant 3), or
  // STORE_DOWN, or RESOURCE_EXHAUSTED STORE_BUSY.
  // The newest head, or the oldest kept one that covers an entry (0: none).
  void Head(std::uint64_t covering, Done<ledger::v1::LedgerHead> done);
  // 1 <= number <= size.
  void Inclusion(std::uint64_t number, std::uint64_t size, Done<Path> done);
  // 1 <= first <= second.
  void Consistency(std::uint64_t first, std::uint64_t second, Done<Path> done);
  // Up to `count` entries from `first` on (from 1), none behind the newest head.
  void Entries(std::uint64_t first, int count, Done<std::vector<ledger::Entry>> done);

 private:
  LedgerSigner(Redis* trust, LedgerFiles* files, std::optional<ledger::HeadSigner> signer, Clock clock, std::function<void(const char*)> alarm, Options options);
  template <class T>
  void Enqueue(Done<T> done, std::function<absl::StatusOr<T>()> work);
  void Run();

  // --- on its thread, or before it runs ---
  struct Kept {
    std::uint64_t written = 0;                  // entries in the ledger
    std::optional<ledger::v1::LedgerHead> head;
    std::uint64_t first = 1;                    // the first entry in the store
  };
  absl::Status Resume();
  absl::Status CheckPlaces(const Kept& kept) const;
  absl::Status CheckNewestFile();
  bool MoveOld(std::uint64_t first_in_store);   // as Step
  absl::Status MoveSome();
  bool LetGo();
  void NotMoved();
  bool Step();  // whether there is more to do at once
  absl::Status Follow(std::uint64_t until);
  absl::Status CheckKept(const ledger::v1::LedgerHead& head);
  absl::Status SignAndKeep();
  absl::StatusOr<Kept> ReadKept(std::uint64_t covering) const;
  // Some of the entries from `first` on, at most `count`.
  absl::StatusOr<std::vector<ledger::Entry>> Rows(std::uint64_t first, std::uint64_t count) const;
  absl::StatusOr<std::vector<std::string>> StoredRows(std::uint64_t first, std::uint64_t count) const;
  absl::StatusOr<ledger::Tree::Tiles> LoadTiles(const std::set<std::uint64_t>& numbers);
  // Whether the entry is the one that was hashed, if its leaf is in memory.
  bool AsHashed(const ledger::Entry& entry) const;
  void DropLeaves();
  absl::Status Signed(std::uint64_t size) const;
  absl::Status Broken(const char* what);

  Redis* const trust_;
  LedgerFiles* const files_;
  const std::optional<ledger::HeadSigner> signer_;
  const Clock clock_;
  const std::function<void(const char*)> alarm_;
  const Options options_;
  ledger::Tree tree_;
  ledger::Tree::Tiles leaves_;        // since they were first hashed: of complete tiles in the store, and of the open one
  std::int64_t last_ms_ = 0;          // of the last entry in the tree
  std::uint64_t tiles_kept_ = 0;
  ledger::v1::LedgerHead head_;       // the newest kept one; size 0 if there is none
  bool broken_ = false;
  std::vector<std::string> moving_;   // rows of the next file, as far as they are gathered, and their leaves
  std::vector<ledger::Hash> moving_leaves_;
  std::uint64_t moving_first_ = 0;
  std::uint64_t moved_ = 0;           // entries up to this one are in files that this process has written, or compared with the tree
  std::chrono::steady_clock::time_point move_again_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void(bool stopping)>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace brobygger::consent
