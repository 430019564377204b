// What an auditor may be handed instead of the ledger: each is found, and said in one sentence.
#include "services/ledger/verify.h"

#include <algorithm>
#include <chrono>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ledger/export_file.h"
#include "services/ledger/testing/ledger_maker.h"

namespace brobygger::ledger {
namespace {

using ::testing::HasSubstr;
using testing::LedgerMaker;

Finding Check(const std::string& text, const HeadKey& key, const std::vector<v1::LedgerHead>& seen = {}) {
  std::istringstream in(text);
  return CheckLedger(in, key, seen, nullptr, nullptr);
}

// Lines of an export: 0 the first, 1 to n the entries, n + 1 the head.
std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  lines.pop_back();
  return lines;
}
std::string TextOf(const std::vector<std::string>& lines) { return absl::StrCat(absl::StrJoin(lines, "\n"), "\n"); }

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() { ledger_.Happen(40); }
  void ExpectWrong(const std::string& text, const std::string& sentence, const std::vector<v1::LedgerHead>& seen = {}) {
    const Finding found = Check(text, ledger_.key(), seen);
    EXPECT_EQ(found.code, Finding::Code::kWrong) << found.en;
    EXPECT_THAT(found.en, HasSubstr(sentence));
    EXPECT_FALSE(found.da.empty());
    EXPECT_EQ(std::count(found.en.begin(), found.en.end(), '\n'), 0);
  }
  LedgerMaker ledger_;
};

TEST_F(VerifyTest, AWholeLedgerHolds) {
  const Finding found = Check(ledger_.Export(), ledger_.key());
  EXPECT_TRUE(found.holds()) << found.en;
  EXPECT_THAT(found.en, HasSubstr("40 entries"));
  EXPECT_THAT(found.da, HasSubstr("40 poster"));
}

TEST_F(VerifyTest, AnEmptyLedgerHolds) {
  LedgerMaker empty;
  EXPECT_TRUE(Check(empty.Export(), empty.key()).holds());
}

TEST_F(VerifyTest, EntriesAreReadAsTheyStand) {
  std::istringstream in(ledger_.Export());
  std::uint64_t next = 1;
  v1::LedgerHead head;
  EXPECT_TRUE(CheckLedger(in, ledger_.key(), {}, [&](const Entry& e) { EXPECT_EQ(e.number, next++); }, &head).holds());
  EXPECT_EQ(next, 41u);
  EXPECT_EQ(head.size(), 40u);
}

TEST_F(VerifyTest, CutInTheMiddle) {
  const std::string text = ledger_.Export();
  for (size_t n = 0; n < text.size(); ++n) {
    const Finding found = Check(text.substr(0, n), ledger_.key());
    ASSERT_EQ(found.code, Finding::Code::kWrong) << n << " of " << text.size();
  }
  const std::vector<std::string> lines = LinesOf(text);
  ExpectWrong(TextOf({lines.begin(), lines.begin() + 13}), "cut off after entry 12");
  ExpectWrong(text.substr(0, text.size() - 1), "cut off after entry 40");
}

TEST_F(VerifyTest, LeftOutOutOfOrderTwiceAndOlder) {
  std::vector<std::string> lines = LinesOf(ledger_.Export());
  auto without = lines;
  without.erase(without.begin() + 7);
  ExpectWrong(TextOf(without), "Entry 7 is missing");
  auto swapped = lines;
  std::swap(swapped[7], swapped[8]);
  ExpectWrong(TextOf(swapped), "Entry 7 is missing");
  auto twice = lines;
  twice.insert(twice.begin() + 8, lines[7]);
  ExpectWrong(TextOf(twice), "Entry 7 is out of its place: entry 8 should stand here");
  auto older = lines;
  Entry entry;
  ASSERT_TRUE(ParseEntryLine(lines[8], &entry));
  entry.time_ms = 5;
  older[8] = EntryLine(entry);
  ExpectWrong(TextOf(older), "Entry 8 is older than the entry before it");
}

TEST_F(VerifyTest, EditedMixedAndExtended) {
  const std::vector<std::string> lines = LinesOf(ledger_.Export());
  LedgerMaker other(2);
  other.Happen(40);
  auto edited = lines;
  edited[20].back() = edited[20].back() == 'a' ? 'b' : 'a';
  ExpectWrong(TextOf(edited), "The entries are not those that the head was signed over");
  auto mixed = lines;
  mixed[20] = LinesOf(other.Export())[20];
  ExpectWrong(TextOf(mixed), "The entries are not those that the head was signed over");
  auto extended = lines;
  LedgerMaker longer;
  longer.Happen(41);
  extended.insert(extended.end() - 1, LinesOf(longer.Export())[41]);
  ExpectWrong(TextOf(extended), "The head is over 40 entries, but 41 stand in the export");
  ExpectWrong(ledger_.Export() + "x\n", "Something stands after the head");
  ExpectWrong(ledger_.Export() + ledger_.Export(), "Something stands after the head");
  auto shorter = lines;
  shorter.erase(shorter.end() - 2);
  ExpectWrong(TextOf(shorter), "The head is over 40 entries, but 39 stand in the export");
}

