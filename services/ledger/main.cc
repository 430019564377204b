// brobygger-verify: checks a ledger, a citizen's story or a pair of heads, from files alone.
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/json_util.h"
#include "services/ledger/export_file.h"
#include "services/ledger/verify.h"

namespace brobygger::ledger {
namespace {

constexpr char kUsage[] =
    "brobygger-verify ledger KEY LEDGER [HEAD…]      an exported ledger: whole, in order, signed; begins with every ledger that a HEAD is of\n"
    "brobygger-verify story KEY LEDGER PAGE…         a citizen's story: every entry stands in the ledger, none is left out\n"
    "brobygger-verify heads KEY HEAD HEAD [PROOF]    the later ledger begins with the earlier one\n"
    "\n"
    "KEY     the public key that heads are signed with (PEM)\n"
    "LEDGER  an exported ledger (deploy/local/ledger)\n"
    "PAGE    an answer of GetCitizenAccessStory to the citizen's own login, as JSON; all pages in order, the newest first\n"
    "HEAD    an answer of GetLedgerHead as JSON, or the head line of an exported ledger\n"
    "PROOF   an answer of GetConsistencyProof as JSON\n"
    "\n"
    "Says one sentence, Danish and English. Ends with 0: all of it holds; 1: something is wrong; 2: it could not be checked.\n";
constexpr size_t kMaxFile = 64 << 20;  // of the small files; a ledger may have any size

Finding NotChecked(std::string da, std::string en) { return {Finding::Code::kNotChecked, std::move(da), std::move(en)}; }

Finding Unreadable(const std::string& path) {
  return NotChecked(absl::StrCat(path, ": filen kan ikke læses."), absl::StrCat(path, ": the file cannot be read."));
}

Finding ReadSmall(const std::string& path, std::string* out) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return Unreadable(path);
  *out = text.str();
  if (out->size() > kMaxFile) return NotChecked(absl::StrCat(path, ": filen er for stor."), absl::StrCat(path, ": the file is too large."));
  return {Finding::Code::kHolds, "", ""};
}

template <class T>
Finding ReadAnswer(const std::string& path, const char* method, T* out) {
  std::string text;
  if (Finding f = ReadSmall(path, &text); !f.holds()) return f;
  if (google::protobuf::util::JsonStringToMessage(text, out).ok()) return {Finding::Code::kHolds, "", ""};
  return NotChecked(absl::StrCat(path, ": filen er ikke et svar fra ", method, " som JSON."), absl::StrCat(path, ": the file is no answer of ", method, " as JSON."));
}

Finding ReadHead(const std::string& path, v1::LedgerHead* head) {
  std::string text;
  if (Finding f = ReadSmall(path, &text); !f.holds()) return f;
  if (ParseHeadLine(absl::StripSuffix(text, "\n"), head)) return {Finding::Code::kHolds, "", ""};
  v1::GetLedgerHeadResponse answer;
  if (Finding f = ReadAnswer(path, "GetLedgerHead", &answer); !f.holds()) return f;
  *head = answer.head();
  return {Finding::Code::kHolds, "", ""};
}

Finding Ledger(const HeadKey& key, const std::vector<std::string>& files) {
  std::vector<v1::LedgerHead> seen(files.size() - 1);
  for (size_t i = 1; i < files.size(); ++i) {
    if (Finding f = ReadHead(files[i], &seen[i - 1]); !f.holds()) return f;
  }
  std::ifstream in(files[0], std::ios::binary);
  if (!in) return Unreadable(files[0]);
  return CheckLedger(in, key, std::move(seen), nullptr, nullptr);
}

Finding Story(const HeadKey& key, const std::vector<std::string>& files) {
  std::vector<v1::GetCitizenAccessStoryResponse> pages(files.size() - 1);
  for (size_t i = 1; i < files.size(); ++i) {
    if (Finding f = ReadAnswer(files[i], "GetCitizenAccessStory", &pages[i - 1]); !f.holds()) return f;
  }
  std::ifstream in(files[0], std::ios::binary);
  if (!in) return Unreadable(files[0]);
  Finding found = CheckStory(pages, in, key);
  if (!found.holds()) return found;
  for (const auto& page : pages) {
    for (const auto& entry : page.entries()) std::cout << StoryLine(entry) << "\n";
  }
  return found;
}

Finding Heads(const HeadKey& key, const std::vector<std::string>& files) {
  v1::LedgerHead earlier, later;
  if (Finding f = ReadHead(files[0], &earlier); !f.holds()) return f;
  if (Finding f = ReadHead(files[1], &later); !f.holds()) return f;
  v1::GetConsistencyProofResponse proof;
  if (files.size() == 2) return CheckHeads(key, earlier, later, nullptr);
  if (Finding f = ReadAnswer(files[2], "GetConsistencyProof", &proof); !f.holds()) return f;
  return CheckHeads(key, earlier, later, &proof);
}

int Run(const std::vector<std::string>& args) {
  const std::string what = args.empty() ? "" : args[0];
  const size_t files = args.size() < 2 ? 0 : args.size() - 2;
  const bool known = (what == "ledger" && files >= 1) || (what == "story" && files >= 2) || (what == "heads" && (files == 2 || files == 3));
  if (!known) {
    std::cerr << kUsage;
    return 2;
  }
  const auto key = HeadKey::FromPemFile(args[1]);
  Finding found;
  if (!key.ok()) {
    found = NotChecked(absl::StrCat(args[1], ": filen er ikke den offentlige nøgle til seglene (Ed25519, PEM)."), absl::StrCat(key.status().message(), "."));
  } else {
    const std::vector<std::string> rest(args.begin() + 2, args.end());
    found = what == "ledger" ? Ledger(*key, rest) : what == "story" ? Story(*key, rest) : Heads(*key, rest);
  }
  (found.holds() ? std::cout : std::cerr) << found.da << "\n" << found.en << std::endl;
  return static_cast<int>(found.code);
}

}  // namespace
}  // namespace brobygger::ledger

int main(int argc, char** argv) {
  google::protobuf::SetLogHandler(nullptr);
  return brobygger::ledger::Run({argv + 1, argv + argc});
}
