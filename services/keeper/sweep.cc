#include "services/keeper/sweep.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/keeper/scan.h"
#include "services/runtime/crypto.h"
#include "services/runtime/kept_answer.h"
#include "services/runtime/record.h"
#include "services/runtime/status.h"

namespace brobygger::keeper {
namespace {

using Reply = Redis::Reply;

constexpr char kDestroyed[] = "destroyed";
constexpr std::size_t kKeyIdAt = 9;  // record.h

// A name may be given to a new record while we walk: so it is looked at and taken out in one step.
constexpr char kMember[] =
    "if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end "
    "local gone = redis.call('ZREM', KEYS[1], ARGV[1]) "
    "if gone == 1 and ARGV[2] ~= '' then redis.call('INCR', ARGV[2]) end return gone";
constexpr char kClaim[] =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end return redis.call('DEL', KEYS[1])";
// The counter of an index that has no members any more names what it listed.
constexpr char kCounter[] = "if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end return redis.call('DEL', KEYS[1])";

class Sweeper {
 public:
  explicit Sweeper(Redis* redis) : redis_(redis) {}

  absl::StatusOr<Swept> All() {
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:k:*", [this](const std::string& key) -> absl::Status {
      BB_ASSIGN_OR_RETURN(const Reply value, redis_->Call({"GET", key}));
      if (value.text == kDestroyed) destroyed_.insert(key);
      return absl::OkStatus();
    }));
    if (destroyed_.empty()) return swept_;
    // What bears a destroyed key's id first; the mark goes last, so that a run that is cut off is taken up by the next.
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:r:*", [this](const std::string& key) { return Record(key); }));
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:i:*", [this](const std::string& key) { return Answer(key); }));
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:x:*", [this](const std::string& key) { return Index(key); }));
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:c:*", [this](const std::string& key) { return Claim(key); }));
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:d", [this](const std::string& key) { return Due(key); }));
    BB_RETURN_IF_ERROR(ForEachKey(redis_, "*:{*}:xr:*", [this](const std::string& key) { return Counter(key); }));
    for (const std::string& key : destroyed_) {
      BB_RETURN_IF_ERROR(redis_->Call({"DEL", key}).status());
      ++swept_.keys;
    }
    return swept_;
  }

 private:
  bool Destroyed(const std::string& base, absl::string_view key_id) const {
    return destroyed_.count(absl::StrCat(base, "k:", crypto::Hex(key_id))) > 0;
  }

  absl::Status Record(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    BB_ASSIGN_OR_RETURN(const Reply id, redis_->Call({"GETRANGE", key, absl::StrCat(kKeyIdAt), absl::StrCat(kKeyIdAt + kKeyIdSize - 1)}));
    if (base.empty() || id.text.size() != kKeyIdSize || !Destroyed(base, id.text)) return absl::OkStatus();
    ++swept_.records;
    return redis_->Call({"DEL", key}).status();
  }

  absl::Status Answer(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    BB_ASSIGN_OR_RETURN(const Reply bytes, redis_->Call({"GET", key}));
    const absl::StatusOr<std::vector<std::string>> owners = OwnersOfKept(bytes.text);
    if (!owners.ok()) return absl::OkStatus();  // gone meanwhile
    for (const std::string& id : *owners) {
      if (!Destroyed(base, id)) continue;
      ++swept_.answers;
      return redis_->Call({"DEL", key}).status();
    }
    return absl::OkStatus();
  }

  // "x:<kind>:<index>:<value>"; members are 16 hex digits, ':' and the id.
  absl::Status Index(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    const std::string kind = rest.substr(2, rest.find(':', 2) - 2);
    return Members(key, absl::StrCat(base, "xr", rest.substr(1)),
                   [&](const std::string& member) { return member.size() < 18 ? "" : absl::StrCat(base, "r:", kind, ":", member.substr(17)); });
  }

  absl::Status Due(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    return Members(key, "", [&](const std::string& member) {
      const std::size_t slash = member.find('/');
      return slash == std::string::npos ? "" : absl::StrCat(base, "r:", member.substr(0, slash), ":", member.substr(slash + 1));
    });
  }

  absl::Status Members(const std::string& key, const std::string& counter, const std::function<std::string(const std::string&)>& record_of) {
    std::string cursor = "0";
    do {
      BB_ASSIGN_OR_RETURN(const Reply page, redis_->Call({"ZSCAN", key, cursor, "COUNT", "1000"}));
      if (page.elements.size() != 2) return absl::InternalError("ZSCAN gave something else");
      cursor = page.elements[0].text;
      const auto& members = page.elements[1].elements;
      for (std::size_t i = 0; i + 1 < members.size(); i += 2) {
        const std::string record = record_of(members[i].text);
        if (record.empty()) continue;
        BB_ASSIGN_OR_RETURN(const Reply there, redis_->Call({"EXISTS", record}));
        if (there.integer == 1) continue;
        BB_ASSIGN_OR_RETURN(const Reply gone, redis_->Call({"EVAL", kMember, "2", key, record, members[i].text, counter}));
        swept_.names += static_cast<std::uint64_t>(gone.integer);
      }
    } while (cursor != "0");
    return absl::OkStatus();
  }

  absl::Status Claim(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    BB_ASSIGN_OR_RETURN(const Reply holder, redis_->Call({"GET", key}));
    const std::size_t slash = holder.text.find('/');
    if (slash == std::string::npos) return absl::OkStatus();
    const std::string record = absl::StrCat(base, "r:", holder.text.substr(0, slash), ":", holder.text.substr(slash + 1));
    BB_ASSIGN_OR_RETURN(const Reply gone, redis_->Call({"EVAL", kClaim, "2", key, record, holder.text}));
    swept_.names += static_cast<std::uint64_t>(gone.integer);
    return absl::OkStatus();
  }

  absl::Status Counter(const std::string& key) {
    std::string rest;
    const std::string base = BaseOf(key, &rest);
    return redis_->Call({"EVAL", kCounter, "2", key, absl::StrCat(base, "x", rest.substr(2))}).status();
  }

  Redis* const redis_;
  std::set<std::string> destroyed_;  // full Redis keys
  Swept swept_;
};

}  // namespace

absl::StatusOr<Swept> Sweep(Redis* redis) { return Sweeper(redis).All(); }

}  // namespace brobygger::keeper
