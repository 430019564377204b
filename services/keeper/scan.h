// Walks over the keys of a Redis. For an administrator: services may not.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/runtime/redis.h"

namespace brobygger::keeper {

// Calls for every key that matches and stands there from beginning to end; for some twice. Stops at the first error.
absl::Status ForEachKey(Redis* redis, const std::string& pattern, const std::function<absl::Status(const std::string& key)>& each);

// "dropin:{perron-4}:" of "dropin:{perron-4}:k:00ff…", "" if it is no key of a scope. What follows is *rest.
std::string BaseOf(const std::string& key, std::string* rest);

}  // namespace brobygger::keeper
