#include "services/runtime/master_keys.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

std::string PathOf(const std::string& keys_dir, const std::string& slug, const char* which) { return absl::StrCat(keys_dir, "/", slug, ".master", which, ".key"); }

// Changes whenever one of the two files is replaced.
std::string FilesOf(const std::string& keys_dir, const std::string& slug) {
  std::string out;
  for (const char* which : {"", ".old"}) {
    struct stat s {};
    if (stat(PathOf(keys_dir, slug, which).c_str(), &s) == 0) absl::StrAppend(&out, s.st_dev, ".", s.st_ino, ".", s.st_ctim.tv_sec, ".", s.st_ctim.tv_nsec);
    out += "|";
  }
  return out;
}

// Nothing there is no error.
absl::StatusOr<crypto::Key> MayBeThere(const std::string& path) {
  absl::StatusOr<crypto::Key> key = crypto::ReadKeyFile(path);
  if (absl::IsNotFound(key.status())) return crypto::Key();
  return key;
}

}  // namespace

std::shared_ptr<const MasterKeys::Master> MasterKeys::Make(const crypto::Key& source, absl::string_view label) {
  crypto::Key key(crypto::Derive(source, label));
  std::string fingerprint = crypto::Hex(crypto::HmacSha256(key.reveal(), "brobygger master key fingerprint 1").substr(0, 8));
  return std::make_shared<const Master>(Master{std::move(key), std::move(fingerprint)});
}

MasterKeys::MasterKeys(const crypto::Key& scope) : derived_(Make(scope, "wrap")), masters_{derived_} {}

absl::Status MasterKeys::ReadFrom(std::string keys_dir, std::string slug) {
  std::string files = FilesOf(keys_dir, slug);  // before they are read: what changes meanwhile is read again
  BB_ASSIGN_OR_RETURN(const crypto::Key now, MayBeThere(PathOf(keys_dir, slug, "")));
  BB_ASSIGN_OR_RETURN(const crypto::Key old, MayBeThere(PathOf(keys_dir, slug, ".old")));
  Masters masters;
  for (const crypto::Key* key : {&now, &old}) {
    if (!key->empty()) masters.push_back(Make(*key, "wrap data keys"));
  }
  masters.push_back(derived_);
  absl::MutexLock lock(&mutex_);
  masters_ = std::move(masters);
  keys_dir_ = std::move(keys_dir);
  slug_ = std::move(slug);
  files_ = std::move(files);
  return absl::OkStatus();
}

absl::Status MasterKeys::ReadAgain() {
  std::string keys_dir, slug, files;
  {
    absl::MutexLock lock(&mutex_);
    if (keys_dir_.empty()) return absl::OkStatus();
    keys_dir = keys_dir_;
    slug = slug_;
    files = files_;
  }
  if (FilesOf(keys_dir, slug) == files) return absl::OkStatus();
  return ReadFrom(std::move(keys_dir), std::move(slug));
}

MasterKeys::Masters MasterKeys::All() const {
  absl::MutexLock lock(&mutex_);
  return masters_;
}

std::string MasterKeys::Fingerprint() const { return All().front()->fingerprint; }

absl::Status MasterKeys::Choose(const std::string& fingerprint) {
  for (const bool again : {false, true}) {
    if (again) BB_RETURN_IF_ERROR(ReadAgain());
    absl::MutexLock lock(&mutex_);
    const auto it = std::find_if(masters_.begin(), masters_.end(), [&](const auto& m) { return m->fingerprint == fingerprint; });
    if (it == masters_.end()) continue;
    std::rotate(masters_.begin(), it, it + 1);
    return absl::OkStatus();
  }
  return Refusal(absl::StatusCode::kUnavailable, "KEY_RING", "the store's master key is not among this service's keys");
}

std::string MasterKeys::Wrap(absl::string_view redis_key, const crypto::Key& data_key) const {
  return crypto::Seal(All().front()->key.reveal(), data_key.reveal(), redis_key);
}

absl::StatusOr<crypto::Key> MasterKeys::Unwrap(absl::string_view redis_key, absl::string_view wrapped) {
  for (const bool again : {false, true}) {
    if (again) BB_RETURN_IF_ERROR(ReadAgain());
    for (const auto& master : All()) {
      absl::StatusOr<std::string> key = crypto::Open(master->key.reveal(), wrapped, redis_key);
      if (key.ok() && key->size() == crypto::kKeySize) return crypto::Key(*std::move(key));
    }
  }
  return absl::DataLossError("a data key is not authentic");
}

bool MasterKeys::IsCurrent(absl::string_view redis_key, absl::string_view wrapped) const {
  absl::StatusOr<std::string> key = crypto::Open(All().front()->key.reveal(), wrapped, redis_key);
  if (!key.ok()) return false;
  const crypto::Key wiped(*std::move(key));
  return true;
}

}  // namespace brobygger
