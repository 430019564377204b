#include "gateway/https_connection.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brobygger::gateway {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr size_t kReadSize = 8 * 1024;
constexpr size_t kMaxBodyOnWire = 8 * kMaxBody;  // with the heads of chunks, and trailers
constexpr size_t kDrainBytes = 1024 * 1024;  // after a refusal, so that the client gets to read it
constexpr size_t kOneRecord = 16 * 1024;
constexpr auto kDrainTime = std::chrono::seconds(2);
constexpr auto kShutdownTime = std::chrono::seconds(2);

std::chrono::nanoseconds Chrono(absl::Duration d) { return absl::ToChronoNanoseconds(d); }
absl::string_view View(beast::string_view s) { return {s.data(), s.size()}; }

HttpResponse Plain(int status, const char* text) { return Respond(status, "text/plain; charset=utf-8", text); }

// Visible ASCII only: what goes on to routing and logs has no surprises in it.
bool IsTarget(absl::string_view target) {
  if (target.empty() || target[0] != '/') return false;
  for (char c : target) {
    if (!absl::ascii_isgraph(c)) return false;
  }
  return true;
}

// Reading is one loop over the parser instead of Beast's composed operations: each phase gets its own time limit, and the file
// compiles in seconds.
class Connection final : public HttpsConnection {
 public:
  Connection(net::ip::tcp::socket socket, std::shared_ptr<net::ssl::context> tls, ConnectionOwner* owner)
      : owner_(owner), tls_(std::move(tls)), stream_(beast::tcp_stream(std::move(socket)), *tls_) {
    owner_->Opened(this);
  }
  ~Connection() override { owner_->Closed(this); }

  void Run() override {
    Limit(owner_->options().handshake);
    stream_.async_handshake(net::ssl::stream_base::server, [self = Self()](error_code ec) {
      if (ec) return self->owner_->options().telemetry->Count("gateway_handshakes_failed");
      self->Begin();
    });
  }

  void CloseIfIdle() override {
    net::post(stream_.get_executor(), [self = Self()] {
      if (self->phase_ == Phase::kIdle) beast::get_lowest_layer(self->stream_).close();
    });
  }

 private:
  enum class Phase { kIdle, kHeader, kBody, kAnswering };
  using Parser = http::request_parser<http::string_body>;

  std::shared_ptr<Connection> Self() { return std::static_pointer_cast<Connection>(shared_from_this()); }
  void Limit(absl::Duration d) { beast::get_lowest_layer(stream_).expires_after(Chrono(d)); }

  // The next request; what is already in the buffer belongs to it.
  void Begin() {
    if (owner_->draining()) return Close();
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(kMaxBody);
    head_only_ = keep_alive_ = false;
    taken_ = 0;
    phase_ = Phase::kIdle;
    if (buffer_.size() > 0) return Parse();
    Limit(owner_->options().idle);
    Read();
  }

