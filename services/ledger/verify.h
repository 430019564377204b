// The checks of brobygger-verify: over files only, without a network, without trust in whoever wrote them. Each ends with one
// sentence, Danish and English: that everything holds, or the first thing that does not.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "brobygger/ledger/v1/ledger.pb.h"
#include "brobygger/ledger/v1/proof.pb.h"
#include "services/ledger/entry.h"
#include "services/ledger/head.h"

namespace brobygger::ledger {

struct Finding {
  enum class Code {
    kHolds = 0,
    kWrong = 1,         // what was checked is not what it says it is
    kNotChecked = 2,    // it cannot be told from these files
  } code = Code::kNotChecked;
  std::string da, en;
  bool holds() const { return code == Code::kHolds; }
};

// An exported ledger: whole, in order, signed by this key; and it begins with every ledger of which a head was seen earlier.
// `on_entry` is called with each entry as it is read, before it is known whether all of them hold. `head`: of a ledger that holds.
Finding CheckLedger(std::istream& file, const HeadKey& key, std::vector<v1::LedgerHead> seen, const std::function<void(const Entry&)>& on_entry,
                    v1::LedgerHead* head);

// Two heads by this key, and that the later ledger begins with the earlier one. `proof` is not needed for heads of one size.
Finding CheckHeads(const HeadKey& key, const v1::LedgerHead& earlier, const v1::LedgerHead& later, const v1::GetConsistencyProofResponse* proof);

// A citizen's story as GetCitizenAccessStory gives it to the citizen's own login, all pages in order, against an exported ledger:
// every entry stands in the ledger as it is told, and none is left out from the first to this reading of the story. What
// the text sentences say is not checked, the details are: StoryLine puts them into words.
Finding CheckStory(const std::vector<v1::GetCitizenAccessStoryResponse>& pages, std::istream& ledger, const HeadKey& key);

// "12  2026-03-01 11:00:00 UTC  agencies/boligenhed asked …": a checked entry's details, to be laid beside the printed story.
std::string StoryLine(const v1::StoryEntry& entry);

}  // namespace brobygger::ledger
