// A blocking TLS client for tests: sends exactly the bytes it is told to and reads what comes back.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct ssl_st;
struct ssl_ctx_st;

namespace brobygger::gateway::testing {

struct Answer {
  int status = 0;  // 0: none came
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string Header(const std::string& lower_name) const;  // the first, "" if absent
  // The value that Set-Cookie gives to the cookie, "" if none does.
  std::string Cookie(const std::string& name) const;
};

class TlsClient {
 public:
  // `newest`: the highest TLS version offered, 0 for any.
  explicit TlsClient(int port, bool handshake = true, int newest = 0);
  ~TlsClient();
  bool connected() const { return connected_; }
  // False if the server has stopped reading.
  bool Send(absl::string_view bytes);
  bool SendRaw(absl::string_view bytes);  // without TLS
  // One answer; status 0 if the connection ends or nothing comes in time.
  Answer Read(bool to_head = false, absl::Duration wait = absl::Seconds(60));
  // True if the server closes within the time, whatever it sends before.
  bool ClosedWithin(absl::Duration wait);
  std::string PeerSubjectHash() const;  // of its certificate

 private:
  bool Fill(absl::Time until);
  int fd_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
  bool connected_ = false;
  std::string buffer_;
};

// A request with Host, these header lines ("Name: value") and body.
std::string RequestText(absl::string_view method, absl::string_view target, const std::vector<std::string>& lines = {}, absl::string_view body = "");
// One request on a connection of its own.
Answer Ask(int port, const std::string& request);

}  // namespace brobygger::gateway::testing
