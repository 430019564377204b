// What rules.cc and filter.cc have worked out per message type, kept for the life of the process. Reading takes no lock.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
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
  explicit PlanCache(Build build) : build_(build) { published_.store(&versions_.emplace_back()); }

  const Plan* Get(const google::protobuf::Descriptor* type) {
    const Map& map = *published_.load(std::memory_order_acquire);
    auto it = map.find(type);
    return it != map.end() ? it->second : Make(type);
  }

  // Only within Build.
  const Plan* Declare(const google::protobuf::Descriptor* type) {
    auto [it, inserted] = building_.try_emplace(type, nullptr);
    if (inserted) {
      it->second = &plans_.emplace_back();
      todo_.push_back({type, it->second});
    }
    return it->second;
  }

 private:
  using Map = absl::flat_hash_map<const google::protobuf::Descriptor*, Plan*>;
  struct Todo {
    const google::protobuf::Descriptor* type;
    Plan* plan;
  };

  const Plan* Make(const google::protobuf::Descriptor* type) {
    std::lock_guard<std::mutex> lock(mutex_);
    const Plan* plan = Declare(type);  // another thread may have made it meanwhile
    while (!todo_.empty()) {
      const Todo next = todo_.front();
      todo_.pop_front();
      build_(*this, next.type, *next.plan);
    }
    // Published whole: a reader sees a plan only after everything it points at. Old versions stay, readers may hold them;
    // there are as many as there are message types.
    published_.store(&versions_.emplace_back(building_), std::memory_order_release);
    return plan;
  }

  const Build build_;
  std::mutex mutex_;
  Map building_;             // under mutex_
  std::deque<Plan> plans_;   // under mutex_; addresses are stable
  std::deque<Todo> todo_;    // under mutex_
  std::deque<Map> versions_; // under mutex_
  std::atomic<const Map*> published_;
};

}  // namespace brobygger
