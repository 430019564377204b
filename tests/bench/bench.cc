// The benchmark's driver: started by tests/bench/run, which says what it measures and how to read it.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "services/runtime/crypto.h"
#include "tests/bench/citizens.h"
#include "tests/bench/echo.h"
#include "tests/bench/homes.h"
#include "tests/bench/load.h"
#include "tests/bench/postgres.h"
#include "tests/bench/postgres_service.h"
#include "tests/bench/process.h"
#include "tests/bench/suite.h"
#include "tests/bench/table.h"

namespace brobygger::bench {
namespace {

constexpr char kRead[] = "/brobygger.dropin.v1.DropinService/GetRegular";
constexpr char kLook[] = "/brobygger.dropin.v1.DropinService/GetCitizenFile";
constexpr char kWithdraw[] = "/brobygger.consent.v1.ConsentService/WithdrawConsents";
constexpr int kPostgresConnections = 32;     // of the service in front of PostgreSQL; 8, 16 and 64 were no faster
constexpr int kWithdrawalsPerSecond = 500;  // at most: so many are there to be withdrawn

constexpr uint32_t kReferrals = 100'000;    // in the line for a home
constexpr int kAdvisers = 8;                // who offer homes of one kind at the same moment

struct Options {
  int rounds = 5;
  double seconds = 2;
  std::vector<int> clients = {8, 32, 64};
  std::vector<uint32_t> citizens = {10'000};
  std::string build, json, postgres_socket, postgres_data;
  std::vector<std::string> rows;  // only these; empty: all
  bool Wants(const std::string& row) const { return rows.empty() || std::find(rows.begin(), rows.end(), row) != rows.end(); }
};

template <class T>
std::vector<T> Numbers(const std::string& text) {
  std::vector<T> out;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    T n = 0;
    if (!absl::SimpleAtoi(part, &n) || n <= 0) Die(absl::StrCat("want numbers, got ", text));
    out.push_back(n);
  }
  return out;
}

Options Parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--rounds") o.rounds = Numbers<int>(value).front();
    else if (name == "--seconds") o.seconds = std::atof(value.c_str());
    else if (name == "--clients") o.clients = Numbers<int>(value);
    else if (name == "--citizens") o.citizens = Numbers<uint32_t>(value);
    else if (name == "--rows") o.rows = absl::StrSplit(value, ',');
    else if (name == "--build") o.build = value;
    else if (name == "--json") o.json = value;
    else if (name == "--postgres-socket") o.postgres_socket = value;
    else if (name == "--postgres-data") o.postgres_data = value;
    else Die("unknown option " + name);
  }
  if (argc % 2 == 0 || o.build.empty() || o.seconds <= 0) Die("start it by tests/bench/run");
  return o;
}

class Bench {
 public:
  Bench(Options options, const std::string& self) : options_(std::move(options)), shared_(options_.build) {
    withdrawals_ = options_.Wants("withdrawal") ? static_cast<uint32_t>(options_.seconds * kWithdrawalsPerSecond) : 0;
    staff_ = shared_.Tokens(kHolder, "DROPIN_STAFF", 1);
    advisers_ = shared_.Tokens(kRecipient, "HOUSING_ADVISER", 8);
    for (Transport t : transports_) {
      if (options_.Wants("echo")) echoes_.push_back(std::make_unique<Echo>(shared_, self, t));
    }
    for (size_t i = 0; i < options_.citizens.size(); ++i) {
      const uint32_t more = i == 0 ? withdrawals_ * static_cast<uint32_t>(options_.rounds * transports_.size()) : 0;
      suites_.push_back(std::make_unique<Suite>(shared_, options_.citizens[i], more, /*tls=*/i == 0));
    }
    if (!options_.postgres_socket.empty() && options_.Wants("postgres")) {
      const int most = *std::max_element(options_.clients.begin(), options_.clients.end());
      postgres_ = std::make_unique<Postgres>(options_.postgres_socket, options_.postgres_data, BROBYGGER_SOURCE_DIR "/tests/bench/postgres.sql",
                                             options_.citizens[0], most);
      postgres_service_ = std::make_unique<PostgresService>(shared_, self, options_.postgres_socket, kPostgresConnections, postgres_->postmaster());
    }
    if (options_.Wants("plain")) NoteAllReads();
    if (options_.Wants("homes")) homes_ = std::make_unique<Homes>(shared_, kReferrals);
  }

