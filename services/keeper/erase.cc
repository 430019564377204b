#include "services/keeper/erase.h"

#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/runtime/crypto.h"
#include "services/runtime/journal.h"
#include "services/runtime/status.h"
#include "services/runtime/store.h"

namespace brobygger::keeper {

absl::StatusOr<Erased> Erase(Redis* redis, const EraseFrom& from, const std::string& owner) {
  BB_ASSIGN_OR_RETURN(const crypto::Key scope, crypto::ReadKeyFile(absl::StrCat(from.keys_dir, "/", from.slug, ".key")));
  KeyRing ring;
  BB_RETURN_IF_ERROR(ring.AddFrom(from.keys_dir, from.slug, scope));
  const std::string key = absl::StrCat(from.prefix, ":{", from.slug, "}:k:", crypto::Hex(KeyId(*ring.Find(from.slug), owner)));
  BB_ASSIGN_OR_RETURN(const Redis::Reply wrapped, redis->Call({"GET", key}));
  if (wrapped.IsNil()) return Erased::kNothingKept;
  if (wrapped.text == "destroyed") return Erased::kErasedBefore;

  bool journal_failed = false;
  BB_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> journal, Journal::Open(from.journal_dir, from.service, [&](const char*) { journal_failed = true; }));
  const EntitySet none;
  Store store(redis, from.prefix, &none, ring);
  store.KeepJournal(journal.get());
  const View view(&none);
  Decision decision;
  decision.DestroyKey(owner);
  Store::CommitRequest commit;
  commit.view = &view;
  commit.decision = &decision;
  commit.now = absl::Now();
  std::promise<absl::Status> done;
  store.Commit({from.slug}, std::move(commit), [&](absl::Status status) { done.set_value(std::move(status)); });
  const absl::Status committed = done.get_future().get();
  journal->Stop();
  BB_RETURN_IF_ERROR(committed);
  if (journal_failed) return absl::UnavailableError("erased, but the journal cannot be written: the line waits in the store until the service starts");
  return Erased::kErased;
}

}  // namespace brobygger::keeper
