// Unwrapped data keys that this process has seen, for the next seal. Only a shortcut: reads always go by the wrapped key
// that Redis gives, and a commit checks that the key it sealed with still stands. Any thread.
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
  void Remember(const std::string& redis_key, std::shared_ptr<const DataKey> key);
  void Forget(const std::string& redis_key);

 private:
  using Generation = absl::flat_hash_map<std::string, std::shared_ptr<const DataKey>>;
  const std::size_t limit_;
  absl::Mutex mutex_;
  // When the young are half the limit they become the old, and the old are wiped: what is used stays.
  Generation young_ ABSL_GUARDED_BY(mutex_), old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brobygger
