#include "services/runtime/redis_wire.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hiredis/hiredis.h"
#include "services/runtime/status.h"

namespace brobygger::redis_wire {

std::string Wire(const std::vector<std::string>& argv) {
  size_t size = 16;
  for (const std::string& a : argv) size += a.size() + 16;
  std::string out;
  out.reserve(size);
  absl::StrAppend(&out, "*", argv.size(), "\r\n");
  for (const std::string& a : argv) absl::StrAppend(&out, "$", a.size(), "\r\n", a, "\r\n");
  return out;
}

absl::Status FromError(absl::string_view text) {
  // Redis is there but cannot serve now, or must not (out of memory, disk full, a replica): the same as if it were away.
  for (absl::string_view code : {"LOADING", "MISCONF", "OOM", "READONLY", "MASTERDOWN", "BUSY", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"}) {
    if (absl::StartsWith(text, absl::StrCat(code, " "))) return StoreDown();
  }
  return absl::InternalError(absl::StrCat("redis: ", text));
}

Redis::Reply FromHiredis(const redisReply& r) {
  using Reply = Redis::Reply;
  Reply out;
  switch (r.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      out.type = Reply::Type::kText;
      out.text.assign(r.str, r.len);
      break;
    case REDIS_REPLY_INTEGER:
      out.type = Reply::Type::kInteger;
      out.integer = r.integer;
      break;
    case REDIS_REPLY_ARRAY:
      out.type = Reply::Type::kArray;
      out.elements.reserve(r.elements);
      for (size_t i = 0; i < r.elements; ++i) out.elements.push_back(FromHiredis(*r.element[i]));
      break;
    case REDIS_REPLY_ERROR:
      out.type = Reply::Type::kError;
      out.error = FromError(absl::string_view(r.str, r.len));
      break;
    default:
      break;
  }
  return out;
}

absl::Status Durable(const Redis::Reply& reply) {
  static constexpr std::pair<const char*, const char*> kWanted[] = {
      {"appendonly", "yes"}, {"appendfsync", "always"}, {"no-appendfsync-on-rewrite", "no"}};
  std::map<std::string, std::string> is;
  for (size_t i = 0; i + 1 < reply.elements.size(); i += 2) is[reply.elements[i].text] = reply.elements[i + 1].text;
  std::vector<std::string> wrong;
  for (const auto& [name, want] : kWanted) {
    if (is[name] != want) wrong.push_back(absl::StrCat(name, " is \"", is[name], "\", want \"", want, "\""));
  }
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("this Redis can lose acknowledged writes: ", absl::StrJoin(wrong, "; ")));
}

std::vector<std::string> AskDurability() { return {"CONFIG", "GET", "appendonly", "appendfsync", "no-appendfsync-on-rewrite"}; }

}  // namespace brobygger::redis_wire
