// What a service is made of: Decide, an ordinary function from values to a value.
//
//   absl::StatusOr<Decision> Decide(const Call&, const Request&, View&)
//
// Decide reads no clock, does no I/O and knows no gRPC. It reads records through the View; what is not loaded yet makes the
// read return a status, which Decide passes on (BB_ASSIGN_OR_RETURN); the runtime loads what was asked for and runs Decide
// again, at most kMaxRounds times. Random ids come from Call::NewId, which gives the same sequence in every round.
//
// Invariants
// 1. Decide is deterministic in (Call, request, what the View returns).
// 2. Everything a Decide read is checked again at commit: revisions, absence and index pages (not the reading log, which only grows). If any
//    changed, the whole is run again from an empty View.
// 3. Nothing is written unless the commit wins; the answer leaves after the commit is on disk.
//
// Threads: a View, a Call and a Decision belong to one call and are used by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/type/v1/type.pb.h"
#include "google/protobuf/message.h"
#include "services/runtime/ids.h"
#include "services/runtime/status.h"

namespace brobygger {

inline constexpr int kMaxRounds = 5;
// An index page is at most this long.
inline constexpr int kMaxPage = 1000;
// How many a list answers at once if the request leaves it open (page_size 0).
inline constexpr int kDefaultPage = 25;
inline int PageSize(int asked) { return asked > 0 ? asked : kDefaultPage; }

using Message = google::protobuf::Message;

// Who calls, when, and what is known about the citizen's part in it. Values only.
struct Call {
  std::string method;                               // full name, "brobygger.dropin.v1.DropinService.RecordVisitTally"
  AgencyId agency;                                  // empty under the citizen's own login and for OnDue in the trust store
  PersonId person;                                  // token subject; empty for OnDue
  std::vector<type::v1::Role> roles;
  std::string citizen_identifier;                   // own login only: "<scheme number>/<issuer>/<value>" from the token
  absl::Time now;                                   // injected
  // Who took part, verified: from a signed statement (signed = true) or stated by the caller (persons = the caller alone).
  std::optional<type::v1::PresenceStatement> presence;
  bool presence_signed = false;
  std::string seed;                                 // 32 random bytes, fresh for each call, the same in each round

  bool HasRole(type::v1::Role role) const;
  bool OwnLogin() const { return HasRole(type::v1::ROLE_CITIZEN); }
  // The n-th id of this call (26 characters a-z2-7). Decide numbers its own ids: the same n gives the same id.
  std::string NewId(int n = 0) const;
  // The n-th secret of this call, `size` bytes (at most 32).
  std::string NewSecret(int n, int size) const;
};

// What an index lists: records of one kind, by a coarse enum, a date, a reference or an HMAC; newest first.
struct IndexEntry {
  std::string index;      // "by-state"
  std::string value;      // "OPEN"
  std::int64_t order = 0; // usually milliseconds; larger comes first
};

// One stored kind, and everything the store derives from a record's content. All functions are pure.
struct EntityType {
  std::string kind;                                // [a-z-]+: part of the key, and of the resource name in the plural
  const google::protobuf::Descriptor* type = nullptr;
  // Whose data key seals it: "citizens/…" or an alias's own record name; "" for the agency's own (no person).
  std::function<std::string(absl::string_view id, const Message&)> owner;
  std::function<std::vector<IndexEntry>(absl::string_view id, const Message&)> indexes;
  // Uniqueness: at most one record of the store may hold a claim, such as "centre-day:2026-11-21".
  std::function<std::vector<std::string>(absl::string_view id, const Message&)> claims;
  // When OnDue shall be called; InfiniteFuture for never.
  std::function<absl::Time(absl::string_view id, const Message&)> due;
  // Trust store only: bytes kept in clear before the sealed part, authenticated, for scripts to read.
  std::function<std::string(absl::string_view id, const Message&)> facet;
  // What a write takes away for good, and an older copy of the store would give back: a note for the journal, "" for nothing.
  // Either message may be null. Module::on_replay says what the note means.
  std::function<std::string(absl::string_view id, const Message* before, const Message* after)> closes;
};

// EntityOf<T>("participant", {.owner = [](auto id, const T& m) {…}, …}): typed functions, missing ones mean "none".
template <class T>
struct EntityFunctions {
  std::function<std::string(absl::string_view, const T&)> owner;
  std::function<std::vector<IndexEntry>(absl::string_view, const T&)> indexes;
  std::function<std::vector<std::string>(absl::string_view, const T&)> claims;
  std::function<absl::Time(absl::string_view, const T&)> due;
  std::function<std::string(absl::string_view, const T&)> facet;
  std::function<std::string(absl::string_view, const T* before, const T* after)> closes;
};

template <class T>
EntityType EntityOf(std::string kind, EntityFunctions<T> f) {
  EntityType e;
  e.kind = std::move(kind);
  e.type = T::descriptor();
  auto erase = [](auto typed) {
    return [typed = std::move(typed)](absl::string_view id, const Message& m) { return typed(id, static_cast<const T&>(m)); };
  };
  if (f.owner) e.owner = erase(std::move(f.owner));
  if (f.indexes) e.indexes = erase(std::move(f.indexes));
  if (f.claims) e.claims = erase(std::move(f.claims));
  if (f.due) e.due = erase(std::move(f.due));
  if (f.facet) e.facet = erase(std::move(f.facet));
  if (f.closes) {
    e.closes = [typed = std::move(f.closes)](absl::string_view id, const Message* before, const Message* after) {
      return typed(id, static_cast<const T*>(before), static_cast<const T*>(after));
    };
  }
  return e;
}

class EntitySet {
 public:
  EntitySet() = default;
  explicit EntitySet(std::vector<EntityType> types);
  // Programming error (aborts) if the type is not registered.
  const EntityType& For(const google::protobuf::Descriptor* type) const;
  const EntityType* ByKind(absl::string_view kind) const;
  const std::vector<EntityType>& all() const { return types_; }

