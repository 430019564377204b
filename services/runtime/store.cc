#include "services/runtime/store.h"

#include <atomic>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/commit.h"
#include "services/runtime/crypto.h"
#include "services/runtime/data_keys.h"
#include "services/runtime/kept_answer.h"
#include "services/runtime/reading.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using Reply = Redis::Reply;

constexpr char kLibraryVersion[] = "10";

absl::Status NotServed() { return Refusal(absl::StatusCode::kNotFound, "NOT_FOUND", "this agency is not served here"); }

// Of a record and its wrapped key, as bb_file gives them.
absl::StatusOr<std::string> OpenFound(const ScopeKeys& keys, const std::string& base, const std::string& name, absl::string_view kind,
                                      absl::string_view slug, const Reply& reply) {
  if (reply.elements.size() != 2 || reply.elements[1].IsNil()) return absl::DataLossError("a record without its data key");
  BB_ASSIGN_OR_RETURN(const RecordHeader header, ParseRecord(reply.elements[0].text, kind));
  const std::string key_name = absl::StrCat(base, "k:", crypto::Hex(header.key_id));
  BB_ASSIGN_OR_RETURN(const crypto::Key key, UnwrapKey(keys, key_name, reply.elements[1].text));
  return OpenRecord(keys, {base + name, kind, slug}, header, key);
}

// The list `j` of a scope, each line bound to its number.
absl::StatusOr<std::vector<Journal::Line>> WaitingLines(const std::string& base, const Reply& list, const std::function<std::string(const Journal::Line&)>& tag) {
  std::vector<Journal::Line> waiting;
  for (const Reply& item : list.elements) {
    const size_t colon = item.text.find(':');
    Journal::Line line{base, 0, colon == std::string::npos ? "" : item.text.substr(colon + 1)};
    if (line.sealed.empty() || !absl::SimpleAtoi(item.text.substr(0, colon), &line.number)) return absl::DataLossError("a line for the journal cannot be read");
    line.tag = tag(line);
    waiting.push_back(std::move(line));
  }
  return waiting;
}

}  // namespace

void KeyRing::Add(std::string slug, const crypto::Key& key) { scopes_[std::move(slug)] = std::make_shared<ScopeKeys>(key); }

absl::Status KeyRing::AddFrom(const std::string& keys_dir, std::string slug, const crypto::Key& key) {
  Add(slug, key);
  return scopes_[slug]->masters->ReadFrom(keys_dir, slug);
}

const ScopeKeys* KeyRing::Find(absl::string_view slug) const {
  auto it = scopes_.find(std::string(slug));
  return it == scopes_.end() ? nullptr : it->second.get();
}

Store::Store(Redis* redis, std::string prefix, const EntitySet* entities, KeyRing keys)
    : redis_(redis), prefix_(std::move(prefix)), entities_(entities), keys_(std::move(keys)), data_keys_(std::make_unique<DataKeys>()) {}

Store::~Store() = default;

std::string Store::Base(const Scope& scope) const { return absl::StrCat(prefix_, ":{", scope.slug, "}:"); }

std::string Store::IdempotencyName(const ScopeKeys& keys, absl::string_view key) {
  return crypto::Hex(crypto::HmacSha256(keys.idempotency.reveal(), key));
}

absl::Status Store::CheckLibrary() {
  const absl::StatusOr<Reply> version = redis_->Call({"FCALL_RO", "bb_version", "0"});
  if (version.ok() && version->text == kLibraryVersion) return absl::OkStatus();
  if (!version.ok() && absl::IsUnavailable(version.status())) return version.status();
  return absl::FailedPreconditionError(absl::StrCat(
      "Redis has function library version \"", version.ok() ? version->text : "none", "\", want \"", kLibraryVersion,
      "\": an administrator loads services/runtime/store.lua followed by services/consent/authorise.lua with FUNCTION LOAD REPLACE"));
}

