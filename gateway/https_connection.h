// One TLS connection: reads a request, hands it to the handler, writes the answer, again. Inside the HTTPS server only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "gateway/https_server.h"

namespace brobygger::gateway {

class HttpsConnection;

// What a connection needs from its server, which outlives it. Threads: any.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual const HttpsServer::Options& options() const = 0;
  virtual bool draining() const = 0;
  virtual void Opened(HttpsConnection*) = 0;
  virtual void Closed(HttpsConnection*) = 0;  // from the destructor
};

// Lives as long as an operation of it is pending or a reply is outstanding. Its state belongs to its strand.
class HttpsConnection : public std::enable_shared_from_this<HttpsConnection> {
 public:
  // `socket` has a strand as its executor.
  static std::shared_ptr<HttpsConnection> Create(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                                                 ConnectionOwner* owner);
  virtual ~HttpsConnection() = default;
  virtual void Run() = 0;
  // Any thread: closes unless a request is being read or answered.
  virtual void CloseIfIdle() = 0;
};

}  // namespace brobygger::gateway
