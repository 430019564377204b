// Unwrapped data keys that this process has seen, for the next seal. Only a shortcut: reads go by the wrapped key that Redis
// gives, or by the scope's age that it gives (no key of it has been destroyed since this one was read), and a commit checks that
// the key it sealed with still stands. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/runtime/crypto.h"

namespace brobygger {

struct DataKey {
  std::string wrapped;
  crypto::Key key;
};

class DataKeys {
 public:
  explicit DataKeys(std::size_t limit = 20'000) : limit_(limit) {}

  // By full Redis key of the wrapped key; null if unknown.
  std::shared_ptr<const DataKey> Find(const std::string& redis_key);
  // The same if it stood in the store at this age; null if that is not known. The age of a scope is another after each key that is
  // destroyed in it, never one that was before; never "".
  std::shared_ptr<const DataKey> FindAsOf(const std::string& redis_key, const std::string& age);
  // age: read from the store before the key was; "" if it was not.
  void Remember(const std::string& redis_key, std::shared_ptr<const DataKey> key, std::string age = "");
  void Forget(const std::string& redis_key);

 private:
  struct Known {
    std::shared_ptr<const DataKey> key;
    std::string age;
  };
  using Generation = absl::flat_hash_map<std::string, Known>;
  const Known* Look(const std::string& redis_key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t limit_;
  absl::Mutex mutex_;
  // When the young are half the limit they become the old, and the old are wiped: what is used stays.
  Generation young_ ABSL_GUARDED_BY(mutex_), old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brobygger