  void Go() {
    for (int round = 0; round < options_.rounds; ++round) {
      for (int clients : options_.clients) {
        for (Transport t : transports_) Calls(t, clients);
        for (Transport t : transports_) Lists(t, clients);
      }
      for (Transport t : transports_) {
        MoveIns(t);
        if (options_.Wants("withdrawal")) Withdrawals(t, round);
      }
      if (options_.Wants("filter")) ByteFilter();
      std::fprintf(stderr, "round %d of %d\n", round + 1, options_.rounds);
    }
    Ratios();
    table_.Print();
    if (!options_.json.empty()) std::ofstream(options_.json) << table_.Json();
  }

 private:
  static std::string Named(const std::string& row, Transport t) { return t == Transport::kTls ? row + " mTLS" : row; }
  absl::Duration measured() const { return absl::Seconds(options_.seconds); }

  Work Look(const Suite& suite) const {
    return {kLook, LookRequest, &advisers_, IsLook, 0, suite.citizens()};
  }
  Work Read(const Suite& suite) const {
    return {kRead, ReadRequest, &staff_, IsRead, 0, suite.citizens()};
  }

  // The rows of one transport side by side; PostgreSQL, which knows only a Unix socket, beside the plain ones.
  void Calls(Transport t, int clients) {
    Suite& suite = *suites_[0];
    suite.DieIfGone();
    const auto row = [&](const std::string& name, RpcClient* client, const Work& work, const CpuClock& cpu) {
      table_.Add(Named(name, t), clients, SampleOf(Run(client, work, clients, measured(), cpu)));
    };
    if (options_.Wants("echo")) {
      static const std::vector<Metadata> none(1);
      const Work echo{kRead, LookRequest, &none, [](uint32_t i, const std::string& response) { return response == LookRequest(i); }, 0, suite.citizens()};
      Echo& server = *echoes_[static_cast<size_t>(t)];
      row("echo", server.client.get(), echo, [&] { return server.Cpu(); });
    }
    if (options_.Wants("plain")) row("plain", suite.dropin(t), Read(suite), [&] { return suite.Cpu(t); });
    if (options_.Wants("look")) row("look", suite.dropin(t), Look(suite), [&] { return suite.Cpu(t); });
    if (t != Transport::kPlain) return;
    for (size_t i = 1; i < suites_.size(); ++i) {
      Suite& other = *suites_[i];
      row(absl::StrCat("look, ", other.citizens(), " citizens"), other.dropin(t), Look(other), [&] { return other.Cpu(t); });
    }
    if (postgres_ == nullptr) return;
    row("postgres service", postgres_service_->client.get(), Look(suite), [&] { return postgres_service_->Cpu(); });
    table_.Add("postgres", clients, SampleOf(postgres_->Run(clients, measured())));
  }

  // The housing service: lists beside single reads.
  void Lists(Transport t, int clients) {
    if (homes_ == nullptr) return;
    homes_->DieIfGone();
    const auto cpu = [&] { return homes_->Cpu(t); };
    table_.Add(Named("referral", t), clients, SampleOf(Run(homes_->client(t), homes_->One(), clients, measured(), cpu)));
    table_.Add(Named("list of 25", t), clients, SampleOf(Run(homes_->client(t), homes_->List(), clients, measured(), cpu)));
  }

  // From the line into a home.
  void MoveIns(Transport t) {
    if (homes_ == nullptr) return;
    Homes::Acts acts = homes_->MoveIn(t, kAdvisers);
    table_.Add(Named("offer", t), kAdvisers, SampleOf(std::move(acts.offer)));
    table_.Add(Named("accept", t), kAdvisers, SampleOf(std::move(acts.accept)));
    table_.Add(Named("move in", t), kAdvisers, SampleOf(std::move(acts.move_in)));
  }

  // One citizen after the other takes a consent back, while so many clients look as there are at most.
  void Withdrawals(Transport t, int round) {
    Suite& suite = *suites_[0];
    const int clients = *std::max_element(options_.clients.begin(), options_.clients.end());
    const uint32_t first = suite.citizens() + withdrawals_ * static_cast<uint32_t>(round * static_cast<int>(transports_.size()) + static_cast<int>(t));
    Loop lookers(suite.dropin(t), Look(suite), clients);
    absl::SleepFor(absl::Milliseconds(300));
    Observed out;
    const absl::Time start = absl::Now();
    absl::Time now = start;
    for (uint32_t i = 0; i < withdrawals_ && now - start < measured(); ++i) {
      const std::string request = WithdrawRequest(first + i);
      const absl::Time sent = absl::Now();
      const auto response = suite.consent(t)->CallAndWait(kWithdraw, request, sent + absl::Seconds(10), staff_[0]);
      now = absl::Now();
      if (!response.ok() || !IsWithdrawal(*response)) Die(absl::StrCat("withdrawal: ", response.status().ToString()));
      out.ms.push_back(static_cast<float>(absl::ToDoubleMilliseconds(now - sent)));
    }
    out.took = now - start;
    table_.Add(Named("withdrawal among looks", t), clients, SampleOf(std::move(out)));
  }

