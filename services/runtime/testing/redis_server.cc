#include "services/runtime/testing/redis_server.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/runtime/crypto.h"

namespace brobygger::testing {
namespace {

constexpr char kServiceUser[] = "service";
// As store.lua lists them.
constexpr char kCommands[] =
    // As deploy/local/lib/redis.sh gives them to a service.
    "resetchannels -@all +@read +@write +@connection +@transaction +time -@dangerous -@scripting -scan -randomkey -dbsize -publish +fcall "
    "+fcall_ro +info +config|get";

// For a Redis that is there or about to be, on whatever machine.
Redis::Options Patient(Redis::Options options = {}) {
  options.first_connection = absl::Seconds(60);
  return options;
}

[[noreturn]] void Die(const std::string& why) {
  std::cerr << "test redis: " << why << std::endl;
  std::abort();
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string LibraryText(const std::vector<std::string>& files, const std::string& end) {
  std::string text;
  for (const std::string& file : files) {
    const std::string part = ReadAll(absl::StrCat(BROBYGGER_SOURCE_DIR, "/", file));
    if (part.empty()) Die("no library file " + file);
    text += part + "\n";
  }
  return text + end;
}

RedisServer::RedisServer(Options options) : options_(std::move(options)), admin_password_(crypto::NewId()) {
  for (runtime::Redis* c : {&config_, &admin_config_}) c->set_socket(dir() + "/redis.sock");
  config_.set_user(kServiceUser);
  config_.set_password_file(dir() + "/service.password");
  admin_config_.set_user("default");
  admin_config_.set_password_file(dir() + "/admin.password");
  std::ofstream(config_.password_file()) << crypto::NewId() << "\n";
  std::ofstream(admin_config_.password_file()) << admin_password_;
  Start();
  std::vector<std::string> files = options_.library;
  if (files.empty()) {
    files = {"services/runtime/store.lua"};
    const std::string authorise = "services/consent/authorise.lua";
    if (std::filesystem::exists(absl::StrCat(BROBYGGER_SOURCE_DIR, "/", authorise))) files.push_back(authorise);
  }
  Admin({"FUNCTION", "LOAD", "REPLACE", LibraryText(files, options_.library_end)});
}

RedisServer::~RedisServer() {
  if (pid_ > 0) Kill9();
}

void RedisServer::WriteConfig() {
  std::map<std::string, std::string> settings = {{"appendonly", "yes"},    {"appendfsync", "always"}, {"no-appendfsync-on-rewrite", "no"},
                                                 {"save", "\"\""},         {"port", "0"},             {"daemonize", "no"},
                                                 {"dir", dir()},            {"unixsocket", dir() + "/redis.sock"},
                                                 {"logfile", dir() + "/redis.log"}, {"requirepass", admin_password_}};
  for (const auto& [name, value] : options_.settings) settings[name] = value;
  std::ofstream out(dir() + "/redis.conf");
  for (const auto& [name, value] : settings) out << name << " " << value << "\n";
  std::string password = ReadAll(config_.password_file());
  password.pop_back();
  out << "user " << kServiceUser << " on >" << password << " ~" << absl::StrJoin(options_.keys, " ~") << " " << kCommands << "\n";
}

void RedisServer::Start() {
  WriteConfig();
  const std::string config = dir() + "/redis.conf";
  pid_ = fork();
  if (pid_ < 0) Die("cannot fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves no server behind
    const int null = open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) dup2(null, fd);
    execlp("redis-server", "redis-server", config.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  auto admin = Redis::Connect(admin_config_, Patient());
  if (!admin.ok()) Die(absl::StrCat(admin.status().ToString(), "\n", ReadAll(dir() + "/redis.log")));
  admin_ = *std::move(admin);
}

std::unique_ptr<Redis> RedisServer::Connect(Redis::Options options) const {
  auto redis = Redis::Connect(config_, Patient(options));
  if (!redis.ok()) Die(redis.status().ToString());
  return *std::move(redis);
}

Redis::Reply RedisServer::Admin(std::vector<std::string> argv) {
  const std::string what = argv[0];
  auto reply = admin_->Call(std::move(argv));
  if (!reply.ok()) Die(absl::StrCat(what, ": ", reply.status().ToString()));
  return *std::move(reply);
}

void RedisServer::Kill9() {
  admin_.reset();
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Restart() {
  Kill9();
  Start();
}

void RedisServer::Pause() { kill(pid_, SIGSTOP); }
void RedisServer::Resume() { kill(pid_, SIGCONT); }
void RedisServer::Set(const std::string& setting, const std::string& value) { options_.settings[setting] = value; }

}  // namespace brobygger::testing
