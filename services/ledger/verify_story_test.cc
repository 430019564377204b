// A citizen's story against the ledger: what it tells stands there, and nothing is left out.
#include <algorithm>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ledger/testing/ledger_maker.h"
#include "services/ledger/verify.h"

namespace brobygger::ledger {
namespace {

using ::testing::HasSubstr;
using testing::LedgerMaker;
using testing::Pages;

class VerifyStoryTest : public ::testing::Test {
 protected:
  VerifyStoryTest() {
    ledger_.Happen(40);
    ledger_.ReadStory(me_);
    pages_ = ledger_.Story(me_, 4);
    ledger_.Happen(3);  // life goes on before the ledger is exported
  }
  Finding Check(const Pages& pages) const {
    std::istringstream in(ledger_.Export());
    return CheckStory(pages, in, ledger_.key());
  }
  void ExpectWrong(const Pages& pages, const std::string& sentence) const {
    const Finding found = Check(pages);
    EXPECT_EQ(found.code, Finding::Code::kWrong) << found.en;
    EXPECT_THAT(found.en, HasSubstr(sentence));
    EXPECT_FALSE(found.da.empty());
  }
  // The n-th entry of all, from the newest.
  static v1::StoryEntry* At(Pages& pages, int n) {
    for (auto& page : pages) {
      if (n < page.entries_size()) return page.mutable_entries(n);
      n -= page.entries_size();
    }
    return nullptr;
  }

  LedgerMaker ledger_;
  const std::string me_ = LedgerMaker::Subject(1);
  Pages pages_;
};

TEST_F(VerifyStoryTest, AWholeStoryHolds) {
  ASSERT_EQ(pages_.size(), 3u);
  const Finding found = Check(pages_);
  EXPECT_TRUE(found.holds()) << found.en;
  EXPECT_THAT(found.en, HasSubstr("11 entries"));
}

// The chain: whichever entry is left out, its absence is seen, wherever it stood.
TEST_F(VerifyStoryTest, EveryEntryThatIsLeftOutIsMissed) {
  const Pages one = [&] {
    Pages pages = {pages_[0]};
    for (size_t i = 1; i < pages_.size(); ++i) pages[0].mutable_entries()->MergeFrom(pages_[i].entries());
    pages[0].clear_next_page_token();
    return pages;
  }();
  ASSERT_TRUE(Check(one).holds());
  for (int i = 0; i < one[0].entries_size(); ++i) {
    Pages pages = one;
    const std::uint64_t number = pages[0].entries(i).number();
    pages[0].mutable_entries()->erase(pages[0].mutable_entries()->begin() + i);
    if (i == 0) ExpectWrong(pages, "The newest entries are missing");
    else ExpectWrong(pages, "comes entry " + std::to_string(number));
  }
}

TEST_F(VerifyStoryTest, PagesMissingTwiceOrInAnotherOrder) {
  ExpectWrong({pages_[0], pages_[1]}, "a page is missing");
  ExpectWrong({pages_[0], pages_[2]}, "An entry is left out");
  ExpectWrong({pages_[1], pages_[2]}, "The newest entries are missing");
  ExpectWrong({pages_[1], pages_[0], pages_[2]}, "out of its place");
  ExpectWrong({pages_[0], pages_[1], pages_[2], pages_[2]}, "there are too many");
  Pages other = ledger_.Story(LedgerMaker::Subject(2), 4);
  ExpectWrong({pages_[0], other[1], other[2]}, "not of the same story");
  EXPECT_EQ(Check({}).code, Finding::Code::kNotChecked);
}

TEST_F(VerifyStoryTest, EveryEditIsFound) {
  for (int n = 0; n < 11; ++n) {
    const auto edited = [&](const std::function<void(v1::StoryEntry*)>& edit, const char* what) {
      Pages pages = pages_;
      edit(At(pages, n));
      EXPECT_EQ(Check(pages).code, Finding::Code::kWrong) << what << " of entry " << n;
    };
    edited([](auto* e) { e->mutable_time()->set_seconds(e->time().seconds() - 1); }, "second");
    edited([](auto* e) { e->mutable_time()->set_nanos(e->time().nanos() + 1); }, "nanosecond");
    edited([](auto* e) { e->set_kind(e->kind() == v1::ENTRY_KIND_REGISTRY ? v1::ENTRY_KIND_LOOK : v1::ENTRY_KIND_REGISTRY); }, "kind");
    edited([](auto* e) { e->set_look(!e->look()); }, "look");
    edited([](auto* e) { e->set_allowed(!e->allowed()); }, "allowed");
    edited([](auto* e) { e->mutable_details()->set_agency("agencies/jobcenter"); }, "agency");
    edited([](auto* e) { e->mutable_details()->set_given_mask(e->details().given_mask() ^ 8); }, "given");
    edited([](auto* e) { e->mutable_details()->set_rule(v1::RULE_WITHDRAWN); }, "rule");
    edited([](auto* e) { e->mutable_details()->set_sequence(e->details().sequence() + 1); }, "sequence");
    edited([](auto* e) { e->mutable_details()->set_previous(e->details().previous() + 1); }, "previous");
    edited([](auto* e) { (*e->mutable_subject_salt())[0] ^= 1; }, "subject salt");
    edited([](auto* e) { (*e->mutable_details_salt())[15] ^= 1; }, "details salt");
    edited([](auto* e) { e->mutable_details_salt()->push_back('x'); }, "details salt");
  }
}

// Somebody who has another's opened entries cannot put them into this story.
TEST_F(VerifyStoryTest, AnotherCitizensEntryIsNotThisOnes) {
  Pages pages = {pages_[0]};
  for (size_t i = 1; i < pages_.size(); ++i) pages[0].mutable_entries()->MergeFrom(pages_[i].entries());
  pages[0].clear_next_page_token();
  v1::StoryEntry theirs = ledger_.Story(LedgerMaker::Subject(2))[0].entries(5);
  auto* entries = pages[0].mutable_entries();
  entries->Add(std::move(theirs));
  std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) { return a.number() > b.number(); });
  ExpectWrong(pages, "is not about this citizen");
}

