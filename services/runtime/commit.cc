#include "services/runtime/commit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/runtime/crypto.h"
#include "services/runtime/kept_answer.h"
#include "services/runtime/reading.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

// Each attempt learns something for the next; more than this means that others change the same records all the time.
constexpr int kMaxAttempts = 16;

std::string RecordName(const std::pair<std::string, std::string>& name) { return brobygger::RecordName(name.first, name.second); }
std::string Holder(const std::pair<std::string, std::string>& name) { return absl::StrCat(name.first, "/", name.second); }

std::string EightBytes(std::uint64_t value) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

std::string DueMillis(absl::Time due) {
  if (due == absl::InfiniteFuture()) return "";
  std::int64_t ms = std::max<std::int64_t>(0, due == absl::InfinitePast() ? 0 : absl::ToUnixMillis(due));
  if (absl::FromUnixMillis(ms) < due) ++ms;  // never before its time
  return absl::StrCat(ms);
}

absl::Status Conflict() {
  return Refusal(absl::StatusCode::kAborted, "CONFLICT", "Someone else changed the same thing at the same moment. Try again.");
}
absl::Status Duplicate() {
  return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "There is one already.");
}
absl::Status Erased() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "ERASED", "What was kept about this person has been erased.");
}

using Pairs = std::set<std::pair<std::string, std::string>>;

Pairs IndexesOf(const EntityType& entity, const std::string& id, const Message* m) {
  Pairs out;
  if (m == nullptr || !entity.indexes) return out;
  for (const IndexEntry& e : entity.indexes(id, *m)) {
    out.emplace(absl::StrCat(entity.kind, ":", e.index, ":", e.value), IndexMember(e.order, id));
  }
  return out;
}

std::set<std::string> ClaimsOf(const EntityType& entity, const std::string& id, const Message* m) {
  if (m == nullptr || !entity.claims) return {};
  const std::vector<std::string> claims = entity.claims(id, *m);
  return {claims.begin(), claims.end()};
}

}  // namespace

std::string IndexMember(std::int64_t order, absl::string_view id) {
  return absl::StrFormat("%016x:%s", static_cast<std::uint64_t>(order) ^ (std::uint64_t{1} << 63), id);
}

std::string IdOfMember(absl::string_view member) { return member.size() < 17 ? "" : std::string(member.substr(17)); }

Committer::Committer(Store* store, Store::Scope scope, const ScopeKeys* keys, Store::CommitRequest request, Store::CommitDone done)
    : store_(store), scope_(std::move(scope)), keys_(keys), request_(std::move(request)), done_(std::move(done)), base_(store_->Base(scope_)) {
  for (const Write& w : request_.decision->writes()) writes_[{w.kind, w.id}] = w.message.get();
}

void Committer::Start() {
  // What a deleted record leaves behind follows from its content. A new record is the usual case of an unread one: try first.
  const bool blind = std::any_of(writes_.begin(), writes_.end(), [&](const auto& w) { return w.second == nullptr && Old(w.first) == nullptr; });
  if (blind) LoadUnread();
  else Send();
}

const ReadValue* Committer::Old(const Name& name) const {
  const auto& seen = request_.view->loaded();
  if (auto it = seen.find({ReadKey::What::kRecord, name.first, name.second}); it != seen.end()) return &it->second;
  if (auto it = loaded_.find(name); it != loaded_.end()) return &it->second;
  return nullptr;
}

void Committer::LoadUnread() {
  // Those loaded before are loaded again: if we come here twice they have changed, and Decide did not rely on them.
  loaded_.clear();
  std::vector<ReadKey> unread;
  for (const auto& [name, message] : writes_) {
    if (Old(name) == nullptr) unread.push_back({ReadKey::What::kRecord, name.first, name.second});
  }
  store_->Read(scope_, unread, [self = shared_from_this(), unread](absl::StatusOr<std::vector<ReadValue>> values) {
    if (!values.ok()) return self->Finish(values.status());
    for (size_t i = 0; i < unread.size(); ++i) self->loaded_[{unread[i].kind, unread[i].id}] = std::move((*values)[i]);
    self->Send();
  });
}

