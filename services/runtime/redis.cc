#include "services/runtime/redis.h"

#include <event2/event.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "hiredis/async.h"
#include "services/runtime/redis_wire.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using Reply = Redis::Reply;
using Callback = Redis::Callback;
using redis_wire::AskDurability;
using redis_wire::Durable;
using redis_wire::FromError;
using redis_wire::FromHiredis;
using redis_wire::Wire;

absl::StatusOr<std::string> ReadPassword(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// While fewer commands wait for their replies, whoever brings one writes it: that saves two switches of threads. With more, the
// I/O thread is about to run anyway, and writing for many at once is cheaper.
constexpr int kFew = 4;

thread_local Redis::Together* together = nullptr;

timeval Timeval(absl::Duration d) { return absl::ToTimeval(d); }

}  // namespace

// Members that are not guarded belong to whoever holds io_mutex_: the I/O thread whenever it does something, or a caller that
// writes its own commands. A caller only tries the lock, so callbacks may run under it. Only the I/O thread touches libevent, and
// only there does a connection end.
class Redis::Loop {
 public:
  Loop(runtime::Redis config, Options options) : config_(std::move(config)), options_(options) {
    base_ = event_base_new();
    wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    wake_ = event_new(base_, wake_fd_, EV_READ | EV_PERSIST, &Loop::Locked<&Loop::OnWake>, this);
    retry_ = event_new(base_, -1, 0, &Loop::Locked<&Loop::Open>, this);
    tick_ = event_new(base_, -1, EV_PERSIST, &Loop::Locked<&Loop::OnTick>, this);
    event_add(wake_, nullptr);
    const timeval tick = Timeval(std::min(options_.stalled / 4, absl::Seconds(1)));
    event_add(tick_, &tick);
    back_off_ = options_.min_back_off;
    thread_ = std::thread([this] {
      Locked<&Loop::Open>(-1, 0, this);
      event_base_dispatch(base_);
    });
  }

