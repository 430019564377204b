#include "gateway/session_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

constexpr char kSession[] = "session";
constexpr char kSecond[] = "second";
constexpr char kRefresh[] = "refresh";
constexpr absl::Duration kLock = absl::Seconds(10);

std::string KeyOf(absl::string_view kind, absl::string_view cookie) { return SessionSeal::RedisKey(kind, SessionSeal::IdOf(cookie)); }
std::string Millis(absl::Duration d) { return absl::StrCat(absl::ToInt64Milliseconds(d)); }

Redis::Callback Discard(SessionStore::Done done) {
  return [done = std::move(done)](absl::StatusOr<Redis::Reply> reply) { done(reply.status()); };
}

}  // namespace

void SessionStore::Create(const std::string& cookie, const Session& session, Done done) {
  redis_->Command({"SET", KeyOf(kSession, cookie), seal_.Seal(kSession, cookie, session), "PX", Millis(kSessionIdle)}, Discard(std::move(done)));
}

void SessionStore::Load(const std::string& cookie, OnLoaded done) { Fetch({"GET", KeyOf(kSession, cookie)}, cookie, true, std::move(done)); }

void SessionStore::Use(const std::string& cookie, OnLoaded done) {
  Fetch({"GETEX", KeyOf(kSession, cookie), "PX", Millis(kSessionIdle)}, cookie, false, std::move(done));
}

void SessionStore::Fetch(std::vector<std::string> command, const std::string& cookie, bool with_ttl, OnLoaded done) {
  if (!SessionSeal::IsCookie(cookie)) return done(Loaded());
  // Replies come in order: the time to live is asked first, so that it is there when the session is.
  auto idle = std::make_shared<absl::Duration>(kSessionIdle);
  if (with_ttl) {
    redis_->Command({"PTTL", KeyOf(kSession, cookie)}, [idle](absl::StatusOr<Redis::Reply> reply) {
      if (reply.ok()) *idle = absl::Milliseconds(std::max(0LL, reply->integer));
    });
  }
  redis_->Command(std::move(command), [this, cookie, idle, done = std::move(done)](absl::StatusOr<Redis::Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    Loaded loaded;
    if (reply->IsNil()) return done(std::move(loaded));
    Session session;
    const absl::Time now = clock_();
    // What does not open was made under another key (it has been changed): as good as no session.
    if (!seal_.Open(kSession, cookie, reply->text, &session).ok()) return done(std::move(loaded));
    const absl::Time ends = absl::FromUnixMillis(session.ends_ms());
    if (now >= ends) return done(std::move(loaded));
    loaded.expires = std::min(ends, now + *idle);
    loaded.session = std::move(session);
    done(std::move(loaded));
  });
}

void SessionStore::Update(const std::string& cookie, const Session& session, Done done) {
  redis_->Command({"SET", KeyOf(kSession, cookie), seal_.Seal(kSession, cookie, session), "XX", "KEEPTTL"}, Discard(std::move(done)));
}

void SessionStore::End(const std::string& cookie, Done done) {
  redis_->Command({"DEL", KeyOf(kSession, cookie), KeyOf(kSecond, cookie)}, Discard(std::move(done)));
}

void SessionStore::PutSecond(const std::string& cookie, const SecondPerson& second, Done done) {
  const absl::Duration left = absl::FromUnixMillis(second.ends_ms()) - clock_();
  redis_->Command({"SET", KeyOf(kSecond, cookie), seal_.Seal(kSecond, cookie, second), "PX", Millis(std::max(left, absl::Seconds(1)))},
                  Discard(std::move(done)));
}

void SessionStore::LoadSecond(const std::string& cookie, std::function<void(absl::StatusOr<std::optional<SecondPerson>>)> done) {
  redis_->Command({"GET", KeyOf(kSecond, cookie)}, [this, cookie, done = std::move(done)](absl::StatusOr<Redis::Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    SecondPerson second;
    if (reply->IsNil() || !seal_.Open(kSecond, cookie, reply->text, &second).ok() || clock_() >= absl::FromUnixMillis(second.ends_ms())) {
      return done(std::optional<SecondPerson>());
    }
    done(std::optional<SecondPerson>(std::move(second)));
  });
}

void SessionStore::ForgetSecond(const std::string& cookie, Done done) {
  redis_->Command({"DEL", KeyOf(kSecond, cookie)}, Discard(std::move(done)));
}

void SessionStore::LockRefresh(const std::string& cookie, std::function<void(absl::StatusOr<bool>)> done) {
  redis_->Command({"SET", KeyOf(kRefresh, cookie), "1", "NX", "PX", Millis(kLock)}, [done = std::move(done)](absl::StatusOr<Redis::Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    done(!reply->IsNil());
  });
}

void SessionStore::UnlockRefresh(const std::string& cookie) {
  redis_->Command({"DEL", KeyOf(kRefresh, cookie)}, [](absl::StatusOr<Redis::Reply>) {});
}

}  // namespace brobygger::gateway