  // CPU time of one thread: what it would do if it did nothing else.
  void ByteFilter() {
    const auto measuredNs = nlohmann::json::parse(OutputOf({shared_.build + "/services/runtime/filter_bench"}), nullptr, false);
    for (const auto& [row, field] : {std::pair("byte filter", "filter_ns"), std::pair("filter by reflection", "reflection_ns")}) {
      if (!measuredNs.is_object() || !measuredNs.contains(field)) Die("filter_bench");
      const double ns = measuredNs[field].get<double>();
      table_.Add(row, 1, {1e9 / ns, ns / 1e6, ns / 1e6, ns / 1e3});
    }
  }

  // The first read of a citizen by a reader on a day writes a note. Every citizen has been read once before it counts, so that
  // the plain row is as fast as it gets.
  void NoteAllReads() {
    for (Transport t : transports_) {
      std::atomic<uint32_t> next{0};
      Work work = Read(*suites_[0]);
      const auto read = work.request;
      std::vector<Metadata> staff = staff_;
      std::atomic<uint32_t> open{suites_[0]->citizens()};
      std::function<void()> one = [&] {
        const uint32_t i = next++;
        if (i >= suites_[0]->citizens()) return;
        suites_[0]->dropin(t)->Call(kRead, ReadRequest(i), absl::Now() + absl::Seconds(10), staff[0], [&, i](absl::StatusOr<std::string> response) {
          if (!response.ok() || !IsRead(i, *response)) Die(absl::StrCat("first read: ", response.status().ToString()));
          one();
          --open;
        });
      };
      for (int i = 0; i < 32; ++i) one();
      while (open > 0) absl::SleepFor(absl::Milliseconds(10));
    }
  }

  void Ratios() {
    table_.AddRatio("look/plain", "look", "plain");
    table_.AddRatio("look/plain mTLS", "look mTLS", "plain mTLS");
    table_.AddRatio("look/postgres", "look", "postgres");
    table_.AddRatio("look mTLS/postgres", "look mTLS", "postgres");
    table_.AddRatio("look/postgres service", "look", "postgres service");
    table_.AddRatio("cpu look/postgres service", "look", "postgres service", Table::Of::kCpu);
    table_.AddRatio("cpu look/postgres", "look", "postgres", Table::Of::kCpu);
    table_.AddRatio("cpu look mTLS/postgres", "look mTLS", "postgres", Table::Of::kCpu);
    table_.AddRatio("cpu look/plain", "look", "plain", Table::Of::kCpu);
    table_.AddRatio("plain/echo", "plain", "echo");
    table_.AddRatio("filter/reflection", "byte filter", "filter by reflection");
    table_.AddRatio("list of 25/referral", "list of 25", "referral");
    table_.AddRatio("list of 25/referral mTLS", "list of 25 mTLS", "referral mTLS");
    table_.AddRatio("cpu list of 25/referral", "list of 25", "referral", Table::Of::kCpu);
    for (size_t i = 1; i < suites_.size(); ++i) {
      const std::string many = absl::StrCat("look, ", suites_[i]->citizens(), " citizens");
      table_.AddRatio(absl::StrCat(many, "/look"), many, "look");
    }
  }

  const Options options_;
  const std::vector<Transport> transports_ = {Transport::kPlain, Transport::kTls};
  Shared shared_;
  uint32_t withdrawals_ = 0;  // in one round over one transport
  std::vector<Metadata> staff_, advisers_;
  std::vector<std::unique_ptr<Echo>> echoes_;
  std::vector<std::unique_ptr<Suite>> suites_;  // the first is the one that all rows are about
  std::unique_ptr<Postgres> postgres_;
  std::unique_ptr<PostgresService> postgres_service_;
  std::unique_ptr<Homes> homes_;
  Table table_;
};

}  // namespace
}  // namespace brobygger::bench

int main(int argc, char** argv) {
  using namespace brobygger::bench;
  signal(SIGPIPE, SIG_IGN);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  if (argc == 3 && std::string(argv[1]) == "--echo") return ServeEcho(argv[2]);
  if (argc == 5 && std::string(argv[1]) == "--postgres-service") return ServePostgres(argv[2], argv[3], std::atoi(argv[4]));
  char self[4096];
  const ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
  if (n <= 0) Die("/proc/self/exe");
  Bench(Parse(argc, argv), std::string(self, static_cast<size_t>(n))).Go();
  return 0;
}
