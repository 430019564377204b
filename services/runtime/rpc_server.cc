#include "services/runtime/rpc_server.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/support/server_callback.h"
#include "services/runtime/crypto.h"
#include "services/runtime/rpc_bytes.h"
#include "services/runtime/rpc_refusal.h"
#include "services/runtime/rpc_stream.h"
#include "services/runtime/status.h"
#include "services/runtime/tls.h"

namespace brobygger {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using google::protobuf::MethodDescriptor;

constexpr int kMaxReceive = 256 * 1024;
constexpr absl::Duration kStreamMoment = absl::Seconds(1);
constexpr int kTransportLinesPerSecond = 20;

// What gRPC has to say, as lines of ours: it would write plain text.
void TransportLog(gpr_log_func_args* args) {
  static Telemetry* const telemetry = Telemetry::Create("transport").release();
  static std::atomic<int64_t> second{0};
  static std::atomic<int> lines{0};
  // Our certificates carry URIs and no host names; gRPC says so at every handshake.
  if (absl::StrContains(args->message, "No match found for server name")) return;
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  if (second.exchange(now) != now) lines = 0;
  if (++lines > kTransportLinesPerSecond) return;
  telemetry->Log(args->severity == GPR_LOG_SEVERITY_ERROR ? "WARNING" : "DEBUG", "transport", {{"detail", args->message}});
}

absl::string_view View(grpc::string_ref s) { return {s.data(), s.size()}; }

// The one value of a metadata key; "" if it is missing or, as nobody could say which counts, given twice.
absl::string_view MetadataOf(const CallbackServerContext& context, const char* key) {
  const auto [first, last] = context.client_metadata().equal_range(key);
  if (first == last || std::next(first) != last) return "";
  return View(first->second);
}

absl::Time DeadlineOf(const CallbackServerContext& context) {
  const auto deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture() : absl::FromChrono(deadline);
}

absl::Status PeerUnknown() {
  return Refusal(absl::StatusCode::kUnauthenticated, "PEER_UNKNOWN", "the certificate of the connection names no peer of this suite");
}

struct Shared {
  RpcServer::Options options;
  std::string trust_domain;
  bool insecure = false;
  OpenStreams streams;

  // The SPIFFE name of the connection's other end, "" if it has none that counts.
  std::string Peer(const CallbackServerContext& context) const {
    if (insecure) return PeerName(absl::StrCat("spiffe://local/", MetadataOf(context, "brobygger-peer")), "local");
    const auto ids = context.auth_context()->FindPropertyValues("peer_spiffe_id");
    return ids.size() == 1 ? PeerName(View(ids.front()), trust_domain) : "";
  }
};

// One unary call between its arrival and its one reply. If everybody lets go of it unanswered, it answers INTERNAL.
class UnaryCall {
 public:
  UnaryCall(const Shared* shared, const MethodDescriptor* method, CallbackServerContext* context, ByteBuffer* response)
      : shared_(shared), method_(method), context_(context), response_(response), reactor_(context->DefaultReactor()), arrived_(absl::Now()) {}
  ~UnaryCall() { Reply(absl::InternalError("nobody answered"), ""); }

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  void Known(const std::string& peer, const Traceparent& trace, absl::Time deadline) {
    peer_ = peer;
    trace_id_ = trace.trace_id;
    deadline_ = deadline;
  }

