#include "services/runtime/data_keys.h"

#include <utility>

namespace brobygger {

std::shared_ptr<const DataKey> DataKeys::Find(const std::string& redis_key) {
  absl::MutexLock lock(&mutex_);
  if (auto it = young_.find(redis_key); it != young_.end()) return it->second;
  auto it = old_.find(redis_key);
  if (it == old_.end()) return nullptr;
  std::shared_ptr<const DataKey> key = std::move(it->second);
  old_.erase(it);
  young_[redis_key] = key;
  return key;
}

void DataKeys::Remember(const std::string& redis_key, std::shared_ptr<const DataKey> key) {
  absl::MutexLock lock(&mutex_);
  if (young_.size() >= limit_ / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_[redis_key] = std::move(key);
}

void DataKeys::Forget(const std::string& redis_key) {
  absl::MutexLock lock(&mutex_);
  young_.erase(redis_key);
  old_.erase(redis_key);
}

}  // namespace brobygger
