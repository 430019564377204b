#include "services/consent/room.h"

#include <sys/statvfs.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace brobygger::consent {
namespace {

constexpr absl::Duration kEvery = absl::Seconds(1);
constexpr std::int64_t kUsualFree = std::int64_t{1} << 30;
constexpr std::int64_t kMemoryPercent = 90;

// Bytes that are free for us on the volume of a directory; -1 if there is no such directory.
std::int64_t FreeBytes(const std::string& dir) {
  struct statvfs v;
  if (statvfs(dir.c_str(), &v) != 0) return -1;
  return static_cast<std::int64_t>(v.f_bavail) * static_cast<std::int64_t>(v.f_frsize);
}

}  // namespace

StoreSize ParseInfo(absl::string_view info) {
  StoreSize size;
  for (absl::string_view line : absl::StrSplit(info, '\n')) {
    line = absl::StripSuffix(line, "\r");
    if (absl::ConsumePrefix(&line, "used_memory:")) {
      (void)absl::SimpleAtoi(line, &size.memory);
    } else if (absl::ConsumePrefix(&line, "maxmemory:")) {
      (void)absl::SimpleAtoi(line, &size.max_memory);
    } else if (absl::ConsumePrefix(&line, "aof_current_size:")) {
      (void)absl::SimpleAtoi(line, &size.file);
    }
  }
  return size;
}

bool HasRoom(const runtime::LookLimits& limits, const StoreSize& size, std::int64_t free) {
  if (size.max_memory > 0 && size.memory > size.max_memory / 100 * kMemoryPercent) return false;
  if (limits.max_file_bytes() > 0 && size.file > limits.max_file_bytes()) return false;
  return free < 0 || free >= (limits.min_free_bytes() > 0 ? limits.min_free_bytes() : kUsualFree);
}

struct Room::State {
  Redis* redis;
  runtime::LookLimits limits;
  std::function<void(bool)> changed;
  std::atomic<bool> room{true};
  absl::Mutex mutex;
  absl::Time looked ABSL_GUARDED_BY(mutex) = absl::InfinitePast();

  void Judge(absl::string_view info) {
    const std::int64_t free = limits.trust_data_dir().empty() ? -1 : FreeBytes(limits.trust_data_dir());
    const bool now = HasRoom(limits, ParseInfo(info), free);
    if (room.exchange(now) != now) changed(now);
  }
};

Room::Room(Redis* redis, runtime::LookLimits limits, std::function<void(bool)> changed) : state_(std::make_shared<State>()) {
  state_->redis = redis;
  state_->limits = std::move(limits);
  state_->changed = std::move(changed);
}

absl::Status Room::Begin() {
  const std::string& dir = state_->limits.trust_data_dir();
  if (!dir.empty() && FreeBytes(dir) < 0) return absl::InvalidArgumentError(absl::StrCat("looks.trust_data_dir: ", dir, " is not there"));
  auto info = state_->redis->Call({"INFO", "memory", "persistence"});
  if (!info.ok()) return info.status();
  if (ParseInfo(info->text).memory == 0) return absl::InternalError("trust: Redis does not tell its size");
  state_->Judge(info->text);
  return absl::OkStatus();
}

bool Room::ForLooks() {
  // Real time, whatever the calls' clock says: a disk fills by it.
  const absl::Time now = absl::Now();
  bool look = false;
  {
    absl::MutexLock lock(&state_->mutex);
    if (now - state_->looked >= kEvery || now < state_->looked) {
      state_->looked = now;
      look = true;
    }
  }
  if (look) {
    state_->redis->Command({"INFO", "memory", "persistence"}, [state = state_](absl::StatusOr<Redis::Reply> info) {
      if (info.ok()) state->Judge(info->text);
    });
  }
  return state_->room;
}

}  // namespace brobygger::consent
