#include "services/ledger/testing/ledger_maker.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "services/ledger/export_file.h"

namespace brobygger::ledger::testing {
namespace {

constexpr std::int64_t kStart = 1'767'225'600'000;  // 1 January 2026

void Must(bool ok) {
  if (!ok) std::abort();
}

void MakeKeys(const std::string& dir) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  FILE* secret = std::fopen((dir + "/private.pem").c_str(), "w");
  FILE* open = std::fopen((dir + "/public.pem").c_str(), "w");
  Must(PEM_write_PrivateKey(secret, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 && PEM_write_PUBKEY(open, key.get()) == 1);
  std::fclose(secret);
  std::fclose(open);
}

}  // namespace

LedgerMaker::LedgerMaker(int seed, const LedgerMaker* key_of) : seed_(seed) {
  if (key_of == nullptr) MakeKeys(dir_.path());
  for (const char* name : {"private.pem", "public.pem"}) {
    if (key_of != nullptr) std::filesystem::copy_file(key_of->dir_.path() + "/" + name, dir_.path() + "/" + name);
  }
}

void LedgerMaker::Look(const std::string& subject, bool allowed) {
  v1::EntryDetails details;
  details.set_person("adviser-1");
  details.set_agency("agencies/boligenhed");
  details.set_role(type::v1::ROLE_HOUSING_ADVISER);
  details.set_holder("agencies/perron-4");
  details.set_recipient("agencies/boligenhed");
  details.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  details.set_asked_mask(6);
  details.set_door("brobygger.dropin.v1.DropinService");
  details.set_rule(allowed ? v1::RULE_CONSENT : v1::RULE_NO_CONSENT);
  if (allowed) details.set_given_mask(2);
  Add(subject, v1::ENTRY_KIND_LOOK, details);
}

void LedgerMaker::Act(const std::string& subject, v1::EntryKind kind, v1::Act act) {
  v1::EntryDetails details;
  details.set_act(act);
  details.set_word(type::v1::WORD_OWN_LOGIN);
  Add(subject, kind, details);
}

void LedgerMaker::Merge(const std::string& other, const std::string& kept) {
  for (const std::string& subject : {other, kept}) Act(subject, v1::ENTRY_KIND_REGISTRY, v1::ACT_CITIZENS_MERGED);
}

void LedgerMaker::Happen(int n) {
  for (int i = 0; i < n; ++i) {
    const std::string subject = i % 4 == 3 ? "" : Subject(i % 4);
    if (i % 5 == 0) Act(subject, v1::ENTRY_KIND_CONSENT, v1::ACT_CONSENT_GIVEN);
    else Look(subject, i % 2 == 0);
  }
}

void LedgerMaker::Add(const std::string& subject, v1::EntryKind kind, v1::EntryDetails details) {
  const std::uint64_t number = entries_.size() + 1;
  if (!subject.empty()) {
    auto& chain = chains_[subject];
    details.set_sequence(chain.size() + 1);
    details.set_previous(chain.empty() ? 0 : chain.back());
    chain.push_back(number);
  }
  const std::string salts(Bytes(Sha256(absl::StrCat("salts ", seed_, " ", number))));
  v1::StoryEntry told;
  told.set_number(number);
  *told.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(kStart + static_cast<std::int64_t>(number / 2) * 1001);
  told.set_kind(kind);
  told.set_look(kind == v1::ENTRY_KIND_LOOK);
  told.set_allowed(told.look() && details.rule() == v1::RULE_CONSENT);
  told.set_subject_salt(salts.substr(0, 16));
  told.set_details_salt(salts.substr(16));
  *told.mutable_details() = details;

  Entry entry;
  entry.number = number;
  entry.time_ms = google::protobuf::util::TimeUtil::TimestampToMilliseconds(told.time());
  entry.kind = static_cast<std::uint32_t>(kind);
  entry.subject = SubjectCommitment(told.subject_salt(), subject);
  entry.details = DetailsCommitment(told.details_salt(), details);
  entries_.push_back(entry);
  leaves_.push_back(LeafOf(entry));
  told_.push_back(told);
  subjects_.push_back(subject);
}

v1::LedgerHead LedgerMaker::Head(std::uint64_t size) const {
  Tree tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.Append(leaves_[i]);
  v1::LedgerHead head;
  head.set_size(size);
  head.set_root(std::string(Bytes(tree.Root())));
  head.set_time_ms(size == 0 ? kStart : entries_[size - 1].time_ms + 1500);
  HeadSigner::FromPemFile(dir_.path() + "/private.pem")->Sign(&head);
  return head;
}

std::string LedgerMaker::Export() const {
  std::string out = absl::StrCat(kFirstLine, "\n");
  for (const Entry& entry : entries_) absl::StrAppend(&out, EntryLine(entry), "\n");
  return absl::StrCat(out, HeadLine(Head(size())), "\n");
}

Pages LedgerMaker::Story(const std::string& subject, int page_size, const std::vector<std::string>& absorbed) const {
  Pages pages;
  for (size_t i = told_.size(); i-- > 0;) {
    if (subjects_[i] != subject && std::find(absorbed.begin(), absorbed.end(), subjects_[i]) == absorbed.end()) continue;
    if (pages.empty() || pages.back().entries_size() == page_size) {
      if (!pages.empty()) pages.back().set_next_page_token("more");
      pages.emplace_back();
      pages.back().set_subject(subject);
      for (const std::string& other : absorbed) pages.back().add_absorbed(other);
    }
    *pages.back().add_entries() = told_[i];
  }
  return pages;
}

v1::GetConsistencyProofResponse LedgerMaker::Proof(std::uint64_t first, std::uint64_t second) const {
  Tree tree;
  for (std::uint64_t i = 0; i < second; ++i) tree.Append(leaves_[i]);
  Tree::Tiles tiles;
  for (const std::uint64_t t : tree.TilesForConsistency(first, second)) {
    const auto begin = leaves_.begin() + static_cast<std::ptrdiff_t>(t * tree.tile_size());
    tiles[t].assign(begin, begin + static_cast<std::ptrdiff_t>(tree.tile_size()));
  }
  v1::GetConsistencyProofResponse proof;
  const auto path = tree.Consistency(first, second, tiles);
  Must(path.ok());
  for (const Hash& hash : *path) proof.add_path(std::string(Bytes(hash)));
  return proof;
}

}  // namespace brobygger::ledger::testing
