#include "services/runtime/rpc_client.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/support/client_callback.h"
#include "services/runtime/rpc_bytes.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using grpc::ByteBuffer;

constexpr int kMaxResponse = 4 * 1024 * 1024;

// The refusal with its details, if they say the same as the status itself. Without details it is gRPC's own: UNKNOWN is what it says at times of a
// connection that broke ("Stream removed"), and whoever asked may ask again.
absl::Status StatusOf(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status rpc;
  if (rpc.ParseFromString(status.error_details()) && rpc.code() == static_cast<int>(status.error_code())) return FromRpc(rpc);
  if (status.error_code() == grpc::StatusCode::UNKNOWN) return absl::UnavailableError(status.error_message());
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

// Passes a server whose certificate carries exactly the expected URI.
class ExpectedPeer : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit ExpectedPeer(std::string uri) : uri_(std::move(uri)) {}
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>, grpc::Status* status) override {
    const auto uris = request->uri_names();
    if (uris.size() != 1 || uris.front() != uri_) *status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "another peer than expected");
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string uri_;
};

void AddMetadata(grpc::ClientContext* context, const Metadata& metadata, const std::string& insecure_name) {
  for (const auto& [key, value] : metadata) context->AddMetadata(key, value);
  if (!insecure_name.empty()) context->AddMetadata("brobygger-peer", insecure_name);
}

// The calls of one client that hold its channel. gRPC stops its own threads when the last channel of the process goes, and frees
// what they run on: were that on one of them (a call's context is often let go there), it would free the ground it stands on.
// So the channel is the client's to let go, after all of them.
class Underway {
 public:
  // Member of a call, before its context: gone after it.
  class Place {
   public:
    explicit Place(std::shared_ptr<Underway> underway) : underway_(std::move(underway)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      std::lock_guard<std::mutex> lock(underway_->mutex_);
      underway_->calls_.erase(this);
      if (underway_->calls_.empty()) underway_->none_.notify_all();
    }
    // Once. `context` may be cancelled for as long as somebody holds it.
    void Take(const std::shared_ptr<grpc::ClientContext>& context) {
      std::lock_guard<std::mutex> lock(underway_->mutex_);
      underway_->calls_[this] = context;
      if (underway_->closing_) context->TryCancel();  // it has not begun
    }

   private:
    const std::shared_ptr<Underway> underway_;
  };

  void CancelAndAwait() {
    std::unique_lock<std::mutex> lock(mutex_);
    closing_ = true;
    std::vector<std::shared_ptr<grpc::ClientContext>> contexts;
    for (const auto& [place, context] : calls_) contexts.push_back(context.lock());
    lock.unlock();
    for (auto& context : contexts) {
      if (context != nullptr) context->TryCancel();
      context.reset();
    }
    lock.lock();
    none_.wait(lock, [this] { return calls_.empty(); });
  }

 private:
  std::mutex mutex_;
  bool closing_ = false;
  std::condition_variable none_;
  std::map<const Place*, std::weak_ptr<grpc::ClientContext>> calls_;
};

// The stream as gRPC sees it. A hold keeps the call open for writes that start outside reactions; it goes when reading ends.
class Reactor : public grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  explicit Reactor(std::shared_ptr<Underway> underway) : place(std::move(underway)) {}

  Underway::Place place;  // first
  grpc::ClientContext context;
  std::string method;

  void Begin(grpc::GenericStub* stub, std::shared_ptr<Reactor> self, std::function<void(std::string)> on_message,
             std::function<void(absl::Status)> on_done, std::function<void()> on_writable) {
    self_ = std::move(self);
    on_message_ = std::move(on_message);
    on_done_ = std::move(on_done);
    on_writable_ = std::move(on_writable);
    stub->PrepareBidiStreamingCall(&context, method, {}, this);
    AddHold();
    StartRead(&in_);
    {
      std::lock_guard<std::mutex> lock(mu_);
      begun_ = true;
      if (!queue_.empty()) WriteNext();
    }
    StartCall();
  }

  bool Write(std::string message) {
    std::lock_guard<std::mutex> lock(mu_);
    if (ended_) return false;
    queue_.push_back(std::move(message));
    if (begun_ && !writing_) WriteNext();
    return true;
  }

  size_t queued() {
    std::lock_guard<std::mutex> lock(mu_);
    return queue_.size();
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      std::string message = BytesOf(in_);
      in_.Clear();
      on_message_(std::move(message));
      StartRead(&in_);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mu_);
      ended_ = true;
      queue_.clear();
    }
    RemoveHold();
  }

  void OnWriteDone(bool ok) override {
    {
      std::lock_guard<std::mutex> lock(mu_);
      writing_ = false;
      if (!ok || ended_) return;
      if (!queue_.empty()) {
        WriteNext();
        return;
      }
    }
    if (on_writable_) on_writable_();
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Reactor> last = std::move(self_);
    {
      std::lock_guard<std::mutex> lock(mu_);
      telling_ = std::this_thread::get_id();
    }
    on_done_(StatusOf(status));
    on_message_ = nullptr;
    on_done_ = nullptr;
    on_writable_ = nullptr;
    std::lock_guard<std::mutex> lock(mu_);
    done_ = true;
    done_cv_.notify_all();
  }

  // Returns when on_done has run, at once inside it, and if there was nothing to wait for.
  void AwaitDone() {
    std::unique_lock<std::mutex> lock(mu_);
    done_cv_.wait(lock, [this] { return done_ || !begun_ || telling_ == std::this_thread::get_id(); });
  }

 private:
  void WriteNext() {  // mu_ held
    out_ = BufferOf(std::move(queue_.front()));
    queue_.pop_front();
    writing_ = true;
    StartWrite(&out_);
  }

  std::shared_ptr<Reactor> self_;
  std::function<void(std::string)> on_message_;
  std::function<void(absl::Status)> on_done_;
  std::function<void()> on_writable_;
  ByteBuffer in_, out_;
  std::mutex mu_;
  std::condition_variable done_cv_;
  std::deque<std::string> queue_;
  bool begun_ = false, writing_ = false, ended_ = false, done_ = false;
  std::thread::id telling_;  // of on_done
};

