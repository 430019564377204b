// Prints what one agency's store of one service holds, opened with the agency's key: one JSON object a line,
//
//   {"key": "<redis key>", "what": "record", "strings": ["<hex>", …], "numbers": [1700000000000, …]}
//
// strings: every length-delimited value found in it, at any depth, and every plain member or value; numbers: every number
// above 2^32. What is sealed is opened; what does not open ends the program with an error.
//
//   brobygger-dump SOCKET USER PASSWORD_FILE PREFIX SLUG KEY_FILE
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/coded_stream.h"
#include "services/runtime/crypto.h"
#include "services/runtime/kept_answer.h"
#include "services/runtime/record.h"
#include "services/runtime/redis.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using google::protobuf::io::CodedInputStream;
using Reply = Redis::Reply;

constexpr int kMaxDepth = 20;
constexpr std::uint64_t kLargeNumber = 1ull << 32;
constexpr char kPageOfScan[] = "1000";
constexpr char kDestroyed[] = "destroyed";

// What stands in one value.
struct Found {
  std::vector<std::string> strings;
  std::vector<std::uint64_t> numbers;
};

// Whether the bytes read as one protobuf message; if so, what stands in it.
bool ReadMessage(absl::string_view bytes, int depth, Found& found) {
  if (bytes.empty() || depth > kMaxDepth) return false;
  Found inner;
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (in.CurrentPosition() < static_cast<int>(bytes.size())) {
    const std::uint32_t tag = in.ReadTag();
    if (tag >> 3 == 0) return false;
    std::uint64_t number = 0;
    std::uint32_t small = 0;
    std::string text;
    switch (tag & 7) {
      case 0: if (!in.ReadVarint64(&number)) return false; break;
      case 1: if (!in.ReadLittleEndian64(&number)) return false; break;
      case 2:
        if (!in.ReadVarint32(&small) || small > bytes.size() || !in.ReadString(&text, static_cast<int>(small))) return false;
        inner.strings.push_back(text);
        ReadMessage(text, depth + 1, inner);
        break;
      case 5: if (!in.ReadLittleEndian32(&small)) return false; break;
      default: return false;
    }
    if (number > kLargeNumber) inner.numbers.push_back(number);
  }
  found.strings.insert(found.strings.end(), inner.strings.begin(), inner.strings.end());
  found.numbers.insert(found.numbers.end(), inner.numbers.begin(), inner.numbers.end());
  return true;
}

void Print(const std::string& key, absl::string_view what, const Found& found) {
  std::string quoted = "\"";
  for (const char c : key) {
    if (c >= ' ' && c < 127 && c != '"' && c != '\\') quoted += c;
    else absl::StrAppend(&quoted, "\\u00", crypto::Hex(std::string(1, c)));
  }
  std::vector<std::string> strings;
  for (const std::string& s : found.strings) strings.push_back(absl::StrCat("\"", crypto::Hex(s), "\""));
  std::printf("%s\n", absl::StrCat("{\"key\": ", quoted, "\", \"what\": \"", what, "\", \"strings\": [", absl::StrJoin(strings, ", "),
                                   "], \"numbers\": [", absl::StrJoin(found.numbers, ", "), "]}").c_str());
}

class Dump {
 public:
  Dump(Redis* redis, std::string base, std::string slug, const crypto::Key& key)
      : redis_(redis), base_(std::move(base)), slug_(std::move(slug)), keys_(key) {}

  // Where the scope's master keys are, too.
  absl::Status ReadMasters(const std::string& keys_dir) { return keys_.masters->ReadFrom(keys_dir, slug_); }

  absl::Status All() {
    std::string cursor = "0";
    do {
      BB_ASSIGN_OR_RETURN(const Reply page, redis_->Call({"SCAN", cursor, "MATCH", absl::StrCat(base_, "*"), "COUNT", kPageOfScan}));
      cursor = page.elements.at(0).text;
      for (const Reply& key : page.elements.at(1).elements) BB_RETURN_IF_ERROR(One(key.text));
    } while (cursor != "0");
    return absl::OkStatus();
  }

 private:
  // `rest` of the key after the base says what stands there: r:<kind>:<id>, i:<name>, o, nl:<whose>, and what is not sealed.
  absl::Status One(const std::string& key) {
    const std::string rest = key.substr(base_.size());
    BB_ASSIGN_OR_RETURN(const Reply type, redis_->Call({"TYPE", key}));
    if (type.text == "stream") return Stream(key, rest);
    if (type.text == "list") return List(key, rest);
    if (type.text == "zset" || type.text == "set") return Members(key, type.text);
    if (type.text != "string") return absl::InternalError(absl::StrCat("a ", type.text, " at ", key));
    BB_ASSIGN_OR_RETURN(const Reply value, redis_->Call({"GET", key}));
    if (absl::StartsWith(rest, "r:")) return Record(key, rest, value.text);
    if (absl::StartsWith(rest, "i:")) return KeptAnswer(key, value.text);
    Print(key, "plain", {{value.text}, {}});
    return absl::OkStatus();
  }

