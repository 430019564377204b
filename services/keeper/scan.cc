#include "services/keeper/scan.h"

#include "services/runtime/status.h"

namespace brobygger::keeper {

absl::Status ForEachKey(Redis* redis, const std::string& pattern, const std::function<absl::Status(const std::string&)>& each) {
  std::string cursor = "0";
  do {
    BB_ASSIGN_OR_RETURN(const Redis::Reply page, redis->Call({"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"}));
    if (page.elements.size() != 2) return absl::InternalError("SCAN gave something else");
    cursor = page.elements[0].text;
    for (const Redis::Reply& key : page.elements[1].elements) BB_RETURN_IF_ERROR(each(key.text));
  } while (cursor != "0");
  return absl::OkStatus();
}

std::string BaseOf(const std::string& key, std::string* rest) {
  const std::size_t end = key.find("}:");
  if (key.find(":{") == std::string::npos || end == std::string::npos) return "";
  *rest = key.substr(end + 2);
  return key.substr(0, end + 2);
}

}  // namespace brobygger::keeper