 private:
  std::vector<EntityType> types_;
  std::map<const google::protobuf::Descriptor*, size_t> by_type_;
};

// One thing a View has to know. `kind` and `id` for a record; `claim` for a claim; `index`/`value`/`after`/`limit` for a page;
// `id`/`after`/`limit` for lines of the reading log.
struct ReadKey {
  enum class What { kRecord, kClaim, kPage, kReadings } what = What::kRecord;
  std::string kind;
  std::string id;      // record id, or claim, or whom the readings were about
  std::string index, value, after;
  int limit = 0;
  friend bool operator<(const ReadKey& a, const ReadKey& b);
};

// What was read, with what the commit has to check again.
struct ReadValue {
  std::uint64_t revision = 0;                 // 0: absent. For a page: the revision of the index
  std::shared_ptr<const Message> record;      // kRecord, if present
  std::string holder;                         // kClaim: "<kind>/<id>" of the holding record, "" if free
  std::vector<std::string> ids;               // kPage: ids in order
  std::vector<std::shared_ptr<const Message>> readings;  // kReadings: stored::ReadNote in order
  std::string next;                           // kPage, kReadings: cursor after the last one, "" at the end
  std::vector<std::pair<ReadKey, ReadValue>> brought;  // the records that a claim or a page names, if the store has them along
};

template <class T>
struct Listed {
  std::vector<std::pair<std::string, const T*>> records;  // id, record
  std::string next;                                       // cursor of the next page, "" at the end
};

class View {
 public:
  // first_revision: what records begin with that this call makes; 0: anywhere.
  explicit View(const EntitySet* entities, std::uint64_t first_revision = 0) : entities_(entities), first_revision_(first_revision) {}

  // The record, or nullptr if there is none. The pointer lives as long as the View.
  template <class T>
  absl::StatusOr<const T*> Find(absl::string_view id) {
    BB_ASSIGN_OR_RETURN(const ReadValue* v, Read({ReadKey::What::kRecord, entities_->For(T::descriptor()).kind, std::string(id)}));
    return static_cast<const T*>(v->record.get());
  }
  // The record, or NOT_FOUND.
  template <class T>
  absl::StatusOr<const T*> Get(absl::string_view id) {
    BB_ASSIGN_OR_RETURN(const T* record, Find<T>(id));
    if (record == nullptr) return NotFound(entities_->For(T::descriptor()).kind);
    return record;
  }
  // The id of the record of type T that holds the claim, "" if it is free or another kind holds it.
  template <class T>
  absl::StatusOr<std::string> FindByClaim(absl::string_view claim) {
    return Claim(entities_->For(T::descriptor()).kind, claim);
  }
  // A page of records of type T from an index, newest first. `after` is the cursor of the page before, "" for the first.
  // limit: 1 to kMaxPage. The records come with their ids.
  template <class T>
  absl::StatusOr<Listed<T>> Page(absl::string_view index, absl::string_view value, int limit, absl::string_view after = "") {
    const std::string& kind = entities_->For(T::descriptor()).kind;
    BB_ASSIGN_OR_RETURN(const ReadValue* page, Read({ReadKey::What::kPage, kind, "", std::string(index), std::string(value), std::string(after), limit}));
    Listed<T> out;
    out.next = page->next;
    absl::Status missing;
    for (const std::string& id : page->ids) {
      absl::StatusOr<const T*> r = Find<T>(id);  // ask for all of them before giving up: one round
      if (!r.ok()) missing = r.status();
      else if (*r != nullptr) out.records.emplace_back(id, *r);
    }
    if (!missing.ok()) return missing;
    return out;
  }
  // Lines of the agency's reading log about an owner ("citizens/…"), stored::ReadNote, newest first. `limit` and `after` as in Page. A
  // log only grows: the commit does not look at it again.
  absl::StatusOr<const ReadValue*> Readings(absl::string_view owner, int limit, absl::string_view after = "") {
    return Read({ReadKey::What::kReadings, "", std::string(owner), "", "", std::string(after), limit});
  }
  // The etag of a record that was read: opaque, changes with every commit; "" if absent.
  template <class T>
  absl::StatusOr<std::string> Etag(absl::string_view id) {
    BB_ASSIGN_OR_RETURN(const ReadValue* v, Read({ReadKey::What::kRecord, entities_->For(T::descriptor()).kind, std::string(id)}));
    return EtagOf(v->revision);
  }
  // The etag that the record will have once this call has written it: what the answer to a write carries.
  template <class T>
  absl::StatusOr<std::string> NextEtag(absl::string_view id) {
    BB_ASSIGN_OR_RETURN(const ReadValue* v, Read({ReadKey::What::kRecord, entities_->For(T::descriptor()).kind, std::string(id)}));
    return EtagOf(v->revision == 0 ? first_revision() : v->revision + 1);
  }