  absl::Status Record(const std::string& key, const std::string& rest, const std::string& bytes) {
    const std::string kind = rest.substr(2, rest.find(':', 2) - 2);
    BB_ASSIGN_OR_RETURN(const RecordHeader header, ParseRecord(bytes, kind));
    BB_ASSIGN_OR_RETURN(const std::optional<crypto::Key> data_key, DataKey(header.key_id));
    if (!data_key.has_value()) return absl::OkStatus();
    BB_ASSIGN_OR_RETURN(const std::string text, OpenRecord(keys_, {key, kind, slug_}, header, *data_key));
    return Message(key, "record", text);
  }

  absl::Status KeptAnswer(const std::string& key, const std::string& bytes) {
    BB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, OwnersOfKept(bytes));
    std::vector<crypto::Key> held;
    held.reserve(ids.size());
    std::vector<OwnerKey> owners;
    for (const std::string& id : ids) {
      BB_ASSIGN_OR_RETURN(std::optional<crypto::Key> data_key, DataKey(id));
      if (!data_key.has_value()) return absl::OkStatus();
      held.push_back(*std::move(data_key));
      owners.push_back({id, &held.back()});
    }
    BB_ASSIGN_OR_RETURN(const std::string text, OpenKept(keys_, key, owners, bytes));
    Print(key, "owners", {ids, {}});
    return Message(key, "answer", text);
  }

  // Nothing if it has been destroyed.
  absl::StatusOr<std::optional<crypto::Key>> DataKey(absl::string_view id) {
    const std::string at = absl::StrCat(base_, "k:", crypto::Hex(id));
    BB_ASSIGN_OR_RETURN(const Reply wrapped, redis_->Call({"GET", at}));
    if (wrapped.text == kDestroyed) return std::optional<crypto::Key>();
    BB_ASSIGN_OR_RETURN(crypto::Key key, UnwrapKey(keys_, at, wrapped.text));
    return std::make_optional(std::move(key));
  }

  absl::Status Sealed(const std::string& key, absl::string_view what, const crypto::Key& with, const std::string& bytes) {
    BB_ASSIGN_OR_RETURN(const std::string text, OpenValue(with, key, bytes));
    return Message(key, what, text);
  }

  absl::Status Message(const std::string& key, absl::string_view what, const std::string& text) {
    Found found;
    if (!text.empty() && !ReadMessage(text, 0, found)) return absl::DataLossError(absl::StrCat("no protobuf at ", key));
    Print(key, what, found);
    return absl::OkStatus();
  }

  absl::Status Stream(const std::string& key, const std::string& rest) {
    if (rest != "o") return absl::InternalError(absl::StrCat("a stream at ", key));
    BB_ASSIGN_OR_RETURN(const Reply entries, redis_->Call({"XRANGE", key, "-", "+"}));
    for (const Reply& entry : entries.elements) BB_RETURN_IF_ERROR(Sealed(key, "event", keys_.outbox, entry.elements.at(1).elements.at(1).text));
    return absl::OkStatus();
  }

  // Readings; or lines that wait for the journal, sealed.
  absl::Status List(const std::string& key, const std::string& rest) {
    if (!absl::StartsWith(rest, "nl:")) return absl::OkStatus();
    BB_ASSIGN_OR_RETURN(const Reply lines, redis_->Call({"LRANGE", key, "0", "-1"}));
    for (const Reply& line : lines.elements) BB_RETURN_IF_ERROR(Sealed(key, "note", keys_.notes, line.text));
    return absl::OkStatus();
  }

  absl::Status Members(const std::string& key, const std::string& type) {
    BB_ASSIGN_OR_RETURN(const Reply members, type == "zset" ? redis_->Call({"ZRANGE", key, "0", "-1"}) : redis_->Call({"SMEMBERS", key}));
    Found found;
    for (const Reply& member : members.elements) found.strings.push_back(member.text);
    Print(key, type, found);
    return absl::OkStatus();
  }

  Redis* const redis_;
  const std::string base_, slug_;
  const ScopeKeys keys_;
};

absl::Status Run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 6) return absl::InvalidArgumentError("usage: brobygger-dump SOCKET USER PASSWORD_FILE PREFIX SLUG KEY_FILE");
  runtime::Redis config;
  config.set_socket(arguments[0]);
  config.set_user(arguments[1]);
  config.set_password_file(arguments[2]);
  BB_ASSIGN_OR_RETURN(const std::unique_ptr<Redis> redis, Redis::Connect(config));
  BB_ASSIGN_OR_RETURN(const crypto::Key key, crypto::ReadKeyFile(arguments[5]));
  Dump dump(redis.get(), absl::StrCat(arguments[3], ":{", arguments[4], "}:"), arguments[4], key);
  BB_RETURN_IF_ERROR(dump.ReadMasters(arguments[5].substr(0, arguments[5].rfind('/'))));
  return dump.All();
}

}  // namespace
}  // namespace brobygger

int main(int argc, char** argv) {
  const absl::Status status = brobygger::Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return EXIT_SUCCESS;
  std::fprintf(stderr, "brobygger-dump: %s\n", std::string(status.message()).c_str());
  return EXIT_FAILURE;
}