class Bidi : public BidiClient {
 public:
  Bidi(grpc::GenericStub* stub, std::shared_ptr<Underway> underway, const std::string& method, const Metadata& metadata, const std::string& insecure_name)
      : stub_(stub), reactor_(std::make_shared<Reactor>(std::move(underway))) {
    reactor_->place.Take({reactor_, &reactor_->context});
    reactor_->method = method;
    AddMetadata(&reactor_->context, metadata, insecure_name);
  }
  ~Bidi() override {
    Cancel();
    reactor_->AwaitDone();
  }
  void Start(std::function<void(std::string)> on_message, std::function<void(absl::Status)> on_done, std::function<void()> on_writable) override {
    const std::shared_ptr<Reactor> reactor = reactor_;  // on_done may come, and take this object with it, before Begin returns
    reactor->Begin(stub_, reactor, std::move(on_message), std::move(on_done), std::move(on_writable));
  }
  bool Write(std::string message) override { return reactor_->Write(std::move(message)); }
  size_t queued() const override { return reactor_->queued(); }
  void Cancel() override { reactor_->context.TryCancel(); }

 private:
  grpc::GenericStub* const stub_;
  const std::shared_ptr<Reactor> reactor_;
};

class Client : public RpcClient {
 public:
  Client(std::shared_ptr<grpc::Channel> channel, std::string insecure_name)
      : stub_(std::move(channel)), insecure_name_(std::move(insecure_name)), underway_(std::make_shared<Underway>()) {}
  ~Client() override { underway_->CancelAndAwait(); }

  void Call(const std::string& method, std::string request, absl::Time deadline, const Metadata& metadata, Callback done) override {
    struct Pending {
      explicit Pending(std::shared_ptr<Underway> underway) : place(std::move(underway)) {}
      Underway::Place place;  // first
      grpc::ClientContext context;
      std::string method;
      ByteBuffer request, response;
      Callback done;
    };
    auto p = std::make_shared<Pending>(underway_);
    p->place.Take({p, &p->context});
    p->method = method;
    p->request = BufferOf(std::move(request));
    p->done = std::move(done);
    p->context.set_deadline(absl::ToChronoTime(deadline));
    AddMetadata(&p->context, metadata, insecure_name_);
    Pending* const call = p.get();
    stub_.UnaryCall(&call->context, call->method, {}, &call->request, &call->response, [p = std::move(p)](grpc::Status status) {
      if (status.ok()) {
        p->done(BytesOf(p->response));
      } else {
        p->done(StatusOf(status));
      }
    });
  }

  std::unique_ptr<BidiClient> Stream(const std::string& method, const Metadata& metadata) override {
    return std::make_unique<Bidi>(&stub_, underway_, method, metadata, insecure_name_);
  }

 private:
  grpc::GenericStub stub_;
  const std::string insecure_name_;
  const std::shared_ptr<Underway> underway_;
};

}  // namespace

absl::StatusOr<std::string> RpcClient::CallAndWait(const std::string& method, std::string request, absl::Time deadline, const Metadata& metadata) {
  std::mutex mu;
  std::condition_variable cv;
  std::optional<absl::StatusOr<std::string>> result;
  Call(method, std::move(request), deadline, metadata, [&](absl::StatusOr<std::string> r) {
    std::lock_guard<std::mutex> lock(mu);
    result = std::move(r);
    cv.notify_one();
  });
  std::unique_lock<std::mutex> lock(mu);
  cv.wait(lock, [&] { return result.has_value(); });
  return *std::move(result);
}

absl::StatusOr<std::unique_ptr<RpcClient>> RpcClient::Create(const runtime::Tls& tls, const runtime::Peer& peer, bool insecure, std::string own_name) {
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (insecure) {
    credentials = grpc::InsecureChannelCredentials();
  } else {
    grpc::experimental::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(tls.key(), tls.certificate(), tls.ca(), 10));
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_verify_server_certs(true);
    options.set_check_call_host(false);  // the name that counts is the URI
    options.set_certificate_verifier(grpc::experimental::ExternalCertificateVerifier::Create<ExpectedPeer>(
        absl::StrCat("spiffe://", tls.trust_domain(), "/", peer.name())));
    credentials = grpc::experimental::TlsCredentials(options);
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponse);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 3000);  // how long one attempt may take: a busy machine needs time for a handshake
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20 * 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5 * 1000);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // one channel, one connection
  auto channel = grpc::CreateCustomChannel(peer.target(), credentials, arguments);
  return std::unique_ptr<RpcClient>(std::make_unique<Client>(std::move(channel), insecure ? std::move(own_name) : ""));
}

}  // namespace brobygger
