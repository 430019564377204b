#include "gateway/connect.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "gateway/connect_error.h"
#include "gateway/http_text.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr absl::Duration kDefaultTimeout = absl::Seconds(10);
// A service refuses more than 30 s; gRPC rounds the remaining time up on the wire.
constexpr absl::Duration kLongestTimeout = absl::Seconds(29);
// The one method that has a use for a second signed-in person.
constexpr char kAttest[] = "/brobygger.consent.v1.PresenceService/AttestPresence";

absl::Status Unknown() { return Refusal(absl::StatusCode::kUnimplemented, "NO_SUCH_METHOD", "there is no such method here"); }
absl::Status SignInRequired() { return Refusal(absl::StatusCode::kUnauthenticated, "SIGN_IN_REQUIRED", "sign in first"); }

// A string field appended to a message counts instead of an earlier one.
void AppendString(int field, const std::string& value, std::string* wire) {
  namespace io = google::protobuf::io;
  using google::protobuf::internal::WireFormatLite;
  io::StringOutputStream stream(wire);
  io::CodedOutputStream out(&stream);
  out.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(value.size()));
  out.WriteString(value);
}

}  // namespace

struct ConnectGateway::Call {
  HttpRequest request;
  HttpReply reply;
  const ContractMethod* method = nullptr;
  RpcClient* client = nullptr;
  bool json = false;
  bool browser = false;
  bool second = false;
  std::function<void(std::function<void()>)> forget_second;
  std::string wire;
  absl::Time began, deadline;
  Traceparent trace;
};

ConnectGateway::ConnectGateway(const Contracts* contracts, std::map<std::string, RpcClient*> clients, SessionCredential session,
                               Telemetry* telemetry)
    : contracts_(contracts), clients_(std::move(clients)), session_(std::move(session)), telemetry_(telemetry) {}
ConnectGateway::~ConnectGateway() = default;

bool ConnectGateway::IsConnectPath(absl::string_view path) {
  const size_t slash = path.find('/', 1);
  return slash != absl::string_view::npos && path.find('/', slash + 1) == absl::string_view::npos &&
         path.substr(0, slash).find('.') != absl::string_view::npos;
}

absl::StatusOr<absl::Duration> ConnectTimeout(absl::string_view header) {
  if (header.empty()) return kDefaultTimeout;
  int64_t ms = 0;
  const bool digits = header.size() <= 10 && std::all_of(header.begin(), header.end(), [](char c) { return absl::ascii_isdigit(c); });
  if (!digits || !absl::SimpleAtoi(header, &ms) || ms == 0) {
    return Invalid({{"Connect-Timeout-Ms", "want 1 to 10 digits, more than 0", "OUT_OF_RANGE"}});
  }
  return std::min(absl::Milliseconds(ms), kLongestTimeout);
}