void Committer::Send() {
  if (++attempts_ > kMaxAttempts) return Finish(Conflict());
  checks_.clear();
  frees_.clear();
  rest_.clear();
  keys_named_.clear();
  closed_.clear();
  journal_.clear();
  if (store_->journal_ != nullptr) Op('n', "", absl::StrCat(store_->journal_->Given(base_)));
  AddChecks();
  const bool trust = scope_.slug == Store::kTrustSlug;
  if (!trust && !request_.decision->ledger().empty()) return Finish(absl::InternalError("a ledger entry outside the trust store"));
  // First of the writes: it is the only one that may still fail (on a damaged ledger head), and then nothing is written.
  for (const auto& entry : request_.decision->ledger()) Op('L', entry.subject, entry.head);
  for (const auto& [name, message] : writes_) {
    if (absl::Status status = AddWrite(name, message); !status.ok()) return Finish(status);
  }
  AddRest();

  std::vector<std::string> argv = {"FCALL", "bb_commit", "1", base_};
  argv.reserve(argv.size() + checks_.size() + frees_.size() + rest_.size());
  for (std::vector<std::string>* ops : {&checks_, &frees_, &rest_}) {
    std::move(ops->begin(), ops->end(), std::back_inserter(argv));
  }
  store_->redis_->Command(std::move(argv), [self = shared_from_this()](absl::StatusOr<Redis::Reply> reply) { self->OnReply(std::move(reply)); });
}

void Committer::OnReply(absl::StatusOr<Redis::Reply> reply) {
  if (!reply.ok()) return Finish(reply.status());
  const std::string answer = reply->elements.empty() ? "" : reply->elements[0].text;
  if (answer == "OK") {
    for (const auto& [id, key] : made_) store_->data_keys_->Remember(absl::StrCat(base_, "k:", id), key);
    for (const std::string& owner : request_.decision->destroyed()) {
      store_->data_keys_->Forget(absl::StrCat(base_, "k:", crypto::Hex(KeyId(*keys_, owner))));
    }
    return OnCommitted(*reply);
  }
  if (answer == "RESTORED") return Finish(StoreDown());
  if (answer == "CONFLICT") return Finish(Conflict());
  if (answer == "DUPLICATE") return Finish(Duplicate());
  if (answer == "UNREAD") return LoadUnread();
  if (answer == "KEYS") return OnKeys(*reply);
  if (answer == "MASTER") return OnMaster(*reply);
  if (answer == "ERASED") {
    for (const std::string& id : keys_named_) store_->data_keys_->Forget(absl::StrCat(base_, "k:", id));
    return Finish(Erased());
  }
  Finish(absl::InternalError("bb_commit gave an unknown answer"));
}

// Someone else has made these data keys, or those we knew are gone.
void Committer::OnKeys(const Redis::Reply& reply) {
  for (size_t i = 1; i + 1 < reply.elements.size(); i += 2) {
    const std::string& id = reply.elements[i].text;
    const std::string& wrapped = reply.elements[i + 1].text;
    const std::string redis_key = absl::StrCat(base_, "k:", id);
    made_.erase(id);
    if (wrapped.empty()) {
      store_->data_keys_->Forget(redis_key);
      continue;
    }
    absl::StatusOr<crypto::Key> key = UnwrapKey(*keys_, redis_key, wrapped);
    if (!key.ok()) return Finish(key.status());
    store_->data_keys_->Remember(redis_key, std::make_shared<DataKey>(DataKey{wrapped, *std::move(key)}));
  }
  Send();
}

// Master keys are being changed: new data keys are wrapped with the one that the store names.
void Committer::OnMaster(const Redis::Reply& reply) {
  if (reply.elements.size() != 2) return Finish(absl::InternalError("bb_commit named no master key"));
  if (absl::Status known = keys_->masters->Choose(reply.elements[1].text); !known.ok()) return Finish(std::move(known));
  made_.clear();
  Send();
}

