#include "services/runtime/testing/memory_view.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::testing {
namespace {

// Members of an index in the store's own form: 16 hex digits of (order + 2^63), ':' and the id. Larger comes first.
std::string Member(std::int64_t order, absl::string_view id) {
  const std::uint64_t shifted = static_cast<std::uint64_t>(order) + (std::uint64_t{1} << 63);
  return absl::StrCat(absl::StrFormat("%016x", shifted), ":", id);
}

}  // namespace

ReadValue MemoryStore::ReadPage(const ReadKey& key) const {
  const EntityType* type = entities_->ByKind(key.kind);
  std::vector<std::string> members;
  for (const auto& [at, record] : records_) {
    if (at.first != key.kind || type == nullptr || !type->indexes) continue;
    for (const IndexEntry& e : type->indexes(at.second, *record.message)) {
      if (e.index == key.index && e.value == key.value) members.push_back(Member(e.order, at.second));
    }
  }
  std::sort(members.rbegin(), members.rend());
  ReadValue out;
  std::string last;
  for (const std::string& m : members) {
    if (!key.after.empty() && m >= key.after) continue;
    if (static_cast<int>(out.ids.size()) == key.limit) {
      out.next = last;
      break;
    }
    out.ids.push_back(m.substr(17));
    const ReadKey record{ReadKey::What::kRecord, key.kind, out.ids.back()};
    out.brought.emplace_back(record, Read(record));
    last = m;
  }
  out.revision = 1;
  return out;
}

ReadValue MemoryStore::Read(const ReadKey& key) const {
  ReadValue out;
  switch (key.what) {
    case ReadKey::What::kPage:
      return ReadPage(key);
    case ReadKey::What::kReadings: {
      const auto it = readings_.find(key.id);
      if (it == readings_.end()) return out;
      size_t left = it->second.size();
      if (!key.after.empty() && !absl::SimpleAtoi(key.after, &left)) return out;
      while (left > 0 && out.readings.size() < static_cast<size_t>(key.limit)) out.readings.push_back(it->second[--left]);
      if (left > 0) out.next = absl::StrCat(left);
      return out;
    }
    case ReadKey::What::kClaim:
      out.holder = Claim(key.id);
      if (absl::StartsWith(out.holder, absl::StrCat(key.kind, "/"))) {
        const ReadKey record{ReadKey::What::kRecord, key.kind, out.holder.substr(key.kind.size() + 1)};
        out.brought.emplace_back(record, Read(record));
      }
      return out;
    case ReadKey::What::kRecord: {
      auto it = records_.find({key.kind, key.id});
      if (it != records_.end()) {
        out.revision = it->second.revision;
        out.record = it->second.message;
      }
      return out;
    }
  }
  return out;
}

void MemoryStore::NoteRead(const std::string& owner, const std::string& person, absl::Time now, const std::string& method) {
  auto note = std::make_shared<stored::ReadNote>();
  note->set_owner(owner);
  note->set_person(person);
  note->set_time_ms(absl::ToUnixMillis(now));
  note->set_method(method);
  readings_[owner].push_back(std::move(note));
}

absl::StatusOr<Decision> MemoryStore::Loop(const std::function<absl::StatusOr<Decision>(View&)>& decide) {
  View view(entities_, 1);  // as Apply begins them
  for (rounds_ = 1; rounds_ <= kMaxRounds; ++rounds_) {
    absl::StatusOr<Decision> decision = decide(view);
    if (view.pending().empty()) return decision;
    const std::vector<ReadKey> wanted = view.pending();
    for (const ReadKey& key : wanted) view.Provide(key, Read(key));
  }
  return absl::InternalError(absl::StrCat("asks for records in more than ", kMaxRounds, " rounds"));
}

absl::StatusOr<Decision> MemoryStore::Decide(const Handler& handler, const Call& call, const Message& request) {
  return Loop([&](View& view) { return handler(call, request, view); });
}