void ConnectGateway::Handle(HttpRequest request, HttpReply reply) {
  const ContractMethod* method = contracts_->Find(request.path);
  const auto client = method == nullptr ? clients_.end() : clients_.find(method->package);
  if (client == clients_.end()) return reply(ConnectError(Unknown(), contracts_, 404));
  if (request.method != "POST") {
    HttpResponse r = Respond(405, "text/plain; charset=utf-8", "POST only\n");
    r.headers.emplace_back("Allow", "POST");
    return reply(std::move(r));
  }

  auto call = std::make_shared<Call>();
  call->method = method;
  call->client = client->second;
  call->began = absl::Now();
  call->trace = Traceparent::Continue(request.Header("traceparent"));
  call->reply = std::move(reply);
  call->browser = !request.Has("authorization");

  absl::string_view type = request.Header("content-type");
  const absl::string_view parameter = absl::StripAsciiWhitespace(type.find(';') == absl::string_view::npos ? "" : type.substr(type.find(';') + 1));
  type = absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
  call->json = absl::EqualsIgnoreCase(type, "application/json");
  if ((!call->json && !absl::EqualsIgnoreCase(type, "application/proto")) ||
      !(parameter.empty() || (call->json && absl::EqualsIgnoreCase(parameter, "charset=utf-8")))) {
    HttpResponse r = ConnectError(Refusal(absl::StatusCode::kInvalidArgument, "CONTENT_TYPE", "want application/json or application/proto"),
                                  contracts_, 415);
    r.headers.emplace_back("Accept-Post", "application/json, application/proto");
    return call->reply(std::move(r));
  }
  if (request.Has("content-encoding") && request.Header("content-encoding") != "identity") {
    HttpResponse r = ConnectError(Refusal(absl::StatusCode::kUnimplemented, "CONTENT_ENCODING", "requests are taken uncompressed only"), contracts_);
    r.headers.emplace_back("Accept-Encoding", "identity");
    return call->reply(std::move(r));
  }
  if (request.Has("connect-protocol-version") && request.Header("connect-protocol-version") != "1") {
    return Finish(call, Invalid({{"Connect-Protocol-Version", "want 1", "OUT_OF_RANGE"}}));
  }
  absl::StatusOr<absl::Duration> timeout = ConnectTimeout(request.Header("connect-timeout-ms"));
  if (!timeout.ok()) return Finish(call, timeout.status());
  call->deadline = call->began + *timeout;

  call->request = std::move(request);
  if (!call->browser) {
    const absl::string_view token = BearerToken(call->request.Header("authorization"));
    if (token.empty()) return Finish(call, SignInRequired());
    return Forward(std::move(call), Credential{std::string(token), "", nullptr});
  }
  if (!session_) return Finish(call, SignInRequired());
  call->second = call->method->path == kAttest && call->method->second_token_field != 0 && call->request.Header(kSecondPersonHeader) == "1";
  // Who is asking comes before what is asked: a stranger's JSON is not even parsed.
  session_(call->request, call->second, [this, call](absl::StatusOr<Credential> credential) { Forward(call, std::move(credential)); });
}

void ConnectGateway::Forward(std::shared_ptr<Call> call, absl::StatusOr<Credential> credential) {
  if (!credential.ok()) return Finish(call, credential.status());
  if (call->json) {
    absl::StatusOr<std::string> wire = contracts_->ToWire(*call->method, call->request.body);
    if (!wire.ok()) return Finish(call, wire.status());
    call->wire = *std::move(wire);
  } else {
    call->wire = std::move(call->request.body);
  }
  if (call->second) AppendString(call->method->second_token_field, credential->second_token, &call->wire);
  call->forget_second = std::move(credential->forget_second);
  const Metadata metadata = {{"authorization", absl::StrCat("Bearer ", credential->token)}, {"traceparent", call->trace.Header()}};
  call->client->Call(call->method->path, std::move(call->wire), call->deadline, metadata,
                     [this, call](absl::StatusOr<std::string> wire) {
                       if (!wire.ok() || !call->forget_second) return Finish(call, std::move(wire));
                       // Before the answer, so that the page that reads it finds nobody there any more.
                       call->forget_second([this, call, wire = std::move(wire)] { Finish(call, wire); });
                     });
}

void ConnectGateway::Finish(const std::shared_ptr<Call>& call, absl::StatusOr<std::string> wire) {
  if (wire.ok() && call->json) wire = contracts_->ToJson(*call->method, *wire);
  const absl::Status status = WithoutInternals(wire.status());
  const std::string reason = status.ok() ? "" : ReasonOf(status);
  FinishedCall finished;
  finished.method = call->method->full_name;
  finished.code = status.code();
  finished.reason = reason;
  finished.peer = call->browser ? "browser" : "machine";
  finished.trace_id = call->trace.trace_id;
  finished.took = absl::Now() - call->began;
  telemetry_->Called(finished);
  if (!status.ok()) return call->reply(ConnectError(status, contracts_));
  call->reply(Respond(200, call->json ? "application/json" : "application/proto", *std::move(wire)));
}

}  // namespace brobygger::gateway
