// One connection to one Redis. Commands from all threads share it and are answered in order; that is what makes
// `appendfsync always` affordable (many commands share one fsync). Who brings a command writes it, and whatever else is
// queued, if nobody is at the connection at that moment; else the I/O thread does. Replies are read by the I/O thread.
//
// A command is sent at most once. If the connection breaks before its reply, it fails with UNAVAILABLE STORE_DOWN, and
// whether it was carried out is unknown; the caller decides what that means. While there is no connection every command
// fails at once with the same. The connection is then made anew, with back-off and jitter. Each begins with a write, to
// "<user>:greeting": nothing is read from a Redis that has come back until what it read from its file is synced.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runtime/config.pb.h"

namespace brobygger {

class Redis {
 public:
  struct Options {
    absl::Duration first_connection = absl::Seconds(5);  // Connect gives up after this
    absl::Duration stalled = absl::Seconds(10);          // a Redis that owes an answer this long counts as broken
    absl::Duration min_back_off = absl::Milliseconds(20);
    absl::Duration max_back_off = absl::Seconds(2);
    int max_outstanding = 20'000;                        // more commands than this fail with RESOURCE_EXHAUSTED STORE_BUSY
  };

  // Reply is a value.
  struct Reply {
    enum class Type { kNil, kText, kInteger, kArray, kError } type = Type::kNil;
    std::string text;             // kText
    long long integer = 0;        // kInteger
    std::vector<Reply> elements;  // kArray
    absl::Status error;           // kError inside an array; a command's own error becomes the StatusOr's status
    bool IsNil() const { return type == Type::kNil; }
  };
  // On the I/O thread, or at once on the caller's if the command cannot be sent: quick, never blocking, never Call().
  using Callback = std::function<void(absl::StatusOr<Reply>)>;

  // UNAVAILABLE or UNAUTHENTICATED with a text for the operator if there is no connection in time.
  static absl::StatusOr<std::unique_ptr<Redis>> Connect(const runtime::Redis& config) { return Connect(config, Options()); }
  static absl::StatusOr<std::unique_ptr<Redis>> Connect(const runtime::Redis& config, Options options);
  ~Redis();  // fails what is outstanding, then joins the I/O thread
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // Any thread. An error reply of Redis becomes UNAVAILABLE STORE_DOWN if Redis cannot serve now (LOADING, MISCONF, OOM …),
  // INTERNAL with Redis's text otherwise (for logs; ToRpc does not send it on).
  void Command(std::vector<std::string> argv, Callback done);
  // While one lives, what this thread gives to Command goes out together, at its end or with what another thread sends before:
  // one write here, one round and one fsync there. For short loops over commands; must not outlive any Redis that was used in it.
  class Together;
  // From inside a reply's callback: `work` runs once the replies that came together with this one have had their callbacks,
  // and the answer is true. Group commit answers many at once: what follows from them can go on together, too. Anywhere
  // else: false, and nothing happens.
  bool AfterReplies(std::function<void()> work);
  // Blocking; for start-up and tests. Not on the I/O thread.
  absl::StatusOr<Reply> Call(std::vector<std::string> argv);
  // FAILED_PRECONDITION that names each wrong setting and what is wanted, unless Redis keeps every acknowledged write:
  // appendonly yes, appendfsync always, no-appendfsync-on-rewrite no. Once it has passed, a Redis that comes back with
  // other settings is not used.
  absl::Status CheckDurability();
  bool connected() const;

 private:
  class Loop;
  explicit Redis(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

class Redis::Together {
 public:
  Together();
  ~Together();
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

 private:
  friend class Redis::Loop;
  std::vector<Loop*> loops_;  // that have something to send
  bool outermost_;            // inner ones leave it to the outermost
};

}  // namespace brobygger