  // --- for the runtime and tests ---
  const std::vector<ReadKey>& pending() const { return pending_; }
  // Forgets it from pending. What it brought along counts as read once it is asked for.
  void Provide(const ReadKey& key, ReadValue value);
  const std::map<ReadKey, ReadValue>& loaded() const { return loaded_; }
  // The revision with which the commit begins a record. A record that comes back after it was deleted must not meet an etag
  // or a reader of its earlier life: lives begin anywhere in 32 bits, the same for the whole life of the View.
  std::uint64_t first_revision() const;
  static std::string EtagOf(std::uint64_t revision);

 private:
  absl::StatusOr<const ReadValue*> Read(ReadKey key);
  absl::StatusOr<std::string> Claim(const std::string& kind, absl::string_view claim);

  const EntitySet* entities_;
  std::map<ReadKey, ReadValue> loaded_;   // what was asked for: the commit checks it again
  std::map<ReadKey, ReadValue> brought_;  // what came along and nobody has asked for
  std::vector<ReadKey> pending_;
  mutable std::uint64_t first_revision_;
};

// A record to write (message set) or delete.
struct Write {
  std::string kind, id;
  std::shared_ptr<const Message> message;  // null: delete
};

class Decision {
 public:
  Decision() = default;
  explicit Decision(const Message& response) { Answer(response); }
  // The same without a copy: Decision(std::move(response)).
  template <class Response, class = std::enable_if_t<std::is_base_of_v<Message, Response>>>
  explicit Decision(Response&& response) : response_(std::make_shared<Response>(std::move(response))) {}

  void Answer(const Message& response) {
    response_.reset(response.New());
    response_->CopyFrom(response);
  }
  // Writes the whole record. Its kind follows from its type; the door's file is a record like any other, its id the
  // citizen's reference without "citizens/".
  void Put(const EntitySet& entities, absl::string_view id, const Message& record);
  void Delete(absl::string_view kind, absl::string_view id) { writes_.push_back({std::string(kind), std::string(id), nullptr}); }
  // Destroys a data key: everything sealed for this owner is unreadable from the commit on.
  void DestroyKey(std::string owner) { destroyed_.push_back(std::move(owner)); }
  // An event into the outbox, committed with the rest.
  void Emit(const Message& event) {
    events_.emplace_back(event.New());
    events_.back()->CopyFrom(event);
  }
  // Trust store only: an entry into the ledger, committed with the rest. The head is a serialised stored.LedgerRow without
  // what the script adds (number, time, sequence, previous); `subject` is the subject's id ("" for nobody).
  struct LedgerAppend { std::string subject; std::string head; };
  void AppendToLedger(LedgerAppend entry) { ledger_.push_back(std::move(entry)); }
  // A value for the step that completes the answer after the commit (Dispatcher::SetFinish). Never leaves the process.
  void HandOver(std::string value) { handed_over_ = std::move(value); }
  // Commits the writes, then answers with this refusal (a wrong code has to be counted).
  void RefuseAfterCommit(absl::Status refusal) { refusal_ = std::move(refusal); }

  const Message* response() const { return response_.get(); }
  const std::vector<Write>& writes() const { return writes_; }
  const std::vector<std::string>& destroyed() const { return destroyed_; }
  const std::vector<std::shared_ptr<Message>>& events() const { return events_; }
  const std::vector<LedgerAppend>& ledger() const { return ledger_; }
  const std::string& handed_over() const { return handed_over_; }
  const absl::Status& refusal() const { return refusal_; }

 private:
  std::shared_ptr<Message> response_;
  std::vector<Write> writes_;
  std::vector<std::string> destroyed_;
  std::vector<std::shared_ptr<Message>> events_;
  std::vector<LedgerAppend> ledger_;
  std::string handed_over_;
  absl::Status refusal_;
};

using Handler = std::function<absl::StatusOr<Decision>(const Call&, const Message& request, View&)>;

// A Handler from a typed function.
template <class Request, class F>
Handler Typed(F decide) {
  return [decide = std::move(decide)](const Call& call, const Message& request, View& view) -> absl::StatusOr<Decision> {
    return decide(call, static_cast<const Request&>(request), view);
  };
}

}  // namespace brobygger
