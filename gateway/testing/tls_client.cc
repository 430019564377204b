#include "gateway/testing/tls_client.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace brobygger::gateway::testing {

std::string Answer::Header(const std::string& lower_name) const {
  auto it = headers.find(lower_name);
  return it == headers.end() ? "" : it->second;
}

std::string Answer::Cookie(const std::string& name) const {
  for (auto [it, end] = headers.equal_range("set-cookie"); it != end; ++it) {
    if (it->second.rfind(name + "=", 0) == 0) return it->second.substr(name.size() + 1, it->second.find(';') - name.size() - 1);
  }
  return "";
}

TlsClient::TlsClient(int port, bool handshake, int newest) {
  signal(SIGPIPE, SIG_IGN);
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  if (!connected_ || !handshake) return;
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context_, 0);
  if (newest != 0) SSL_CTX_set_max_proto_version(context_, newest);
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, fd_);
  timeval timeout = {10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  connected_ = SSL_connect(ssl_) == 1;
}

TlsClient::~TlsClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  close(fd_);
}

bool TlsClient::Send(absl::string_view bytes) {
  return connected_ && SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool TlsClient::SendRaw(absl::string_view bytes) { return send(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()); }

bool TlsClient::Fill(absl::Time until) {
  if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
    pollfd p = {fd_, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(until - absl::Now());
    if (left <= 0 || poll(&p, 1, static_cast<int>(left)) != 1) return false;
  }
  char chunk[16384];
  const int n = ssl_ == nullptr ? static_cast<int>(recv(fd_, chunk, sizeof(chunk), 0)) : SSL_read(ssl_, chunk, sizeof(chunk));
  if (n <= 0) {
    connected_ = false;
    return false;
  }
  buffer_.append(chunk, n);
  return true;
}

Answer TlsClient::Read(bool to_head, absl::Duration wait) {
  const absl::Time until = absl::Now() + wait;
  Answer answer;
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill(until)) return answer;
  }
  const std::vector<std::string> lines = absl::StrSplit(buffer_.substr(0, end), "\r\n");
  buffer_.erase(0, end + 4);
  int status = 0;
  absl::SimpleAtoi(absl::string_view(lines[0]).substr(9, 3), &status);
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = lines[i].find(": ");
    answer.headers.emplace(absl::AsciiStrToLower(lines[i].substr(0, colon)), lines[i].substr(colon + 2));
  }
  size_t length = 0;
  absl::SimpleAtoi(answer.Header("content-length"), &length);
  while (!to_head && buffer_.size() < length) {
    if (!Fill(until)) return answer;
  }
  answer.status = status;
  if (!to_head) {
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
  }
  return answer;
}

bool TlsClient::ClosedWithin(absl::Duration wait) {
  const absl::Time until = absl::Now() + wait;
  while (connected_ && absl::Now() < until) Fill(until);
  return !connected_;
}

std::string TlsClient::PeerSubjectHash() const {
  X509* peer = SSL_get1_peer_certificate(ssl_);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(peer, EVP_sha256(), digest, &size);
  X509_free(peer);
  return std::string(reinterpret_cast<char*>(digest), size);
}

std::string RequestText(absl::string_view method, absl::string_view target, const std::vector<std::string>& lines, absl::string_view body) {
  std::string out = absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\n");
  for (const std::string& line : lines) absl::StrAppend(&out, line, "\r\n");
  if (!body.empty() || method == "POST") absl::StrAppend(&out, "Content-Length: ", body.size(), "\r\n");
  return absl::StrCat(out, "\r\n", body);
}

Answer Ask(int port, const std::string& request) {
  TlsClient client(port);
  client.Send(request);
  return client.Read();
}

}  // namespace brobygger::gateway::testing
