#include "services/runtime/redis.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/comes.h"
#include "services/runtime/testing/redis_server.h"

namespace brobygger {
namespace {

using ::testing::HasSubstr;
using testing::Comes;
using testing::kPatience;
using testing::RedisServer;

TEST(RedisTest, SpeaksAllReplies) {
  RedisServer server;
  auto redis = server.Connect();
  EXPECT_EQ(redis->Call({"SET", "a", std::string("\0\r\n$", 4)})->text, "OK");
  EXPECT_EQ(redis->Call({"GET", "a"})->text, std::string("\0\r\n$", 4));
  EXPECT_TRUE(redis->Call({"GET", "none"})->IsNil());
  EXPECT_EQ(redis->Call({"ZADD", "z", "0", "m", "0", "n"})->integer, 2);
  const auto list = redis->Call({"ZRANGE", "z", "0", "-1"});
  ASSERT_EQ(list->elements.size(), 2u);
  EXPECT_EQ(list->elements[1].text, "n");
  EXPECT_EQ(redis->Call({"SET", "big", std::string(3'000'000, 'x')})->text, "OK");
  EXPECT_EQ(redis->Call({"GET", "big"})->text.size(), 3'000'000u);
}

TEST(RedisTest, ErrorsAreStatuses) {
  RedisServer server;
  auto redis = server.Connect();
  (void)redis->Call({"SET", "a", "1"});
  EXPECT_EQ(redis->Call({"ZADD", "a", "0", "m"}).status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(redis->Call({"FLUSHALL"}).status().message()), HasSubstr("NOPERM")) << "a service may not";
  EXPECT_THAT(std::string(redis->Call({"FUNCTION", "FLUSH"}).status().message()), HasSubstr("NOPERM"));
  EXPECT_THAT(std::string(redis->Call({"CONFIG", "SET", "appendfsync", "no"}).status().message()), HasSubstr("NOPERM"));
  EXPECT_EQ(redis->Call({"GET", "a"})->text, "1") << "and the connection still works";
  // Out of memory is Redis unable to serve, not a bug of ours.
  server.Admin({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(ReasonOf(redis->Call({"SET", "a", "2"}).status()), "STORE_DOWN");
}

TEST(RedisTest, ManyThreadsShareOneConnection) {
  RedisServer server;
  auto redis = server.Connect();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0}, answered{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string key = absl::StrCat("k", t), value = absl::StrCat(i);
        redis->Command({"SET", key, value}, [&, key, value](absl::StatusOr<Redis::Reply> r) {
          if (!r.ok()) ++wrong;
          // From within a callback.
          redis->Command({"GET", key}, [&](absl::StatusOr<Redis::Reply> g) {
            if (!g.ok() || g->text.empty()) ++wrong;
            ++answered;
          });
        });
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_TRUE(Comes([&] { return answered == 2000; }));
  EXPECT_EQ(wrong, 0);
}

TEST(RedisTest, WorkAfterRepliesThatCameTogether) {
  RedisServer server;
  auto redis = server.Connect();
  EXPECT_FALSE(redis->AfterReplies([] { ADD_FAILURE() << "not on the I/O thread"; }));
  // The I/O thread may be at the connection still and take some of them along: then they come apart, and that is no fault.
  int before = 0;
  for (int attempt = 0; attempt < 100 && before < 5; ++attempt) {
    std::atomic<int> replies{0};
    absl::Notification done;
    {
      const Redis::Together one_write;  // so that the answers come together
      for (int i = 0; i < 5; ++i) {
        redis->Command({"PING"}, [&](absl::StatusOr<Redis::Reply> reply) {
          EXPECT_TRUE(reply.ok());
          if (++replies > 1) return;
          EXPECT_TRUE(redis->AfterReplies([&] {
            before = replies;
            redis->Command({"PING"}, [&](absl::StatusOr<Redis::Reply> again) {  // and its commands go out
              EXPECT_TRUE(again.ok());
              done.Notify();
            });
          }));
        });
      }
    }
    ASSERT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
    ASSERT_TRUE(Comes([&] { return replies == 5; }));
  }
  EXPECT_EQ(before, 5);
}

TEST(RedisTest, CommandsTogetherGoOutAtTheEnd) {
  RedisServer server;
  auto redis = server.Connect(), other = server.Connect();
  std::atomic<int> answered{0};
  const auto count = [&](absl::StatusOr<Redis::Reply> r) { answered += r.ok() ? 1 : 0; };
  // The I/O thread may be at the connection still and take along what is queued: once it is not, it is held back.
  bool held_back = false;
  int sent = 0;
  for (int attempt = 0; attempt < 100 && !held_back; ++attempt) {
    const std::string a = absl::StrCat("a", attempt);
    const Redis::Together outer;
    redis->Command({"SET", a, "1"}, count);
    {
      const Redis::Together inner;
      redis->Command({"SET", "b", "1"}, count);
    }
    sent += 2;
    absl::SleepFor(absl::Milliseconds(50));
    held_back = other->Call({"GET", a})->IsNil();  // a blocking call does not wait for the end
  }
  EXPECT_TRUE(held_back);
  EXPECT_TRUE(Comes([&] { return answered == sent; }));
  EXPECT_EQ(other->Call({"GET", "b"})->text, "1");
  {
    const Redis::Together held;
    redis->Command({"SET", "c", "1"}, count);
    std::thread([&] { EXPECT_TRUE(redis->Call({"PING"}).ok()); }).join();
    EXPECT_EQ(other->Call({"GET", "c"})->text, "1") << "another thread's command takes it along, in order";
  }
  EXPECT_TRUE(Comes([&] { return answered == sent + 1; }));
}

// Bound and given up; the server takes it a moment later. Below the ports that the system gives to others.
int FreePort() {
  for (int port = 21000 + getpid() % 10000, tries = 0; tries < 1000; ++port, ++tries) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool is_free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    if (is_free) return port;
  }
  ADD_FAILURE() << "no free port";
  return 0;
}

TEST(RedisTest, OverTcp) {
  const int port = FreePort();
  RedisServer::Options options;
  options.settings["bind"] = "127.0.0.1";
  options.settings["port"] = absl::StrCat(port);
  RedisServer server(options);
  runtime::Redis config = server.config();
  config.clear_socket();
  config.set_host("127.0.0.1");
  config.set_port(port);
  auto redis = Redis::Connect(config);
  ASSERT_TRUE(redis.ok()) << redis.status();
  EXPECT_EQ((*redis)->Call({"SET", "a", "1"})->text, "OK");
  server.Restart();
  EXPECT_TRUE(Comes([&] { return ReasonOf((*redis)->Call({"GET", "a"}).status()) != "STORE_DOWN"; }));
  EXPECT_EQ((*redis)->Call({"GET", "a"})->text, "1");
}

TEST(RedisTest, RefusesWithoutConnection) {
  runtime::Redis config;
  config.set_socket("/tmp/there-is-no-redis.sock");
  Redis::Options options;
  options.first_connection = absl::Seconds(2);
  const auto none = Redis::Connect(config, options);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("there-is-no-redis"));
  EXPECT_EQ(Redis::Connect(runtime::Redis()).status().code(), absl::StatusCode::kInvalidArgument);
}

// A Redis that comes back has synced nothing of what it read from its file. A write has it synced before anything is answered.
TEST(RedisTest, NothingIsAskedBeforeAWriteHasBeenAnswered) {
  RedisServer server;
  const std::string key = absl::StrCat(server.config().user(), ":greeting");
  auto redis = server.Connect();
  EXPECT_EQ(server.Admin({"GET", key}).text, "1");
  (void)redis->Call({"SET", key, "old"});
  server.Restart();
  ASSERT_TRUE(Comes([&] { return redis->Call({"GET", "other"}).ok(); }));
  EXPECT_EQ(redis->Call({"GET", key})->text, "1");
}

TEST(RedisTest, RefusesARedisThatTakesNoWrite) {
  RedisServer::Options options;
  options.keys = {"elsewhere:*"};
  const RedisServer server(options);
  Redis::Options hasty;
  hasty.first_connection = absl::Seconds(1);
  const auto refused = Redis::Connect(server.config(), hasty);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("takes no write to service:greeting"));
}

TEST(RedisTest, RefusesAWrongPassword) {
  RedisServer server;
  runtime::Redis config = server.config();
  const std::string file = server.dir() + "/wrong.password";
  std::ofstream(file) << "wrong";
  config.set_password_file(file);
  Redis::Options options;
  options.first_connection = absl::Hours(1);
  const auto refused = Redis::Connect(config, options);  // at once: waiting would not help
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("refuses user service"));
  config.set_password_file("/tmp/there-is-no-password");
  EXPECT_THAT(std::string(Redis::Connect(config, options).status().message()), HasSubstr("there-is-no-password"));
}

