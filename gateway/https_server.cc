#include "gateway/https_server.h"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/https_connection.h"

namespace brobygger::gateway {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;
using ContextPtr = std::shared_ptr<net::ssl::context>;

// HTTP/1.1 only: a client that offers h2 as well must not think it got it.
int ChooseAlpn(SSL*, const unsigned char** out, unsigned char* out_len, const unsigned char* in, unsigned in_len, void*) {
  static const unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_len, kHttp11, sizeof(kHttp11), in, in_len) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

absl::StatusOr<ContextPtr> MakeContext(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_server);
  SSL_CTX* raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(raw, ChooseAlpn, nullptr);
  error_code ec;
  context->use_certificate_chain_file(certificate, ec);
  if (ec) return absl::InvalidArgumentError(absl::StrCat(certificate, ": ", ec.message()));
  context->use_private_key_file(key, net::ssl::context::pem, ec);
  if (ec || SSL_CTX_check_private_key(raw) != 1) return absl::InvalidArgumentError(absl::StrCat(key, ": not the certificate's key"));
  return context;
}

std::pair<int64_t, int64_t> FileStamp(const std::string& path) {
  struct stat s = {};
  return ::stat(path.c_str(), &s) == 0 ? std::make_pair<int64_t, int64_t>(s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec, s.st_ino)
                                       : std::make_pair<int64_t, int64_t>(0, 0);
}

absl::StatusOr<tcp::endpoint> ParseListen(absl::string_view listen) {
  const size_t colon = listen.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("listen: want address:port, got ", listen));
  }
  absl::string_view host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code ec;
  const auto address = net::ip::make_address(std::string(host), ec);
  if (ec) return absl::InvalidArgumentError(absl::StrCat("listen: no address: ", listen));
  return tcp::endpoint(address, static_cast<unsigned short>(port));
}

class Server : public HttpsServer, public ConnectionOwner {
 public:
  Server(Options options, ContextPtr context)
      : options_(std::move(options)), context_(std::move(context)), io_(options_.threads), acceptor_(net::make_strand(io_)) {}

  ~Server() override { Stop(); }

  absl::Status Listen(const tcp::endpoint& at) {
    error_code ec;
    acceptor_.open(at.protocol(), ec);
    if (!ec) acceptor_.set_option(net::socket_base::reuse_address(true), ec);
    if (!ec) acceptor_.bind(at, ec);
    if (!ec) acceptor_.listen(net::socket_base::max_listen_connections, ec);
    if (ec) return absl::UnavailableError(absl::StrCat("listen ", options_.listen, ": ", ec.message()));
    port_ = acceptor_.local_endpoint().port();
    stamps_ = {FileStamp(options_.certificate), FileStamp(options_.key)};
    Accept();
    WatchCertificate();
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { io_.run(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  int connections() const override { return open_; }

  void Drain(absl::Duration patience) override {
    draining_ = true;
    net::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      reload_.cancel();
    });
    std::vector<std::shared_ptr<HttpsConnection>> all;
    {
      std::lock_guard<std::mutex> lock(mu_);
      for (HttpsConnection* c : live_) {
        if (auto shared = c->weak_from_this().lock()) all.push_back(std::move(shared));
      }
    }
    for (const auto& c : all) c->CloseIfIdle();
    all.clear();
    const absl::Time until = absl::Now() + patience;
    while (open_ > 0 && absl::Now() < until) absl::SleepFor(absl::Milliseconds(10));
    Stop();
  }

  // ConnectionOwner
  const Options& options() const override { return options_; }
  bool draining() const override { return draining_; }
  void Opened(HttpsConnection* c) override {
    std::lock_guard<std::mutex> lock(mu_);
    live_.insert(c);
  }
  void Closed(HttpsConnection* c) override {
    std::lock_guard<std::mutex> lock(mu_);
    live_.erase(c);
    --open_;
  }

 private:
  void Stop() {
    io_.stop();
    for (std::thread& t : threads_) t.join();
    threads_.clear();
  }

  void Accept() {
    acceptor_.async_accept(net::make_strand(io_), [this](error_code ec, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (ec) {  // out of descriptors, mostly: wait for one instead of spinning
        options_.telemetry->Count("gateway_accept_errors");
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([this](error_code) { Accept(); });
        return;
      }
      if (++open_ > options_.max_connections) {
        --open_;
        options_.telemetry->Count("gateway_connections_refused");
        error_code ignored;
        socket.close(ignored);
      } else {
        options_.telemetry->Count("gateway_connections");
        std::shared_ptr<HttpsConnection> connection = HttpsConnection::Create(std::move(socket), CurrentContext(), this);
        connection->Run();
      }
      Accept();
    });
  }

  ContextPtr CurrentContext() {
    std::lock_guard<std::mutex> lock(mu_);
    return context_;
  }

  void WatchCertificate() {
    reload_.expires_after(absl::ToChronoMilliseconds(options_.watch));
    reload_.async_wait([this](error_code ec) {
      if (ec || draining_) return;
      const auto stamps = std::make_pair(FileStamp(options_.certificate), FileStamp(options_.key));
      if (stamps != stamps_) {
        absl::StatusOr<ContextPtr> fresh = MakeContext(options_.certificate, options_.key);
        if (fresh.ok()) {
          stamps_ = stamps;
          std::lock_guard<std::mutex> lock(mu_);
          context_ = *std::move(fresh);
        }
        options_.telemetry->Log(fresh.ok() ? "INFO" : "ERROR", fresh.ok() ? "https certificate reloaded" : "https certificate not usable");
      }
      WatchCertificate();
    });
  }

  const Options options_;
  std::mutex mu_;
  ContextPtr context_;
  std::unordered_set<HttpsConnection*> live_;
  std::atomic<int> open_{0};
  std::atomic<bool> draining_{false};
  int port_ = 0;
  std::pair<std::pair<int64_t, int64_t>, std::pair<int64_t, int64_t>> stamps_;
  // Destroyed first, with the connections that its pending operations hold; those still report to the members above.
  net::io_context io_;
  // A request that is being answered elsewhere is no pending operation: the threads have to stay for its reply.
  net::executor_work_guard<net::io_context::executor_type> work_{io_.get_executor()};
  tcp::acceptor acceptor_;
  net::steady_timer reload_{acceptor_.get_executor()}, pause_{acceptor_.get_executor()};  // on the acceptor's strand
  std::vector<std::thread> threads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Start(Options options) {
  absl::StatusOr<tcp::endpoint> at = ParseListen(options.listen);
  if (!at.ok()) return at.status();
  absl::StatusOr<ContextPtr> context = MakeContext(options.certificate, options.key);
  if (!context.ok()) return context.status();
  auto server = std::make_unique<Server>(std::move(options), *std::move(context));
  if (absl::Status s = server->Listen(*at); !s.ok()) return s;
  return std::unique_ptr<HttpsServer>(std::move(server));
}

}  // namespace brobygger::gateway