  ~Loop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    Wake();
    thread_.join();
    for (event* e : {wake_, retry_, tick_}) event_free(e);
    event_base_free(base_);
    close(wake_fd_);
  }

  absl::Status AwaitFirst() {
    absl::MutexLock lock(&mutex_);
    auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ready_ || absl::IsUnauthenticated(last_error_); };
    mutex_.AwaitWithTimeout(absl::Condition(&settled), options_.first_connection);
    return ready_ ? absl::OkStatus() : last_error_;
  }

  void Submit(std::string wire, Callback done) {
    absl::Status refusal;
    bool send = false;
    {
      absl::MutexLock lock(&mutex_);
      if (!ready_) {
        refusal = StoreDown();
      } else if (outstanding_.load(std::memory_order_relaxed) >= options_.max_outstanding) {
        refusal = Refusal(absl::StatusCode::kResourceExhausted, "STORE_BUSY", "The store has too much to do right now. Try again in a moment.");
      } else {
        outstanding_.fetch_add(1, std::memory_order_relaxed);
        queue_.push_back({std::move(wire), std::move(done)});
        // Callbacks' own commands go out when the replies at hand are through.
        if (!sending_ && !Collecting() && !Join()) send = sending_ = true;
      }
    }
    if (!refusal.ok()) done(std::move(refusal));
    if (send) Send();
  }

  // What this thread has queued under a Together, if nobody else has taken it along.
  void SendQueued() {
    {
      absl::MutexLock lock(&mutex_);
      if (queue_.empty() || sending_) return;
      sending_ = true;
    }
    Send();
  }

  bool AfterReplies(std::function<void()> work) {
    if (!Collecting()) return false;
    after_replies_.push_back(std::move(work));
    return true;
  }

  void RequireDurability() { durability_required_ = true; }
  bool ready() const {
    absl::MutexLock lock(&mutex_);
    return ready_;
  }

 private:
  struct Pending {
    std::string wire;
    Callback done;
  };

  // On the I/O thread, in the callbacks of replies.
  bool Collecting() const { return collecting_.load(std::memory_order_relaxed) && std::this_thread::get_id() == thread_.get_id(); }

  // True if a Together of this thread will send.
  bool Join() {
    if (together == nullptr) return false;
    std::vector<Loop*>& loops = together->loops_;
    if (std::find(loops.begin(), loops.end(), this) == loops.end()) loops.push_back(this);
    return true;
  }

  // For whoever has set sending_.
  void Send() {
    const bool few = outstanding_.load(std::memory_order_relaxed) <= kFew;
    if (few && std::this_thread::get_id() != thread_.get_id() && io_mutex_.try_lock()) {
      const bool all = Write();
      io_mutex_.unlock();
      if (all) return;
    }
    Wake();
  }

  template <void (Loop::*Handler)()>
  static void Locked(int, short, void* self) {
    auto* loop = static_cast<Loop*>(self);
    const std::lock_guard<std::mutex> lock(loop->io_mutex_);
    (loop->*Handler)();
  }

  void Wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = write(wake_fd_, &one, sizeof one);
  }

  void OnWake() {
    std::uint64_t count;
    [[maybe_unused]] const ssize_t n = read(wake_fd_, &count, sizeof count);
    bool stop;
    {
      absl::MutexLock lock(&mutex_);
      stop = stopping_;
    }
    if (stop) {
      NotReady(absl::CancelledError("stopping"));
      if (context_ != nullptr) Drop();
      event_base_loopbreak(base_);
      return;
    }
    Drain();
  }

  // Gives everything that is queued to hiredis; false if there was nothing.
  bool TakeQueue() {
    std::vector<Pending> batch;
    {
      absl::MutexLock lock(&mutex_);
      if (!ready_) return false;
      batch.swap(queue_);
      sending_ = false;
    }
    collecting_write_ = true;
    for (Pending& p : batch) Append(p.wire, std::move(p.done), true);
    collecting_write_ = false;
    return !batch.empty();
  }

  // Everything that is queued goes out in one write. I/O thread.
  void Drain() {
    if (!TakeQueue() && !rest_) return;
    rest_ = false;
    if (context_ == nullptr) return;
    redisAsyncHandleWrite(context_);  // may end in OnGone
    if (context_ != nullptr && want_write_) event_add(write_, nullptr);
  }

  // The same on a caller's thread. False if the I/O thread has to go on: the socket takes no more, or the connection has
  // broken, which it hears of when it tries.
  bool Write() {
    if (!TakeQueue()) return true;
    int done = 0;
    rest_ = redisBufferWrite(&context_->c, &done) != REDIS_OK || done == 0;
    return !rest_;
  }

  void Append(const std::string& wire, Callback done, bool counted) {
    if (waiting_.empty()) last_progress_ = absl::Now();
    waiting_.push_back({std::move(done), counted});
    redisAsyncFormattedCommand(
        context_, [](redisAsyncContext* c, void* reply, void*) { static_cast<Loop*>(c->data)->OnReply(static_cast<redisReply*>(reply)); },
        nullptr, wire.data(), wire.size());
  }

  void OnReply(const redisReply* reply) {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    last_progress_ = absl::Now();
    if (first.counted) outstanding_.fetch_sub(1, std::memory_order_relaxed);
    if (reply == nullptr) {
      if (!hanging_up_) NotReady(Broken());  // before the callback: it must not find a dead connection
      first.done(StoreDown());
    } else if (reply->type == REDIS_REPLY_ERROR) {
      first.done(FromError(absl::string_view(reply->str, reply->len)));
    } else {
      first.done(FromHiredis(*reply));
    }
  }

  // Refuses new commands and fails those that were not sent yet. Those that were sent hear it from hiredis.
  void NotReady(absl::Status why) {
    std::vector<Pending> unsent;
    {
      absl::MutexLock lock(&mutex_);
      ready_ = false;
      last_error_ = std::move(why);
      unsent.swap(queue_);
      sending_ = false;
    }
    for (Pending& p : unsent) {
      outstanding_.fetch_sub(1, std::memory_order_relaxed);
      p.done(StoreDown());
    }
  }

  // --- connection ---
  void Open() {
    const bool unix_socket = !config_.socket().empty();
    redisAsyncContext* c = unix_socket ? redisAsyncConnectUnix(config_.socket().c_str())
                                       : redisAsyncConnect(config_.host().c_str(), config_.port());
    if (c == nullptr || c->err != 0) {
      NotReady(absl::UnavailableError(absl::StrCat("no connection to Redis at ", Where(), ": ", c == nullptr ? "no memory" : c->errstr)));
      if (c != nullptr) redisAsyncFree(c);
      return RetryLater();
    }
    context_ = c;
    rest_ = false;
    c->data = this;
    Attach();
    if (!unix_socket) redisEnableKeepAlive(&c->c);
    Greet();
  }

  // AUTH, once it was required the durability check, and a write. A Redis that comes back answers from its file without having
  // synced it: what was carried out and not yet synced when it died would be read, acknowledged, and lost with the next power
  // cut. Whatever is written afterwards is answered once the whole file is on disk (it is refused as LOADING before that).
  void Greet() {
    if (!config_.user().empty()) {
      absl::StatusOr<std::string> password = ReadPassword(config_.password_file());
      if (!password.ok()) {
        NotReady(absl::UnauthenticatedError(password.status().message()));
        return Drop();
      }
      Append(Wire({"AUTH", config_.user(), *password}), [this](absl::StatusOr<Reply> r) {
        if (absl::IsInternal(r.status())) Hangup(absl::UnauthenticatedError(absl::StrCat("Redis at ", Where(), " refuses user ", config_.user())));
      }, false);
    }
    if (durability_required_) {
      Append(Wire(AskDurability()), [this](absl::StatusOr<Reply> r) {
        const absl::Status status = r.ok() ? Durable(*r) : r.status();
        if (!status.ok()) Hangup(status);
      }, false);
    }
    const std::string key = absl::StrCat(config_.user(), ":greeting");
    Append(Wire({"SET", key, "1"}), [this, key](absl::StatusOr<Reply> r) {
      if (absl::IsInternal(r.status())) return Hangup(absl::UnavailableError(absl::StrCat("Redis at ", Where(), " takes no write to ", key)));
      if (!r.ok()) return Hangup(absl::UnavailableError(absl::StrCat("Redis at ", Where(), " does not serve")));
      if (hanging_up_) return;
      back_off_ = options_.min_back_off;
      absl::MutexLock lock(&mutex_);
      ready_ = !stopping_;
    }, false);
  }

  // From inside a greeting's callback. The first reason is the one to tell.
  void Hangup(absl::Status why) {
    if (hanging_up_ || context_->err != 0) return;  // it is being taken down already
    hanging_up_ = true;
    NotReady(std::move(why));
    redisAsyncFree(context_);  // hiredis waits until the callback returns, then calls OnGone
  }

  // From outside hiredis.
  void Drop() {
    hanging_up_ = true;
    redisAsyncFree(context_);
  }

  absl::Status Broken() const {
    return absl::UnavailableError(absl::StrCat("no connection to Redis at ", Where(), ": ", context_->err != 0 ? context_->errstr : "closed"));
  }

  // The one end of every connection, whether it was up or not: all outstanding commands have been told.
  void OnGone() {
    if (!hanging_up_) NotReady(Broken());
    event_free(read_);
    event_free(write_);
    context_ = nullptr;
    RetryLater();
  }

  // Half to all of the back-off: processes that lost the same Redis must not come back in step.
  void RetryLater() {
    hanging_up_ = false;
    const timeval wait = Timeval(back_off_ * std::uniform_real_distribution<>(0.5, 1.0)(random_));
    event_add(retry_, &wait);
    back_off_ = std::min(back_off_ * 2, options_.max_back_off);
  }

  void OnTick() {
    if (context_ == nullptr || waiting_.empty() || absl::Now() - last_progress_ < options_.stalled) return;
    NotReady(absl::UnavailableError(absl::StrCat("Redis at ", Where(), " does not answer")));
    Drop();
  }

  std::string Where() const { return config_.socket().empty() ? absl::StrCat(config_.host(), ":", config_.port()) : config_.socket(); }

  // --- hiredis wants these from an event library ---
  void Attach() {
    read_ = event_new(base_, context_->c.fd, EV_READ | EV_PERSIST, &Loop::Locked<&Loop::OnReadable>, this);
    write_ = event_new(base_, context_->c.fd, EV_WRITE, &Loop::Locked<&Loop::OnWritable>, this);
    auto& ev = context_->ev;
    ev.data = this;
    ev.addRead = [](void* self) { static_cast<Loop*>(self)->AddRead(); };
    ev.delRead = [](void*) {};  // hiredis never stops reading while it is connected
    ev.addWrite = [](void* self) { static_cast<Loop*>(self)->SetWrite(true); };
    ev.delWrite = [](void* self) { static_cast<Loop*>(self)->SetWrite(false); };
    ev.cleanup = [](void* self) { static_cast<Loop*>(self)->OnGone(); };
    reading_ = false;
    AddRead();
    SetWrite(true);
  }
  void AddRead() {
    if (!reading_) event_add(read_, nullptr);
    reading_ = true;
  }
  // Asking the kernel costs a system call: a batch that goes out at once never does.
  void SetWrite(bool on) {
    want_write_ = on;
    if (collecting_write_) return;
    if (on) event_add(write_, nullptr);
    else if (event_pending(write_, EV_WRITE, nullptr)) event_del(write_);
  }
  void OnReadable() {
    collecting_.store(true, std::memory_order_relaxed);
    redisAsyncHandleRead(context_);
    std::vector<std::function<void()>> after;
    after.swap(after_replies_);
    for (const auto& work : after) work();  // its commands are collected, too
    collecting_.store(false, std::memory_order_relaxed);
    Drain();
  }
  void OnWritable() { redisAsyncHandleWrite(context_); }

  struct Waiting {
    Callback done;
    bool counted;
  };

  const runtime::Redis config_;
  const Options options_;
  event_base* base_;
  event *wake_, *retry_, *tick_, *read_ = nullptr, *write_ = nullptr;
  int wake_fd_;
  redisAsyncContext* context_ = nullptr;
  std::mutex io_mutex_;
  bool reading_ = false, want_write_ = false, collecting_write_ = false, hanging_up_ = false;
  bool rest_ = false;  // a caller has left something to write
  std::deque<Waiting> waiting_;  // in the order of the replies
  std::vector<std::function<void()>> after_replies_;
  absl::Time last_progress_;
  absl::Duration back_off_;
  std::minstd_rand random_{std::random_device{}()};
  std::atomic<bool> durability_required_{false};
  std::atomic<bool> collecting_{false};
  std::atomic<int> outstanding_{0};

  mutable absl::Mutex mutex_;
  std::vector<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  bool sending_ ABSL_GUARDED_BY(mutex_) = false;  // somebody is about to send what is queued
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not connected yet");
  std::thread thread_;  // last: starts when all else is there
};