// On disk in the store. What was taken away stands in the journal, too, before anybody hears that it is.
void Committer::OnCommitted(const Redis::Reply& reply) {
  if (journal_.empty()) return Finish(absl::OkStatus());
  if (reply.elements.size() != journal_.size() + 1) return Finish(absl::InternalError("bb_commit gave another number of journal lines"));
  std::vector<Journal::Line> lines;
  for (size_t i = 0; i < journal_.size(); ++i) {
    Journal::Line& line = lines.emplace_back(Journal::Line{base_, static_cast<std::uint64_t>(reply.elements[i + 1].integer), journal_[i]});
    line.tag = store_->TagOf(scope_, line);
    store_->journal_->SawGiven(base_, line.number);
  }
  // A journal that cannot be written does not undo what was done: it waits in the store until it can (and the alarm is raised).
  store_->journal_->Append(std::move(lines), [self = shared_from_this()](absl::Status) { self->Finish(absl::OkStatus()); },
                           [store = store_](const Journal::Line& line) { store->JournalWritten(line); });
}

void Committer::Finish(absl::Status status) {
  Store::CommitDone done = std::move(done_);
  done(std::move(status));
}

void Committer::Op(char letter, std::string name, std::string value) {
  // Lower-case letters check; F both checks and writes, and has to come before every C.
  std::vector<std::string>& to = letter >= 'a' ? checks_ : letter == 'F' ? frees_ : rest_;
  to.emplace_back(1, letter);
  to.push_back(std::move(name));
  to.push_back(std::move(value));
}

void Committer::AddChecks() {
  for (const auto& [key, value] : request_.view->loaded()) {
    switch (key.what) {
      case ReadKey::What::kRecord: Op('r', RecordName({key.kind, key.id}), EightBytes(value.revision)); break;
      case ReadKey::What::kClaim: Op('c', key.id, value.holder); break;
      case ReadKey::What::kPage: Op('p', absl::StrCat(key.kind, ":", key.index, ":", key.value), absl::StrCat(value.revision)); break;
      case ReadKey::What::kReadings: break;
    }
  }
  for (const auto& [name, value] : loaded_) Op('b', RecordName(name), EightBytes(value.revision));
  if (request_.idempotency.has_value()) Op('i', store_->IdempotencyName(*keys_, request_.idempotency->key));
}

absl::Status Committer::AddWrite(const Name& name, const Message* message) {
  const EntityType* entity = store_->entities_->ByKind(name.first);
  if (entity == nullptr) return absl::InternalError(absl::StrCat("not a registered kind: ", name.first));
  const ReadValue* old = Old(name);
  const Message* before = old == nullptr ? nullptr : old->record.get();
  AddDeltas(name, *entity, before, message);
  if (entity->closes) {
    if (std::string note = entity->closes(name.second, before, message); !note.empty()) {
      stored::JournalNote& closed = closed_.emplace_back();
      closed.set_kind(name.first);
      closed.set_id(name.second);
      closed.set_note(std::move(note));
    }
  }
  if (message == nullptr) {
    Op('D', RecordName(name));
    return absl::OkStatus();
  }
  if (old == nullptr) Op('u', RecordName(name));

  const std::string owner = entity->owner ? entity->owner(name.second, *message) : "";
  const auto& destroyed = request_.decision->destroyed();
  if (std::find(destroyed.begin(), destroyed.end(), owner) != destroyed.end()) {
    return absl::InternalError(absl::StrCat("a decision writes a ", name.first, " for the owner whose key it destroys"));
  }
  const std::string facet = entity->facet ? entity->facet(name.second, *message) : "";
  if (!facet.empty() && scope_.slug != Store::kTrustSlug) return absl::InternalError("a facet outside the trust store");
  if (facet.size() > kMaxFacet) return absl::InternalError(absl::StrCat("the facet of a ", name.first, " is too long"));

  std::string key_id;
  const std::shared_ptr<const DataKey> key = KeyFor(owner, key_id);
  const std::uint64_t revision = old == nullptr || old->revision == 0 ? request_.view->first_revision() : old->revision + 1;
  const std::string redis_key = base_ + RecordName(name);
  Op('W', RecordName(name),
     SealRecord(*keys_, {redis_key, name.first, scope_.slug}, revision, key_id, key->key, facet, message->SerializeAsString()));
  return absl::OkStatus();
}

