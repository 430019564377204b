// A thousand random changes of an exported ledger, of every kind that one can make with an editor or a script: all found. Seeded, so
// that a failure can be repeated.
#include <cstdlib>
#include <ctime>
#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/ledger/export_file.h"
#include "services/ledger/testing/ledger_maker.h"
#include "services/ledger/verify.h"

namespace brobygger::ledger {
namespace {

using testing::LedgerMaker;

class Mutations : public ::testing::Test {
 protected:
  Mutations() {
    ledger_.Happen(300);
    other_.Happen(300);
    text_ = ledger_.Export();
    foreign_ = other_.Export();
  }
  size_t Pick(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  std::string Bytewise() {
    std::string t = text_;
    const size_t at = Pick(t.size()), n = 1 + Pick(200);
    switch (Pick(6)) {
      case 0: t[at] = static_cast<char>(t[at] ^ (1 << Pick(8))); break;
      case 1: t.erase(at, n); break;
      case 2: t.insert(at, 1, static_cast<char>(Pick(256))); break;
      case 3: t.insert(at, t.substr(Pick(t.size()), n)); break;
      case 4: t = t.substr(0, at); break;
      default: t = t.substr(at); break;
    }
    return t;
  }

  std::string Linewise() {
    std::vector<std::string> lines = absl::StrSplit(text_, '\n'), foreign = absl::StrSplit(foreign_, '\n');
    const auto a = lines.begin() + static_cast<std::ptrdiff_t>(Pick(lines.size() - 1)), b = lines.begin() + static_cast<std::ptrdiff_t>(Pick(lines.size() - 1));
    switch (Pick(6)) {
      case 0: std::swap(*a, *b); break;
      case 1: lines.erase(a); break;
      case 2: lines.insert(a, *b); break;
      case 3: lines.erase(std::min(a, b), std::max(a, b)); break;
      case 4: *a = foreign[Pick(foreign.size() - 1)]; break;
      default: std::rotate(lines.begin() + 1, lines.begin() + 1 + static_cast<std::ptrdiff_t>(Pick(299)), lines.begin() + 301); break;
    }
    return absl::StrJoin(lines, "\n");
  }

  // Such a change of one entry as somebody makes who wants it to be well-formed: renumbered, later, another kind, recommitted.
  std::string Knowing() {
    std::vector<std::string> lines = absl::StrSplit(text_, '\n');
    const size_t at = 1 + Pick(300);
    Entry entry;
    EXPECT_TRUE(ParseEntryLine(lines[at], &entry));
    switch (Pick(5)) {
      case 0: entry.time_ms += 1 + static_cast<std::int64_t>(Pick(500)); break;
      case 1: entry.kind = entry.kind % 4 + 1; break;
      case 2: entry.subject[Pick(32)] ^= static_cast<char>(1 + Pick(255)); break;
      case 3: entry.details = Sha256(absl::StrCat("forged ", at)); break;
      default:  // an entry left out and the rest renumbered, under a head whose size was made to fit
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        for (size_t i = 1; i <= 299; ++i) {
          EXPECT_TRUE(ParseEntryLine(lines[i], &entry));
          entry.number = i;
          lines[i] = EntryLine(entry);
        }
        v1::LedgerHead head = ledger_.Head(300);
        head.set_size(299);
        lines[300] = HeadLine(head);
        return absl::StrJoin(lines, "\n");
    }
    lines[at] = EntryLine(entry);
    return absl::StrJoin(lines, "\n");
  }

  std::mt19937 random_{20261122};
  LedgerMaker ledger_{1}, other_{2};
  std::string text_, foreign_;
};

TEST_F(Mutations, AThousandOfThemAreAllFound) {
  const HeadKey key = ledger_.key();
  ASSERT_TRUE([&] { std::istringstream in(text_); return CheckLedger(in, key, {}, nullptr, nullptr).holds(); }());
  int made = 0;
  for (int i = 0; made < 1000; ++i) {
    const std::string mutated = i % 3 == 0 ? Bytewise() : i % 3 == 1 ? Linewise() : Knowing();
    if (mutated == text_) continue;  // a line swapped with itself
    ++made;
    std::istringstream in(mutated);
    const Finding found = CheckLedger(in, key, {}, nullptr, nullptr);
    ASSERT_EQ(found.code, Finding::Code::kWrong) << "mutation " << i;
    ASSERT_FALSE(found.en.empty() || found.da.empty()) << "mutation " << i;
  }
}

// A million entries within 10 s (with tests/run --long; else a tenth of them).
TEST_F(Mutations, ALargeLedgerIsCheckedInSeconds) {
  const char* whole = std::getenv("BROBYGGER_LONG");
  const std::uint64_t entries = whole != nullptr && *whole != '\0' ? 1'000'000 : 100'000;
  Tree tree;
  std::string text = absl::StrCat(kFirstLine, "\n");
  for (std::uint64_t n = 1; n <= entries; ++n) {
    const Entry entry{n, 1'767'225'600'000 + static_cast<std::int64_t>(n), 1, Sha256(absl::StrCat(n)), Sha256("details")};
    absl::StrAppend(&text, EntryLine(entry), "\n");
    tree.Append(LeafOf(entry));
  }
  v1::LedgerHead head;  // by nobody: the signature is looked at after all entries
  head.set_size(entries);
  head.set_time_ms(std::int64_t{1} << 60);
  head.set_root(std::string(Bytes(tree.Root())));
  head.set_key(ledger_.key().id());
  head.set_signature(std::string(64, 's'));
  absl::StrAppend(&text, HeadLine(head), "\n");
  std::istringstream in(text);
  const std::clock_t start = std::clock();  // of the processor: others may be using it, too
  std::uint64_t seen = 0;
  EXPECT_EQ(CheckLedger(in, ledger_.key(), {}, [&](const Entry&) { ++seen; }, nullptr).code, Finding::Code::kWrong);
  EXPECT_EQ(seen, entries);
  const double s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%llu entries checked in %.2f s\n", static_cast<unsigned long long>(entries), s);
  EXPECT_LT(s, 10.0);
}

}  // namespace
}  // namespace brobygger::ledger
