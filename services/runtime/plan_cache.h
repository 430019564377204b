// What rules.cc and filter.cc have worked out per message type, kept for the life of the process. A look-up that was made
// before takes no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"

namespace brobygger {

// Plan is default-constructible. `Build(cache, type, plan)` fills it and calls cache.Declare(other type) for the plans of
// its sub-messages; their addresses are final at once, so types may contain themselves.
template <class Plan>
class PlanCache {
 public:
  using Build = void (*)(PlanCache& cache, const google::protobuf::Descriptor* type, Plan& plan);
  explicit PlanCache(Build build) : build_(build) {}

  const Plan* Get(const google::protobuf::Descriptor* type) {
    const Entry* e = Slot(type).load(std::memory_order_acquire);
    return e != nullptr && e->type == type ? &e->plan : Find(type);
  }

  // Only within Build.
  const Plan* Declare(const google::protobuf::Descriptor* type) { return &Enter(type)->plan; }

 private:
  struct Entry {
    const google::protobuf::Descriptor* type = nullptr;
    Plan plan;
  };

  // Types that share a slot take it from each other, and go by the lock.
  std::atomic<const Entry*>& Slot(const google::protobuf::Descriptor* type) {
    return slots_[(reinterpret_cast<std::uintptr_t>(type) >> 4) % slots_.size()];
  }

  Entry* Enter(const google::protobuf::Descriptor* type) {
    auto [it, inserted] = by_type_.try_emplace(type, nullptr);
    if (inserted) {
      it->second = &entries_.emplace_back();
      it->second->type = type;
      todo_.push_back(it->second);
    }
    return it->second;
  }

  const Plan* Find(const google::protobuf::Descriptor* type) {
    std::lock_guard<std::mutex> lock(mutex_);
    Entry* entry = Enter(type);
    while (!todo_.empty()) {
      Entry* next = todo_.front();
      todo_.pop_front();
      build_(*this, next->type, next->plan);
    }
    // Only now: who reads it here sees everything it points at.
    Slot(type).store(entry, std::memory_order_release);
    return &entry->plan;
  }

  const Build build_;
  std::array<std::atomic<const Entry*>, 256> slots_{};
  std::mutex mutex_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, Entry*> by_type_;  // under mutex_
  std::deque<Entry> entries_;                                                 // under mutex_; addresses are stable
  std::deque<Entry*> todo_;                                                   // under mutex_
};

}  // namespace brobygger