void Store::Read(const Scope& scope, const std::vector<ReadKey>& wanted, ReadDone done) {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return done(NotServed());
  if (wanted.empty()) return done(std::vector<ReadValue>());
  for (const ReadKey& key : wanted) {
    const bool page = key.what == ReadKey::What::kPage, readings = key.what == ReadKey::What::kReadings;
    if (key.what != ReadKey::What::kClaim && !readings && entities_->ByKind(key.kind) == nullptr) {
      return done(absl::InternalError(absl::StrCat("not a registered kind: ", key.kind)));
    }
    if ((page || readings) && (key.limit < 1 || key.limit > kMaxPage)) {
      return done(absl::InternalError("a page limit outside 1 to kMaxPage"));
    }
  }
  ReadAll(redis_, {Base(scope), scope.slug, keys, entities_, data_keys_.get()}, wanted, std::move(done));
}

// A citizen file is sealed for "citizens/<id>", id being the file's own. So its data key can be asked for by name together with
// it, in one plain command: a tenth of what a function costs Redis. A record that turns out to have another owner goes the
// function's way.
void Store::ReadFile(const Scope& scope, const std::string& kind, const std::string& id, FileDone done) {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return done(NotServed());
  std::string base = Base(scope), name = RecordName(kind, id), key_id = KeyId(*keys, absl::StrCat("citizens/", id));
  std::vector<std::string> argv = {"MGET", base + name, absl::StrCat(base, "k:", crypto::Hex(key_id))};
  redis_->Command(std::move(argv), [this, base = std::move(base), name = std::move(name), key_id = std::move(key_id), slug = scope.slug, kind, keys,
                                    done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
    if (!reply.ok()) return done(reply.status());
    if (reply->elements.size() != 2 || reply->elements[0].IsNil()) return done(std::string());
    const absl::StatusOr<RecordHeader> header = ParseRecord(reply->elements[0].text, kind);
    if (!header.ok()) return done(header.status());
    if (header->key_id == key_id) {
      if (reply->elements[1].text == kDestroyed) return done(std::string());
      return done(OpenFound(*keys, base, name, kind, slug, *reply));
    }
    std::vector<std::string> call = {"FCALL_RO", "bb_file", "1", base, name};
    redis_->Command(std::move(call), [base = std::move(base), name = std::move(name), slug = std::move(slug), kind = std::move(kind), keys,
                                      done = std::move(done)](absl::StatusOr<Reply> found) {
      if (!found.ok()) return done(found.status());
      if (found->IsNil()) return done(std::string());
      done(OpenFound(*keys, base, name, kind, slug, *found));
    });
  });
}

void Store::Commit(const Scope& scope, CommitRequest request, CommitDone done) {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return done(NotServed());
  std::make_shared<Committer>(this, scope, keys, std::move(request), std::move(done))->Start();
}

void Store::Idempotent(const Scope& scope, const std::string& key, IdempotentDone done) {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return done(NotServed());
  std::string redis_key = absl::StrCat(Base(scope), "i:", IdempotencyName(*keys, key));
  std::vector<std::string> argv = {"GET", redis_key};
  redis_->Command(std::move(argv), [this, scope, redis_key = std::move(redis_key), keys, done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
    if (!reply.ok()) return done(reply.status());
    if (reply->IsNil()) return done(std::optional<stored::IdempotentAnswer>());
    if (journal_ == nullptr) return OpenKeptAnswer(scope, keys, std::move(redis_key), std::move(reply->text), std::move(done));
    // Whoever committed this may have ended before its lines stood in the journal: nobody hears of it before they do.
    redis_->Command({"LRANGE", Base(scope) + "j", "0", "-1"}, [this, scope, keys, redis_key = std::move(redis_key), bytes = std::move(reply->text),
                                                                done = std::move(done)](absl::StatusOr<Reply> list) mutable {
      if (!list.ok()) return done(list.status());
      absl::StatusOr<std::vector<Journal::Line>> waiting = WaitingLines(Base(scope), *list, [&](const Journal::Line& line) { return TagOf(scope, line); });
      if (!waiting.ok()) return done(waiting.status());
      if (waiting->empty()) return OpenKeptAnswer(scope, keys, std::move(redis_key), std::move(bytes), std::move(done));
      journal_->Append(
          *std::move(waiting),
          [this, scope, keys, redis_key = std::move(redis_key), bytes = std::move(bytes), done = std::move(done)](absl::Status) {
            OpenKeptAnswer(scope, keys, redis_key, bytes, done);
          },
          [this](const Journal::Line& line) { JournalWritten(line); });
    });
  });
}