  void Reply(absl::Status status, std::string response) {
    if (replied_.exchange(true)) return;
    const absl::Time now = absl::Now();
    if (context_->IsCancelled()) {
      status = Refusal(absl::StatusCode::kCancelled, "CANCELLED", "the caller has gone");
    } else if (now >= deadline_) {
      status = Refusal(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the answer was not ready in time");
    }
    std::string reason, request_id;
    grpc::Status sent;
    if (status.ok()) {
      *response_ = BufferOf(std::move(response));
    } else {
      request_id = crypto::NewId();
      sent = Travelling(status, request_id, &reason);
    }
    // What counts first: after Finish the call and its context may be gone.
    shared_->options.telemetry->Called({.method = method_->full_name(),
                                        .code = static_cast<absl::StatusCode>(sent.error_code()),
                                        .reason = reason,
                                        .request_id = request_id,
                                        .peer = peer_,
                                        .trace_id = trace_id_,
                                        .took = now - arrived_});
    reactor_->Finish(sent);
  }

 private:
  const Shared* const shared_;
  const MethodDescriptor* const method_;
  CallbackServerContext* const context_;
  ByteBuffer* const response_;
  grpc::ServerUnaryReactor* const reactor_;
  const absl::Time arrived_;
  std::string peer_, trace_id_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::atomic<bool> replied_{false};
};

grpc::ServerUnaryReactor* OnUnary(const Shared* shared, const MethodDescriptor* method, CallbackServerContext* context, const ByteBuffer* request,
                                  ByteBuffer* response) {
  auto call = std::make_shared<UnaryCall>(shared, method, context, response);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Incoming in;
  in.method = method;
  in.peer = shared->Peer(*context);
  in.trace = Traceparent::Continue(MetadataOf(*context, "traceparent"));
  in.deadline = DeadlineOf(*context);
  call->Known(in.peer, in.trace, in.deadline);
  if (in.peer.empty()) {
    call->Reply(PeerUnknown(), "");
    return reactor;
  }
  // Half a second for what the two clocks and the rounding of grpc-timeout disagree about.
  if (in.deadline > absl::Now() + kMaxDeadline + absl::Milliseconds(500)) {
    call->Reply(Refusal(absl::StatusCode::kInvalidArgument, "DEADLINE_REQUIRED", "set a deadline of at most 30 seconds"), "");
    return reactor;
  }
  absl::string_view authorization = MetadataOf(*context, "authorization");
  if (absl::StartsWithIgnoreCase(authorization, "bearer ")) in.token = std::string(authorization.substr(7));
  in.on_behalf_of = std::string(MetadataOf(*context, "brobygger-on-behalf-of"));
  in.body = BytesOf(*request);
  in.reply = [call = std::move(call)](absl::Status status, std::string bytes) { call->Reply(std::move(status), std::move(bytes)); };
  shared->options.on_call(std::move(in));
  return reactor;
}

grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* OnStream(Shared* shared, const MethodDescriptor* method, CallbackServerContext* context) {
  auto stream = std::make_shared<RpcStream>(&shared->streams);
  RpcStream* reactor = stream.get();
  IncomingStream in;
  in.method = method;
  in.peer = shared->Peer(*context);
  in.trace = Traceparent::Continue(MetadataOf(*context, "traceparent"));
  in.stream = stream;
  StreamEars ears;
  if (in.peer.empty() || !shared->options.on_stream) {
    stream->Finish(PeerUnknown());
  } else {
    ears = shared->options.on_stream(std::move(in));
  }
  reactor->Open(std::move(stream), std::move(ears));
  return reactor;
}

// A gRPC service made from its descriptor: what generated code would do, with bytes instead of messages.
class ByteService : public grpc::Service {
 public:
  ByteService(const google::protobuf::ServiceDescriptor* service, Shared* shared) {
    using grpc::internal::RpcMethod;
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      const bool bidi = method->client_streaming() && method->server_streaming();
      names_.push_back(absl::StrCat("/", service->full_name(), "/", method->name()));  // has to outlive the server
      AddMethod(new grpc::internal::RpcServiceMethod(names_.back().c_str(), bidi ? RpcMethod::BIDI_STREAMING : RpcMethod::NORMAL_RPC, nullptr));
      if (bidi) {
        MarkMethodRawCallback(i, new grpc::internal::CallbackBidiHandler<ByteBuffer, ByteBuffer>(
                                     [shared, method](CallbackServerContext* c) { return OnStream(shared, method, c); }));
      } else {
        MarkMethodRawCallback(i, new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
                                     [shared, method](CallbackServerContext* c, const ByteBuffer* request, ByteBuffer* response) {
                                       return OnUnary(shared, method, c, request, response);
                                     }));
      }
    }
  }

