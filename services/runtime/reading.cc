#include "services/runtime/reading.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "services/runtime/commit.h"
#include "services/runtime/crypto.h"
#include "services/runtime/data_keys.h"
#include "services/runtime/record.h"
#include "services/runtime/status.h"
#include "services/runtime/store.h"

namespace brobygger {
namespace {

using Reply = Redis::Reply;

absl::Status NoKey() { return absl::DataLossError("a record without its data key"); }

class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(Redis* redis, ReadPlace place, std::vector<ReadKey> wanted, Store::ReadDone done)
      : redis_(redis), place_(std::move(place)), wanted_(std::move(wanted)), values_(wanted_.size()), done_(std::move(done)) {}

  void Start() {
    std::vector<std::string> call = {"FCALL_RO", "bb_read", "1", place_.base};
    for (size_t i = 0; i < wanted_.size(); ++i) {
      const ReadKey& key = wanted_[i];
      switch (key.what) {
        case ReadKey::What::kRecord: call.push_back(RecordName(key.kind, key.id)); break;
        case ReadKey::What::kClaim: call.push_back(absl::StrCat("c:", key.id)); break;
        case ReadKey::What::kPage:
          if (!Trust()) {
            pages_.emplace_back().at = i;
            continue;
          }
          call.insert(call.end(), {absl::StrCat("x:", IndexName(key)), key.after, absl::StrCat(key.limit + 1)});
          break;
        case ReadKey::What::kReadings: call.insert(call.end(), {ReadingsName(*place_.keys, key.id), key.after, absl::StrCat(key.limit)}); break;
      }
      called_.push_back(i);
    }
    Expect((called_.empty() ? 0 : 1) + (pages_.empty() ? 0 : 1) + 2 * pages_.size(), &Reading::Found);
    const Redis::Together together;
    if (!called_.empty()) Ask(std::move(call), &reply_);
    if (!pages_.empty()) Ask({"GET", absl::StrCat(place_.base, "kz")}, &age_reply_);  // before the records
    for (Page& page : pages_) {
      const ReadKey& key = wanted_[page.at];
      const std::string index = IndexName(key);
      // The revision first: if the members are newer, the commit finds the revision too old, never the other way round.
      Ask({"GET", absl::StrCat(place_.base, "xr:", index)}, &page.revision);
      // One more than wanted tells whether there is a next page.
      Ask({"ZRANGE", absl::StrCat(place_.base, "x:", index), key.after.empty() ? "+" : absl::StrCat("(", key.after), "-", "BYLEX", "REV", "LIMIT", "0",
           absl::StrCat(key.limit + 1)},
          &page.members);
    }
  }

 private:
  struct Page {
    size_t at = 0;  // in wanted_
    absl::StatusOr<Reply> revision, members;
  };
  // A record that a page names. The header's bytes belong to records_.
  struct Line {
    size_t at = 0;  // in wanted_
    ReadKey key;
    std::string name;  // its full Redis key
    RecordHeader header;
    size_t data_key = 0;  // in data_keys_
    bool present = false;
  };
  // The data key of one or several lines.
  struct Opener {
    std::string name;  // its full Redis key
    std::shared_ptr<const DataKey> key;  // null: to be asked for, or destroyed
  };

  // --- rounds: `next` runs when that many replies have come ---

  void Expect(size_t replies, absl::Status (Reading::*next)()) {
    open_ = replies;
    next_ = next;
  }
  void Ask(std::vector<std::string> argv, absl::StatusOr<Reply>* into) {
    redis_->Command(std::move(argv), [self = shared_from_this(), into](absl::StatusOr<Reply> reply) {
      *into = std::move(reply);
      if (--self->open_ > 0) return;
      absl::Status status = ((*self).*(self->next_))();
      if (!status.ok()) self->done_(std::move(status));
    });
  }
  void Finish() { done_(std::move(values_)); }