void Committer::AddDeltas(const Name& name, const EntityType& entity, const Message* before, const Message* after) {
  const Pairs had = IndexesOf(entity, name.second, before), has = IndexesOf(entity, name.second, after);
  for (const auto& [index, member] : had) {
    if (has.count({index, member}) == 0) Op('Y', index, member);
  }
  for (const auto& [index, member] : has) {
    if (had.count({index, member}) == 0) Op('X', index, member);
  }
  const std::set<std::string> held = ClaimsOf(entity, name.second, before), holds = ClaimsOf(entity, name.second, after);
  for (const std::string& claim : held) {
    if (holds.count(claim) == 0) Op('F', claim, Holder(name));
  }
  for (const std::string& claim : holds) {
    if (held.count(claim) == 0) Op('C', claim, Holder(name));
  }
  if (entity.due) Op('T', Holder(name), after == nullptr ? "" : DueMillis(entity.due(name.second, *after)));
}

std::shared_ptr<const DataKey> Committer::KeyFor(const std::string& owner, std::string& key_id) {
  key_id = KeyId(*keys_, owner);
  const std::string id = crypto::Hex(key_id), redis_key = absl::StrCat(base_, "k:", id);
  std::shared_ptr<const DataKey> key;
  bool is_new = true;
  if (auto it = made_.find(id); it != made_.end()) {
    key = it->second;
  } else if (key = store_->data_keys_->Find(redis_key); key != nullptr) {
    is_new = false;
  } else {
    crypto::Key fresh = crypto::NewKey();
    std::string wrapped = WrapKey(*keys_, redis_key, fresh);
    key = made_[id] = std::make_shared<DataKey>(DataKey{std::move(wrapped), std::move(fresh)});
  }
  if (keys_named_.insert(id).second) {
    Op(is_new ? 'K' : 'k', id, key->wrapped);
    if (is_new) Op('m', keys_->masters->Fingerprint());
  }
  return key;
}

void Committer::AddRest() {
  std::vector<std::string> destroyed = request_.destroyed_ids;
  for (const std::string& owner : request_.decision->destroyed()) destroyed.push_back(KeyId(*keys_, owner));
  for (const std::string& id : destroyed) {
    Op('Z', crypto::Hex(id), crypto::Random(16));
    closed_.emplace_back().set_destroyed_key(id);
  }
  AddJournal();
  for (const auto& event : request_.decision->events()) {
    stored::OutboxItem item;
    item.set_type(event->GetDescriptor()->full_name());
    item.set_event(event->SerializeAsString());
    item.set_time_ms(absl::ToUnixMillis(request_.now));
    item.set_id(crypto::NewId());
    Op('O', "", SealValue(keys_->outbox, base_ + "o", item.SerializeAsString()));
  }
  if (request_.idempotency.has_value()) AddKeptAnswer();
}

void Committer::AddJournal() {
  if (store_->journal_ == nullptr || request_.replayed) return;
  for (const stored::JournalNote& note : closed_) {
    journal_.push_back(SealValue(keys_->journal, base_ + "j", note.SerializeAsString()));
    Op('J', "", journal_.back());
  }
}

// For everybody whom the decision read or wrote about: whoever is forgotten is forgotten in the answer, too. The answer to
// the forgetting itself stays readable.
void Committer::AddKeptAnswer() {
  const auto& destroyed = request_.decision->destroyed();
  std::set<std::string> owners;
  const auto concerns = [&](const std::string& kind, const std::string& id, const Message* m) {
    const EntityType* entity = store_->entities_->ByKind(kind);
    if (m == nullptr || entity == nullptr || !entity->owner) return;
    std::string owner = entity->owner(id, *m);
    if (!owner.empty() && std::find(destroyed.begin(), destroyed.end(), owner) == destroyed.end()) owners.insert(std::move(owner));
  };
  for (const auto& [key, value] : request_.view->loaded()) {
    if (key.what == ReadKey::What::kRecord) concerns(key.kind, key.id, value.record.get());
  }
  for (const auto& [name, message] : writes_) concerns(name.first, name.second, message);

  std::vector<OwnerKey> sealed_for;
  std::vector<std::shared_ptr<const DataKey>> held;
  for (const std::string& owner : owners) {
    std::string key_id;
    held.push_back(KeyFor(owner, key_id));
    sealed_for.push_back({std::move(key_id), &held.back()->key});
  }
  const std::string name = store_->IdempotencyName(*keys_, request_.idempotency->key);
  Op('I', name, SealKept(*keys_, absl::StrCat(base_, "i:", name), sealed_for, request_.idempotency->answer.SerializeAsString()));
}

}  // namespace brobygger