void Store::OpenKeptAnswer(const Scope& scope, const ScopeKeys* keys, std::string redis_key, std::string bytes, IdempotentDone done) {
  absl::StatusOr<std::vector<std::string>> ids = OwnersOfKept(bytes);
  if (!ids.ok()) return done(ids.status());
  const auto open = [keys, redis_key = std::move(redis_key), bytes = std::move(bytes)](const std::vector<OwnerKey>& owners) -> absl::StatusOr<std::optional<stored::IdempotentAnswer>> {
    const absl::StatusOr<std::string> text = OpenKept(*keys, redis_key, owners, bytes);
    stored::IdempotentAnswer answer;
    if (!text.ok() || !answer.ParseFromString(*text)) return absl::DataLossError("a kept answer is not authentic");
    return std::make_optional(std::move(answer));
  };
  if (ids->empty()) return done(open({}));
  std::vector<std::string> names, argv = {"MGET"};
  for (const std::string& id : *ids) names.push_back(absl::StrCat(Base(scope), "k:", crypto::Hex(id)));
  argv.insert(argv.end(), names.begin(), names.end());
  redis_->Command(std::move(argv), [keys, open, ids = *std::move(ids), names = std::move(names), done = std::move(done)](absl::StatusOr<Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    if (reply->elements.size() != names.size()) return done(absl::InternalError("MGET gave another number of values"));
    std::vector<crypto::Key> held;
    held.reserve(names.size());
    std::vector<OwnerKey> owners;
    for (size_t i = 0; i < names.size(); ++i) {
      const Reply& wrapped = reply->elements[i];
      if (wrapped.IsNil() || wrapped.text == kDestroyed) {
        return done(Refusal(absl::StatusCode::kFailedPrecondition, "ERASED", "This request was carried out. What it answered has been erased since."));
      }
      absl::StatusOr<crypto::Key> key = UnwrapKey(*keys, names[i], wrapped.text);
      if (!key.ok()) return done(key.status());
      held.push_back(*std::move(key));
      owners.push_back({ids[i], &held.back()});
    }
    done(open(owners));
  });
}

void Store::NoteReads(const Scope& scope, const std::string& person, const std::vector<std::string>& owners, const std::string& method,
                      absl::Time now, CommitDone done) {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return done(NotServed());
  const std::string day = absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
  const auto told = [&](const std::string& owner) { return absl::StrCat(scope.slug, "/", person.size(), ":", person, owner); };
  std::vector<const std::string*> unknown;
  {
    absl::MutexLock lock(&noted_mutex_);
    if (noted_day_ != day) {
      noted_.clear();
      noted_day_ = day;
    }
    for (const std::string& owner : owners) {
      if (!noted_.contains(told(owner))) unknown.push_back(&owner);
    }
  }
  if (unknown.empty()) return done(absl::OkStatus());
  struct Gathered {
    std::atomic<size_t> open;
    std::atomic<bool> failed{false};
    CommitDone done;
  };
  const std::string base = Base(scope);
  // By the names of their logs: the order of a list would tell whose they are.
  std::map<std::string, const std::string*> logs;
  for (const std::string* owner : unknown) logs.emplace(ReadingsName(*keys, *owner), owner);
  auto gathered = std::make_shared<Gathered>();
  gathered->open = logs.size();
  gathered->done = std::move(done);
  const Redis::Together notes;
  for (const auto& [log, owner] : logs) {
    stored::ReadNote note;
    note.set_person(person);
    note.set_owner(*owner);
    note.set_method(method);
    note.set_time_ms(absl::ToUnixMillis(now));
    // Who read about whom stands in the sealed line only.
    std::string member = crypto::HmacSha256(keys->notes.reveal(), absl::StrCat(day, told(*owner))).substr(0, 16);
    std::string line = SealValue(keys->notes, base + log, note.SerializeAsString());
    std::vector<std::string> argv = {"FCALL", "bb_note_read", "1", base, day, std::move(member), log, std::move(line)};
    redis_->Command(std::move(argv), [this, day, known = told(*owner), gathered](absl::StatusOr<Reply> reply) mutable {
      if (reply.ok()) {
        absl::MutexLock lock(&noted_mutex_);
        if (noted_day_ == day) noted_.insert(std::move(known));
      } else {
        gathered->failed = true;
      }
      if (--gathered->open == 0) gathered->done(gathered->failed ? StoreDown() : absl::OkStatus());
    });
  }
}

