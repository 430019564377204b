#include "gateway/form_post.h"

#include <memory>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "curl/curl.h"
#include "gateway/http_text.h"
#include "services/runtime/config.h"

namespace brobygger::gateway {
namespace {

constexpr size_t kMaxAnswer = 64 * 1024;

size_t Append(char* data, size_t, size_t size, void* into) {
  auto* out = static_cast<std::string*>(into);
  if (out->size() + size > kMaxAnswer) return 0;  // aborts the transfer
  out->append(data, size);
  return size;
}

// "name=value" without the name.
std::string Encoded(const std::string& value) { return FormEncode({{"", value}}).substr(1); }

}  // namespace

bool IsIssuerUrl(absl::string_view url) {
  if (absl::ConsumePrefix(&url, "https://")) return !url.empty();
  return absl::ConsumePrefix(&url, "http://") && IsLoopback(url) && !absl::StrContains(url, "@");
}

absl::StatusOr<FormAnswer> Send(const FormPost& post) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  const std::string body = FormEncode(post.form);
  const std::string user = Encoded(post.user), password = Encoded(post.password);
  FormAnswer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, post.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, absl::StartsWith(post.url, "https:") ? "https" : "http");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  curl_easy_setopt(curl.get(), CURLOPT_USERNAME, user.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, password.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  if (!post.ca.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, post.ca.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(code));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace brobygger::gateway
