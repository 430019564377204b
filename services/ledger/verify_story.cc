#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "services/ledger/verify.h"

namespace brobygger::ledger {
namespace {

constexpr int kSubjectSize = 26;
constexpr size_t kSaltSize = 16;

Finding Holds() { return {Finding::Code::kHolds, "", ""}; }
Finding Wrong(std::string da, std::string en) { return {Finding::Code::kWrong, std::move(da), std::move(en)}; }
Finding NotChecked(std::string da, std::string en) { return {Finding::Code::kNotChecked, std::move(da), std::move(en)}; }

// The pages as one story, oldest entry first.
struct Story {
  std::vector<std::string> subjects;  // the citizen's registrations; the first is the one that goes on
  std::vector<const v1::StoryEntry*> entries;
};

Finding Join(const std::vector<v1::GetCitizenAccessStoryResponse>& pages, Story* story) {
  if (pages.empty() || pages[0].entries().empty()) return NotChecked("Historien er tom.", "The story is empty.");
  story->subjects.push_back(pages[0].subject());
  story->subjects.insert(story->subjects.end(), pages[0].absorbed().begin(), pages[0].absorbed().end());
  for (const auto& page : pages) {
    std::vector<std::string> subjects = {page.subject()};
    subjects.insert(subjects.end(), page.absorbed().begin(), page.absorbed().end());
    if (subjects != story->subjects) return Wrong("Siderne er ikke af samme historie.", "The pages are not of the same story.");
    for (const auto& entry : page.entries()) {
      if (!story->entries.empty() && entry.number() >= story->entries.back()->number()) {
        return Wrong(absl::StrCat("Post ", entry.number(), " står på en forkert plads i historien: den nyeste skal stå først."),
                     absl::StrCat("Entry ", entry.number(), " is out of its place in the story: the newest comes first."));
      }
      story->entries.push_back(&entry);
    }
    if ((&page == &pages.back()) != page.next_page_token().empty()) {
      return Wrong(absl::StrCat("Historien er ikke hel: en side mangler, eller der er for mange efter post ", story->entries.back()->number(), "."),
                   absl::StrCat("The story is not whole: a page is missing, or there are too many, after entry ", story->entries.back()->number(), "."));
    }
  }
  for (const std::string& subject : story->subjects) {
    if (subject.size() != kSubjectSize) {
      return NotChecked("Historien er uden det, der åbner posterne: kun en historie læst med borgerens eget login kan kontrolleres.",
                        "The story is without what opens its entries: only one that was read with the citizen's own login can be checked.");
    }
  }
  std::reverse(story->entries.begin(), story->entries.end());
  return Holds();
}

Finding Edited(std::uint64_t number) {
  return Wrong(absl::StrCat("Post ", number, " er ikke, hvad der står i loggen: den er rettet."),
               absl::StrCat("Entry ", number, " is not what stands in the ledger: it is edited."));
}

// Whether the story tells what the ledger has committed to. `chain`: which of the citizen's registrations it is about.
Finding CheckOpening(const v1::StoryEntry& told, const Entry& written, const std::vector<std::string>& subjects, size_t* chain) {
  if (told.subject_salt().size() != kSaltSize || told.details_salt().size() != kSaltSize) return Edited(told.number());
  const auto& time = told.time();
  const bool same_time = time.nanos() >= 0 && time.nanos() % 1'000'000 == 0 && time.nanos() < 1'000'000'000 &&
                         absl::ToUnixMillis(absl::FromUnixSeconds(time.seconds())) + time.nanos() / 1'000'000 == written.time_ms;
  const bool look = told.kind() == v1::ENTRY_KIND_LOOK;
  const bool allowed = look && told.details().rule() == v1::RULE_CONSENT && told.details().given_mask() != 0;
  if (!same_time || static_cast<std::uint32_t>(told.kind()) != written.kind || told.look() != look || told.allowed() != allowed ||
      DetailsCommitment(told.details_salt(), told.details()) != written.details) {
    return Edited(told.number());
  }
  const auto whose = std::find_if(subjects.begin(), subjects.end(), [&](const std::string& subject) {
    return SubjectCommitment(told.subject_salt(), subject) == written.subject;
  });
  if (whose == subjects.end()) {
    return Wrong(absl::StrCat("Post ", told.number(), " handler ikke om denne borger."), absl::StrCat("Entry ", told.number(), " is not about this citizen."));
  }
  *chain = static_cast<size_t>(whose - subjects.begin());
  return Holds();
}

// Each entry says which place in the citizen's chain it has, and which entry has the place before it.
class Chains {
 public:
  explicit Chains(size_t n) : last_(n), acts_(n, v1::ACT_UNSPECIFIED) {}

