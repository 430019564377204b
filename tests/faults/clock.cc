// Another date for a process, preloaded into it: BROBYGGER_TEST_CLOCK_AHEAD seconds are added to what the machine says of the date. What
// measures durations is left alone. Set once: gRPC keeps how its two clocks stand to each other.
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

std::int64_t ahead = 0;

// A process that was to have another date must not run with the machine's.
__attribute__((constructor)) void Read() {
  const char* text = std::getenv("BROBYGGER_TEST_CLOCK_AHEAD");
  char* end = nullptr;
  if (text != nullptr) ahead = std::strtoll(text, &end, 10);
  if (text == nullptr || end == text || *end != '\0') {
    std::fputs("BROBYGGER_TEST_CLOCK_AHEAD: want a number of seconds\n", stderr);
    std::_Exit(EXIT_FAILURE);
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead;
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
