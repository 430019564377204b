// The master keys of one scope. They wrap its data keys and nothing else, so that they can be changed while everything goes on:
// only the wrapped data keys (60 bytes each) are written anew, no record is.
//
//   <keys_dir>/<slug>.master.key      wraps
//   <keys_dir>/<slug>.master.old.key  opens what is still wrapped with the one before
//
// Neither need be there: a key derived from the scope's own always opens, and wraps if there is no file. While keys are changed the
// store names the one that new data keys are wrapped with, and refuses others; the files are read again when it names one that is
// not known here, or when nothing opens a wrapped key. So no process has to be told, and none can go on with a key that is about to go.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/runtime/crypto.h"

namespace brobygger {

class MasterKeys {
 public:
  // `scope`: the scope's own key, from which the one that needs no file is derived.
  explicit MasterKeys(const crypto::Key& scope);

  // Takes what stands in the files from now on. FAILED_PRECONDITION names a file that is there and is no key.
  absl::Status ReadFrom(std::string keys_dir, std::string slug);

  // 16 hex digits that name the key that wraps, and tell nothing else about it.
  std::string Fingerprint() const;
  // Wraps with the key of this fingerprint from now on. UNAVAILABLE KEY_RING if it is in no file either.
  absl::Status Choose(const std::string& fingerprint);

  std::string Wrap(absl::string_view redis_key, const crypto::Key& data_key) const;
  // DATA_LOSS if none of them wrapped it.
  absl::StatusOr<crypto::Key> Unwrap(absl::string_view redis_key, absl::string_view wrapped);
  // Whether the key that wraps now wrapped it: nothing is left to do with it.
  bool IsCurrent(absl::string_view redis_key, absl::string_view wrapped) const;

 private:
  struct Master {
    crypto::Key key;
    std::string fingerprint;
  };
  using Masters = std::vector<std::shared_ptr<const Master>>;  // the first wraps

  static std::shared_ptr<const Master> Make(const crypto::Key& source, absl::string_view label);
  Masters All() const;
  absl::Status ReadAgain();  // if the files are others

  const std::shared_ptr<const Master> derived_;
  mutable absl::Mutex mutex_;
  Masters masters_ ABSL_GUARDED_BY(mutex_);
  std::string keys_dir_ ABSL_GUARDED_BY(mutex_), slug_ ABSL_GUARDED_BY(mutex_);
  std::string files_ ABSL_GUARDED_BY(mutex_);  // what they were when they were read
};

}  // namespace brobygger
