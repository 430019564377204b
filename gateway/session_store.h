// Sessions in Redis, sealed. The idle time is the key's time to live; the end of a session stands inside the seal.
//
// Callbacks come on Redis's I/O thread, or at once: quick, never blocking.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/session.pb.h"
#include "gateway/session_seal.h"
#include "services/runtime/clock.h"
#include "services/runtime/redis.h"

namespace brobygger::gateway {

inline constexpr absl::Duration kSessionIdle = absl::Minutes(30);
inline constexpr absl::Duration kSessionLongest = absl::Hours(8);
inline constexpr absl::Duration kSecondPersonLongest = absl::Minutes(10);

// Threads: any. Redis commands used: SET, GET, GETEX, PTTL, DEL on gateway:*.
class SessionStore {
 public:
  SessionStore(Redis* redis, SessionSeal seal, Clock clock) : redis_(redis), seal_(std::move(seal)), clock_(std::move(clock)) {}

  using Done = std::function<void(absl::Status)>;
  struct Loaded {
    std::optional<Session> session;  // nothing: there is none, or its time is over
    absl::Time expires;              // if nobody uses it until then
  };
  using OnLoaded = std::function<void(absl::StatusOr<Loaded>)>;

  // UNAVAILABLE STORE_DOWN, all of them. `cookie` is the browser's, of any form: a malformed one finds nothing.
  void Create(const std::string& cookie, const Session& session, Done done);
  void Load(const std::string& cookie, OnLoaded done);  // does not count as use
  void Use(const std::string& cookie, OnLoaded done);   // the idle time begins anew
  // Writes a session that still exists; one that has been ended meanwhile stays ended.
  void Update(const std::string& cookie, const Session& session, Done done);
  // With the second person.
  void End(const std::string& cookie, Done done);

  // The second person: until the statement for which they signed in, ten minutes, or the end of the session.
  void PutSecond(const std::string& cookie, const SecondPerson& second, Done done);
  void LoadSecond(const std::string& cookie, std::function<void(absl::StatusOr<std::optional<SecondPerson>>)> done);
  void ForgetSecond(const std::string& cookie, Done done);

  // Whether we are the one of all gateways that may refresh this session's token now. Let go of it afterwards.
  void LockRefresh(const std::string& cookie, std::function<void(absl::StatusOr<bool>)> done);
  void UnlockRefresh(const std::string& cookie);

  const SessionSeal& seal() const { return seal_; }
  absl::Time now() const { return clock_(); }

 private:
  void Fetch(std::vector<std::string> command, const std::string& cookie, bool with_ttl, OnLoaded done);

  Redis* redis_;
  const SessionSeal seal_;
  const Clock clock_;
};

}  // namespace brobygger::gateway