  // The members of all pages, and what the function gave.
  absl::Status Found() {
    if (!called_.empty()) {
      BB_RETURN_IF_ERROR(reply_.status());
      if (reply_->elements.size() != called_.size()) return absl::InternalError("bb_read gave another number of values");
      for (size_t i = 0; i < called_.size(); ++i) {
        BB_ASSIGN_OR_RETURN(values_[called_[i]], Called(wanted_[called_[i]], reply_->elements[i]));
      }
    }
    if (pages_.empty()) {
      Finish();
      return absl::OkStatus();
    }
    BB_RETURN_IF_ERROR(age_reply_.status());
    age_ = age_reply_->IsNil() ? "young" : age_reply_->text;  // no key has been destroyed yet
    std::vector<std::string> argv = {"MGET"};
    for (const Page& page : pages_) {
      BB_RETURN_IF_ERROR(page.revision.status());
      BB_RETURN_IF_ERROR(page.members.status());
      const ReadKey& key = wanted_[page.at];
      BB_RETURN_IF_ERROR(Members(key, *page.revision, *page.members, &values_[page.at]));
      lines_.reserve(lines_.size() + values_[page.at].ids.size());
      for (const std::string& id : values_[page.at].ids) {
        argv.push_back(place_.base + RecordName(key.kind, id));
        lines_.push_back({page.at, {ReadKey::What::kRecord, key.kind, id}, argv.back(), {}, 0, false});
      }
    }
    if (lines_.empty()) {
      Finish();
      return absl::OkStatus();
    }
    Expect(1, &Reading::Lines);
    Ask(std::move(argv), &records_);
    return absl::OkStatus();
  }

  bool Trust() const { return place_.slug == Store::kTrustSlug; }
  static std::string IndexName(const ReadKey& page) { return absl::StrCat(page.kind, ":", page.index, ":", page.value); }

  static absl::Status Members(const ReadKey& page, const Reply& revision, const Reply& members, ReadValue* value) {
    if (!revision.IsNil() && !absl::SimpleAtoi(revision.text, &value->revision)) return absl::DataLossError("an index without revision");
    const size_t n = std::min<size_t>(members.elements.size(), page.limit);
    value->ids.reserve(n);
    for (size_t i = 0; i < n; ++i) value->ids.push_back(IdOfMember(members.elements[i].text));
    if (members.elements.size() > n) value->next = members.elements[n - 1].text;
    return absl::OkStatus();
  }

  // Their records; several may be under one data key. A key that stood when the scope was as old as now stands still: if all of
  // them are known like that, there is no need to ask.
  absl::Status Lines() {
    BB_RETURN_IF_ERROR(records_.status());
    if (records_->elements.size() != lines_.size()) return absl::InternalError("MGET gave another number of values");
    bool known = true;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Reply& record = records_->elements[i];
      if (record.IsNil()) continue;  // deleted since: as if it had been before
      Line& line = lines_[i];
      BB_ASSIGN_OR_RETURN(line.header, ParseRecord(record.text, line.key.kind));
      line.present = true;
      const auto [asked, first] = asked_.try_emplace(line.header.key_id, data_keys_.size());
      line.data_key = asked->second;
      if (!first) continue;
      Opener& opener = data_keys_.emplace_back();
      opener.name = KeyName(line.header);
      if (known) opener.key = place_.data_keys->FindAsOf(opener.name, age_);
      known = known && opener.key != nullptr;
    }
    if (known) return OpenLines();
    std::vector<std::string> argv = {"MGET"};
    for (Opener& opener : data_keys_) {
      opener.key = nullptr;
      argv.push_back(opener.name);
    }
    Expect(1, &Reading::Keys);
    Ask(std::move(argv), &wrapped_);
    return absl::OkStatus();
  }

  absl::Status Keys() {
    BB_RETURN_IF_ERROR(wrapped_.status());
    if (wrapped_->elements.size() != data_keys_.size()) return absl::InternalError("MGET gave another number of values");
    for (size_t i = 0; i < data_keys_.size(); ++i) {
      const Reply& wrapped = wrapped_->elements[i];
      if (wrapped.IsNil()) return NoKey();
      if (wrapped.text == kDestroyed) continue;
      BB_ASSIGN_OR_RETURN(data_keys_[i].key, Unwrapped(data_keys_[i].name, wrapped.text, age_));
    }
    return OpenLines();
  }