Redis::Together::Together() : outermost_(together == nullptr) {
  if (outermost_) together = this;
}

Redis::Together::~Together() {
  if (!outermost_) return;
  together = nullptr;
  for (Loop* loop : loops_) loop->SendQueued();
}

Redis::Redis(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Redis::~Redis() = default;

absl::StatusOr<std::unique_ptr<Redis>> Redis::Connect(const runtime::Redis& config, Options options) {
  if (config.socket().empty() == config.host().empty()) return absl::InvalidArgumentError("redis: want either socket, or host and port");
  // hiredis writes without MSG_NOSIGNAL: a Redis that has gone would end the process.
  struct sigaction pipe{};
  if (sigaction(SIGPIPE, nullptr, &pipe) == 0 && pipe.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
  auto loop = std::make_unique<Loop>(config, options);
  BB_RETURN_IF_ERROR(loop->AwaitFirst());
  return std::unique_ptr<Redis>(new Redis(std::move(loop)));
}

void Redis::Command(std::vector<std::string> argv, Callback done) { loop_->Submit(Wire(argv), std::move(done)); }

bool Redis::AfterReplies(std::function<void()> work) { return loop_->AfterReplies(std::move(work)); }

absl::StatusOr<Redis::Reply> Redis::Call(std::vector<std::string> argv) {
  absl::StatusOr<Reply> result = absl::UnknownError("no reply");
  absl::Notification came;
  Command(std::move(argv), [&](absl::StatusOr<Reply> reply) {
    result = std::move(reply);
    came.Notify();
  });
  loop_->SendQueued();  // a Together would wait for us, and we for it
  came.WaitForNotification();
  return result;
}

absl::Status Redis::CheckDurability() {
  BB_ASSIGN_OR_RETURN(Reply reply, Call(AskDurability()));
  BB_RETURN_IF_ERROR(Durable(reply));
  loop_->RequireDurability();
  return absl::OkStatus();
}

bool Redis::connected() const { return loop_->ready(); }

}  // namespace brobygger
