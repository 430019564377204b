// For builds with ThreadSanitizer only. Debian's Abseil is not built with it, so the sanitizer does not see that a Mutex keeps
// two threads apart, and reports whatever it guards. These stand before the library's own functions (an executable's symbols
// come first), tell the sanitizer, and go on to the library.
//
// The conditions of waiters are run by whichever thread unlocks; what they read is under the lock, which the sanitizer cannot see
// either: reads are not looked at meanwhile.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/synchronization/mutex.h"

extern "C" void AnnotateIgnoreReadsBegin(const char* file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char* file, int line);

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace {

// The library's own function; `rest` is the mangled name after the name space ("5Mutex4LockEv").
template <class F>
F Next(const char* rest) {
  const std::string space = ABSL_INTERNAL_INLINE_NAMESPACE_STR;
  const std::string name = "_ZN4absl" + std::to_string(space.size()) + space + rest;
  void* found = dlsym(RTLD_NEXT, name.c_str());
  if (found == nullptr) {
    std::fprintf(stderr, "Abseil has no %s\n", name.c_str());
    std::abort();
  }
  return reinterpret_cast<F>(found);
}

struct NoReads {
  NoReads() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~NoReads() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

void Locking(Mutex* mu, unsigned how = 0) { __tsan_mutex_pre_lock(mu, how); }
void Locked(Mutex* mu, unsigned how = 0) { __tsan_mutex_post_lock(mu, how, 0); }
void Unlocking(Mutex* mu, unsigned how = 0) { __tsan_mutex_pre_unlock(mu, how); }
void Unlocked(Mutex* mu, unsigned how = 0) { __tsan_mutex_post_unlock(mu, how); }
constexpr unsigned kReader = __tsan_mutex_read_lock;
constexpr unsigned kTry = __tsan_mutex_try_lock;
constexpr unsigned kFailed = __tsan_mutex_try_lock | __tsan_mutex_try_lock_failed;

// What lets go of the lock, waits, and holds it again at its end. The library's functions call each other: the outermost tells.
thread_local Mutex* waiting = nullptr;
template <class Wait>
auto Waiting(Mutex* mu, Wait wait) {
  if (waiting == mu) return wait();
  waiting = mu;
  Unlocking(mu);
  Unlocked(mu);
  struct Again {
    Mutex* mu;
    ~Again() {
      waiting = nullptr;
      Locking(mu);
      Locked(mu);
    }
  } again{mu};
  NoReads no_reads;
  return wait();
}

}  // namespace

void Mutex::Lock() {
  static const auto next = Next<void (*)(Mutex*)>("5Mutex4LockEv");
  Locking(this);
  next(this);
  Locked(this);
}

void Mutex::Unlock() {
  static const auto next = Next<void (*)(Mutex*)>("5Mutex6UnlockEv");
  Unlocking(this);
  {
    NoReads no_reads;
    next(this);
  }
  Unlocked(this);
}

bool Mutex::TryLock() {
  static const auto next = Next<bool (*)(Mutex*)>("5Mutex7TryLockEv");
  Locking(this, kTry);
  const bool locked = next(this);
  Locked(this, locked ? kTry : kFailed);
  return locked;
}

void Mutex::ReaderLock() {
  static const auto next = Next<void (*)(Mutex*)>("5Mutex10ReaderLockEv");
  Locking(this, kReader);
  next(this);
  Locked(this, kReader);
}

void Mutex::ReaderUnlock() {
  static const auto next = Next<void (*)(Mutex*)>("5Mutex12ReaderUnlockEv");
  Unlocking(this, kReader);
  {
    NoReads no_reads;
    next(this);
  }
  Unlocked(this, kReader);
}

void Mutex::Await(const Condition& cond) {
  static const auto next = Next<void (*)(Mutex*, const Condition&)>("5Mutex5AwaitERKNS0_9ConditionE");
  Waiting(this, [&] { next(this, cond); });
}

bool Mutex::AwaitWithTimeout(const Condition& cond, Duration timeout) {
  static const auto next = Next<bool (*)(Mutex*, const Condition&, Duration)>("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  return Waiting(this, [&] { return next(this, cond, timeout); });
}

bool Mutex::AwaitWithDeadline(const Condition& cond, Time deadline) {
  static const auto next = Next<bool (*)(Mutex*, const Condition&, Time)>("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Waiting(this, [&] { return next(this, cond, deadline); });
}

void Mutex::LockWhen(const Condition& cond) {
  Lock();
  Await(cond);
}

bool Mutex::LockWhenWithTimeout(const Condition& cond, Duration timeout) {
  Lock();
  return AwaitWithTimeout(cond, timeout);
}

bool Mutex::LockWhenWithDeadline(const Condition& cond, Time deadline) {
  Lock();
  return AwaitWithDeadline(cond, deadline);
}

void CondVar::Wait(Mutex* mu) {
  static const auto next = Next<void (*)(CondVar*, Mutex*)>("7CondVar4WaitEPNS0_5MutexE");
  Waiting(mu, [&] { next(this, mu); });
}

bool CondVar::WaitWithTimeout(Mutex* mu, Duration timeout) {
  static const auto next = Next<bool (*)(CondVar*, Mutex*, Duration)>("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  return Waiting(mu, [&] { return next(this, mu, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mu, Time deadline) {
  static const auto next = Next<bool (*)(CondVar*, Mutex*, Time)>("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return Waiting(mu, [&] { return next(this, mu, deadline); });
}

ABSL_NAMESPACE_END
}  // namespace absl