  absl::Status OpenLines() {
    for (const Page& page : pages_) {
      values_[page.at].brought.reserve(values_[page.at].ids.size());
      values_[page.at].ids.clear();
    }
    const auto arena = std::make_shared<google::protobuf::Arena>();  // of all of them: they come and go together
    for (Line& line : lines_) {
      if (!line.present || data_keys_[line.data_key].key == nullptr) continue;
      BB_ASSIGN_OR_RETURN(ReadValue value, Opened(line.key, line.name, line.header, *data_keys_[line.data_key].key, arena));
      if (!StandsOn(wanted_[line.at], line.key.id, *value.record)) continue;
      values_[line.at].ids.push_back(line.key.id);
      values_[line.at].brought.emplace_back(std::move(line.key), std::move(value));
    }
    Finish();
    return absl::OkStatus();
  }

  // Whoever reads the page may be meant to see what stands on it, and nothing else: what has become of it since, or what an index says that
  // nobody vouches for. Records are sealed, an index is not, and only the record says where it stands.
  bool StandsOn(const ReadKey& page, const std::string& id, const Message& record) const {
    const EntityType& entity = *place_.entities->ByKind(page.kind);
    if (!entity.indexes) return false;
    for (const IndexEntry& entry : entity.indexes(id, record)) {
      if (entry.index == page.index && entry.value == page.value) return true;
    }
    return false;
  }

  // --- values ---

  absl::StatusOr<ReadValue> Called(const ReadKey& key, const Reply& reply) const {
    switch (key.what) {
      case ReadKey::What::kRecord: return Record(key, reply);
      case ReadKey::What::kClaim: return Claim(key, reply);
      case ReadKey::What::kPage: return PageInOneMoment(key, reply);
      case ReadKey::What::kReadings: return Readings(key, reply);
    }
    return absl::InternalError("no such read");
  }

  // Of {record, wrapped key}, or of nothing.
  absl::StatusOr<ReadValue> Record(const ReadKey& key, const Reply& reply) const {
    if (reply.IsNil()) return ReadValue();
    if (reply.elements.size() != 2 || reply.elements[1].IsNil()) return NoKey();
    BB_ASSIGN_OR_RETURN(const RecordHeader header, ParseRecord(reply.elements[0].text, key.kind));
    BB_ASSIGN_OR_RETURN(const std::shared_ptr<const DataKey> data_key, Unwrapped(KeyName(header), reply.elements[1].text, ""));
    return Opened(key, place_.base + RecordName(key.kind, key.id), header, *data_key, nullptr);
  }

  absl::StatusOr<ReadValue> Claim(const ReadKey& key, const Reply& reply) const {
    ReadValue value;
    if (reply.elements.size() != 2) return absl::DataLossError("a claim without its holder's record");
    value.holder = reply.elements[0].text;
    if (!absl::StartsWith(value.holder, absl::StrCat(key.kind, "/"))) return value;  // free, or another kind's
    const ReadKey record{ReadKey::What::kRecord, key.kind, value.holder.substr(key.kind.size() + 1)};
    BB_ASSIGN_OR_RETURN(ReadValue brought, Record(record, reply.elements[1]));
    value.brought.emplace_back(record, std::move(brought));
    return value;
  }

  // Of {revision, members, record, record, …}.
  absl::StatusOr<ReadValue> PageInOneMoment(const ReadKey& key, const Reply& reply) const {
    ReadValue value;
    if (reply.elements.size() < 2) return absl::DataLossError("a page without its members");
    BB_RETURN_IF_ERROR(Members(key, reply.elements[0], reply.elements[1], &value));
    if (reply.elements.size() != value.ids.size() + 2) return absl::DataLossError("a page without its records");
    std::vector<std::string> named = std::move(value.ids);
    value.ids.clear();
    for (size_t i = 0; i < named.size(); ++i) {
      ReadKey line{ReadKey::What::kRecord, key.kind, std::move(named[i])};
      BB_ASSIGN_OR_RETURN(ReadValue record, Record(line, reply.elements[i + 2]));
      if (record.record == nullptr || !StandsOn(key, line.id, *record.record)) continue;
      value.ids.push_back(line.id);
      value.brought.emplace_back(std::move(line), std::move(record));
    }
    return value;
  }

