// The ledger's older entries, in files beside the trust store: rows as they stood there, and the hashes of their leaves, so that a proof
// reads 8 KB instead of 256 rows. Files are made whole, never changed and never deleted:
//
//   <number of the first entry, 20 digits>.ledger
//   "brobygger ledger 1\n" and zeros, 24 bytes | 8 first number | 8 entries | 8 bytes of rows | (entries + 1) x 4 where each row begins and the
//   last one ends | entries x 32 leaf hashes | 32 SHA-256 of all that stands before | rows
//
// Numbers are big-endian. A row is checked against its leaf whenever it is read, a leaf by whoever has the tree (LedgerSigner). What a
// process that died has left behind ends in ".new" and is written over.
//
// Threads: any, but Add: by one process, which is the one that signs.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/ledger/merkle.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {

class LedgerFiles {
 public:
  static constexpr std::uint64_t kEntries = 16'384;

  // `entries` of each file: a multiple of the tree's tile. FAILED_PRECONDITION names what is no file of this ledger, or is missing.
  static absl::StatusOr<std::unique_ptr<LedgerFiles>> Open(std::string dir, std::uint64_t entries = kEntries);

  std::uint64_t entries_each() const { return entries_; }
  // Entries 1 to size stand in files, as far as this process knows.
  std::uint64_t size() const;
  // Another replica may have written more.
  absl::Status LookAgain();

  // Rows from `first` on that stand in one file with it, at most `count`. OUT_OF_RANGE unless 1 <= first <= size(); DATA_LOSS if they are not
  // what was written; UNAVAILABLE STORE_DOWN if the file cannot be read.
  absl::StatusOr<std::vector<stored::LedgerRow>> Rows(std::uint64_t first, std::uint64_t count) const;
  // The hashes of their leaves. Errors as above.
  absl::StatusOr<std::vector<ledger::Hash>> Leaves(std::uint64_t first, std::uint64_t count) const;

  // Makes the next file, of entries_each() serialised rows from size() + 1 on; it is on disk and has been read again when this returns OK.
  // Otherwise nothing has changed.
  absl::Status Add(const std::vector<std::string>& rows, const std::vector<ledger::Hash>& leaves);

 private:
  LedgerFiles(std::string dir, std::uint64_t entries) : dir_(std::move(dir)), entries_(entries) {}
  std::string PathOf(std::uint64_t first) const;
  struct Part;
  // The file with entry `first`, opened; its index has been checked once.
  absl::StatusOr<Part> Find(std::uint64_t first, std::uint64_t count) const;

  const std::string dir_;
  const std::uint64_t entries_;
  mutable std::mutex mutex_;
  std::uint64_t size_ = 0;
  mutable std::set<std::uint64_t> checked_;  // first numbers of the files whose index was read and is whole
};

}  // namespace brobygger::consent
