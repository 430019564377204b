// How long a proof takes out of a ledger of millions: started by tests/bench/ledger, which says how to read it.
//
// Makes a ledger as the gate and the signer would have left it (rows of random content in the form of a look; the older ones in files, the
// newest in Redis, the roots of tiles and a signed head), starts the consent service on it as deploy/local does, and asks for proofs over mutual
// TLS. Each proof is checked against the signed head.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/ledger/v1/proof.pb.h"
#include "services/consent/ledger_files.h"
#include "services/consent/ledger_row.h"
#include "services/ledger/head.h"
#include "services/ledger/tree.h"
#include "services/runtime/crypto.h"
#include "tests/bench/process.h"
#include "tests/bench/suite.h"

namespace brobygger::bench {
namespace {

namespace l = ::brobygger::ledger;

constexpr char kPrefix[] = "consent:{trust}:";
constexpr char kProofs[] = "/brobygger.ledger.v1.LedgerProofService/";
constexpr std::uint64_t kSample = 5'000;

struct Options {
  std::string build;
  std::uint64_t entries = 10'000'000, keep = 100'000;
};

double Seconds(absl::Time since) { return absl::ToDoubleSeconds(absl::Now() - since); }

// A row of the size of a look, as it stands in the store.
stored::LedgerRow RowOf(std::uint64_t number, std::int64_t time_ms) {
  std::uint64_t state = number;
  const auto bytes = [&](size_t n) {
    std::string out(n, '\0');
    for (size_t i = 0; i < n; i += 8) {  // splitmix64: a generator with a large state costs more than all hashes of the row
      std::uint64_t z = state += 0x9e3779b97f4a7c15;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      z ^= z >> 31;
      std::memcpy(&out[i], &z, std::min<size_t>(8, n - i));
    }
    return out;
  };
  stored::LedgerRow row;
  row.set_kind(l::v1::ENTRY_KIND_LOOK);
  row.set_subject_salt(bytes(16));
  row.set_details_salt(bytes(16));
  l::v1::EntryDetails* details = row.mutable_details();
  details->set_person(absl::StrCat("staff-", number % 200));
  details->set_agency("agencies/boligenhed");
  details->set_role(type::v1::ROLE_HOUSING_ADVISER);
  details->set_holder("agencies/perron-4");
  details->set_recipient("agencies/boligenhed");
  details->set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  details->set_asked_mask(6);
  details->set_door("brobygger.dropin.v1.DropinService");
  row.set_number(number);
  row.set_time_ms(time_ms);
  row.mutable_chain()->set_subject(bytes(26));
  row.mutable_chain()->set_sequence(number / 1000 + 1);
  row.mutable_chain()->set_previous(number > 1000 ? number - 1000 : 0);
  row.mutable_outcome()->set_given_mask(6);
  row.mutable_outcome()->set_rule(l::v1::RULE_CONSENT);
  row.mutable_outcome()->set_consent(bytes(26));
  row.mutable_outcome()->set_consent_version(1);
  return row;
}

// The ledger, and what the driver remembers of it.
class Ledger {
 public:
  Ledger(const Options& options, const std::string& dir, testing::RedisServer* trust) : dir_(dir), trust_(trust) {
    std::mt19937_64 random(options.entries);
    while (leaves_.size() < std::min(kSample, options.entries / 4)) leaves_[random() % options.entries + 1] = {};
    const absl::Time start = absl::Now();
    Files(options);
    Stored(options);
    std::fprintf(stderr, "%llu entries made in %.0f s\n", static_cast<unsigned long long>(tree_.size()), Seconds(start));
  }
  void Sign(const std::string& key) {
    head_.set_size(tree_.size());
    head_.set_root(std::string(l::Bytes(tree_.Root())));
    head_.set_time_ms(absl::ToUnixMillis(absl::Now()));
    auto signer = l::HeadSigner::FromPemFile(key);
    if (!signer.ok()) Die(signer.status().ToString());
    signer->Sign(&head_);
    std::string roots;
    for (const l::Hash& root : tree_.tile_roots()) absl::StrAppend(&roots, l::Bytes(root));
    trust_->Admin({"FCALL", "bb_keep_head", "1", kPrefix, absl::StrCat(head_.size()), head_.SerializeAsString(), "0", roots});
  }
  const l::v1::LedgerHead& head() const { return head_; }
  const std::unordered_map<std::uint64_t, l::Hash>& leaves() const { return leaves_; }
  std::uint64_t moved() const { return moved_; }

