// Over real sockets and real TLS, byte by byte.
#include "gateway/https_server.h"

#include <openssl/ssl.h>

#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/testing/tls_client.h"
#include "gtest/gtest.h"
#include "services/runtime/testing/pki.h"

namespace brobygger::gateway {
namespace {

using testing::Answer;
using testing::RequestText;
using testing::TlsClient;

// Longer than anything takes that is going to happen, on whatever machine.
constexpr absl::Duration kPatience = absl::Seconds(60);

class HttpsServerTest : public ::testing::Test {
 protected:
  void Start(std::function<void(HttpsServer::Options*)> change = nullptr) {
    const runtime::Tls tls = pki_.Issue("https");
    HttpsServer::Options options;
    options.listen = "127.0.0.1:0";
    options.certificate = tls.certificate();
    options.key = tls.key();
    options.telemetry = telemetry_.get();
    options.handler = [this](HttpRequest request, HttpReply reply) {
      if (request.path == "/slow") {
        std::lock_guard<std::mutex> lock(mu_);
        held_.push_back(std::move(reply));
        return;
      }
      if (request.path == "/large") return reply(Respond(200, "text/plain", std::string(2'000'000, 'x')));
      reply(Respond(200, "text/plain", absl::StrCat(request.method, " ", request.path, " ", request.query, " ", request.body.size())));
    };
    if (change) change(&options);
    auto server = HttpsServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  int port() const { return server_->port(); }
  Answer Ask(const std::string& request) { return testing::Ask(port(), request); }

  ::brobygger::testing::Pki pki_;
  std::unique_ptr<Telemetry> telemetry_ = Telemetry::Create("gateway");
  std::unique_ptr<HttpsServer> server_;
  std::mutex mu_;
  std::vector<HttpReply> held_;
};

TEST_F(HttpsServerTest, KeepsTheConnectionAndTheOrder) {
  Start();
  TlsClient client(port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(RequestText("POST", absl::StrCat("/a?n=", i), {}, "12345")));
    const Answer a = client.Read();
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(a.body, absl::StrCat("POST /a n=", i, " 5"));
    EXPECT_EQ(a.Header("connection"), "keep-alive");
    EXPECT_EQ(a.Header("cache-control"), "no-store");
    EXPECT_NE(a.Header("content-security-policy"), "");
  }
  // Pipelined, the second in two pieces, a HEAD in between.
  ASSERT_TRUE(client.Send(RequestText("GET", "/b") + RequestText("HEAD", "/c") + "GET /d HTTP/1.1\r\nHo"));
  ASSERT_TRUE(client.Send("st: localhost\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "GET /b  0");
  EXPECT_EQ(client.Read(/*to_head=*/true).Header("content-length"), "10");
  EXPECT_EQ(client.Read().body, "GET /d  0");
  ASSERT_TRUE(client.Send("POST /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "POST /e  5");
  ASSERT_TRUE(client.Send(RequestText("GET", "/f", {"Connection: close"})));
  EXPECT_EQ(client.Read().Header("connection"), "close");
  EXPECT_TRUE(client.ClosedWithin(kPatience));
}

TEST_F(HttpsServerTest, LargeAnswersArriveWhole) {
  Start();
  TlsClient client(port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(RequestText("GET", "/large")));
    EXPECT_EQ(client.Read().body.size(), 2'000'000u);
  }
}

TEST_F(HttpsServerTest, TooLargeABodyIsAnsweredSoThatTheClientCanReadIt) {
  Start();
  for (size_t size : {kMaxBody + 1, size_t{700'000}}) {
    TlsClient client(port());
    client.Send(RequestText("POST", "/a", {}, std::string(size, 'x')));  // all of it before reading
    const Answer a = client.Read();
    EXPECT_EQ(a.status, 413) << size;
    EXPECT_EQ(a.Header("connection"), "close");
    EXPECT_NE(a.Header("content-security-policy"), "");
    EXPECT_TRUE(client.ClosedWithin(kPatience));
  }
  TlsClient chunked(port());
  chunked.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.Send(absl::StrCat("2000\r\n", std::string(0x2000, 'x'), "\r\n"));
  EXPECT_EQ(chunked.Read().status, 413);
  TlsClient trailers(port());
  trailers.Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  for (int i = 0; i < 600; ++i) trailers.Send("X-Trailer: " + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(trailers.Read().status, 400);  // read as one block of bounded size
  EXPECT_EQ(Ask(RequestText("POST", "/a", {}, std::string(kMaxBody, 'x'))).body, absl::StrCat("POST /a  ", kMaxBody));
  EXPECT_EQ(Ask(RequestText("GET", "/after")).status, 200) << "the next request works";
}

TEST_F(HttpsServerTest, TooLargeAHeaderIs431) {
  Start();
  EXPECT_EQ(Ask(RequestText("GET", "/", {"X-A: " + std::string(20'000, 'a')})).status, 431);
  std::vector<std::string> many;
  for (int i = 0; i < 60000; ++i) many.push_back("X-A: 12345");
  EXPECT_EQ(Ask(RequestText("GET", "/", many)).status, 431);
  EXPECT_EQ(Ask("GET /" + std::string(20'000, 'a')).status, 431);
  EXPECT_EQ(Ask(RequestText("GET", "/", {"X-A: " + std::string(15'000, 'a')})).status, 200);
}

TEST_F(HttpsServerTest, MalformedRequestsAreRefused) {
  Start();
  struct Case {
    const char* text;
    int status;
  };
  for (const Case& c : {
           Case{"\x16\x03\x01 nonsense\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
           {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET /\xc3\xa6 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: a\x01" "b\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
           {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
           {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
           {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
           {"POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\na", 417},
       }) {
    const Answer a = Ask(c.text);
    EXPECT_EQ(a.status, c.status) << c.text << a.body;
    EXPECT_EQ(a.Header("connection"), "close") << c.text;
  }
  EXPECT_EQ(Ask(RequestText("GET", "/after")).status, 200);
}

TEST_F(HttpsServerTest, ContinuesWhenAsked) {
  Start();
  TlsClient client(port());
  client.Send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Read().body, "POST /a  3");
}

TEST_F(HttpsServerTest, SlowClientsAreShownTheDoor) {
  Start([](HttpsServer::Options* o) {
    o->handshake = o->header = o->body = absl::Seconds(1);
    o->idle = absl::Seconds(2);
  });
  TlsClient no_handshake(port(), false), silent(port()), half(port()), half_body(port()), drip(port());
  half.Send("GET / HTTP/1.1\r\nHo");
  half_body.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab");
  bool dripping = true;
  drip.Send("GET / HTTP/1.1\r\nHost: a\r\nX-Very-Slow: ");
  for (const absl::Time end = absl::Now() + kPatience; dripping && absl::Now() < end;) {
    dripping = drip.Send("y") && !drip.ClosedWithin(absl::Milliseconds(20));
  }
  EXPECT_FALSE(dripping) << "a byte now and then must not hold the connection";
  EXPECT_TRUE(no_handshake.ClosedWithin(kPatience));
  EXPECT_TRUE(half.ClosedWithin(kPatience));
  EXPECT_TRUE(half_body.ClosedWithin(kPatience));
  EXPECT_TRUE(silent.ClosedWithin(kPatience));
  bool served = false;  // one who happens to be slow may ask again
  for (const absl::Time end = absl::Now() + kPatience; !served && absl::Now() < end;) served = Ask(RequestText("GET", "/after")).status == 200;
  EXPECT_TRUE(served);
}

TEST_F(HttpsServerTest, HoldsNoMoreConnectionsThanAllowed) {
  Start([](HttpsServer::Options* o) { o->max_connections = 3; });
  TlsClient a(port()), b(port()), c(port()), d(port());
  EXPECT_TRUE(a.connected() && b.connected() && c.connected());
  EXPECT_FALSE(d.connected());
  a.Send(RequestText("GET", "/", {"Connection: close"}));
  a.Read();
  EXPECT_TRUE(a.ClosedWithin(kPatience));
  for (int i = 0; i < 6000 && server_->connections() > 2; ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_TRUE(TlsClient(port()).connected());
}

TEST_F(HttpsServerTest, SpeaksTls12AndNewerOnly) {
  Start();
  EXPECT_TRUE(TlsClient(port(), true, TLS1_2_VERSION).connected());
  EXPECT_TRUE(TlsClient(port(), true, TLS1_3_VERSION).connected());
  EXPECT_FALSE(TlsClient(port(), true, TLS1_1_VERSION).connected());
  TlsClient plain(port(), false);
  plain.SendRaw(RequestText("GET", "/"));
  EXPECT_TRUE(plain.ClosedWithin(kPatience));
}

TEST_F(HttpsServerTest, TakesANewCertificateWithoutRestart) {
  const runtime::Tls first = pki_.Issue("first"), second = pki_.Issue("second");
  const std::string cert = pki_.dir() + "/live.pem", key = pki_.dir() + "/live.key";
  const auto install = [&](const runtime::Tls& tls) {
    namespace fs = std::filesystem;
    fs::copy_file(tls.key(), key, fs::copy_options::overwrite_existing);
    fs::copy_file(tls.certificate(), cert, fs::copy_options::overwrite_existing);
  };
  install(first);
  Start([&](HttpsServer::Options* o) {
    o->certificate = cert;
    o->key = key;
    o->watch = absl::Milliseconds(50);
  });
  const std::string before = TlsClient(port()).PeerSubjectHash();
  install(second);
  std::string after = before;
  for (int i = 0; i < 1200 && after == before; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    after = TlsClient(port()).PeerSubjectHash();
  }
  EXPECT_NE(after, before);
}

TEST_F(HttpsServerTest, DrainsWhatIsUnderWay) {
  Start();
  TlsClient busy(port()), idle(port());
  idle.Send(RequestText("GET", "/"));
  idle.Read();
  busy.Send(RequestText("GET", "/slow"));
  for (int i = 0; i < 6000; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    std::lock_guard<std::mutex> lock(mu_);
    if (!held_.empty()) break;
  }
  const int was = port();
  std::thread drain([this] { server_->Drain(kPatience); });
  EXPECT_TRUE(idle.ClosedWithin(kPatience));
  EXPECT_FALSE(TlsClient(was).connected());
  std::exchange(held_, {}).at(0)(Respond(200, "text/plain", "late"));  // whoever keeps a reply keeps its connection
  const Answer a = busy.Read();
  EXPECT_EQ(a.body, "late");
  EXPECT_EQ(a.Header("connection"), "close");
  drain.join();
}

TEST_F(HttpsServerTest, RepliesAfterTheEndAreDropped) {
  Start();
  auto busy = std::make_unique<TlsClient>(port());
  busy->Send(RequestText("GET", "/slow"));
  for (int i = 0; i < 6000; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    std::lock_guard<std::mutex> lock(mu_);
    if (!held_.empty()) break;
  }
  server_->Drain(absl::ZeroDuration());
  held_.at(0)(Respond(200, "text/plain", "too late"));
  held_.clear();
  server_.reset();
}

TEST_F(HttpsServerTest, RefusesToStartOnWhatItCannotUse) {
  const runtime::Tls tls = pki_.Issue("https"), other = pki_.Issue("other");
  HttpsServer::Options options;
  options.listen = "nowhere";
  options.certificate = tls.certificate();
  options.key = tls.key();
  options.telemetry = telemetry_.get();
  EXPECT_TRUE(absl::IsInvalidArgument(HttpsServer::Start(options).status()));
  options.listen = "127.0.0.1:0";
  options.key = other.key();
  EXPECT_TRUE(absl::IsInvalidArgument(HttpsServer::Start(options).status()));
  options.key = "/none";
  EXPECT_TRUE(absl::IsInvalidArgument(HttpsServer::Start(options).status()));
}

}  // namespace
}  // namespace brobygger::gateway
