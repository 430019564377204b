#include "services/consent/quota.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace brobygger::consent {

std::int64_t LookQuota::Over(absl::string_view agency, absl::string_view person, absl::Time now) {
  const std::int64_t hour = absl::ToInt64Hours(now - absl::UnixEpoch());
  absl::MutexLock lock(&mutex_);
  if (hour != hour_) {
    hour_ = hour;
    asked_.clear();
  }
  return std::max<std::int64_t>(0, ++asked_[absl::StrCat(agency, "/", person)] - per_hour_);
}

bool IsWritten(std::int64_t over) {
  while (over > 1 && over % 10 == 0) over /= 10;
  return over == 1;
}

}  // namespace brobygger::consent
