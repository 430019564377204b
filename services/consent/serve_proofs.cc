#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "brobygger/ledger/v1/proof.pb.h"
#include "services/consent/ledger_signer.h"
#include "services/consent/serve.h"
#include "services/ledger/head.h"

namespace brobygger::consent {
namespace {

constexpr int kDefaultCount = 1000;

using Ended = std::function<void(absl::Status)>;

void Fill(const ledger::v1::LedgerHead& head, ledger::v1::GetLedgerHeadResponse* response) { *response->mutable_head() = head; }
template <class Response>
void Fill(const LedgerSigner::Path& path, Response* response) {
  for (const ledger::Hash& hash : path) response->add_path(std::string(ledger::Bytes(hash)));
}
void Fill(const std::vector<ledger::Entry>& entries, ledger::v1::ListLedgerEntriesResponse* response) {
  for (const ledger::Entry& from : entries) {
    ledger::v1::LedgerEntry* entry = response->add_entries();
    entry->set_number(from.number);
    entry->set_time_ms(from.time_ms);
    entry->set_kind(static_cast<ledger::v1::EntryKind>(from.kind));
    entry->set_subject_commitment(std::string(ledger::Bytes(from.subject)));
    entry->set_details_commitment(std::string(ledger::Bytes(from.details)));
  }
}

// The signer and its own connection to the trust store: pages of the ledger do not stand before the citizen's word.
struct Proving {
  std::shared_ptr<LedgerFiles> files;
  std::unique_ptr<Redis> trust;
  std::unique_ptr<LedgerSigner> signer;  // gone before its connection
};

// What the signer found, into the answer.
template <class Response, class T>
LedgerSigner::Done<T> Into(std::shared_ptr<Message> response, Ended done) {
  return [response = std::move(response), done = std::move(done)](absl::StatusOr<T> found) {
    if (found.ok()) Fill(*found, static_cast<Response*>(response.get()));
    done(found.status());
  };
}

// A method whose answer `ask` fills.
template <class Request>
Dispatcher::Finish Asking(std::shared_ptr<LedgerSigner> signer, void (*ask)(LedgerSigner&, const Request&, std::shared_ptr<Message>, Ended)) {
  return [signer = std::move(signer), ask](const Message& request, const std::string&, std::shared_ptr<Message> response, Ended done) {
    ask(*signer, static_cast<const Request&>(request), std::move(response), std::move(done));
  };
}

void AskHead(LedgerSigner& signer, const ledger::v1::GetLedgerHeadRequest& request, std::shared_ptr<Message> response, Ended done) {
  signer.Head(request.covering(), Into<ledger::v1::GetLedgerHeadResponse, ledger::v1::LedgerHead>(std::move(response), std::move(done)));
}
void AskInclusion(LedgerSigner& signer, const ledger::v1::GetInclusionProofRequest& request, std::shared_ptr<Message> response, Ended done) {
  signer.Inclusion(request.number(), request.size(), Into<ledger::v1::GetInclusionProofResponse, LedgerSigner::Path>(std::move(response), std::move(done)));
}
void AskConsistency(LedgerSigner& signer, const ledger::v1::GetConsistencyProofRequest& request, std::shared_ptr<Message> response, Ended done) {
  signer.Consistency(request.first(), request.second(), Into<ledger::v1::GetConsistencyProofResponse, LedgerSigner::Path>(std::move(response), std::move(done)));
}
void AskEntries(LedgerSigner& signer, const ledger::v1::ListLedgerEntriesRequest& request, std::shared_ptr<Message> response, Ended done) {
  signer.Entries(request.first() == 0 ? 1 : request.first(), request.count() == 0 ? kDefaultCount : request.count(),
                 Into<ledger::v1::ListLedgerEntriesResponse, std::vector<ledger::Entry>>(std::move(response), std::move(done)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<LedgerFiles>> OpenLedgerFiles(const Runtime& runtime) {
  if (runtime.config().ledger_dir().empty()) return std::shared_ptr<LedgerFiles>();
  BB_ASSIGN_OR_RETURN(std::shared_ptr<LedgerFiles> files, LedgerFiles::Open(runtime.config().ledger_dir()));
  return files;
}

absl::Status AttachProofs(Runtime& runtime, std::shared_ptr<LedgerFiles> files) {
  std::optional<ledger::HeadSigner> key;
  if (!runtime.config().ledger_private_key().empty()) {
    BB_ASSIGN_OR_RETURN(key, ledger::HeadSigner::FromPemFile(runtime.config().ledger_private_key()));
  }
  auto proving = std::make_shared<Proving>();
  proving->files = std::move(files);
  BB_ASSIGN_OR_RETURN(proving->trust, runtime.ConnectTrust());
  LedgerSigner::Options options;
  if (const std::uint64_t keep = runtime.config().ledger_keep(); keep > 0) options.keep = keep;
  BB_ASSIGN_OR_RETURN(proving->signer, LedgerSigner::Start(proving->trust.get(), proving->files.get(), std::move(key), runtime.clock(), runtime.Alarm(), options));
  const std::shared_ptr<LedgerSigner> signer(proving, proving->signer.get());
  runtime.Keep(proving);
  const auto* service = ledger::v1::GetLedgerHeadRequest::descriptor()->file()->FindServiceByName("LedgerProofService");
  Dispatcher& dispatcher = runtime.dispatcher();
  dispatcher.SetFinish(service->FindMethodByName("GetLedgerHead"), Asking(signer, AskHead));
  dispatcher.SetFinish(service->FindMethodByName("GetInclusionProof"), Asking(signer, AskInclusion));
  dispatcher.SetFinish(service->FindMethodByName("GetConsistencyProof"), Asking(signer, AskConsistency));
  dispatcher.SetFinish(service->FindMethodByName("ListLedgerEntries"), Asking(signer, AskEntries));
  return absl::OkStatus();
}

}  // namespace brobygger::consent
