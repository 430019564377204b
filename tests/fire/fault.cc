// Faults of the machine, preloaded into a Redis (or a service): a clock that is set, a disk that is slow to sync or says that it has synced
// and has not, and a note of how much of an append-only file is on the disk, so that a power cut can be played: what was not synced
// may be gone.
//
// BROBYGGER_FIRE names a directory. A process finds its own file in it, "redis-trust" or "consent", with three little-endian
// int64: what is added to the wall clock (ms), how long each sync takes (ms), and 1 if syncs are left out. They are read at each use: the test
// changes them while the process runs. Each sync of an append-only file writes its length into "<process>.<file>" (int64).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

struct Control {
  std::atomic<std::int64_t> clock_ahead_ms, sync_takes_ms, sync_lies;
};
Control none{};
Control* control = &none;
char notes[PATH_MAX];  // "<directory>/<process>."

// "…/redis-trust/redis.conf" is redis-trust, "…/consent.textproto" is consent; "" is no process of an instance.
void NameOf(const char* command_line, std::size_t size, char* name, std::size_t room) {
  const char* program = std::strrchr(command_line, '/') != nullptr ? std::strrchr(command_line, '/') + 1 : command_line;
  const bool redis = std::strcmp(program, "redis-server") == 0;
  if (!redis && std::strncmp(program, "brobygger-", 10) != 0) return;
  if (!redis) {
    std::snprintf(name, room, "%s", program + 10);
    return;
  }
  const char* argument = command_line + std::strlen(command_line) + 1;
  if (argument >= command_line + size) return;
  char path[PATH_MAX];
  std::snprintf(path, sizeof path, "%s", argument);
  char* end = std::strrchr(path, '/');
  if (end == nullptr) return;
  *end = '\0';
  const char* directory = std::strrchr(path, '/');
  if (directory != nullptr) std::snprintf(name, room, "%s", directory + 1);
}

__attribute__((constructor)) void Begin() {
  const char* directory = std::getenv("BROBYGGER_FIRE");
  if (directory == nullptr) return;
  char command_line[PATH_MAX] = {}, name[256] = {}, path[PATH_MAX];
  const int self = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  const ssize_t size = self < 0 ? -1 : read(self, command_line, sizeof command_line - 1);
  if (self >= 0) close(self);
  if (size <= 0) return;
  NameOf(command_line, static_cast<std::size_t>(size), name, sizeof name);
  if (name[0] == '\0') return;
  if (std::snprintf(path, sizeof path, "%s/%s", directory, name) >= static_cast<int>(sizeof path)) std::_Exit(EXIT_FAILURE);
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;  // no faults for this one
  void* mapped = mmap(nullptr, sizeof(Control), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  // A process that was to have faults must not run without them.
  if (mapped == MAP_FAILED || std::snprintf(notes, sizeof notes, "%s.", path) >= static_cast<int>(sizeof notes)) std::_Exit(EXIT_FAILURE);
  control = static_cast<Control*>(mapped);
}

void Ahead(timespec* t, std::int64_t ms) {
  std::int64_t ns = t->tv_nsec + (ms % 1000) * 1'000'000;
  t->tv_sec += ms / 1000;
  if (ns < 0) { ns += 1'000'000'000; --t->tv_sec; }
  if (ns >= 1'000'000'000) { ns -= 1'000'000'000; ++t->tv_sec; }
  t->tv_nsec = ns;
}

// How long the file is, if it is one that a store adds to; -1 for others. Its name goes into `note`.
std::int64_t LengthOf(int fd, char (&note)[PATH_MAX]) {
  char link[64], path[PATH_MAX] = {};
  struct stat is {};
  if (notes[0] == '\0') return -1;
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, path, sizeof path - 1) <= 0 || std::strstr(path, ".incr.aof") == nullptr || fstat(fd, &is) != 0) return -1;
  return std::snprintf(note, sizeof note, "%s%s", notes, std::strrchr(path, '/') + 1) < static_cast<int>(sizeof note) ? is.st_size : -1;
}

// The length is taken before the sync: what is written during it may not be on the disk.
int Sync(int fd, long number) {
  char note[PATH_MAX];
  const std::int64_t length = LengthOf(fd, note);
  if (const std::int64_t ms = control->sync_takes_ms; ms > 0) {
    const timespec wait{ms / 1000, (ms % 1000) * 1'000'000};
    nanosleep(&wait, nullptr);
  }
  if (control->sync_lies != 0) return 0;
  const int result = static_cast<int>(syscall(number, fd));
  if (result != 0 || length < 0) return result;
  const int file = open(note, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || pwrite(file, &length, sizeof length, 0) != sizeof length) std::_Exit(EXIT_FAILURE);  // a power cut would cut too much
  close(file);
  return result;
}

}  // namespace

extern "C" {

int fdatasync(int fd) { return Sync(fd, SYS_fdatasync); }
int fsync(int fd) { return Sync(fd, SYS_fsync); }

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) Ahead(now, control->clock_ahead_ms);
  return static_cast<int>(result);
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec fine;
  if (clock_gettime(CLOCK_REALTIME, &fine) != 0) return -1;
  now->tv_sec = fine.tv_sec;
  now->tv_usec = fine.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
