#include "services/keeper/rotate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "services/keeper/scan.h"
#include "services/runtime/crypto.h"
#include "services/runtime/master_keys.h"
#include "services/runtime/status.h"

namespace brobygger::keeper {
namespace {

constexpr char kDestroyed[] = "destroyed";
constexpr int kProgressEvery = 1000;
// Replaces a wrapped key only by itself, wrapped anew.
constexpr char kReplace[] = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) return 1 end return 0";

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

absl::Status Failed(const std::string& path) { return absl::FailedPreconditionError(absl::StrCat(path, ": cannot be written")); }

absl::Status SyncDir(const std::string& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool ok = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return ok ? absl::OkStatus() : Failed(dir);
}

absl::Status WriteNewKey(const std::string& path) {
  const crypto::Key text(crypto::Hex(crypto::NewKey().reveal()) + "\n");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto size = static_cast<ssize_t>(text.reveal().size());
  const bool ok = fd >= 0 && write(fd, text.reveal().data(), text.reveal().size()) == size && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return ok ? absl::OkStatus() : Failed(path);
}

// Steps that can each be the last one, and be taken up again.
absl::Status SwitchFiles(const std::string& keys_dir, const std::string& slug, bool* went_on) {
  const std::string name = absl::StrCat(keys_dir, "/", slug, ".master");
  const std::string now = name + ".key", old = name + ".old.key", fresh = name + ".new.key";
  *went_on = IsThere(old);
  if (*went_on && !IsThere(fresh)) return absl::OkStatus();
  if (!*went_on) {
    BB_RETURN_IF_ERROR(WriteNewKey(fresh));
    BB_RETURN_IF_ERROR(SyncDir(keys_dir));
    if (IsThere(now) && link(now.c_str(), old.c_str()) != 0) return Failed(old);
    BB_RETURN_IF_ERROR(SyncDir(keys_dir));
  }
  if (rename(fresh.c_str(), now.c_str()) != 0) return Failed(now);
  return SyncDir(keys_dir);
}

}  // namespace

absl::StatusOr<Rotated> Rotate(Redis* redis, const std::string& prefix, const std::string& slug, const std::string& keys_dir, bool remove_old,
                               const std::function<bool()>& go_on) {
  Rotated out;
  const std::string base = absl::StrCat(prefix, ":{", slug, "}:");
  BB_ASSIGN_OR_RETURN(const crypto::Key scope, crypto::ReadKeyFile(absl::StrCat(keys_dir, "/", slug, ".key")));
  BB_RETURN_IF_ERROR(SwitchFiles(keys_dir, slug, &out.went_on));
  MasterKeys masters(scope);
  BB_RETURN_IF_ERROR(masters.ReadFrom(keys_dir, slug));
  BB_RETURN_IF_ERROR(redis->Call({"SET", base + "mk", masters.Fingerprint()}).status());

  std::uint64_t found = 0;
  const auto rewrap = [&](const std::string& key) -> absl::Status {
    BB_ASSIGN_OR_RETURN(const Redis::Reply wrapped, redis->Call({"GET", key}));
    if (wrapped.IsNil() || wrapped.text == kDestroyed) return absl::OkStatus();
    ++out.keys;
    if (masters.IsCurrent(key, wrapped.text)) return absl::OkStatus();
    ++found;
    const absl::StatusOr<crypto::Key> data_key = masters.Unwrap(key, wrapped.text);
    if (!data_key.ok()) return absl::DataLossError(absl::StrCat(key, ": no key file opens it"));
    BB_ASSIGN_OR_RETURN(const Redis::Reply replaced, redis->Call({"EVAL", kReplace, "1", key, wrapped.text, masters.Wrap(key, *data_key)}));
    out.rewrapped += static_cast<std::uint64_t>(replaced.integer);
    if (out.rewrapped % kProgressEvery == 1) {
      BB_RETURN_IF_ERROR(redis->Call({"SET", base + "mp", absl::StrCat(masters.Fingerprint(), " ", out.rewrapped)}).status());
    }
    return go_on && !go_on() ? absl::AbortedError("stopped half way") : absl::OkStatus();
  };
  do {
    found = 0;
    out.keys = 0;
    BB_RETURN_IF_ERROR(ForEachKey(redis, base + "k:*", rewrap));
  } while (found > 0);
  BB_RETURN_IF_ERROR(redis->Call({"SET", base + "mp", absl::StrCat(masters.Fingerprint(), " done")}).status());

  const std::string old = absl::StrCat(keys_dir, "/", slug, ".master.old.key");
  if (!IsThere(old)) return out;
  if (!remove_old) {
    out.old_file = old;
    return out;
  }
  if (unlink(old.c_str()) != 0) return Failed(old);
  BB_RETURN_IF_ERROR(SyncDir(keys_dir));
  return out;
}

}  // namespace brobygger::keeper
