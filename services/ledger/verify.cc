#include "services/ledger/verify.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/ledger/export_file.h"
#include "services/ledger/tree.h"

namespace brobygger::ledger {
namespace {

Finding Wrong(std::string da, std::string en) { return {Finding::Code::kWrong, std::move(da), std::move(en)}; }

std::string When(std::int64_t ms) { return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMillis(ms), absl::UTCTimeZone()); }

// Nothing, unless the head is not one by this key.
Finding CheckSigned(const HeadKey& key, const v1::LedgerHead& head) {
  switch (key.Check(head)) {
    case HeadVerdict::kGood: return {Finding::Code::kHolds, "", ""};
    case HeadVerdict::kOtherKey:
      return Wrong(absl::StrCat("Seglet er sat med en anden nøgle (", absl::BytesToHexString(head.key()), ") end den givne (", absl::BytesToHexString(key.id()), ")."),
                   absl::StrCat("The head is signed by another key (", absl::BytesToHexString(head.key()), ") than the one given (",
                                absl::BytesToHexString(key.id()), ")."));
    default:
      return Wrong(absl::StrCat("Seglet over ", head.size(), " poster er ikke sat med denne nøgle: det er rettet eller falsk."),
                   absl::StrCat("The head over ", head.size(), " entries is not signed by this key: it is edited or forged."));
  }
}

// The entries of a file, up to its head line.
class Walk {
 public:
  Walk(std::istream* file, std::vector<v1::LedgerHead> seen, const std::function<void(const Entry&)>& on_entry)
      : lines_(file), seen_(std::move(seen)), on_entry_(on_entry) {
    std::sort(seen_.begin(), seen_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  }

  Finding Run(v1::LedgerHead* head) {
    absl::string_view line;
    if (lines_.Next(&line) != LineReader::Result::kLine || line != kFirstLine) {
      return Wrong(absl::StrCat("Filen er ikke en udskrift af adgangsloggen: den begynder ikke med linjen \"", kFirstLine, "\"."),
                   absl::StrCat("The file is no exported ledger: it does not begin with the line \"", kFirstLine, "\"."));
    }
    Finding earlier = CheckSeen();  // a head over nothing
    while (earlier.holds()) {
      if (lines_.Next(&line) != LineReader::Result::kLine) return Cut();
      if (ParseHeadLine(line, head)) return Finish(*head);
      Entry entry;
      if (!ParseEntryLine(line, &entry)) {
        return Wrong(absl::StrCat("Linjen efter post ", tree_.size(), " er hverken en post eller et segl: udskriften er rettet eller skåret over."),
                     absl::StrCat("The line after entry ", tree_.size(), " is neither an entry nor a head: the export is edited or cut."));
      }
      if (Finding order = CheckOrder(entry); !order.holds()) return order;
      tree_.Append(LeafOf(entry));
      last_ms_ = entry.time_ms;
      if (on_entry_) on_entry_(entry);
      earlier = CheckSeen();
    }
    return earlier;
  }

  const Tree& tree() const { return tree_; }

 private:
  Finding Cut() const {
    return Wrong(absl::StrCat("Udskriften er skåret over efter post ", tree_.size(), ": den slutter uden sit segl."),
                 absl::StrCat("The export is cut off after entry ", tree_.size(), ": it ends without its head."));
  }

  Finding CheckOrder(const Entry& entry) const {
    const std::uint64_t want = tree_.size() + 1;
    if (entry.number > want) {
      return Wrong(absl::StrCat("Post ", want, " mangler: efter post ", want - 1, " kommer post ", entry.number, "."),
                   absl::StrCat("Entry ", want, " is missing: after entry ", want - 1, " comes entry ", entry.number, "."));
    }
    if (entry.number < want) {
      return Wrong(absl::StrCat("Post ", entry.number, " står på en forkert plads: her skulle post ", want, " stå."),
                   absl::StrCat("Entry ", entry.number, " is out of its place: entry ", want, " should stand here."));
    }
    if (entry.time_ms < last_ms_) {
      return Wrong(absl::StrCat("Post ", want, " er ældre end posten før den."), absl::StrCat("Entry ", want, " is older than the entry before it."));
    }
    return {Finding::Code::kHolds, "", ""};
  }

  // Every head that was seen over exactly so many entries has this root.
  Finding CheckSeen() {
    for (; next_ < seen_.size() && seen_[next_].size() == tree_.size(); ++next_) {
      if (HashFrom(seen_[next_].root()) == tree_.Root()) continue;
      return Wrong(absl::StrCat("Loggen er skrevet om: dens første ", tree_.size(), " poster er ikke dem, der stod der ", When(seen_[next_].time_ms()), "."),
                   absl::StrCat("The ledger was rewritten: its first ", tree_.size(), " entries are not those of ", When(seen_[next_].time_ms()), "."));
    }
    return {Finding::Code::kHolds, "", ""};
  }

  Finding Finish(const v1::LedgerHead& head) {
    if (next_ < seen_.size()) {
      return Wrong(absl::StrCat("Loggen er blevet kortere: den har ", tree_.size(), " poster, og der er set et segl over ", seen_.back().size(), "."),
                   absl::StrCat("The ledger has become shorter: it has ", tree_.size(), " entries, and a head over ", seen_.back().size(), " was seen."));
    }
    if (head.size() != tree_.size()) {
      return Wrong(absl::StrCat("Seglet er over ", head.size(), " poster, men der står ", tree_.size(), " i udskriften."),
                   absl::StrCat("The head is over ", head.size(), " entries, but ", tree_.size(), " stand in the export."));
    }
    if (head.time_ms() < last_ms_) {
      return Wrong("Seglet er ældre end den sidste post, det er over.", "The head is older than the last entry it is over.");
    }
    absl::string_view line;
    if (lines_.Next(&line) != LineReader::Result::kEnd) {
      return Wrong("Der står noget efter seglet: udskriften er forlænget.", "Something stands after the head: the export is extended.");
    }
    return {Finding::Code::kHolds, "", ""};
  }

  LineReader lines_;
  std::vector<v1::LedgerHead> seen_;
  const std::function<void(const Entry&)>& on_entry_;
  Tree tree_;
  size_t next_ = 0;
  std::int64_t last_ms_ = 0;
};

}  // namespace

Finding CheckLedger(std::istream& file, const HeadKey& key, std::vector<v1::LedgerHead> seen, const std::function<void(const Entry&)>& on_entry,
                    v1::LedgerHead* head) {
  for (const v1::LedgerHead& h : seen) {
    if (Finding f = CheckSigned(key, h); !f.holds()) return f;
  }
  Walk walk(&file, std::move(seen), on_entry);
  v1::LedgerHead read;
  if (Finding f = walk.Run(&read); !f.holds()) return f;
  if (Finding f = CheckSigned(key, read); !f.holds()) return f;
  if (HashFrom(read.root()) != walk.tree().Root()) {
    return Wrong("Posterne er ikke dem, seglet er sat over: mindst én er rettet, eller de er fra en anden log.",
                 "The entries are not those that the head was signed over: at least one is edited, or they are from another ledger.");
  }
  if (head != nullptr) *head = read;
  return {Finding::Code::kHolds,
          absl::StrCat("Loggen er hel: ", read.size(), " poster, i rækkefølge, med segl fra ", When(read.time_ms()), "."),
          absl::StrCat("The ledger is whole: ", read.size(), " entries, in order, with a head of ", When(read.time_ms()), ".")};
}

Finding CheckHeads(const HeadKey& key, const v1::LedgerHead& earlier, const v1::LedgerHead& later, const v1::GetConsistencyProofResponse* proof) {
  for (const v1::LedgerHead* head : {&earlier, &later}) {
    if (Finding f = CheckSigned(key, *head); !f.holds()) return f;
  }
  if (later.size() < earlier.size()) {
    return Wrong(absl::StrCat("Loggen er blevet kortere: fra ", earlier.size(), " til ", later.size(), " poster."),
                 absl::StrCat("The ledger has become shorter: from ", earlier.size(), " to ", later.size(), " entries."));
  }
  if (later.time_ms() < earlier.time_ms()) {
    return Wrong("Det andet segl er ældre end det første.", "The second head is older than the first.");
  }
  if (later.size() > earlier.size() && proof == nullptr) {
    return {Finding::Code::kNotChecked, "De to segl er over hver sit antal poster: der skal et bevis til (GetConsistencyProof).",
            "The two heads are over different numbers of entries: a proof is needed (GetConsistencyProof)."};
  }
  std::vector<Hash> path;
  bool sound = true;
  for (int i = 0; proof != nullptr && i < proof->path_size(); ++i) {
    const auto hash = HashFrom(proof->path(i));
    sound = sound && hash.has_value();
    if (hash.has_value()) path.push_back(*hash);
  }
  if (!sound || !VerifyConsistency(earlier.size(), *HashFrom(earlier.root()), later.size(), *HashFrom(later.root()), path)) {
    return Wrong("Det er ikke bevist, at den sene log begynder med den tidlige: loggen er skrevet om, eller beviset er et andet.",
                 "It is not proved that the later ledger begins with the earlier: the ledger was rewritten, or the proof is another.");
  }
  return {Finding::Code::kHolds, absl::StrCat("Loggen med ", later.size(), " poster begynder med de ", earlier.size(), " poster, der var der før."),
          absl::StrCat("The ledger of ", later.size(), " entries begins with the ", earlier.size(), " entries that were there before.")};
}

}  // namespace brobygger::ledger
