// For the pure tests of every service: runs a Decide to its end against records in memory and applies what it decided, with
// the same indexes, claims, due times and rounds as the real store. No clock, no I/O, no threads.
//
//   MemoryStore store(&entities);
//   absl::StatusOr<Response> answer = store.Ask<Response>(handler, call, request);
//
// Stricter than the real store in one point: a claim may not move from one record to another within one decision.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/runtime/decide.h"
#include "services/runtime/spec.h"

namespace brobygger::testing {

class MemoryStore {
 public:
  explicit MemoryStore(const EntitySet* entities) : entities_(entities) {}

  // Runs and commits. The refusal of Decide, or the one it gave with RefuseAfterCommit; INTERNAL if Decide asks for records
  // in more than kMaxRounds rounds; ALREADY_EXISTS DUPLICATE if a claim is held by another record (nothing is written then).
  absl::StatusOr<std::shared_ptr<const Message>> Run(const Handler& handler, const Call& call, const Message& request);
  // The same, typed. A wrong response type fails as INTERNAL.
  template <class Response>
  absl::StatusOr<Response> Ask(const Handler& handler, const Call& call, const Message& request) {
    BB_ASSIGN_OR_RETURN(std::shared_ptr<const Message> message, Run(handler, call, request));
    if (message == nullptr || message->GetDescriptor() != Response::descriptor()) return absl::InternalError("another response type");
    return static_cast<const Response&>(*message);
  }
  // What the runtime does when a record's time has come.
  absl::Status RunDue(const OnDue& on_due, const Call& call, const std::string& id);
  // Runs Decide without applying anything.
  absl::StatusOr<Decision> Decide(const Handler& handler, const Call& call, const Message& request);
  // Applies a decision as the commit would.
  absl::Status Apply(const Decision& decision);

  // Records as they stand. null if absent.
  template <class T>
  const T* Find(absl::string_view id) const {
    auto it = records_.find({entities_->For(T::descriptor()).kind, std::string(id)});
    return it == records_.end() ? nullptr : static_cast<const T*>(it->second.message.get());
  }
  template <class T>
  std::vector<std::pair<std::string, const T*>> All() const {
    std::vector<std::pair<std::string, const T*>> out;
    for (const auto& [key, record] : records_) {
      if (key.first == entities_->For(T::descriptor()).kind) out.emplace_back(key.second, static_cast<const T*>(record.message.get()));
    }
    return out;
  }
  // Writes one record, as a commit of its own.
  absl::Status Put(absl::string_view id, const Message& record);
  // The clear bytes of a record, as a script would read them; "" if there are none.
  std::string Facet(absl::string_view kind, absl::string_view id) const;
  // Writes a line into the reading log, as the runtime does.
  void NoteRead(const std::string& owner, const std::string& person, absl::Time now, const std::string& method);
  // "<kind>/<id>" of the record that holds the claim, "" if it is free.
  std::string Claim(absl::string_view claim) const;
  // Kind and id of the records whose time has come, earliest first.
  std::vector<std::pair<std::string, std::string>> Due(absl::Time now) const;

  const std::vector<Decision::LedgerAppend>& ledger() const { return ledger_; }
  const std::vector<std::shared_ptr<Message>>& events() const { return events_; }
  const std::set<std::string>& destroyed() const { return destroyed_; }
  // How many times the last Decide was run, and how many records it wrote.
  int rounds() const { return rounds_; }
  int writes() const { return writes_; }
  int commits() const { return commits_; }

 private:
  struct Record {
    std::uint64_t revision = 0;
    std::shared_ptr<const Message> message;
  };
  using Key = std::pair<std::string, std::string>;  // kind, id

  absl::StatusOr<Decision> Loop(const std::function<absl::StatusOr<Decision>(View&)>& decide);
  ReadValue Read(const ReadKey& key) const;
  ReadValue ReadPage(const ReadKey& key) const;

  const EntitySet* entities_;
  std::map<Key, Record> records_;
  std::map<std::string, Key> claims_;
  std::map<std::string, std::vector<std::shared_ptr<const Message>>> readings_;  // owner -> oldest first
  std::vector<Decision::LedgerAppend> ledger_;
  std::vector<std::shared_ptr<Message>> events_;
  std::set<std::string> destroyed_;
  int rounds_ = 0;
  int writes_ = 0;
  int commits_ = 0;
};

}  // namespace brobygger::testing