TEST(RedisTest, FailsWhatIsOutstandingAndComesBack) {
  RedisServer server;
  auto redis = server.Connect();
  ASSERT_TRUE(redis->Call({"SET", "a", "1"}).ok());
  server.Pause();
  constexpr int kCommands = 50;
  std::atomic<int> down{0}, answered{0};
  for (int i = 0; i < kCommands; ++i) {
    redis->Command({"INCR", "counter"}, [&](absl::StatusOr<Redis::Reply> r) {
      if (ReasonOf(r.status()) == "STORE_DOWN") ++down;
      ++answered;
    });
  }
  server.Kill9();
  EXPECT_TRUE(Comes([&] { return answered == kCommands; }));
  EXPECT_EQ(down, kCommands);
  EXPECT_FALSE(redis->connected());
  EXPECT_EQ(ReasonOf(redis->Call({"GET", "a"}).status()), "STORE_DOWN") << "without a connection a command fails, and does not wait for one";

  server.Start();
  EXPECT_TRUE(Comes([&] { return redis->connected(); }));
  EXPECT_EQ(redis->Call({"GET", "a"})->text, "1");
  EXPECT_TRUE(redis->Call({"GET", "counter"})->IsNil()) << "nothing was sent again";
}

TEST(RedisTest, AStalledRedisCountsAsBroken) {
  RedisServer server;
  Redis::Options options;
  options.stalled = absl::Milliseconds(500);
  auto redis = server.Connect(options);
  server.Pause();
  EXPECT_EQ(ReasonOf(redis->Call({"GET", "a"}).status()), "STORE_DOWN") << "though the pause has no end";
  server.Resume();
  EXPECT_TRUE(Comes([&] { return redis->Call({"GET", "a"}).ok(); }));
}

