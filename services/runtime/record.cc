#include "services/runtime/record.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace brobygger {
namespace {

constexpr char kVersion = '\1';
constexpr std::size_t kRevisionAt = 1, kKeyIdAt = 9, kTypeAt = 25, kFacetLengthAt = 27, kFacetAt = 29;

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string out(bytes, '\0');
  for (int i = bytes - 1; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

std::uint64_t FromBigEndian(absl::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// CRC-16/CCITT-FALSE: a short name of the kind, not a protection.
constexpr std::array<std::uint16_t, 256> kCrc = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned b = 0; b < 256; ++b) {
    unsigned crc = b << 8;
    for (int i = 0; i < 8; ++i) crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1 & 0xffff;
    table[b] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();
std::string TypeOf(absl::string_view kind) {
  unsigned crc = 0xffff;
  for (const char c : kind) crc = (crc << 8 & 0xffff) ^ kCrc[crc >> 8 ^ static_cast<unsigned char>(c)];
  return BigEndian(crc, 2);
}

// The key's length comes first, so that no two places give the same bytes.
std::string Associated(const RecordPlace& place, std::uint64_t revision) {
  return absl::StrCat(BigEndian(place.redis_key.size(), 2), place.redis_key, BigEndian(revision, 8), TypeOf(place.kind), place.slug);
}

}  // namespace

ScopeKeys::ScopeKeys(const crypto::Key& key)
    : masters(std::make_shared<MasterKeys>(key)),
      key_id(crypto::Derive(key, "key id")),
      facet(crypto::Derive(key, "facet")),
      idempotency(crypto::Derive(key, "idempotency")),
      outbox(crypto::Derive(key, "outbox")),
      notes(crypto::Derive(key, "notes")),
      journal(crypto::Derive(key, "journal")) {}

std::string KeyId(const ScopeKeys& keys, absl::string_view owner) {
  return crypto::HmacSha256(keys.key_id.reveal(), owner).substr(0, kKeyIdSize);
}

std::string WrapKey(const ScopeKeys& keys, absl::string_view redis_key, const crypto::Key& data_key) {
  return keys.masters->Wrap(redis_key, data_key);
}

absl::StatusOr<crypto::Key> UnwrapKey(const ScopeKeys& keys, absl::string_view redis_key, absl::string_view wrapped) {
  return keys.masters->Unwrap(redis_key, wrapped);
}

std::string FacetMac(const ScopeKeys& keys, absl::string_view redis_key, std::uint64_t revision, absl::string_view facet) {
  return crypto::HmacSha256(keys.facet.reveal(), absl::StrCat(BigEndian(redis_key.size(), 2), redis_key, BigEndian(revision, 8), facet));
}

std::string SealRecord(const ScopeKeys& keys, const RecordPlace& place, std::uint64_t revision, absl::string_view key_id,
                       const crypto::Key& data_key, absl::string_view facet, absl::string_view plaintext) {
  return absl::StrCat(std::string(1, kVersion), BigEndian(revision, 8), key_id, TypeOf(place.kind), BigEndian(facet.size(), 2), facet,
                      facet.empty() ? "" : FacetMac(keys, place.redis_key, revision, facet),
                      crypto::Seal(data_key.reveal(), plaintext, Associated(place, revision)));
}

absl::StatusOr<RecordHeader> ParseRecord(absl::string_view bytes, absl::string_view kind) {
  if (bytes.size() < kFacetAt || bytes[0] != kVersion || bytes.substr(kTypeAt, 2) != TypeOf(kind)) {
    return absl::DataLossError("not a record of its kind");
  }
  RecordHeader header;
  header.revision = FromBigEndian(bytes.substr(kRevisionAt, 8));
  header.key_id = std::string(bytes.substr(kKeyIdAt, kKeyIdSize));
  const std::size_t facet_size = FromBigEndian(bytes.substr(kFacetLengthAt, 2));
  const std::size_t mac_size = facet_size == 0 ? 0 : kFacetMacSize;
  if (header.revision == 0 || bytes.size() < kFacetAt + facet_size + mac_size) return absl::DataLossError("a record is cut short");
  header.facet = bytes.substr(kFacetAt, facet_size);
  header.facet_mac = bytes.substr(kFacetAt + facet_size, mac_size);
  header.sealed = bytes.substr(kFacetAt + facet_size + mac_size);
  return header;
}

absl::StatusOr<std::string> OpenRecord(const ScopeKeys& keys, const RecordPlace& place, const RecordHeader& header,
                                       const crypto::Key& data_key) {
  if (!header.facet.empty() &&
      !crypto::ConstantTimeEqual(header.facet_mac, FacetMac(keys, place.redis_key, header.revision, header.facet))) {
    return absl::DataLossError("a record's facet is not authentic");
  }
  absl::StatusOr<std::string> text = crypto::Open(data_key.reveal(), header.sealed, Associated(place, header.revision));
  if (!text.ok()) return absl::DataLossError("a record is not authentic");
  return text;
}

std::string SealValue(const crypto::Key& key, absl::string_view redis_key, absl::string_view plaintext) {
  return crypto::Seal(key.reveal(), plaintext, redis_key);
}

absl::StatusOr<std::string> OpenValue(const crypto::Key& key, absl::string_view redis_key, absl::string_view sealed) {
  return crypto::Open(key.reveal(), sealed, redis_key);
}

}  // namespace brobygger
