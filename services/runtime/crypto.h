// The few cryptographic operations of the suite, on OpenSSL. Keys are 32 bytes. Everything here may be called from any
// thread; failures of the library itself (no entropy, no memory) abort the process: going on would mean going on unsealed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace brobygger::crypto {

// Bytes that are wiped when they go. Moves, does not copy unless asked to, and cannot be printed or compared.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string bytes);  // takes them over; what the caller still holds is the caller's to wipe
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();
  SecretBytes Clone() const;
  // For the functions below. Never log it.
  absl::string_view reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  template <class Stream>
  friend Stream& operator<<(Stream&, const SecretBytes&) = delete;

 private:
  void Wipe();
  std::string bytes_;
};

using Key = SecretBytes;
inline constexpr std::size_t kKeySize = 32;

std::string Random(std::size_t n);
Key NewKey();         // 32 random bytes
std::string NewId();  // 26 characters a-z2-7, 130 random bits

std::string Hex(absl::string_view bytes);  // lower case
// Base64url without padding (RFC 7515 section 2), in its one canonical form: what has spaces, padding or bits that say
// nothing is refused, so that a text cannot be changed and still mean the same. False leaves `bytes` unspecified.
bool FromBase64Url(absl::string_view text, std::string* bytes);
std::string Sha256(absl::string_view data);
std::string HmacSha256(absl::string_view key, absl::string_view data);
// HKDF-SHA256 to 32 bytes, without salt; `label` names the use. Different labels give independent keys.
std::string Derive(const Key& key, absl::string_view label);

// AES-256-GCM: 12 bytes random nonce | ciphertext | 16 bytes tag. `associated` is authenticated, not stored.
std::string Seal(absl::string_view key32, absl::string_view plaintext, absl::string_view associated);
// DATA_LOSS if it is not authentic under this key and these associated data.
absl::StatusOr<std::string> Open(absl::string_view key32, absl::string_view sealed, absl::string_view associated);

// A file with 64 hex characters and nothing else but a final newline. NOT_FOUND or FAILED_PRECONDITION name the file, never
// its content.
absl::StatusOr<Key> ReadKeyFile(const std::string& path);

// Ed25519 signatures of presence statements and links. Values; share them freely.
class StatementSigner {
 public:
  static absl::StatusOr<StatementSigner> FromPemFile(const std::string& path);
  std::string Sign(absl::string_view bytes) const;  // 64 bytes

 private:
  explicit StatementSigner(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

class StatementVerifier {
 public:
  static absl::StatusOr<StatementVerifier> FromPemFile(const std::string& path);
  bool Verify(absl::string_view bytes, absl::string_view signature) const;

 private:
  explicit StatementVerifier(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

// scrypt, N = 2^14, r = 8, p = 1, 32 bytes: 16 MB and some 40 ms. For card codes; never on an I/O thread.
std::string SlowHash(absl::string_view secret, absl::string_view salt);

bool ConstantTimeEqual(absl::string_view a, absl::string_view b);

}  // namespace brobygger::crypto
