#include "gateway/health_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace brobygger::gateway {
namespace {

class Health : public HealthServer {
 public:
  explicit Health(const std::atomic<bool>* serving) : serving_(serving) {}
  ~Health() override {
    if (thread_.joinable()) {
      event_base_loopbreak(base_);
      thread_.join();
    }
    if (http_ != nullptr) evhttp_free(http_);
    if (base_ != nullptr) event_base_free(base_);
  }

  absl::Status Listen(const std::string& listen) {
    const size_t colon = listen.rfind(':');
    int port = -1;
    if (colon == std::string::npos || !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port < 0 || port > 65535) {
      return absl::InvalidArgumentError(absl::StrCat("health_listen: want address:port, got ", listen));
    }
    std::string host = listen.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    evthread_use_pthreads();
    base_ = event_base_new();
    http_ = evhttp_new(base_);
    evhttp_set_timeout(http_, 5);
    evhttp_set_max_headers_size(http_, 8 * 1024);
    evhttp_set_max_body_size(http_, 1024);
    evhttp_set_allowed_methods(http_, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_gencb(http_, &Health::OnRequest, this);
    evhttp_bound_socket* socket = evhttp_bind_socket_with_handle(http_, host.c_str(), static_cast<uint16_t>(port));
    if (socket == nullptr) return absl::UnavailableError(absl::StrCat("health_listen ", listen, ": the address cannot be used"));
    sockaddr_storage address = {};
    socklen_t size = sizeof(address);
    getsockname(evhttp_bound_socket_get_fd(socket), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                                : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
    thread_ = std::thread([this] { event_base_dispatch(base_); });
    return absl::OkStatus();
  }
  int port() const override { return port_; }

 private:
  static void OnRequest(evhttp_request* request, void* self) {
    const char* uri = evhttp_request_get_uri(request);
    if (uri == nullptr || absl::string_view(uri) != "/healthz") return evhttp_send_error(request, HTTP_NOTFOUND, nullptr);
    const bool serving = *static_cast<Health*>(self)->serving_;
    evbuffer* body = evhttp_request_get_output_buffer(request);
    evbuffer_add_printf(body, "%s\n", serving ? "ok" : "draining");
    evhttp_send_reply(request, serving ? HTTP_OK : HTTP_SERVUNAVAIL, nullptr, nullptr);
  }

  const std::atomic<bool>* serving_;
  event_base* base_ = nullptr;
  evhttp* http_ = nullptr;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& listen, const std::atomic<bool>* serving) {
  auto health = std::make_unique<Health>(serving);
  if (absl::Status s = health->Listen(listen); !s.ok()) return s;
  return std::unique_ptr<HealthServer>(std::move(health));
}

}  // namespace brobygger::gateway