  // Of {cursor, {line, …}}, oldest first. A line is bound to its log: it tells of nobody else.
  absl::StatusOr<ReadValue> Readings(const ReadKey& key, const Reply& reply) const {
    if (reply.elements.size() != 2) return absl::DataLossError("a page of the reading log without its lines");
    ReadValue value;
    const std::vector<Reply>& lines = reply.elements[1].elements;
    const std::string log = place_.base + ReadingsName(*place_.keys, key.id);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      BB_ASSIGN_OR_RETURN(const std::string text, OpenValue(place_.keys->notes, log, line->text));
      auto note = std::make_shared<stored::ReadNote>();
      if (!note->ParseFromString(text)) return absl::DataLossError("a line of the reading log does not parse");
      value.readings.push_back(std::move(note));
    }
    if (reply.elements[0].integer > 0) value.next = absl::StrCat(reply.elements[0].integer);
    return value;
  }

  // The full Redis key of the wrapped key.
  std::string KeyName(const RecordHeader& header) const { return absl::StrCat(place_.base, "k:", crypto::Hex(header.key_id)); }

  // age: read before `wrapped` was, or "".
  absl::StatusOr<std::shared_ptr<const DataKey>> Unwrapped(const std::string& name, const std::string& wrapped, const std::string& age) const {
    std::shared_ptr<const DataKey> data_key = place_.data_keys->Find(name);
    const bool known = data_key != nullptr && data_key->wrapped == wrapped;
    if (!known) {
      BB_ASSIGN_OR_RETURN(crypto::Key unwrapped, UnwrapKey(*place_.keys, name, wrapped));
      data_key = std::make_shared<DataKey>(DataKey{wrapped, std::move(unwrapped)});
    }
    if (!known || !age.empty()) place_.data_keys->Remember(name, data_key, age);  // a commit often follows
    return data_key;
  }

  // Made on the arena, which it then holds, if there is one.
  absl::StatusOr<ReadValue> Opened(const ReadKey& key, const std::string& name, const RecordHeader& header, const DataKey& data_key,
                                   const std::shared_ptr<google::protobuf::Arena>& arena) const {
    BB_ASSIGN_OR_RETURN(const std::string text, OpenRecord(*place_.keys, {name, key.kind, place_.slug}, header, data_key.key));
    const EntityType& entity = *place_.entities->ByKind(key.kind);
    const Message* const prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(entity.type);
    const std::shared_ptr<Message> message =
        arena == nullptr ? std::shared_ptr<Message>(prototype->New()) : std::shared_ptr<Message>(arena, prototype->New(arena.get()));
    if (!message->ParseFromString(text)) return absl::DataLossError("a record does not parse");
    // Whoever cuts the facet out makes a record that opens but that scripts take for nothing.
    if (entity.facet && entity.facet(key.id, *message).empty() != header.facet.empty()) {
      return absl::DataLossError("a record's facet is missing");
    }
    ReadValue value;
    value.revision = header.revision;
    value.record = message;
    return value;
  }

  Redis* const redis_;
  const ReadPlace place_;
  const std::vector<ReadKey> wanted_;
  std::vector<ReadValue> values_;
  const Store::ReadDone done_;

  std::vector<size_t> called_;  // in wanted_: what the function is asked for
  std::vector<Page> pages_;
  std::vector<Line> lines_;
  std::vector<Opener> data_keys_;
  std::map<std::string, size_t> asked_;      // in data_keys_, by their ids
  std::string age_;  // of the scope (data_keys.h), when we began
  absl::StatusOr<Reply> age_reply_, reply_, records_, wrapped_;
  std::atomic<size_t> open_{0};
  absl::Status (Reading::*next_)() = nullptr;
};

}  // namespace

std::string RecordName(absl::string_view kind, absl::string_view id) { return absl::StrCat("r:", kind, ":", id); }

std::string ReadingsName(const ScopeKeys& keys, absl::string_view owner) {
  return absl::StrCat("nl:", crypto::Hex(crypto::HmacSha256(keys.notes.reveal(), absl::StrCat("readings/", owner)).substr(0, 16)));
}

void ReadAll(Redis* redis, ReadPlace place, std::vector<ReadKey> wanted, std::function<void(absl::StatusOr<std::vector<ReadValue>>)> done) {
  std::make_shared<Reading>(redis, std::move(place), std::move(wanted), std::move(done))->Start();
}

}  // namespace brobygger
