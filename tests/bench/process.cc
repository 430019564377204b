#include "tests/bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace brobygger::bench {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

[[noreturn]] void Exec(const std::vector<std::string>& argv) {
  std::vector<char*> words;
  for (const std::string& a : argv) words.push_back(const_cast<char*>(a.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  std::perror(words[0]);
  _exit(127);
}

struct Stat {
  pid_t parent = 0;
  absl::Duration used;
};

// /proc/<pid>/stat; nothing for a process that has gone.
Stat StatOf(const std::string& pid) {
  const std::string text = ReadAll("/proc/" + pid + "/stat");
  const size_t name_end = text.rfind(')');
  Stat stat;
  if (name_end == std::string::npos || name_end + 2 > text.size()) return stat;
  const std::vector<std::string> fields = absl::StrSplit(text.substr(name_end + 2), ' ');  // from field 3, the state
  if (fields.size() < 15) return stat;
  stat.parent = std::atoi(fields[1].c_str());
  int64_t ticks = 0;
  for (int i = 11; i <= 14; ++i) {  // utime, stime, cutime, cstime
    int64_t n = 0;
    if (absl::SimpleAtoi(fields[i], &n)) ticks += n;
  }
  stat.used = absl::Seconds(1) * ticks / sysconf(_SC_CLK_TCK);
  return stat;
}

}  // namespace

void Die(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Die("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

Process::Process(const std::vector<std::string>& argv, std::string log) : name_(argv[0]), log_(std::move(log)) {
  pid_ = fork();
  if (pid_ < 0) Die("cannot fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int out = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, 1);
    dup2(out, 2);
    Exec(argv);
  }
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::DieIfGone() {
  if (waitpid(pid_, nullptr, WNOHANG) != pid_) return;
  pid_ = -1;
  Die(absl::StrCat(name_, " has ended:\n", ReadAll(log_)));
}

std::string OutputOf(const std::vector<std::string>& argv) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("no pipe");
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    Exec(argv);
  }
  close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t n; (n = read(ends[0], part, sizeof(part))) > 0;) text.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) Die(argv[0] + " failed");
  return text;
}

absl::Duration CpuOf(const std::vector<pid_t>& processes, const std::vector<pid_t>& parents) {
  absl::Duration used;
  for (pid_t pid : processes) used += StatOf(absl::StrCat(pid)).used;
  if (parents.empty()) return used;
  for (pid_t pid : parents) used += StatOf(absl::StrCat(pid)).used;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Stat stat = StatOf(name);
    if (std::find(parents.begin(), parents.end(), stat.parent) != parents.end()) used += stat.used;
  }
  return used;
}

}  // namespace brobygger::bench