  void Read() {
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = Self()](error_code ec, size_t n) {
      if (ec) return;  // gone, or out of time: the socket closes with us
      self->buffer_.commit(n);
      self->Parse();
    });
  }

  void Parse() {
    if (phase_ == Phase::kIdle) {
      phase_ = Phase::kHeader;
      Limit(owner_->options().header);
    }
    while (true) {
      error_code ec;
      const size_t used = parser_->put(buffer_.data(), ec);
      buffer_.consume(used);
      taken_ += used;
      if (ec && ec != http::error::need_more) return Refuse(ec);
      if (phase_ == Phase::kHeader && taken_ > kMaxHeader) return Refuse(http::error::header_limit);
      if (phase_ == Phase::kBody && taken_ > kMaxBodyOnWire) return Refuse(http::error::body_limit);
      if (phase_ == Phase::kHeader && parser_->is_header_done()) {
        if (!CheckHeader()) return;
        taken_ = 0;
        phase_ = Phase::kBody;
        parser_->eager(true);
        Limit(owner_->options().body);
        if (!parser_->is_done() && parser_->get()[http::field::expect].size() > 0) return Continue();
      }
      if (parser_->is_done()) return Dispatch();
      if (ec == http::error::need_more || buffer_.size() == 0 || used == 0) break;
    }
    // The parser's own limit starts anew with every line that is complete.
    if (taken_ + buffer_.size() > kMaxHeader && phase_ == Phase::kHeader) return Refuse(http::error::header_limit);
    if (buffer_.size() > kMaxHeader) return Refuse(http::error::bad_chunk_extension);
    Read();
  }

  // Syntax has been checked by the parser, which also refuses a length together with chunks.
  bool CheckHeader() {
    const auto& head = parser_->get();
    const absl::string_view expect = View(head[http::field::expect]);
    if (head.version() != 10 && head.version() != 11) {
      Answer(Plain(505, "HTTP/1.1 only\n"), true);
    } else if (head.count(http::field::host) != 1 || !IsTarget(View(head.target())) || head.count(http::field::content_length) > 1 ||
               head.count(http::field::transfer_encoding) > 1) {
      Answer(Plain(400, "malformed request\n"), true);
    } else if (head.method() != http::verb::get && head.method() != http::verb::head && head.method() != http::verb::post) {
      HttpResponse r = Plain(405, "GET, HEAD and POST only\n");
      r.headers.emplace_back("Allow", "GET, HEAD, POST");
      Answer(std::move(r), true);
    } else if (!expect.empty() && !absl::EqualsIgnoreCase(expect, "100-continue")) {
      Answer(Plain(417, "unknown expectation\n"), true);
    } else {
      return true;
    }
    return false;
  }

  void Continue() {
    static constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";
    net::async_write(stream_, net::const_buffer(kContinue, sizeof(kContinue) - 1), [self = Self()](error_code ec, size_t) {
      if (ec) return;
      if (self->buffer_.size() > 0) return self->Parse();
      self->Read();
    });
  }

  void Refuse(error_code ec) {
    owner_->options().telemetry->Count("gateway_malformed_requests");
    if (ec == http::error::body_limit) return Answer(Plain(413, "a request may have 64 KB at most\n"), true);
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return Answer(Plain(431, "a header may have 16 KB at most\n"), true);
    Answer(Plain(400, "malformed request\n"), true);
  }

  void Dispatch() {
    auto message = parser_->release();
    HttpRequest request;
    request.method = std::string(message.method_string());
    const absl::string_view target = View(message.target());
    const size_t mark = target.find('?');
    request.path = std::string(target.substr(0, mark));
    if (mark != absl::string_view::npos) request.query = std::string(target.substr(mark + 1));
    for (const auto& field : message) {
      request.headers.emplace_back(absl::AsciiStrToLower(View(field.name_string())), std::string(View(field.value())));
    }
    request.body = std::move(message.body());
    head_only_ = message.method() == http::verb::head;
    keep_alive_ = message.keep_alive();
    phase_ = Phase::kAnswering;
    beast::get_lowest_layer(stream_).expires_never();
    owner_->options().handler(std::move(request), [self = Self()](HttpResponse response) {
      net::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable { self->Answer(std::move(response), false); });
    });
  }

  // `refused`: the rest of the request will not be read, so the connection cannot go on.
  void Answer(HttpResponse response, bool refused) {
    phase_ = Phase::kAnswering;
    const bool stay = keep_alive_ && !refused && !owner_->draining();
    head_ = SerialiseHead(response, stay, head_only_);
    body_ = head_only_ || response.status == 304 ? nullptr : std::move(response.body);
    if (body_ != nullptr && body_->size() <= kOneRecord) {  // one TLS record and one packet train instead of two
      head_.append(*body_);
      body_.reset();
    }
    Limit(owner_->options().write);
    // The plain TLS stream: Beast's own, which joins buffers, stalls on a long second one.
    const std::array<net::const_buffer, 2> buffers = {net::buffer(head_), body_ == nullptr ? net::const_buffer() : net::buffer(*body_)};
    net::async_write(stream_, buffers, [self = Self(), stay, refused](error_code ec, size_t) {
      self->body_.reset();
      if (ec) return;
      if (stay) return self->Begin();
      refused ? self->CloseAfterDraining() : self->Close();
    });
  }

  void Close() {
    phase_ = Phase::kAnswering;
    beast::get_lowest_layer(stream_).expires_after(kShutdownTime);
    stream_.async_shutdown([self = Self()](error_code) { beast::get_lowest_layer(self->stream_).close(); });
  }

  // Says goodbye and then reads on for a while: closing a socket with unread bytes sends a reset, and a reset throws away the
  // answer that the client has not read yet.
  void CloseAfterDraining() {
    beast::get_lowest_layer(stream_).expires_after(kDrainTime);
    stream_.async_shutdown([self = Self()](error_code) {
      auto& tcp = beast::get_lowest_layer(self->stream_);
      error_code ec;
      tcp.socket().shutdown(net::socket_base::shutdown_send, ec);
      if (ec) return;
      tcp.expires_after(kDrainTime);
      self->buffer_.clear();
      self->DrainSome();
    });
  }

  void DrainSome() {
    beast::get_lowest_layer(stream_).async_read_some(buffer_.prepare(kReadSize), [self = Self()](error_code ec, size_t n) {
      self->drained_ += n;
      if (!ec && self->drained_ < kDrainBytes) self->DrainSome();
    });
  }

  ConnectionOwner* owner_;
  std::shared_ptr<net::ssl::context> tls_;
  net::ssl::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_{kMaxHeader + 2 * kReadSize};
  std::optional<Parser> parser_;
  Phase phase_ = Phase::kIdle;
  bool head_only_ = false, keep_alive_ = false;
  size_t taken_ = 0;  // of this phase
  size_t drained_ = 0;
  std::string head_;
  std::shared_ptr<const std::string> body_;
};

}  // namespace

std::shared_ptr<HttpsConnection> HttpsConnection::Create(net::ip::tcp::socket socket, std::shared_ptr<net::ssl::context> tls,
                                                         ConnectionOwner* owner) {
  return std::make_shared<Connection>(std::move(socket), std::move(tls), owner);
}

}  // namespace brobygger::gateway
