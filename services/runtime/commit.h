// One commit under way: from a Decision and what its View has read to the arguments of bb_commit, and again if the script
// asks for something that was not known (a data key of another process, the old content of a record that was not read).
// Internal to the Store. Runs on the caller's thread, then on Redis's I/O thread; keeps itself alive until it has answered.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/runtime/data_keys.h"
#include "services/runtime/store.h"

namespace brobygger {

// A member of an index: larger orders come first when the index is read backwards.
std::string IndexMember(std::int64_t order, absl::string_view id);
// The id within a member, "" if it is malformed.
std::string IdOfMember(absl::string_view member);

class Committer : public std::enable_shared_from_this<Committer> {
 public:
  Committer(Store* store, Store::Scope scope, const ScopeKeys* keys, Store::CommitRequest request, Store::CommitDone done);
  void Start();

 private:
  using Name = std::pair<std::string, std::string>;  // kind, id

  // Old content of a record that is written; null if nobody has read it yet.
  const ReadValue* Old(const Name& name) const;
  void LoadUnread();
  void Send();
  void OnReply(absl::StatusOr<Redis::Reply> reply);
  void OnKeys(const Redis::Reply& reply);
  void OnMaster(const Redis::Reply& reply);
  void OnCommitted(const Redis::Reply& reply);
  void Finish(absl::Status status);

  // --- the arguments of one attempt ---
  void Op(char letter, std::string name, std::string value = "");
  void AddChecks();
  absl::Status AddWrite(const Name& name, const Message* message);
  void AddDeltas(const Name& name, const EntityType& entity, const Message* before, const Message* after);
  std::shared_ptr<const DataKey> KeyFor(const std::string& owner, std::string& key_id);
  void AddKeptAnswer();
  void AddJournal();
  void AddRest();

  Store* const store_;
  const Store::Scope scope_;
  const ScopeKeys* const keys_;
  const Store::CommitRequest request_;
  Store::CommitDone done_;
  const std::string base_;

  std::map<Name, const Message*> writes_;  // the last write of each record; null: delete
  std::map<Name, ReadValue> loaded_;       // read by the commit itself
  std::map<std::string, std::shared_ptr<const DataKey>> made_;  // new data keys, by key id in hex
  int attempts_ = 0;

  std::vector<std::string> checks_, frees_, rest_;  // checks come first, then claims given up, then the rest
  std::set<std::string> keys_named_;
  std::vector<stored::JournalNote> closed_;    // what this attempt takes away
  std::vector<std::string> journal_;           // the same, sealed
};

}  // namespace brobygger
