// Commits straight into a store, many under way: how the benchmark's records get there.
#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/runtime/store.h"
#include "tests/bench/process.h"

namespace brobygger::bench {

// At most so many commits under way; waits for all at the end.
class Commits {
 public:
  void Put(Store* store, const Store::Scope& scope, const EntitySet* entities, Decision decision) {
    struct Held {
      View view;
      Decision decision;
    };
    auto held = std::make_shared<Held>(Held{View(entities), std::move(decision)});
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(+[](int* n) { return *n < 512; }, &under_way_));
      ++under_way_;
    }
    Store::CommitRequest request;
    request.view = &held->view;
    request.decision = &held->decision;
    request.now = absl::Now();
    store->Commit(scope, std::move(request), [this, held](absl::Status status) {
      if (!status.ok()) Die(absl::StrCat("loading: ", status.ToString()));
      absl::MutexLock lock(&mutex_);
      --under_way_;
    });
  }
  void Wait() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(+[](int* n) { return *n == 0; }, &under_way_));
  }

 private:
  absl::Mutex mutex_;
  int under_way_ = 0;
};

}  // namespace brobygger::bench
