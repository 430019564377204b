#include "services/runtime/decide_alone.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace brobygger {
namespace {

template <class T>
T Await(const std::function<void(std::function<void(T)>)>& start) {
  struct Box {
    std::mutex mu;
    std::condition_variable cv;
    std::optional<T> value;
  };
  auto box = std::make_shared<Box>();
  start([box](T value) {
    std::lock_guard<std::mutex> lock(box->mu);
    box->value = std::move(value);
    box->cv.notify_one();
  });
  std::unique_lock<std::mutex> lock(box->mu);
  box->cv.wait(lock, [&] { return box->value.has_value(); });
  return *std::move(box->value);
}

absl::Status CommitNow(Store* store, const Store::Scope& scope, const Store::CommitRequest& commit) {
  return Await<absl::Status>([&](std::function<void(absl::Status)> done) { store->Commit(scope, commit, std::move(done)); });
}

}  // namespace

absl::Status DecideAlone(Store* store, const Store::Scope& scope, const EntitySet* entities, const Call& call, const AloneDecide& decide,
                         bool replayed) {
  View view(entities);
  for (int round = 0; round < kMaxRounds; ++round) {
    const absl::StatusOr<Decision> decision = decide(call, view);
    if (view.pending().empty()) {
      BB_RETURN_IF_ERROR(decision.status());
      if (replayed && decision->writes().empty() && decision->destroyed().empty()) return absl::OkStatus();
      Store::CommitRequest commit;
      commit.view = &view;
      commit.decision = &*decision;
      commit.now = call.now;
      commit.replayed = replayed;
      return CommitNow(store, scope, commit);
    }
    using Values = absl::StatusOr<std::vector<ReadValue>>;
    const std::vector<ReadKey> keys = view.pending();
    Values values = Await<Values>([&](std::function<void(Values)> done) { store->Read(scope, keys, std::move(done)); });
    BB_RETURN_IF_ERROR(values.status());
    for (size_t i = 0; i < keys.size(); ++i) view.Provide(keys[i], std::move((*values)[i]));
  }
  return absl::InternalError("a decision asks for more in every round");
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> DueNow(Store* store, const Store::Scope& scope, absl::Time now, int limit) {
  using Listed = absl::StatusOr<std::vector<std::pair<std::string, std::string>>>;
  return Await<Listed>([&](std::function<void(Listed)> done) { store->Due(scope, now, limit, std::move(done)); });
}

absl::Status DestroyAlone(Store* store, const Store::Scope& scope, const EntitySet* entities, const std::string& key_id, absl::Time now) {
  const View view(entities);
  const Decision decision;
  Store::CommitRequest commit;
  commit.view = &view;
  commit.decision = &decision;
  commit.now = now;
  commit.replayed = true;
  commit.destroyed_ids = {key_id};
  return CommitNow(store, scope, commit);
}

}  // namespace brobygger
