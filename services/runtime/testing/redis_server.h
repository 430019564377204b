// A real redis-server for tests: its own temporary directory, Unix socket, ACL user and function library.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/redis.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::testing {

class RedisServer {
 public:
  struct Options {
    // Settings besides the durable ones (appendonly yes, appendfsync always); these win.
    std::map<std::string, std::string> settings;
    // Key patterns of the service user.
    std::vector<std::string> keys = {"*"};
    // Library files relative to the source tree, concatenated. Empty: services/runtime/store.lua and, if it is there,
    // services/consent/authorise.lua.
    std::vector<std::string> library;
    // Text to append to the library.
    std::string library_end;
  };
  // Aborts the test binary if Redis cannot be started.
  RedisServer() : RedisServer(Options()) {}
  explicit RedisServer(Options options);
  ~RedisServer();  // kills it and removes the directory

  // How the service user connects.
  const runtime::Redis& config() const { return config_; }
  // A connection as the service user; aborts the test binary if there is none.
  std::unique_ptr<Redis> Connect(Redis::Options options = Redis::Options()) const;
  // A command as administrator; aborts on errors. For looking and tampering.
  Redis::Reply Admin(std::vector<std::string> argv);

  void Kill9();    // and waits until it is gone
  void Start();    // on the same data; waits until it answers
  void Restart();  // Kill9, Start
  void Pause();    // SIGSTOP
  void Resume();   // SIGCONT
  void Set(const std::string& setting, const std::string& value);  // for the next Start

  const std::string& dir() const { return dir_.path(); }
  pid_t pid() const { return pid_; }

 private:
  void WriteConfig();
  Options options_;
  TempDir dir_;
  std::string admin_password_;
  runtime::Redis config_, admin_config_;
  std::unique_ptr<Redis> admin_;
  pid_t pid_ = -1;
};

// The text of a library as an administrator loads it.
std::string LibraryText(const std::vector<std::string>& files, const std::string& end = "");

}  // namespace brobygger::testing