TEST_F(VerifyTest, ALineThatIsWrittenOtherwiseIsNoLine) {
  const std::vector<std::string> lines = LinesOf(ledger_.Export());
  const auto with = [&](size_t at, const std::string& line) {
    auto copy = lines;
    copy[at] = line;
    return TextOf(copy);
  };
  std::string upper = lines[3];
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 32 : c);
  for (const std::string& line : {upper, "0" + lines[3], " " + lines[3], lines[3] + " ", lines[3] + "\r", "+" + lines[3], lines[3] + " 1", std::string("3"), std::string(),
                                  std::string("3 1 1  "), "99999999999999999999" + lines[3].substr(1), std::string(5000, '3'), lines[3].substr(0, lines[3].size() - 1)}) {
    ExpectWrong(with(3, line), line.size() > LineReader::kMaxLine ? "cut off" : "The line after entry 2 is neither an entry nor a head");
  }
  ExpectWrong(with(0, "brobygger ledger 2"), "does not begin with the line");
  ExpectWrong("", "does not begin with the line");
}

TEST_F(VerifyTest, HeadByAnotherKeyEditedForgedAndOlder) {
  const std::vector<std::string> lines = LinesOf(ledger_.Export());
  LedgerMaker stranger;  // the same entries, another key
  stranger.Happen(40);
  ExpectWrong(stranger.Export(), "signed by another key");
  v1::LedgerHead head = ledger_.Head(40);
  const auto with = [&](const v1::LedgerHead& h) {
    auto copy = lines;
    copy.back() = HeadLine(h);
    return TextOf(copy);
  };
  ASSERT_TRUE(Check(with(head), ledger_.key()).holds());
  v1::LedgerHead later = head;
  later.set_time_ms(head.time_ms() + 1);
  ExpectWrong(with(later), "not signed by this key: it is edited or forged");
  v1::LedgerHead forged = stranger.Head(40);
  forged.set_key(head.key());
  ExpectWrong(with(forged), "not signed by this key");
  v1::LedgerHead old = head;
  old.set_time_ms(5);
  ExpectWrong(with(old), "The head is older than the last entry");
}

TEST_F(VerifyTest, ALedgerHasToBeginWithThoseThatWereSeen) {
  LedgerMaker rewritten(2);
  rewritten.Happen(40);
  EXPECT_TRUE(Check(ledger_.Export(), ledger_.key(), {ledger_.Head(40), ledger_.Head(0), ledger_.Head(17), ledger_.Head(17)}).holds());
  // The keeper's own key, over another past.
  const v1::LedgerHead seen = ledger_.Head(17);
  ledger_.Happen(3);
  EXPECT_TRUE(Check(ledger_.Export(), ledger_.key(), {seen}).holds());
  auto lines = LinesOf(ledger_.Export());
  const auto other = LinesOf(rewritten.Export());
  lines[17] = other[17];
  ExpectWrong(TextOf(lines), "The ledger was rewritten: its first 17 entries are not those of", {seen});
  std::vector<std::string> all = LinesOf(ledger_.Export());
  LedgerMaker more;
  more.Happen(50);
  EXPECT_EQ(Check(ledger_.Export(), ledger_.key(), {more.Head(50)}).code, Finding::Code::kWrong) << "a head by another key";
  v1::LedgerHead over = ledger_.Head(43);
  all.erase(all.begin() + 18, all.end() - 1);
  all.back() = HeadLine(seen);
  ExpectWrong(TextOf(all), "The ledger has become shorter: it has 17 entries, and a head over 43 was seen", {over});
}

TEST_F(VerifyTest, PairsOfHeads) {
  const HeadKey key = ledger_.key();
  const v1::LedgerHead early = ledger_.Head(13), late = ledger_.Head(40);
  v1::GetConsistencyProofResponse proof = ledger_.Proof(13, 40);
  EXPECT_TRUE(CheckHeads(key, early, late, &proof).holds());
  EXPECT_TRUE(CheckHeads(key, late, late, nullptr).holds());
  EXPECT_EQ(CheckHeads(key, early, late, nullptr).code, Finding::Code::kNotChecked);
  EXPECT_THAT(CheckHeads(key, late, early, &proof).en, HasSubstr("has become shorter"));
  LedgerMaker stranger;
  stranger.Happen(40);
  EXPECT_THAT(CheckHeads(key, early, stranger.Head(40), &proof).en, HasSubstr("another key"));
  v1::LedgerHead other_time = early;
  other_time.set_time_ms(late.time_ms() + 1);
  EXPECT_THAT(CheckHeads(key, other_time, late, &proof).en, HasSubstr("edited or forged"));
  v1::GetConsistencyProofResponse spoilt = proof;
  spoilt.mutable_path(1)->back() ^= 1;
  EXPECT_THAT(CheckHeads(key, early, late, &spoilt).en, HasSubstr("not proved"));
  spoilt = proof;
  spoilt.mutable_path(0)->pop_back();
  EXPECT_EQ(CheckHeads(key, early, late, &spoilt).code, Finding::Code::kWrong);
  const v1::GetConsistencyProofResponse other = ledger_.Proof(14, 40);
  EXPECT_EQ(CheckHeads(key, early, late, &other).code, Finding::Code::kWrong);
}

}  // namespace
}  // namespace brobygger::ledger