 private:
  void Append(std::uint64_t number, const l::Hash& leaf) {
    tree_.Append(leaf);
    if (const auto it = leaves_.find(number); it != leaves_.end()) it->second = leaf;
  }
  void Files(const Options& options) {
    auto files = consent::LedgerFiles::Open(dir_);
    if (!files.ok()) Die(files.status().ToString());
    const std::uint64_t each = (*files)->entries_each();
    const std::uint64_t wanted = options.entries < options.keep ? 0 : (options.entries - options.keep) / each * each;
    std::vector<std::string> rows(each);
    std::vector<l::Hash> leaves(each);
    const unsigned workers = std::max(1u, std::thread::hardware_concurrency());
    while (moved_ < wanted) {
      std::vector<std::thread> threads;
      for (unsigned w = 0; w < workers; ++w) {
        threads.emplace_back([&, w] {
          for (std::uint64_t i = w; i < each; i += workers) {
            const stored::LedgerRow row = RowOf(moved_ + i + 1, static_cast<std::int64_t>(1'700'000'000'000 + moved_ + i));
            rows[i] = row.SerializeAsString();
            leaves[i] = l::LeafOf(consent::PublicEntry(row));
          }
        });
      }
      for (std::thread& t : threads) t.join();
      if (absl::Status added = (*files)->Add(rows, leaves); !added.ok()) Die(added.ToString());
      for (std::uint64_t i = 0; i < each; ++i) Append(moved_ + i + 1, leaves[i]);
      moved_ += each;
    }
  }
  // The newest, as the gate writes them.
  void Stored(const Options& options) {
    std::string head(16, '\0');
    for (int i = 0; i < 8; ++i) head[static_cast<size_t>(7 - i)] = static_cast<char>(moved_ >> (8 * i));
    if (moved_ > 0) trust_->Admin({"SET", absl::StrCat(kPrefix, "ledger-head"), head});
    trust_->Admin({"CONFIG", "SET", "appendfsync", "no"});
    const auto redis = trust_->Connect();
    for (std::uint64_t number = moved_ + 1; number <= options.entries; ++number) {
      stored::LedgerRow row = RowOf(number, 0);
      const std::string subject(26, static_cast<char>('a' + number % 26));
      row.clear_chain();
      row.clear_number();
      row.clear_time_ms();
      redis->Command({"FCALL", "bb_append", "1", kPrefix, subject, row.SerializeAsString()}, [](absl::StatusOr<Redis::Reply> reply) {
        if (!reply.ok()) Die(reply.status().ToString());
      });
      if (number % 5000 == 0 && !redis->Call({"PING"}).ok()) Die("the store is gone");
    }
    if (!redis->Call({"PING"}).ok()) Die("the store is gone");
    trust_->Admin({"CONFIG", "SET", "appendfsync", "always"});
    for (std::uint64_t next = moved_ + 1; next <= options.entries;) {
      const auto reply = redis->Call({"FCALL_RO", "bb_rows", "1", kPrefix, absl::StrCat(next), "1000"});
      if (!reply.ok() || reply->elements.empty()) Die("entries are missing in the store");
      for (const auto& element : reply->elements) {
        const auto row = consent::ParseRow(element.text);
        if (!row.ok() || row->number() != next) Die("an entry is missing in the store");
        Append(next++, l::LeafOf(consent::PublicEntry(*row)));
      }
    }
  }

  const std::string dir_;
  testing::RedisServer* const trust_;
  l::Tree tree_;
  std::uint64_t moved_ = 0;
  std::unordered_map<std::uint64_t, l::Hash> leaves_;  // of the entries that will be asked for
  l::v1::LedgerHead head_;
};

// What the rules hand to the script for an entry that concerns nobody.
std::string Head() {
  stored::LedgerRow row = RowOf(1, 0);
  row.clear_number();
  row.clear_time_ms();
  row.clear_chain();
  row.clear_outcome();
  return row.SerializeAsString();
}

// Nothing of the files is in memory any more.
void Forget(const std::string& dir) {
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const int fd = open(entry.path().c_str(), O_RDONLY);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
}

std::uint64_t MegabytesOf(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(status, line)) {
    std::uint64_t kb = 0;
    if (absl::StartsWith(line, "VmRSS:") && absl::SimpleAtoi(line.substr(6, line.size() - 9), &kb)) return kb / 1024;
  }
  return 0;
}

class Asker {
 public:
  Asker(const Ledger& ledger, RpcClient* client) : ledger_(ledger), client_(client) {}

