#include "services/runtime/witness.h"

#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr char kService[] = "/brobygger.ledger.v1.LedgerProofService/";

std::int64_t SteadyNs() { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1); }

template <class Response, class Request>
absl::StatusOr<Response> Call(RpcClient* consent, const std::string& method, const Request& request) {
  BB_ASSIGN_OR_RETURN(const std::string bytes, consent->CallAndWait(kService + method, request.SerializeAsString(), absl::Now() + kPatience));
  Response response;
  if (!response.ParseFromString(bytes)) return absl::InternalError(method);
  return response;
}

std::vector<ledger::Hash> PathOf(const ledger::v1::GetConsistencyProofResponse& proof) {
  std::vector<ledger::Hash> path;
  for (const std::string& bytes : proof.path()) path.push_back(ledger::HashFrom(bytes).value_or(ledger::Hash{}));  // a wrong length proves nothing
  return path;
}

}  // namespace

Witness::Source Witness::Over(RpcClient* consent) {
  return {[consent]() -> absl::StatusOr<ledger::v1::LedgerHead> {
            BB_ASSIGN_OR_RETURN(const auto answer, Call<ledger::v1::GetLedgerHeadResponse>(consent, "GetLedgerHead", ledger::v1::GetLedgerHeadRequest()));
            return answer.head();
          },
          [consent](std::uint64_t first, std::uint64_t second) {
            ledger::v1::GetConsistencyProofRequest request;
            request.set_first(first);
            request.set_second(second);
            return Call<ledger::v1::GetConsistencyProofResponse>(consent, "GetConsistencyProof", request);
          }};
}

Witness::Witness(Redis* own, std::string key, ledger::HeadKey heads, Source source, std::function<void(const char*)> alarm, Options options)
    : own_(own), key_(std::move(key)), heads_(std::move(heads)), source_(std::move(source)), alarm_(std::move(alarm)), options_(options) {}

absl::StatusOr<std::unique_ptr<Witness>> Witness::Start(Redis* own, std::string key, ledger::HeadKey heads, Source source,
                                                        std::function<void(const char*)> alarm, Options options) {
  std::unique_ptr<Witness> out(new Witness(own, std::move(key), std::move(heads), std::move(source), std::move(alarm), options));
  BB_ASSIGN_OR_RETURN(const Redis::Reply kept, own->Call({"GET", out->key_}));
  if (!kept.IsNil() && (!out->kept_.ParseFromString(kept.text) || out->kept_.size() == 0 || !ledger::HashFrom(out->kept_.root()).has_value())) {
    return absl::DataLossError("ledger: the head that this service remembers cannot be read");
  }
  out->Conclude(out->Ask());
  out->thread_ = std::thread([self = out.get()] { self->Run(); });
  return out;
}

Witness::~Witness() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Witness::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  absl::Duration pause = options_.again;
  while (!wake_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; })) {
    lock.unlock();
    const Found found = Ask();
    Conclude(found);
    pause = found == Found::kConsistent ? options_.every : options_.again;
    lock.lock();
  }
}

Witness::Found Witness::Ask() {
  const auto head = source_.head();
  if (!head.ok()) {
    if (ReasonOf(head.status()) != "NOT_SIGNED_YET") return Found::kNoAnswer;
    return kept_.size() == 0 ? Found::kConsistent : Found::kShorter;
  }
  if (heads_.Check(*head) != ledger::HeadVerdict::kGood) return Found::kOtherKey;
  if (const Found found = Compare(*head); found != Found::kConsistent) return found;
  if (head->size() == kept_.size()) return Found::kConsistent;
  // On disk before it counts: what was seen may not be forgotten by a crash.
  if (!own_->Call({"SET", key_, head->SerializeAsString()}).ok()) return Found::kNoAnswer;
  kept_ = *head;
  return Found::kConsistent;
}

Witness::Found Witness::Compare(const ledger::v1::LedgerHead& newer) const {
  if (kept_.size() == 0) return Found::kConsistent;  // the first that it sees
  if (newer.size() < kept_.size()) return Found::kShorter;
  if (newer.size() == kept_.size()) return newer.root() == kept_.root() ? Found::kConsistent : Found::kRewritten;
  const auto proof = source_.consistency(kept_.size(), newer.size());
  if (!proof.ok()) return Found::kNoAnswer;
  const bool proved =
      ledger::VerifyConsistency(kept_.size(), *ledger::HashFrom(kept_.root()), newer.size(), *ledger::HashFrom(newer.root()), PathOf(*proof));
  return proved ? Found::kConsistent : Found::kRewritten;
}

void Witness::Conclude(Found found) {
  switch (found) {
    case Found::kConsistent:
      good_until_ns_ = SteadyNs() + absl::ToInt64Nanoseconds(options_.good_for);
      refused_ = false;
      return;
    case Found::kNoAnswer: return;  // what was found last counts, for a while
    case Found::kShorter:
    case Found::kRewritten:
    case Found::kOtherKey:
      if (!refused_.exchange(true)) alarm_(found == Found::kShorter ? "ledger_shorter" : found == Found::kRewritten ? "ledger_rewritten" : "ledger_other_key");
      return;
  }
}

absl::Status Witness::MayLook() const {
  if (refused_) {
    return Refusal(absl::StatusCode::kUnavailable, "LEDGER_NOT_CONSISTENT", "the ledger does not begin with the one that was seen before: nothing is shown until somebody has looked");
  }
  return SteadyNs() < good_until_ns_ ? absl::OkStatus() : ConsentServiceDown();
}

}  // namespace brobygger