  Finding Next(size_t chain, const v1::StoryEntry& entry) {
    auto& [number, sequence] = last_[chain];
    if (entry.details().sequence() != sequence + 1 || entry.details().previous() != number) {
      const std::uint64_t left_out = entry.details().previous();
      return Wrong(absl::StrCat("En post er udeladt af historien: før post ", entry.number(), " kommer post ", left_out, "."),
                   absl::StrCat("An entry is left out of the story: before entry ", entry.number(), " comes entry ", left_out, "."));
    }
    number = entry.number();
    sequence = entry.details().sequence();
    acts_[chain] = entry.details().act();
    return Holds();
  }

  // Each chain ends with the act that ends it: the first with the reading of the story, one that was merged into it with that.
  Finding End() const {
    for (size_t chain = 0; chain < acts_.size(); ++chain) {
      if (acts_[chain] == (chain == 0 ? v1::ACT_STORY_READ : v1::ACT_CITIZENS_MERGED)) continue;
      if (chain == 0) {
        return Wrong("De nyeste poster mangler: en historie ender med, at den selv blev læst.",
                     "The newest entries are missing: a story ends with the reading of itself.");
      }
      return Wrong("De sidste poster fra en registrering, der blev til denne, mangler.",
                   "The last entries of a registration that was merged into this one are missing.");
    }
    return Holds();
  }

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> last_;  // number, sequence
  std::vector<v1::Act> acts_;                                  // of the last entry
};

// "CONTACT, APPOINTMENTS"
std::string Categories(std::uint32_t mask) {
  std::vector<std::string> names;
  for (int c = 0; c < 32; ++c) {
    if ((mask >> c & 1) == 0) continue;
    const std::string name = type::v1::DataCategory_Name(static_cast<type::v1::DataCategory>(c));
    names.push_back(name.empty() ? absl::StrCat(c) : name.substr(sizeof("DATA_CATEGORY_") - 1));
  }
  return names.empty() ? "nothing" : absl::StrJoin(names, ", ");
}

std::string After(const std::string& prefix, const std::string& name) { return name.size() > prefix.size() ? name.substr(prefix.size()) : "?"; }

}  // namespace

Finding CheckStory(const std::vector<v1::GetCitizenAccessStoryResponse>& pages, std::istream& ledger, const HeadKey& key) {
  Story story;
  if (Finding f = Join(pages, &story); !f.holds()) return f;
  std::map<std::uint64_t, Entry> written;
  for (const v1::StoryEntry* entry : story.entries) written[entry->number()];
  v1::LedgerHead head;
  const Finding whole = CheckLedger(ledger, key, {}, [&](const Entry& entry) {
    const auto it = written.find(entry.number);
    if (it != written.end()) it->second = entry;
  }, &head);
  if (!whole.holds()) return whole;

  Chains chains(story.subjects.size());
  size_t chain = 0;
  for (const v1::StoryEntry* entry : story.entries) {
    if (entry->number() == 0) return Edited(0);
    if (entry->number() > head.size()) {
      return NotChecked(absl::StrCat("Post ", entry->number(), " er nyere end udskriften af loggen: der skal en nyere udskrift til."),
                        absl::StrCat("Entry ", entry->number(), " is newer than the exported ledger: a newer export is needed."));
    }
    if (Finding f = CheckOpening(*entry, written[entry->number()], story.subjects, &chain); !f.holds()) return f;
    if (Finding f = chains.Next(chain, *entry); !f.holds()) return f;
  }
  if (Finding f = chains.End(); !f.holds()) return f;
  const v1::StoryEntry& newest = *story.entries.back();
  const std::string when = absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMillis(written[newest.number()].time_ms), absl::UTCTimeZone());
  return {Finding::Code::kHolds,
          absl::StrCat("Historien er hel og står i loggen: ", story.entries.size(), " poster, som den blev læst ", when, "."),
          absl::StrCat("The story is whole and stands in the ledger: ", story.entries.size(), " entries, as it was read at ", when, ".")};
}

std::string StoryLine(const v1::StoryEntry& entry) {
  const v1::EntryDetails& d = entry.details();
  std::string out = absl::StrCat(entry.number(), "  ", google::protobuf::util::TimeUtil::ToString(entry.time()), "  ");
  if (entry.kind() != v1::ENTRY_KIND_LOOK) {
    absl::StrAppend(&out, After("ACT_", v1::Act_Name(d.act())), d.agency().empty() ? "" : absl::StrCat(" at ", d.agency()));
    if (d.holder().empty()) return out;
    return absl::StrCat(out, ": ", d.holder(), " to ", d.recipient(), ", ", Categories(d.given_mask()), ", for ", After("PURPOSE_", type::v1::Purpose_Name(d.purpose())));
  }
  return absl::StrCat(out, d.agency(), " asked ", d.holder(), " for ", Categories(d.asked_mask()), ", for ",
                      After("PURPOSE_", type::v1::Purpose_Name(d.purpose())), ": got ", Categories(entry.allowed() ? d.given_mask() : 0), " (",
                      After("RULE_", v1::Rule_Name(d.rule())), ")");
}

}  // namespace brobygger::ledger
