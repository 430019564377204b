#include "gateway/json_scan.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr size_t kMaxNumber = 64;

// The name the protobuf parser makes of a key: "request_id" and "requestId" are one field.
std::string FieldName(absl::string_view key) {
  std::string out;
  out.reserve(key.size());
  bool upper = false;
  for (char c : key) {
    if (c == '_') {
      upper = true;
    } else {
      out.push_back(upper ? absl::ascii_toupper(c) : c);
      upper = false;
    }
  }
  return out;
}

class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  absl::Status Run() {
    if (text_.size() > kMaxJsonSize) return Bad("too large");
    if (!IsUtf8(text_)) return Bad("not UTF-8");
    Space();
    if (Peek() != '{') return Bad("want an object");
    BB_RETURN_IF_ERROR(Value());
    while (!open_.empty()) BB_RETURN_IF_ERROR(Next());
    Space();
    return at_ == text_.size() ? absl::OkStatus() : Bad("text after the end");
  }

 private:
  struct Level {
    bool object;
    bool first = true;
    absl::flat_hash_set<std::string> keys;
  };

  absl::Status Bad(absl::string_view why) const {
    return Refusal(absl::StatusCode::kInvalidArgument, "MALFORMED_JSON", absl::StrCat("the JSON is not valid at byte ", at_, ": ", why));
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void Space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }
  bool Take(char c) {
    if (Peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  // One element or member of the innermost open list or object, or its end.
  absl::Status Next() {
    Level& level = open_.back();
    Space();
    if (Take(level.object ? '}' : ']')) {
      open_.pop_back();
      return absl::OkStatus();
    }
    if (!level.first && !Take(',')) return Bad("want a comma or the end of the list or object");
    level.first = false;
    Space();
    if (level.object) {
      absl::string_view key;
      if (Peek() != '"') return Bad("want a key");
      BB_RETURN_IF_ERROR(String(&key));
      if (!level.keys.insert(FieldName(key)).second) return Bad("a key is there twice");
      Space();
      if (!Take(':')) return Bad("want a colon");
      Space();
    }
    return Value();
  }

  absl::Status Value() {
    const char c = Peek();
    if (c == '{' || c == '[') {
      if (open_.size() >= static_cast<size_t>(kMaxJsonDepth)) return Bad("nested too deeply");
      ++at_;
      open_.push_back({c == '{'});
      return absl::OkStatus();
    }
    if (c == '"') return String(nullptr);
    if (c == '-' || absl::ascii_isdigit(c)) return Number();
    for (absl::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return absl::OkStatus();
      }
    }
    return Bad("want a value");
  }

  size_t Digits() {
    const size_t from = at_;
    while (absl::ascii_isdigit(Peek())) ++at_;
    return at_ - from;
  }

  absl::Status Number() {
    const size_t from = at_;
    Take('-');
    if (!Take('0') && Digits() == 0) return Bad("want a digit");
    if (absl::ascii_isdigit(Peek())) return Bad("a number with a leading zero");
    if (Take('.') && Digits() == 0) return Bad("want a digit");
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (Digits() == 0) return Bad("want a digit");
    }
    return at_ - from <= kMaxNumber ? absl::OkStatus() : Bad("a number that long");
  }

  absl::Status Hex4(unsigned* value) {
    *value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = absl::ascii_tolower(Peek());
      if (!absl::ascii_isxdigit(c)) return Bad("want four hex digits");
      *value = *value * 16 + (absl::ascii_isdigit(c) ? c - '0' : c - 'a' + 10);
      ++at_;
    }
    return absl::OkStatus();
  }

  absl::Status Escape() {
    if (at_ == text_.size()) return Bad("an open string");
    const char c = text_[at_++];
    if (absl::string_view("\"\\/nrt").find(c) != absl::string_view::npos) return absl::OkStatus();
    if (c != 'u') return Bad("an escape that is not allowed");
    unsigned unit, low;
    BB_RETURN_IF_ERROR(Hex4(&unit));
    if ((unit < 0x20 && unit != '\n' && unit != '\r' && unit != '\t') || unit == 0x7f) return Bad("a control character");
    if (unit >= 0xdc00 && unit <= 0xdfff) return Bad("half a surrogate pair");
    if (unit >= 0xd800 && unit <= 0xdbff) {
      if (!Take('\\') || !Take('u')) return Bad("half a surrogate pair");
      BB_RETURN_IF_ERROR(Hex4(&low));
      if (low < 0xdc00 || low > 0xdfff) return Bad("half a surrogate pair");
    }
    return absl::OkStatus();
  }

  // With `key`: the text between the quotes, in which escapes are refused.
  absl::Status String(absl::string_view* key) {
    const size_t from = ++at_;
    while (at_ < text_.size()) {
      const unsigned char c = text_[at_];
      if (c == '"') {
        if (key != nullptr) *key = text_.substr(from, at_ - from);
        ++at_;
        return absl::OkStatus();
      }
      if (c < 0x20 || c == 0x7f) return Bad("a control character");
      ++at_;
      if (c != '\\') continue;
      if (key != nullptr) return Bad("an escape in a key");
      BB_RETURN_IF_ERROR(Escape());
    }
    return Bad("an open string");
  }

  absl::string_view text_;
  size_t at_ = 0;
  std::vector<Level> open_;
};

}  // namespace

bool IsUtf8(absl::string_view s) {
  for (size_t i = 0; i < s.size();) {
    const unsigned char c = s[i];
    const size_t left = s.size() - i;
    auto tail = [&](size_t k) { return (static_cast<unsigned char>(s[i + k]) & 0xc0) == 0x80; };
    const unsigned char second = left > 1 ? s[i + 1] : 0;
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xc2 && c <= 0xdf && left >= 2 && tail(1)) {
      i += 2;
    } else if (c >= 0xe0 && c <= 0xef && left >= 3 && tail(1) && tail(2) && !(c == 0xe0 && second < 0xa0) && !(c == 0xed && second > 0x9f)) {
      i += 3;
    } else if (c >= 0xf0 && c <= 0xf4 && left >= 4 && tail(1) && tail(2) && tail(3) && !(c == 0xf0 && second < 0x90) &&
               !(c == 0xf4 && second > 0x8f)) {
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

absl::Status ScanJson(absl::string_view json) { return Scanner(json).Run(); }

}  // namespace brobygger::gateway
