#include "services/runtime/data_keys.h"

#include <utility>

namespace brobygger {

const DataKeys::Known* DataKeys::Look(const std::string& redis_key) {
  if (auto it = young_.find(redis_key); it != young_.end()) return &it->second;
  auto it = old_.find(redis_key);
  if (it == old_.end()) return nullptr;
  Known& known = young_[redis_key] = std::move(it->second);
  old_.erase(it);
  return &known;
}

std::shared_ptr<const DataKey> DataKeys::Find(const std::string& redis_key) {
  absl::MutexLock lock(&mutex_);
  const Known* known = Look(redis_key);
  return known == nullptr ? nullptr : known->key;
}

std::shared_ptr<const DataKey> DataKeys::FindAsOf(const std::string& redis_key, const std::string& age) {
  absl::MutexLock lock(&mutex_);
  const Known* known = Look(redis_key);
  return known == nullptr || known->age != age || age.empty() ? nullptr : known->key;
}

void DataKeys::Remember(const std::string& redis_key, std::shared_ptr<const DataKey> key, std::string age) {
  absl::MutexLock lock(&mutex_);
  if (young_.size() >= limit_ / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_[redis_key] = {std::move(key), std::move(age)};
}

void DataKeys::Forget(const std::string& redis_key) {
  absl::MutexLock lock(&mutex_);
  young_.erase(redis_key);
  old_.erase(redis_key);
}

}  // namespace brobygger
