// One module's records in one Redis, all its scopes. A commit is one Redis Function (store.lua): it happens wholly or not at
// all, only if everything that was read still stands, and is on disk before it is answered.
//
// Threads: all methods may be called from any thread. Callbacks run on Redis's I/O thread (or on the caller's, for what is
// known without asking): hand heavy work on. The Store must outlive its callbacks.
//
// Errors, besides those named below: UNAVAILABLE STORE_DOWN (nothing is known about the outcome of a commit);
// DATA_LOSS if something stored is not authentic; NOT_FOUND if the scope has no key (an agency that is not served here).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/runtime/decide.h"
#include "services/runtime/journal.h"
#include "services/runtime/record.h"
#include "services/runtime/redis.h"
#include "services/runtime/stored.pb.h"

namespace brobygger {

class DataKeys;
class Committer;

// The sealing keys of a service, by scope slug. A value; copies share the keys.
class KeyRing {
 public:
  void Add(std::string slug, const crypto::Key& key);
  // The same, with the master keys in files of keys_dir, if there are any (master_keys.h).
  absl::Status AddFrom(const std::string& keys_dir, std::string slug, const crypto::Key& key);
  const ScopeKeys* Find(absl::string_view slug) const;  // nullptr: not served

 private:
  std::map<std::string, std::shared_ptr<const ScopeKeys>, std::less<>> scopes_;
};

class Store {
 public:
  struct Scope {
    std::string slug;  // "perron-4", or "trust"
  };
  static constexpr char kTrustSlug[] = "trust";

  // prefix: of the keys, "dropin". The pointers must outlive the Store.
  Store(Redis* redis, std::string prefix, const EntitySet* entities, KeyRing keys);
  ~Store();

  // From now on what closes (EntityType::closes, destroyed data keys) stands in the journal before its commit is answered; if the
  // journal cannot be written it waits in the store, and the journal raises the alarm. Before the first commit.
  void KeepJournal(Journal* journal) { journal_ = journal; }

  // Whether Redis has the function library of this version. FAILED_PRECONDITION says how to load it. Blocking; start-up.
  absl::Status CheckLibrary();

  // One value for each key, in order; one round trip, two or three for an agency's pages (reading.h). A record whose data key was
  // destroyed reads as absent.
  using ReadDone = std::function<void(absl::StatusOr<std::vector<ReadValue>>)>;
  void Read(const Scope& scope, const std::vector<ReadKey>& keys, ReadDone done);

  // The answer to keep for 24 hours with the commit. `key` names the request: agency, person, method and request_id.
  struct Idempotency {
    std::string key;
    stored::IdempotentAnswer answer;
  };
  struct CommitRequest {
    const View* view = nullptr;          // what was read: the commit checks all of it
    const Decision* decision = nullptr;  // both must live until `done`
    std::optional<Idempotency> idempotency;
    absl::Time now;
    bool replayed = false;                   // from the journal: not written to it again
    std::vector<std::string> destroyed_ids;  // replayed: data keys to destroy by their ids, 16 bytes each
  };
  // OK: committed and on disk.
  // ABORTED CONFLICT: something that was read has changed, or the idempotency key has been used meanwhile. Look for a kept
  //   answer, then run Decide again from an empty View.
  // ALREADY_EXISTS DUPLICATE: a claim is held by another record.
  // UNAVAILABLE STORE_DOWN, with a journal, also if the store has given out fewer lines than this process has seen: it was put back
  //   from an older copy, nothing was written, and the process ends (drain.h).
  // FAILED_PRECONDITION ERASED: a write for an owner whose data key was destroyed. A destroyed key never comes back.
  // A record that is written but was not read by the View replaces whatever stands there.
  using CommitDone = std::function<void(absl::Status)>;
  void Commit(const Scope& scope, CommitRequest request, CommitDone done);

  // The kept answer of a request, or nothing. FAILED_PRECONDITION ERASED if it was kept and somebody whom it tells of has
  // been forgotten since: the request was done, and what it answered is gone.
  using IdempotentDone = std::function<void(absl::StatusOr<std::optional<stored::IdempotentAnswer>>)>;
  void Idempotent(const Scope& scope, const std::string& key, IdempotentDone done);

  // Writes that `person` has read about each of `owners`, once for each reader, owner and day (UTC); free if this process knows.
  void NoteReads(const Scope& scope, const std::string& person, const std::vector<std::string>& owners, const std::string& method,
                 absl::Time now, CommitDone done);

  // Kind and id of records whose due time is not after `now`, at most `limit`, earliest first. They stay listed until a
  // commit changes or deletes the record.
  using DueDone = std::function<void(absl::StatusOr<std::vector<std::pair<std::string, std::string>>>)>;
  void Due(const Scope& scope, absl::Time now, int limit, DueDone done);

  // The serialised message of one record, "" if there is none: the door's road, without parsing.
  using FileDone = std::function<void(absl::StatusOr<std::string>)>;
  void ReadFile(const Scope& scope, const std::string& kind, const std::string& id, FileDone done);

  // --- the journal's side of a scope, for its replay; blocking ---
  // How many lines the store has given out, and those that are not known to stand in the journal yet.
  struct JournalState {
    std::uint64_t given = 0;
    std::vector<Journal::Line> waiting;
  };
  absl::StatusOr<JournalState> ReadJournalState(const Scope& scope);
  absl::StatusOr<stored::JournalNote> OpenJournalLine(const Scope& scope, const Journal::Line& line) const;
  absl::Status SetJournalGiven(const Scope& scope, std::uint64_t given);
  // The line stands in the journal.
  void JournalWritten(const Journal::Line& line);
  std::string JournalBase(const Scope& scope) const { return Base(scope); }
  // What binds a line's note to its number and scope, 16 bytes. "" if the scope is not served.
  std::string TagOf(const Scope& scope, const Journal::Line& line) const;

 private:
  friend class Committer;
  void OpenKeptAnswer(const Scope& scope, const ScopeKeys* keys, std::string redis_key, std::string bytes, IdempotentDone done);
  std::string Base(const Scope& scope) const;  // "dropin:{perron-4}:"
  static std::string IdempotencyName(const ScopeKeys& keys, absl::string_view key);

  Redis* const redis_;
  const std::string prefix_;
  const EntitySet* const entities_;
  const KeyRing keys_;
  const std::unique_ptr<DataKeys> data_keys_;
  Journal* journal_ = nullptr;

  absl::Mutex noted_mutex_;
  std::string noted_day_ ABSL_GUARDED_BY(noted_mutex_);
  absl::flat_hash_set<std::string> noted_ ABSL_GUARDED_BY(noted_mutex_);
};

}  // namespace brobygger
