// An exported ledger: a text file that anybody can open, and that can be written in one way only.
//
//   brobygger ledger 1
//   <number> <time_ms> <kind> <subject commitment> <details commitment>      one line for each entry, from 1, in order
//   head <size> <time_ms> <root> <key> <signature>                           over all of them
//
// Numbers are decimal without leading zeros, bytes lower-case hex, one space between, a newline after every line, the last too.
// So a changed byte is either no such file any more or another ledger.
#pragma once

#include <istream>
#include <string>

#include "absl/strings/string_view.h"
#include "brobygger/ledger/v1/proof.pb.h"
#include "services/ledger/entry.h"

namespace brobygger::ledger {

inline constexpr char kFirstLine[] = "brobygger ledger 1";

// Without the newline.
std::string EntryLine(const Entry& entry);
std::string HeadLine(const v1::LedgerHead& head);
// False unless the line is exactly what the function above would write.
bool ParseEntryLine(absl::string_view line, Entry* entry);
bool ParseHeadLine(absl::string_view line, v1::LedgerHead* head);

// Lines of a file of any size, each at most kMaxLine long.
class LineReader {
 public:
  static constexpr size_t kMaxLine = 1000;
  enum class Result { kLine, kEnd, kCut };  // kCut: bytes without a newline behind them, or too many

  explicit LineReader(std::istream* in) : in_(in) {}
  // `line` is good until the next call.
  Result Next(absl::string_view* line);

 private:
  std::istream* in_;
  std::string buffer_;
  size_t at_ = 0;
};

}  // namespace brobygger::ledger