absl::StatusOr<std::shared_ptr<const Message>> MemoryStore::Run(const Handler& handler, const Call& call, const Message& request) {
  BB_ASSIGN_OR_RETURN(Decision decision, Decide(handler, call, request));
  BB_RETURN_IF_ERROR(Apply(decision));
  if (!decision.refusal().ok()) return decision.refusal();
  if (decision.response() == nullptr) return absl::InternalError("decided without a response");
  std::shared_ptr<Message> response(decision.response()->New());
  response->CopyFrom(*decision.response());
  return std::shared_ptr<const Message>(std::move(response));
}

absl::Status MemoryStore::RunDue(const OnDue& on_due, const Call& call, const std::string& id) {
  BB_ASSIGN_OR_RETURN(Decision decision, Loop([&](View& view) { return on_due(call, id, view); }));
  return Apply(decision);
}

absl::Status MemoryStore::Apply(const Decision& decision) {
  // Everything is checked before anything is written, as in the commit function.
  std::map<std::string, Key> wanted;
  for (const Write& w : decision.writes()) {
    const EntityType* type = entities_->ByKind(w.kind);
    if (type == nullptr) return absl::InternalError(absl::StrCat("no such kind: ", w.kind));
    if (w.message == nullptr || !type->claims) continue;
    for (const std::string& c : type->claims(w.id, *w.message)) {
      const Key holder{w.kind, w.id};
      auto it = claims_.find(c);
      if ((it != claims_.end() && it->second != holder) || !wanted.emplace(c, holder).second) {
        return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "it exists already");
      }
    }
  }
  for (const Write& w : decision.writes()) {
    const Key key{w.kind, w.id};
    for (auto it = claims_.begin(); it != claims_.end();) it = it->second == key ? claims_.erase(it) : std::next(it);
    if (w.message == nullptr) {
      records_.erase(key);
    } else {
      Record& record = records_[key];
      ++record.revision;
      record.message = w.message;
    }
  }
  claims_.insert(wanted.begin(), wanted.end());
  ledger_.insert(ledger_.end(), decision.ledger().begin(), decision.ledger().end());
  events_.insert(events_.end(), decision.events().begin(), decision.events().end());
  destroyed_.insert(decision.destroyed().begin(), decision.destroyed().end());
  for (auto it = records_.begin(); it != records_.end();) {
    const EntityType* type = entities_->ByKind(it->first.first);
    const bool gone = type->owner && destroyed_.count(type->owner(it->first.second, *it->second.message)) > 0;
    it = gone ? records_.erase(it) : std::next(it);
  }
  writes_ = static_cast<int>(decision.writes().size());
  ++commits_;
  return absl::OkStatus();
}

absl::Status MemoryStore::Put(absl::string_view id, const Message& record) {
  Decision decision;
  decision.Put(*entities_, id, record);
  return Apply(decision);
}

std::string MemoryStore::Facet(absl::string_view kind, absl::string_view id) const {
  auto it = records_.find({std::string(kind), std::string(id)});
  const EntityType* type = entities_->ByKind(kind);
  return it == records_.end() || !type->facet ? "" : type->facet(id, *it->second.message);
}

std::string MemoryStore::Claim(absl::string_view claim) const {
  auto it = claims_.find(std::string(claim));
  return it == claims_.end() ? "" : absl::StrCat(it->second.first, "/", it->second.second);
}

std::vector<std::pair<std::string, std::string>> MemoryStore::Due(absl::Time now) const {
  std::vector<std::pair<absl::Time, Key>> due;
  for (const auto& [key, record] : records_) {
    const EntityType* type = entities_->ByKind(key.first);
    if (!type->due) continue;
    const absl::Time at = type->due(key.second, *record.message);
    if (at <= now) due.emplace_back(at, key);
  }
  std::sort(due.begin(), due.end());
  std::vector<std::pair<std::string, std::string>> out;
  for (auto& [at, key] : due) out.push_back(key);
  return out;
}

}  // namespace brobygger::testing