 private:
  std::deque<std::string> names_;
};

std::shared_ptr<grpc::ServerCredentials> Credentials(const runtime::Tls& tls) {
  auto files = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(tls.key(), tls.certificate(), tls.ca(), 10);
  grpc::experimental::TlsServerCredentialsOptions options(files);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

// Against slow and greedy connections.
void Limit(grpc::ServerBuilder* builder, int max_receive, int streams) {
  builder->SetMaxReceiveMessageSize(max_receive);
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, int>>{
           {GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024},
           {GRPC_ARG_MAX_CONCURRENT_STREAMS, streams},
           {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * 60 * 1000},
           {GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60 * 1000},  // an open connection is not verified again
           {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 6 * 60 * 1000},
           {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 3000},
           {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10 * 1000},
           {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2},
           {GRPC_ARG_KEEPALIVE_TIME_MS, 60 * 1000},
           {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * 1000},
           {GRPC_ARG_ALLOW_REUSEPORT, 0}}) {
    builder->AddChannelArgument(name, value);
  }
}

class Server : public RpcServer {
 public:
  explicit Server(Options options) {
    shared_.options = std::move(options);
    shared_.trust_domain = shared_.options.config->tls().trust_domain();
    shared_.insecure = shared_.options.config->insecure_loopback();
  }
  ~Server() override { Drain(absl::ZeroDuration()); }

  absl::Status Listen() {
    const runtime::ServiceConfig& config = *shared_.options.config;
    if (!shared_.insecure) {
      if (auto checked = CheckTlsFiles(config.tls()); !checked.ok()) return checked.status();
    }
    gpr_set_log_function(TransportLog);
    grpc::EnableDefaultHealthCheckService(true);
    if (config.reflection()) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    Limit(&builder, kMaxReceive, 64);
    grpc::ResourceQuota quota("brobygger");
    quota.Resize(512 * 1024 * 1024);
    builder.SetResourceQuota(quota);
    builder.AddListeningPort(config.listen(), shared_.insecure ? grpc::InsecureServerCredentials() : Credentials(config.tls()), &port_);
    for (const auto* service : shared_.options.services) {
      services_.push_back(std::make_unique<ByteService>(service, &shared_));
      builder.RegisterService(services_.back().get());
    }
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) return absl::UnavailableError(absl::StrCat("listen: cannot listen on ", config.listen()));
    if (!config.health_listen().empty()) {
      grpc::ServerBuilder health;
      Limit(&health, 4096, 8);
      health.AddListeningPort(config.health_listen(), grpc::InsecureServerCredentials(), &health_port_);
      health_ = health.BuildAndStart();
      if (health_ == nullptr || health_port_ == 0) return absl::UnavailableError(absl::StrCat("health_listen: cannot listen on ", config.health_listen()));
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  int health_port() const override { return health_port_; }

  void Drain(absl::Duration patience) override {
    if (drained_.exchange(true)) return;
    for (grpc::Server* s : {server_.get(), health_.get()}) {
      if (s != nullptr && s->GetHealthCheckService() != nullptr) s->GetHealthCheckService()->Shutdown();
    }
    const absl::Time until = absl::Now() + patience;
    // Unary calls end by themselves. A stream would go on for ever: it gets a moment to see that new ones go elsewhere.
    std::thread streams([this, moment = std::min(patience, kStreamMoment)] {
      absl::SleepFor(moment);
      shared_.streams.FinishAll(Refusal(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "this process is going: connect again"));
    });
    if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(until));
    streams.join();
    if (health_ != nullptr) health_->Shutdown(absl::ToChronoTime(absl::Now()));
  }

 private:
  Shared shared_;
  std::vector<std::unique_ptr<ByteService>> services_;
  std::unique_ptr<grpc::Server> server_, health_;
  int port_ = 0, health_port_ = 0;
  std::atomic<bool> drained_{false};
};

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(Options options) {
  auto server = std::make_unique<Server>(std::move(options));
  BB_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<RpcServer>(std::move(server));
}

}  // namespace brobygger
