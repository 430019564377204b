#include "services/runtime/kept_answer.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace brobygger {
namespace {

constexpr std::size_t kCountSize = 2;

// Count and key ids.
std::string Head(const std::vector<OwnerKey>& owners) {
  std::string head = {static_cast<char>(owners.size() >> 8 & 0xff), static_cast<char>(owners.size() & 0xff)};
  for (const OwnerKey& owner : owners) head += owner.id;
  return head;
}

crypto::Key KeyOf(const ScopeKeys& keys, const std::vector<OwnerKey>& owners) {
  std::string all = "kept answer|";  // all data keys are of one length
  for (const OwnerKey& owner : owners) absl::StrAppend(&all, owner.key->reveal());
  crypto::Key out(crypto::HmacSha256(keys.idempotency.reveal(), all));
  const crypto::Key wiped(std::move(all));
  return out;
}

}  // namespace

std::string SealKept(const ScopeKeys& keys, absl::string_view redis_key, const std::vector<OwnerKey>& owners, absl::string_view plaintext) {
  const std::string head = Head(owners);
  return absl::StrCat(head, SealValue(KeyOf(keys, owners), absl::StrCat(redis_key, "|", head), plaintext));
}

absl::StatusOr<std::vector<std::string>> OwnersOfKept(absl::string_view bytes) {
  const absl::Status broken = absl::DataLossError("not a kept answer");
  if (bytes.size() < kCountSize) return broken;
  const std::size_t count = static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]);
  if (bytes.size() < kCountSize + count * kKeyIdSize) return broken;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.emplace_back(bytes.substr(kCountSize + i * kKeyIdSize, kKeyIdSize));
  return ids;
}

absl::StatusOr<std::string> OpenKept(const ScopeKeys& keys, absl::string_view redis_key, const std::vector<OwnerKey>& owners, absl::string_view bytes) {
  const std::string head = Head(owners);
  if (bytes.substr(0, head.size()) != head) return absl::DataLossError("another kept answer");
  return OpenValue(KeyOf(keys, owners), absl::StrCat(redis_key, "|", head), bytes.substr(head.size()));
}

}  // namespace brobygger
