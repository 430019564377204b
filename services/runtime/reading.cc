#include "services/runtime/reading.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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
        case ReadKey::What::kPage: pages_.emplace_back().at = i; continue;
      }
      called_.push_back(i);
    }
    Expect((called_.empty() ? 0 : 1) + 2 * pages_.size(), &Reading::Found);
    const Redis::Together together;
    if (!called_.empty()) Ask(std::move(call), &reply_);
    for (Page& page : pages_) {
      const ReadKey& key = wanted_[page.at];
      const std::string index = absl::StrCat(key.kind, ":", key.index, ":", key.value);
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
    size_t wrapped = 0;  // in wrapped_
    bool present = false;
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
        const ReadKey& key = wanted_[called_[i]];
        BB_ASSIGN_OR_RETURN(values_[called_[i]], key.what == ReadKey::What::kClaim ? Claim(key, reply_->elements[i]) : Record(key, reply_->elements[i]));
      }
    }
    std::vector<std::string> argv = {"MGET"};
    for (const Page& page : pages_) {
      BB_RETURN_IF_ERROR(Members(page));
      const ReadKey& key = wanted_[page.at];
      for (const std::string& id : values_[page.at].ids) {
        argv.push_back(place_.base + RecordName(key.kind, id));
        lines_.push_back({page.at, {ReadKey::What::kRecord, key.kind, id}, argv.back(), {}, 0, false});
      }
    }
    if (pages_.empty() || !Goes(&argv)) {
      Finish();
      return absl::OkStatus();
    }
    Expect(1, &Reading::Lines);
    Ask(std::move(argv), &records_);
    return absl::OkStatus();
  }

  // Whether there is a further trip. In the trust store there always is: how long it takes must not tell whether others keep
  // something.
  bool Goes(std::vector<std::string>* argv) const {
    if (argv->size() == 1 && place_.slug == Store::kTrustSlug) argv->push_back(absl::StrCat(place_.base, "none"));
    return argv->size() > 1;
  }

  absl::Status Members(const Page& page) {
    BB_RETURN_IF_ERROR(page.revision.status());
    BB_RETURN_IF_ERROR(page.members.status());
    const ReadKey& key = wanted_[page.at];
    ReadValue& value = values_[page.at];
    if (!page.revision->IsNil() && !absl::SimpleAtoi(page.revision->text, &value.revision)) return absl::DataLossError("an index without revision");
    const std::vector<Reply>& members = page.members->elements;
    const size_t n = std::min<size_t>(members.size(), key.limit);
    value.ids.reserve(n);
    for (size_t i = 0; i < n; ++i) value.ids.push_back(IdOfMember(members[i].text));
    if (members.size() > n) value.next = members[n - 1].text;
    return absl::OkStatus();
  }

  // Their records; several may be under one data key.
  absl::Status Lines() {
    BB_RETURN_IF_ERROR(records_.status());
    if (records_->elements.size() < lines_.size()) return absl::InternalError("MGET gave another number of values");
    std::vector<std::string> argv = {"MGET"};
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Reply& record = records_->elements[i];
      if (record.IsNil()) continue;  // deleted since: as if it had been before
      Line& line = lines_[i];
      BB_ASSIGN_OR_RETURN(line.header, ParseRecord(record.text, line.key.kind));
      line.present = true;
      const auto [asked, first] = asked_.try_emplace(line.header.key_id, key_names_.size());
      line.wrapped = asked->second;
      if (!first) continue;
      key_names_.push_back(KeyName(line.header));
      argv.push_back(key_names_.back());
    }
    if (!Goes(&argv)) return Keys();
    Expect(1, &Reading::Keys);
    Ask(std::move(argv), &wrapped_);
    return absl::OkStatus();
  }

  absl::Status Keys() {
    if (!key_names_.empty()) {
      BB_RETURN_IF_ERROR(wrapped_.status());
      if (wrapped_->elements.size() < key_names_.size()) return absl::InternalError("MGET gave another number of values");
    }
    for (const Page& page : pages_) values_[page.at].ids.clear();
    for (Line& line : lines_) {
      if (!line.present) continue;
      const Reply& wrapped = wrapped_->elements[line.wrapped];
      if (wrapped.IsNil()) return NoKey();
      if (wrapped.text == kDestroyed) continue;
      BB_ASSIGN_OR_RETURN(ReadValue value, Opened(line.key, line.name, line.header, key_names_[line.wrapped], wrapped.text));
      if (!StandsOn(wanted_[line.at], line.key.id, *value.record)) continue;
      values_[line.at].ids.push_back(line.key.id);
      values_[line.at].brought.emplace_back(std::move(line.key), std::move(value));
    }
    Finish();
    return absl::OkStatus();
  }

  // Whoever reads the page may be meant to see what stands on it, and not what has become of it since.
  bool StandsOn(const ReadKey& page, const std::string& id, const Message& record) const {
    const EntityType& entity = *place_.entities->ByKind(page.kind);
    if (!entity.indexes) return false;
    for (const IndexEntry& entry : entity.indexes(id, record)) {
      if (entry.index == page.index && entry.value == page.value) return true;
    }
    return false;
  }

  // --- values ---

  // Of {record, wrapped key}, or of nothing.
  absl::StatusOr<ReadValue> Record(const ReadKey& key, const Reply& reply) const {
    if (reply.IsNil()) return ReadValue();
    if (reply.elements.size() != 2 || reply.elements[1].IsNil()) return NoKey();
    BB_ASSIGN_OR_RETURN(const RecordHeader header, ParseRecord(reply.elements[0].text, key.kind));
    return Opened(key, place_.base + RecordName(key.kind, key.id), header, KeyName(header), reply.elements[1].text);
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

  // The full Redis key of the wrapped key.
  std::string KeyName(const RecordHeader& header) const { return absl::StrCat(place_.base, "k:", crypto::Hex(header.key_id)); }

  absl::StatusOr<ReadValue> Opened(const ReadKey& key, const std::string& name, const RecordHeader& header, const std::string& key_name,
                                   const std::string& wrapped) const {
    std::shared_ptr<const DataKey> data_key = place_.data_keys->Find(key_name);
    if (data_key == nullptr || data_key->wrapped != wrapped) {
      BB_ASSIGN_OR_RETURN(crypto::Key unwrapped, UnwrapKey(*place_.keys, key_name, wrapped));
      data_key = std::make_shared<DataKey>(DataKey{wrapped, std::move(unwrapped)});
      place_.data_keys->Remember(key_name, data_key);  // a commit often follows
    }
    BB_ASSIGN_OR_RETURN(const std::string text, OpenRecord(*place_.keys, {name, key.kind, place_.slug}, header, data_key->key));
    const EntityType& entity = *place_.entities->ByKind(key.kind);
    std::shared_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(entity.type)->New());
    if (!message->ParseFromString(text)) return absl::DataLossError("a record does not parse");
    // Whoever cuts the facet out makes a record that opens but that scripts take for nothing.
    if (entity.facet && entity.facet(key.id, *message).empty() != header.facet.empty()) {
      return absl::DataLossError("a record's facet is missing");
    }
    ReadValue value;
    value.revision = header.revision;
    value.record = std::move(message);
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
  std::vector<std::string> key_names_;       // of the data keys, as in wrapped_
  std::map<std::string, size_t> asked_;      // the same by their ids
  absl::StatusOr<Reply> reply_, records_, wrapped_;
  std::atomic<size_t> open_{0};
  absl::Status (Reading::*next_)() = nullptr;
};

}  // namespace

std::string RecordName(absl::string_view kind, absl::string_view id) { return absl::StrCat("r:", kind, ":", id); }

void ReadAll(Redis* redis, ReadPlace place, std::vector<ReadKey> wanted, std::function<void(absl::StatusOr<std::vector<ReadValue>>)> done) {
  std::make_shared<Reading>(redis, std::move(place), std::move(wanted), std::move(done))->Start();
}

}  // namespace brobygger
