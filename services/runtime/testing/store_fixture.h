// A Store on a real Redis, with blocking calls, for the store's own tests.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/runtime/clock.h"
#include "services/runtime/store.h"
#include "services/runtime/stored.pb.h"
#include "services/runtime/testing/redis_server.h"

namespace brobygger::testing {

// Kinds made of messages that are at hand. A "note" is a person's: sealed for its owner, listed by method, unique by person,
// due at time_ms if its method is "due". A "shared" is the agency's own. A "faced" has its cursor as facet.
inline const EntitySet& TestEntities() {
  static const EntitySet* const set = new EntitySet({
      EntityOf<stored::ReadNote>(
          "note", {.owner = [](auto, const auto& m) { return m.owner(); },
                   .indexes = [](auto, const auto& m) -> std::vector<IndexEntry> { return {{"by-method", m.method(), m.time_ms()}}; },
                   .claims = [](auto, const auto& m) {
                     return m.person().empty() ? std::vector<std::string>() : std::vector<std::string>{"person:" + m.person()};
                   },
                   .due = [](auto, const auto& m) { return m.method() == "due" ? absl::FromUnixMillis(m.time_ms()) : absl::InfiniteFuture(); }}),
      EntityOf<stored::OutboxItem>("shared", {}),
      EntityOf<stored::PageToken>("faced", {.facet = [](auto, const auto& m) { return m.cursor(); }}),
  });
  return *set;
}

inline stored::ReadNote Note(const std::string& owner, const std::string& method, int64_t order = 1, const std::string& person = "") {
  stored::ReadNote m;
  m.set_owner(owner);
  m.set_method(method);
  m.set_time_ms(order);
  m.set_person(person);
  return m;
}

inline stored::OutboxItem Shared(const std::string& text) {
  stored::OutboxItem m;
  m.set_id(text);
  return m;
}

// The value of an asynchronous call: Await<T>([&](auto done) { store.Read(…, done); }).
template <class T, class F>
T Await(F call) {
  auto promise = std::make_shared<std::promise<T>>();
  std::future<T> future = promise->get_future();
  call([promise](T value) { promise->set_value(std::move(value)); });
  return future.get();
}

inline ReadKey RecordKey(const std::string& kind, const std::string& id) { return {ReadKey::What::kRecord, kind, id}; }
inline ReadKey ClaimKey(const std::string& claim) { return {ReadKey::What::kClaim, "note", claim}; }
inline ReadKey PageKey(const std::string& method, int limit, const std::string& after = "") {
  return {ReadKey::What::kPage, "note", "", "by-method", method, after, limit};
}

class StoreFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new RedisServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  void SetUp() override {
    server_->Admin({"FLUSHALL"});
    for (const char* slug : {"perron-4", "boligenhed", "trust"}) ring_.Add(slug, crypto::NewKey());
    redis_ = server_->Connect();
    store_ = NewStore();
  }
  // As another process has it: the same keys, nothing remembered.
  std::unique_ptr<Store> NewStore() { return std::make_unique<Store>(redis_.get(), "test", &TestEntities(), ring_); }

  absl::StatusOr<std::vector<ReadValue>> Read(const std::vector<ReadKey>& keys) {
    return Await<absl::StatusOr<std::vector<ReadValue>>>([&](auto done) { store_->Read(scope_, keys, done); });
  }
  absl::StatusOr<ReadValue> ReadOne(const ReadKey& key) {
    auto values = Read({key});
    if (!values.ok()) return values.status();
    return (*values)[0];
  }
  // A view that has read these keys.
  View Seen(const std::vector<ReadKey>& keys) {
    View view(&TestEntities());
    const auto values = Read(keys);
    EXPECT_TRUE(values.ok()) << values.status();
    for (size_t i = 0; values.ok() && i < keys.size(); ++i) view.Provide(keys[i], (*values)[i]);
    return view;
  }
  absl::Status Commit(const View& view, const Decision& decision, std::optional<Store::Idempotency> idempotency = std::nullopt,
                      Store* store = nullptr) {
    return Await<absl::Status>([&](auto done) {
      (store != nullptr ? store : store_.get())->Commit(scope_, {&view, &decision, std::move(idempotency), clock_.Now()}, done);
    });
  }
  // Writes one record without having read anything.
  absl::Status Put(const std::string& id, const Message& message, Store* store = nullptr) {
    Decision decision;
    decision.Put(TestEntities(), id, message);
    return Commit(View(&TestEntities()), decision, std::nullopt, store);
  }
  template <class T>
  std::shared_ptr<const T> Get(const std::string& kind, const std::string& id) {
    const auto value = ReadOne(RecordKey(kind, id));
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? std::static_pointer_cast<const T>(value->record) : nullptr;
  }
  std::vector<std::string> Ids(const std::string& method, int limit = 100) {
    const auto value = ReadOne(PageKey(method, limit));
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? value->ids : std::vector<std::string>();
  }
  std::string Base() const { return absl::StrCat("test:{", scope_.slug, "}:"); }
  std::string Raw(const std::string& name) { return server_->Admin({"GET", Base() + name}).text; }
  void SetRaw(const std::string& name, const std::string& bytes) { server_->Admin({"SET", Base() + name, bytes}); }

  static inline RedisServer* server_ = nullptr;
  Store::Scope scope_{"perron-4"};
  KeyRing ring_;
  TestClock clock_;
  std::unique_ptr<Redis> redis_;
  std::unique_ptr<Store> store_;
};

}  // namespace brobygger::testing