TEST_F(VerifyStoryTest, WithoutSaltsOrBehindTheExportItCannotBeChecked) {
  Pages closed = pages_;
  for (auto& page : closed) {
    page.clear_subject();
    for (auto& e : *page.mutable_entries()) e.clear_subject_salt();
  }
  EXPECT_EQ(Check(closed).code, Finding::Code::kNotChecked);
  std::istringstream before([&] {
    LedgerMaker earlier;
    earlier.Happen(30);
    return earlier.Export();
  }());
  EXPECT_EQ(CheckStory(pages_, before, ledger_.key()).code, Finding::Code::kWrong) << "a ledger by another key";
  LedgerMaker ahead;
  ahead.Happen(30);
  const std::string early = ahead.Export();
  ahead.ReadStory(me_);
  std::istringstream in(early);
  EXPECT_EQ(CheckStory(ahead.Story(me_), in, ahead.key()).code, Finding::Code::kNotChecked) << "entry 31 is newer than the export";
}

TEST_F(VerifyStoryTest, ASpoiltLedgerIsNoWitness) {
  std::string text = ledger_.Export();
  text[text.size() / 2] = text[text.size() / 2] == '1' ? '2' : '1';
  std::istringstream in(text);
  EXPECT_EQ(CheckStory(pages_, in, ledger_.key()).code, Finding::Code::kWrong);
}

// Registrations that became one: each keeps the chain it had, and none of its entries can be left out either.
TEST_F(VerifyStoryTest, AStoryOfMergedRegistrations) {
  const std::string other = LedgerMaker::Subject(2);
  ledger_.Merge(other, me_);
  ledger_.Look(me_, true);
  ledger_.ReadStory(me_);
  const Finding found = Check(ledger_.Story(me_, 7, {other}));
  EXPECT_TRUE(found.holds()) << found.en;
  const Pages whole = ledger_.Story(me_, 100, {other});
  ASSERT_EQ(whole.size(), 1u);
  for (int n = 0; n < whole[0].entries_size(); ++n) {
    Pages pages = whole;
    pages[0].mutable_entries()->erase(pages[0].mutable_entries()->begin() + n);
    EXPECT_EQ(Check(pages).code, Finding::Code::kWrong) << "without entry " << whole[0].entries(n).number();
  }
  Pages none = ledger_.Story(me_, 100);
  none[0].add_absorbed(other);
  ExpectWrong(none, "a registration that was merged into this one are missing");
}

TEST(StoryLine, SaysWhoAskedForWhatAndGotWhat) {
  LedgerMaker ledger;
  const std::string me = LedgerMaker::Subject(0);
  ledger.Look(me, true);
  ledger.Look(me, false);
  ledger.ReadStory(me);
  const Pages pages = ledger.Story(me);
  EXPECT_THAT(StoryLine(pages[0].entries(2)), HasSubstr("agencies/boligenhed asked agencies/perron-4 for "));
  EXPECT_THAT(StoryLine(pages[0].entries(2)), HasSubstr("FIND_AND_KEEP_HOME: got "));
  EXPECT_THAT(StoryLine(pages[0].entries(1)), HasSubstr("got nothing (NO_CONSENT)"));
  EXPECT_THAT(StoryLine(pages[0].entries(0)), HasSubstr("STORY_READ"));
}

}  // namespace
}  // namespace brobygger::ledger