  // One after the other, each as a stranger asks.
  void Proofs(const char* what, const std::vector<std::uint64_t>& numbers) {
    std::vector<double> ms;
    size_t largest = 0;
    for (const std::uint64_t number : numbers) {
      l::v1::GetInclusionProofRequest request;
      request.set_number(number);
      request.set_size(ledger_.head().size());
      const absl::Time asked = absl::Now();
      const auto bytes = client_->CallAndWait(absl::StrCat(kProofs, "GetInclusionProof"), request.SerializeAsString(), absl::Now() + absl::Seconds(10));
      ms.push_back(1000 * Seconds(asked));
      l::v1::GetInclusionProofResponse response;
      if (!bytes.ok() || !response.ParseFromString(*bytes)) Die(absl::StrCat("no proof of entry ", number, ": ", bytes.status().ToString()));
      largest = std::max(largest, bytes->size());
      std::vector<l::Hash> path;
      for (const std::string& hash : response.path()) path.push_back(*l::HashFrom(hash));
      if (!l::VerifyInclusion(ledger_.leaves().at(number), number - 1, ledger_.head().size(), path, *l::HashFrom(ledger_.head().root()))) {
        Die(absl::StrCat("the proof of entry ", number, " does not hold"));
      }
    }
    if (ms.empty()) return;
    std::sort(ms.begin(), ms.end());
    std::printf("%-44s %7zu proofs  p50 %6.2f ms  p99 %6.2f ms  longest %6.2f ms  at most %zu bytes\n", what, ms.size(), ms[ms.size() / 2], ms[ms.size() * 99 / 100],
                ms.back(), largest);
  }
  const absl::Status& why() const { return why_; }
  std::uint64_t HeadSize() {
    const auto bytes = client_->CallAndWait(absl::StrCat(kProofs, "GetLedgerHead"), "", absl::Now() + absl::Seconds(10));
    l::v1::GetLedgerHeadResponse response;
    why_ = bytes.status();
    return bytes.ok() && response.ParseFromString(*bytes) ? response.head().size() : 0;
  }

 private:
  const Ledger& ledger_;
  RpcClient* const client_;
  absl::Status why_;  // there was no head
};

int Main(const Options& options) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const Shared shared(options.build);
  const std::string dir = shared.dir.path() + "/ledger";
  std::filesystem::create_directory(dir);
  testing::RedisServer trust(NoRewrites());
  const auto keys = shared.pki.StatementKeys();
  Ledger ledger(options, dir, &trust);
  ledger.Sign(keys.first);

  runtime::ServiceConfig config = Configuration(shared, "consent", Transport::kTls);
  *config.mutable_records() = trust.config();
  *config.mutable_trust() = trust.config();
  config.set_statement_private_key(shared.statement_private_key);
  config.set_consent_texts(BROBYGGER_SOURCE_DIR "/services/consent/texts");
  config.set_ledger_private_key(keys.first);
  config.set_ledger_dir(dir);
  config.set_ledger_keep(options.keep);
  config.mutable_consent()->set_target(config.listen());
  config.mutable_consent()->set_name("consent");
  KeepJournal(shared, "ledger", &config);
  const absl::Time started = absl::Now();
  Process consent({options.build + "/services/consent/brobygger-consent", WriteConfiguration(shared, "consent.txtpb", config)}, shared.dir.path() + "/consent.log");
  const auto client = Gateway(shared, "consent", Transport::kTls, config.listen());
  Asker asker(ledger, client.get());
  while (asker.HeadSize() != ledger.head().size()) {
    consent.DieIfGone();
    if (Seconds(started) > 60) Die(absl::StrCat("the consent service does not serve the ledger: ", asker.why().ToString()));
    absl::SleepFor(absl::Milliseconds(10));
  }
  std::printf("%llu entries, %llu of them in files; start to first answer %.2f s\n", static_cast<unsigned long long>(ledger.head().size()),
              static_cast<unsigned long long>(ledger.moved()), Seconds(started));

  std::vector<std::uint64_t> moved, kept;
  for (const auto& [number, leaf] : ledger.leaves()) (number <= ledger.moved() ? moved : kept).push_back(number);
  const size_t cold = std::min<size_t>(moved.size(), 1000);
  Forget(dir);
  asker.Proofs("in files, nothing of them in memory", {moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(cold)});
  asker.Proofs("in files", moved);
  asker.Proofs("in the trust store", kept);

  // A head over what came since costs what came since.
  const auto redis = trust.Connect();
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t before = asker.HeadSize();
    for (int n = 0; n < 1000; ++n) redis->Command({"FCALL", "bb_append", "1", kPrefix, "", Head()}, [](auto) {});
    if (!redis->Call({"PING"}).ok()) Die("the store is gone");
    const absl::Time written = absl::Now();
    while (asker.HeadSize() < before + 1000) absl::SleepFor(absl::Milliseconds(5));
    std::printf("a head over 1000 entries more: %.2f s after the last of them (it is looked once a second)\n", Seconds(written));
  }
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) bytes += entry.file_size();
  std::printf("files %llu MB; Redis %llu MB; consent service %llu MB of memory\n", static_cast<unsigned long long>(bytes >> 20),
              static_cast<unsigned long long>(MegabytesOf(trust.pid())), static_cast<unsigned long long>(MegabytesOf(consent.pid())));
  return 0;
}

}  // namespace
}  // namespace brobygger::bench

int main(int argc, char** argv) {
  brobygger::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--build") options.build = value;
    else if (name == "--entries" && absl::SimpleAtoi(value, &options.entries)) continue;
    else if (name == "--keep" && absl::SimpleAtoi(value, &options.keep)) continue;
    else brobygger::bench::Die("unknown option " + name);
  }
  if (argc % 2 == 0 || options.build.empty()) brobygger::bench::Die("start it by tests/bench/ledger");
  return brobygger::bench::Main(options);
}
