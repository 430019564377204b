// brobygger-verify as somebody runs it: files in, one sentence and an exit code out.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/ledger/export_file.h"
#include "services/ledger/testing/ledger_maker.h"

namespace brobygger::ledger {
namespace {

using ::testing::HasSubstr;
using testing::LedgerMaker;

struct Ran {
  int code = -1;
  std::string said;
};

Ran Verify(const std::string& arguments) {
  Ran ran;
  FILE* out = popen(absl::StrCat(BROBYGGER_VERIFY, " ", arguments, " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), out)) > 0;) ran.said.append(buffer.data(), n);
  const int status = pclose(out);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::string Json(const google::protobuf::Message& message) {
  std::string out;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &out).ok());
  return out;
}

class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() {
    ledger_.Happen(20);
    ledger_.ReadStory(me_);
    key_ = ledger_.public_key();
    file_ = ledger_.Write("ledger.txt", ledger_.Export());
  }
  std::string HeadFile(std::uint64_t size) {
    v1::GetLedgerHeadResponse answer;
    *answer.mutable_head() = ledger_.Head(size);
    return ledger_.Write(absl::StrCat("head", size, ".json"), Json(answer));
  }
  LedgerMaker ledger_;
  const std::string me_ = LedgerMaker::Subject(0);
  std::string key_, file_;
};

TEST_F(ProgramTest, ALedger) {
  const Ran ran = Verify(absl::StrCat("ledger ", key_, " ", file_, " ", HeadFile(7), " ", ledger_.Write("line", HeadLine(ledger_.Head(8)) + "\n")));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.said.find("Loggen er hel: 21 poster"), 0u) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("The ledger is whole: 21 entries"));
  const Ran cut = Verify(absl::StrCat("ledger ", key_, " ", ledger_.Write("cut.txt", ledger_.Export().substr(0, 1500))));
  EXPECT_EQ(cut.code, 1);
  EXPECT_THAT(cut.said, HasSubstr("cut off"));
}

TEST_F(ProgramTest, AStory) {
  std::string pages;
  int n = 0;
  for (const auto& page : ledger_.Story(me_, 2)) absl::StrAppend(&pages, " ", ledger_.Write(absl::StrCat("page", ++n, ".json"), Json(page)));
  const Ran ran = Verify(absl::StrCat("story ", key_, " ", file_, pages));
  EXPECT_EQ(ran.code, 0) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("The story is whole and stands in the ledger: 6 entries"));
  EXPECT_THAT(ran.said, HasSubstr("agencies/boligenhed asked agencies/perron-4"));
  auto story = ledger_.Story(me_);
  story[0].mutable_entries()->erase(story[0].mutable_entries()->begin() + 2);
  const Ran without = Verify(absl::StrCat("story ", key_, " ", file_, " ", ledger_.Write("without.json", Json(story[0]))));
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.said, HasSubstr("An entry is left out of the story"));
  EXPECT_THAT(without.said, HasSubstr("En post er udeladt af historien"));
}

TEST_F(ProgramTest, APairOfHeads) {
  const std::string proof = ledger_.Write("proof.json", Json(ledger_.Proof(7, 20)));
  const Ran ran = Verify(absl::StrCat("heads ", key_, " ", HeadFile(7), " ", HeadFile(20), " ", proof));
  EXPECT_EQ(ran.code, 0) << ran.said;
  EXPECT_EQ(Verify(absl::StrCat("heads ", key_, " ", HeadFile(7), " ", HeadFile(21), " ", proof)).code, 1);
  EXPECT_EQ(Verify(absl::StrCat("heads ", key_, " ", HeadFile(7), " ", HeadFile(20))).code, 2);
}

TEST_F(ProgramTest, WhatCannotBeCheckedIsTwo) {
  const std::string garbage = ledger_.Write("garbage", "{\"head\": [[[[");
  for (const std::string& arguments :
       {std::string(), std::string("ledger"), absl::StrCat("ledger ", key_), absl::StrCat("ledger ", key_, " /nonexistent"), absl::StrCat("ledger ", file_, " ", file_),
        absl::StrCat("ledger /nonexistent ", file_), absl::StrCat("ledger ", key_, " ", file_, " ", garbage), absl::StrCat("story ", key_, " ", file_),
        absl::StrCat("story ", key_, " ", file_, " ", garbage), absl::StrCat("heads ", key_, " ", garbage, " ", garbage), absl::StrCat("unknown ", key_, " ", file_)}) {
    const Ran ran = Verify(arguments);
    EXPECT_EQ(ran.code, 2) << arguments << ": " << ran.said;
    EXPECT_FALSE(ran.said.empty()) << arguments;
  }
}

}  // namespace
}  // namespace brobygger::ledger