absl::StatusOr<Store::JournalState> Store::ReadJournalState(const Scope& scope) {
  JournalState state;
  const std::string base = Base(scope);
  // The number first: a line that is given out meanwhile is then among those that wait, or stands in the journal.
  BB_ASSIGN_OR_RETURN(const Reply given, redis_->Call({"GET", base + "jn"}));
  BB_ASSIGN_OR_RETURN(const Reply waiting, redis_->Call({"LRANGE", base + "j", "0", "-1"}));
  if (!given.IsNil() && !absl::SimpleAtoi(given.text, &state.given)) return absl::DataLossError("the journal's number in the store cannot be read");
  BB_ASSIGN_OR_RETURN(state.waiting, WaitingLines(base, waiting, [&](const Journal::Line& line) { return TagOf(scope, line); }));
  if (journal_ != nullptr) journal_->SawGiven(base, state.given);
  return state;
}

absl::StatusOr<stored::JournalNote> Store::OpenJournalLine(const Scope& scope, const Journal::Line& line) const {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return NotServed();
  const absl::StatusOr<std::string> text = OpenValue(keys->journal, line.base + "j", line.sealed);
  stored::JournalNote note;
  if (!text.ok() || !note.ParseFromString(*text)) return absl::DataLossError(absl::StrCat("journal: line ", line.number, " of ", line.base, " is not authentic"));
  return note;
}

std::string Store::TagOf(const Scope& scope, const Journal::Line& line) const {
  const ScopeKeys* keys = keys_.Find(scope.slug);
  if (keys == nullptr) return "";
  const std::string key = crypto::Derive(keys->journal, "brobygger numbers of journal lines 1");
  return crypto::HmacSha256(key, absl::StrCat(line.base, " ", line.number, " ", line.sealed)).substr(0, 16);
}

absl::Status Store::SetJournalGiven(const Scope& scope, std::uint64_t given) {
  BB_RETURN_IF_ERROR(redis_->Call({"FCALL", "bb_journal_given", "1", Base(scope), absl::StrCat(given)}).status());
  if (journal_ != nullptr) journal_->SawGiven(Base(scope), given);
  return absl::OkStatus();
}

void Store::JournalWritten(const Journal::Line& line) {
  // If it fails, the line is written once more at the next start: reading it twice changes nothing.
  redis_->Command({"LREM", line.base + "j", "1", absl::StrCat(line.number, ":", line.sealed)}, [](absl::StatusOr<Reply>) {});
}

void Store::Due(const Scope& scope, absl::Time now, int limit, DueDone done) {
  if (keys_.Find(scope.slug) == nullptr) return done(NotServed());
  std::vector<std::string> argv = {"FCALL_RO", "bb_due", "1", Base(scope), absl::StrCat(absl::ToUnixMillis(now)), absl::StrCat(limit)};
  redis_->Command(std::move(argv), [done = std::move(done)](absl::StatusOr<Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    std::vector<std::pair<std::string, std::string>> due;
    for (const Reply& r : reply->elements) {
      const size_t slash = r.text.find('/');
      if (slash != std::string::npos) due.emplace_back(r.text.substr(0, slash), r.text.substr(slash + 1));
    }
    done(std::move(due));
  });
}

}  // namespace brobygger
