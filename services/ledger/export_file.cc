#include "services/ledger/export_file.h"

#include <charconv>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace brobygger::ledger {
namespace {

constexpr size_t kBlock = 1 << 16;
constexpr std::uint64_t kMaxTime = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// Reads the fields of a line from the left. Every function is false if what stands there is not what is wanted.
class Fields {
 public:
  explicit Fields(absl::string_view line) : rest_(line) {}
  bool End() const { return rest_.empty(); }

  bool Number(std::uint64_t max, std::uint64_t* out) {
    absl::string_view word;
    if (!Word(&word) || (word.size() > 1 && word[0] == '0')) return false;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *out);
    return error == std::errc() && end == word.data() + word.size() && *out <= max;
  }

  bool Hex(char* out, size_t size) {
    absl::string_view word;
    if (!Word(&word) || word.size() != 2 * size) return false;
    for (size_t i = 0; i < size; ++i) {
      const int high = Digit(word[2 * i]), low = Digit(word[2 * i + 1]);
      if (high < 0 || low < 0) return false;
      out[i] = static_cast<char>(high * 16 + low);
    }
    return true;
  }

 private:
  static int Digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  // A word ends at the one space before the next, or with the line.
  bool Word(absl::string_view* word) {
    const size_t space = rest_.find(' ');
    *word = rest_.substr(0, space);
    const bool last = space == absl::string_view::npos;
    rest_.remove_prefix(last ? rest_.size() : space + 1);
    return !word->empty() && (last || !rest_.empty());
  }

  absl::string_view rest_;
};

}  // namespace

std::string EntryLine(const Entry& entry) {
  return absl::StrCat(entry.number, " ", entry.time_ms, " ", entry.kind, " ", absl::BytesToHexString(Bytes(entry.subject)), " ",
                      absl::BytesToHexString(Bytes(entry.details)));
}

std::string HeadLine(const v1::LedgerHead& head) {
  return absl::StrCat("head ", head.size(), " ", head.time_ms(), " ", absl::BytesToHexString(head.root()), " ", absl::BytesToHexString(head.key()), " ",
                      absl::BytesToHexString(head.signature()));
}

bool ParseEntryLine(absl::string_view line, Entry* entry) {
  Fields fields(line);
  std::uint64_t time = 0, kind = 0;
  if (!fields.Number(std::numeric_limits<std::uint64_t>::max(), &entry->number) || !fields.Number(kMaxTime, &time) || !fields.Number(1'000'000, &kind) ||
      !fields.Hex(entry->subject.data(), entry->subject.size()) || !fields.Hex(entry->details.data(), entry->details.size()) || !fields.End()) {
    return false;
  }
  entry->time_ms = static_cast<std::int64_t>(time);
  entry->kind = static_cast<std::uint32_t>(kind);
  return true;
}

bool ParseHeadLine(absl::string_view line, v1::LedgerHead* head) {
  constexpr absl::string_view kWord = "head ";
  if (!absl::StartsWith(line, kWord)) return false;
  Fields fields(line.substr(kWord.size()));
  std::uint64_t size = 0, time = 0;
  std::string root(32, '\0'), key(8, '\0'), signature(64, '\0');
  if (!fields.Number(std::numeric_limits<std::uint64_t>::max(), &size) || !fields.Number(kMaxTime, &time) || !fields.Hex(root.data(), root.size()) ||
      !fields.Hex(key.data(), key.size()) || !fields.Hex(signature.data(), signature.size()) || !fields.End()) {
    return false;
  }
  head->set_size(size);
  head->set_time_ms(static_cast<std::int64_t>(time));
  head->set_root(root);
  head->set_key(key);
  head->set_signature(signature);
  return true;
}

LineReader::Result LineReader::Next(absl::string_view* line) {
  size_t end = buffer_.find('\n', at_);
  if (end == std::string::npos) {
    buffer_.erase(0, at_);
    at_ = 0;
    const size_t kept = buffer_.size();
    if (kept > kMaxLine) return Result::kCut;
    buffer_.resize(kept + kBlock);
    in_->read(buffer_.data() + kept, kBlock);
    buffer_.resize(kept + static_cast<size_t>(in_->gcount()));
    if (buffer_.empty()) return Result::kEnd;
    end = buffer_.find('\n', kept);
    if (end == std::string::npos) return Result::kCut;
  }
  *line = absl::string_view(buffer_).substr(at_, end - at_);
  at_ = end + 1;
  return line->size() > kMaxLine ? Result::kCut : Result::kLine;
}

}  // namespace brobygger::ledger
