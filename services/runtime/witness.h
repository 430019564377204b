// A witness of the ledger. The service remembers, durably and in a store of its own, the newest head that it saw, and asks of every newer
// one for the proof that its ledger begins with the one it remembers. If not, no door opens: a trust store that was restored from an
// old backup has forgotten withdrawals, and one that was rewritten has forgotten looks.
//
// Invariants
// 1. What is remembered is replaced only by a head of the same key that is proved to begin with it, and only once it is on disk.
// 2. Looks go on while the ledger was found consistent within the last minute, and not before it was for the first time. So a
//    ledger that is merely never proved stops them, too.
// 3. It heals by itself when the right ledger is back: what was remembered still is.
//
// Threads: MayLook from any; one thread of its own asks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brobygger/ledger/v1/proof.pb.h"
#include "services/ledger/head.h"
#include "services/ledger/merkle.h"
#include "services/runtime/redis.h"
#include "services/runtime/rpc_client.h"

namespace brobygger {

class Witness {
 public:
  // How the ledger is asked; blocking, for a second at most.
  struct Source {
    std::function<absl::StatusOr<ledger::v1::LedgerHead>()> head;  // reason NOT_SIGNED_YET if there is none
    std::function<absl::StatusOr<ledger::v1::GetConsistencyProofResponse>(std::uint64_t first, std::uint64_t second)> consistency;
  };
  static Source Over(RpcClient* consent);
  struct Options {
    absl::Duration every = absl::Seconds(2);
    absl::Duration again = absl::Milliseconds(200);  // after no answer
    absl::Duration good_for = absl::Seconds(60);
  };

  // Reads what is remembered under `key` of `own`, asks once, and goes on asking. `alarm` is called with a fixed word when looks are
  // stopped: "ledger_shorter", "ledger_rewritten", "ledger_other_key". All pointers outlive it.
  static absl::StatusOr<std::unique_ptr<Witness>> Start(Redis* own, std::string key, ledger::HeadKey heads, Source source,
                                                        std::function<void(const char*)> alarm, Options options);
  ~Witness();

  // UNAVAILABLE LEDGER_NOT_CONSISTENT, or CONSENT_SERVICE_DOWN if it was not found consistent lately.
  absl::Status MayLook() const;

 private:
  enum class Found { kConsistent, kNoAnswer, kShorter, kRewritten, kOtherKey };
  Witness(Redis* own, std::string key, ledger::HeadKey heads, Source source, std::function<void(const char*)> alarm, Options options);
  void Run();
  Found Ask();                                                 // compares; remembers a newer head
  Found Compare(const ledger::v1::LedgerHead& newer) const;    // with what is remembered
  void Conclude(Found found);

  Redis* const own_;
  const std::string key_;
  const ledger::HeadKey heads_;
  const Source source_;
  const std::function<void(const char*)> alarm_;
  const Options options_;
  ledger::v1::LedgerHead kept_;  // size 0: none. On its thread

  std::atomic<bool> refused_{false};
  std::atomic<std::int64_t> good_until_ns_{0};  // steady clock
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace brobygger