TEST(RedisTest, TooMuchOutstandingIsRefused) {
  RedisServer server;
  Redis::Options options;
  options.max_outstanding = 10;
  auto redis = server.Connect(options);
  server.Pause();
  std::atomic<int> busy{0}, answered{0};
  for (int i = 0; i < 15; ++i) {
    redis->Command({"GET", "a"}, [&](absl::StatusOr<Redis::Reply> r) {
      if (ReasonOf(r.status()) == "STORE_BUSY") ++busy;
      ++answered;
    });
  }
  EXPECT_EQ(busy, 5);
  server.Resume();
  EXPECT_TRUE(Comes([&] { return answered == 15; }));
  EXPECT_TRUE(redis->Call({"GET", "a"}).ok()) << "there is room again";
}

TEST(RedisTest, EndingFailsWhatIsOutstanding) {
  RedisServer server;
  auto redis = server.Connect();
  server.Pause();
  std::atomic<int> down{0};
  for (int i = 0; i < 10; ++i) {
    redis->Command({"GET", "a"}, [&](absl::StatusOr<Redis::Reply> r) { down += ReasonOf(r.status()) == "STORE_DOWN"; });
  }
  redis.reset();
  EXPECT_EQ(down, 10);
  server.Resume();
}

TEST(RedisTest, RefusesEachWrongSetting) {
  const std::pair<std::string, std::string> wrong[] = {{"appendonly", "no"}, {"appendfsync", "everysec"}, {"no-appendfsync-on-rewrite", "yes"}};
  {
    RedisServer right;
    EXPECT_TRUE(right.Connect()->CheckDurability().ok());
  }
  for (const auto& [name, value] : wrong) {
    RedisServer::Options options;
    options.settings[name] = value;
    RedisServer server(options);
    const absl::Status status = server.Connect()->CheckDurability();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(name, " is \"", value, "\", want \""))) << name;
    for (const auto& [other, unused] : wrong) {
      if (other != name) {
        EXPECT_EQ(std::string(status.message()).find(other + " is"), std::string::npos);
      }
    }
  }
}

TEST(RedisTest, ARedisThatComesBackWithoutDurabilityIsNotUsed) {
  RedisServer server;
  auto redis = server.Connect();
  ASSERT_TRUE(redis->CheckDurability().ok());
  server.Set("appendfsync", "everysec");
  server.Restart();
  EXPECT_EQ(ReasonOf(redis->Call({"GET", "a"}).status()), "STORE_DOWN");
  EXPECT_FALSE(Comes([&] { return redis->connected(); }, absl::Seconds(1)));
  server.Set("appendfsync", "always");
  server.Restart();
  EXPECT_TRUE(Comes([&] { return redis->connected(); }));
}

}  // namespace
}  // namespace brobygger
