// A ledger in memory, as the consent service writes it, with a key of its own: what the verifier's tests check, whole and spoilt.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/ledger/entry.h"
#include "services/ledger/head.h"
#include "services/ledger/tree.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::ledger::testing {

using Pages = std::vector<v1::GetCitizenAccessStoryResponse>;

class LedgerMaker {
 public:
  // `seed` makes salts, and so everything but the signatures, differ. `key_of`: signs with the key of this one.
  explicit LedgerMaker(int seed = 1, const LedgerMaker* key_of = nullptr);

  // --- what happens; `subject` is 26 characters, or "" for nobody ---
  void Look(const std::string& subject, bool allowed);
  void Act(const std::string& subject, v1::EntryKind kind, v1::Act act);
  void ReadStory(const std::string& subject) { Act(subject, v1::ENTRY_KIND_CITIZEN_VIEW, v1::ACT_STORY_READ); }
  void Merge(const std::string& other, const std::string& kept);
  // `n` entries about three citizens and nobody, no reading of a story among them.
  void Happen(int n);

  // --- what it looks like ---
  std::uint64_t size() const { return entries_.size(); }
  v1::LedgerHead Head(std::uint64_t size) const;
  std::string Export() const;  // with a head over all of it
  // Newest first. `absorbed`: registrations that were merged into this one.
  Pages Story(const std::string& subject, int page_size = 100, const std::vector<std::string>& absorbed = {}) const;
  v1::GetConsistencyProofResponse Proof(std::uint64_t first, std::uint64_t second) const;

  HeadKey key() const { return *HeadKey::FromPemFile(public_key()); }
  std::string public_key() const { return dir_.path() + "/public.pem"; }
  std::string Write(const std::string& name, const std::string& text) const { return dir_.File(name, text); }  // the path

  static std::string Subject(int n) { return std::string(25, 'a') + static_cast<char>('a' + n); }

 private:
  void Add(const std::string& subject, v1::EntryKind kind, v1::EntryDetails details);

  int seed_;
  ::brobygger::testing::TempDir dir_;
  std::vector<Entry> entries_;
  std::vector<Hash> leaves_;
  std::vector<v1::StoryEntry> told_;
  std::vector<std::string> subjects_;
  std::map<std::string, std::vector<std::uint64_t>> chains_;
};

}  // namespace brobygger::ledger::testing
