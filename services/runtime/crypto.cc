#include "services/runtime/crypto.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/core_names.h"
#include "openssl/crypto.h"
#include "openssl/evp.h"
#include "openssl/kdf.h"
#include "openssl/params.h"
#include "openssl/pem.h"
#include "openssl/rand.h"
#include "services/runtime/ids.h"

namespace brobygger::crypto {
namespace {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

const unsigned char* In(absl::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* Out(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
unsigned char* Out(char* s) { return reinterpret_cast<unsigned char*>(s); }

void Must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "crypto: %s failed\n", what);
  std::abort();
}

// Fetched once: OpenSSL 3 looks algorithms up by name on every use of the old constants, which costs more than sealing.
const EVP_CIPHER* Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Must(cipher != nullptr, "fetch AES-256-GCM");
  return cipher;
}

const EVP_MD* Sha() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Must(md != nullptr, "fetch SHA256");
  return md;
}

// Contexts are reused by their thread: a new one for each record costs as much as the record.
EVP_CIPHER_CTX* CipherContext() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Must(context != nullptr, "cipher context");
  return context.get();
}

EVP_MD_CTX* DigestContext() {
  thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Must(context != nullptr, "digest context");
  return context.get();
}

// Ready to take data under this key. Of each thread the last few keys stay set up: a process has few of them, and setting one
// up costs more than all that follows for a short text.
EVP_MAC_CTX* MacContext(absl::string_view key) {
  struct Keyed {
    SecretBytes key;
    std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> context{nullptr, EVP_MAC_CTX_free};
  };
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  thread_local std::array<Keyed, 8> recent;
  thread_local std::size_t next = 0;
  for (Keyed& k : recent) {
    if (k.context == nullptr || k.key.reveal() != key) continue;
    Must(EVP_MAC_init(k.context.get(), nullptr, 0, nullptr) == 1, "HMAC again");
    return k.context.get();
  }
  Keyed& k = recent[next++ % recent.size()];
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  k.context.reset(EVP_MAC_CTX_new(mac));
  k.key = SecretBytes(std::string(key));
  // An empty key would mean "the key of before" to OpenSSL.
  const unsigned char none = 0;
  Must(k.context != nullptr && EVP_MAC_init(k.context.get(), key.empty() ? &none : In(key), key.size(), params) == 1, "HMAC key");
  return k.context.get();
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> ReadPem(const std::string& path, bool is_private) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), std::fclose);
  if (file == nullptr) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  EVP_PKEY* key = is_private ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr)
                             : PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr);
  std::shared_ptr<EVP_PKEY> owned(key, EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_id(key) != EVP_PKEY_ED25519) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": want an Ed25519 ", is_private ? "private" : "public", " key in PEM"));
  }
  return owned;
}

}  // namespace

SecretBytes::SecretBytes(std::string bytes) : bytes_(std::move(bytes)) {}
SecretBytes::SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { other.Wipe(); }
SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe();
    bytes_ = other.bytes_;  // copied, then wiped: a moved-from short string keeps its bytes
    other.Wipe();
  }
  return *this;
}
SecretBytes::~SecretBytes() { Wipe(); }
SecretBytes SecretBytes::Clone() const { return SecretBytes(bytes_); }
void SecretBytes::Wipe() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_.clear();
}

std::string Random(std::size_t n) {
  std::string out(n, '\0');
  Must(n == 0 || RAND_bytes(Out(out), static_cast<int>(n)) == 1, "random");
  return out;
}

Key NewKey() { return Key(Random(kKeySize)); }

std::string NewId() {
  std::string id = Random(kIdLength);
  for (char& c : id) c = "abcdefghijklmnopqrstuvwxyz234567"[static_cast<unsigned char>(c) & 31];
  return id;
}

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

bool FromBase64Url(absl::string_view text, std::string* bytes) {
  return absl::WebSafeBase64Unescape(text, bytes) && absl::WebSafeBase64Escape(*bytes) == text;
}

std::string Sha256(absl::string_view data) {
  std::string out(32, '\0');
  EVP_MD_CTX* context = DigestContext();
  Must(EVP_DigestInit_ex(context, Sha(), nullptr) == 1 && EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
           EVP_DigestFinal_ex(context, Out(out), nullptr) == 1,
       "SHA-256");
  return out;
}

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  std::string out(32, '\0');
  std::size_t size = 0;
  EVP_MAC_CTX* context = MacContext(key);
  Must(EVP_MAC_update(context, In(data), data.size()) == 1 && EVP_MAC_final(context, Out(out), &size, out.size()) == 1,
       "HMAC");
  return out;
}

std::string Derive(const Key& key, absl::string_view label) {
  // RFC 5869 with a salt of zeros and one block of output: extract, then expand.
  std::string prk = HmacSha256(std::string(32, '\0'), key.reveal());
  std::string out = HmacSha256(prk, absl::StrCat(label, std::string(1, '\1')));
  OPENSSL_cleanse(prk.data(), prk.size());
  return out;
}

std::string Seal(absl::string_view key32, absl::string_view plaintext, absl::string_view associated) {
  Must(key32.size() == kKeySize, "key size");
  std::string out(kNonceSize + plaintext.size() + kTagSize, '\0');
  Must(RAND_bytes(Out(out), kNonceSize) == 1, "nonce");
  EVP_CIPHER_CTX* context = CipherContext();
  int n = 0, last = 0;
  char* const body = out.data() + kNonceSize;
  Must(EVP_EncryptInit_ex(context, Gcm(), nullptr, In(key32), In(out)) == 1 &&
           EVP_EncryptUpdate(context, nullptr, &n, In(associated), static_cast<int>(associated.size())) == 1 &&
           EVP_EncryptUpdate(context, Out(body), &n, In(plaintext), static_cast<int>(plaintext.size())) == 1 &&
           EVP_EncryptFinal_ex(context, Out(body) + n, &last) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagSize, body + plaintext.size()) == 1,
       "seal");
  return out;
}

absl::StatusOr<std::string> Open(absl::string_view key32, absl::string_view sealed, absl::string_view associated) {
  if (key32.size() != kKeySize || sealed.size() < kNonceSize + kTagSize) return absl::DataLossError("not authentic");
  const absl::string_view body = sealed.substr(kNonceSize, sealed.size() - kNonceSize - kTagSize);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  std::string out(body.size(), '\0');
  EVP_CIPHER_CTX* context = CipherContext();
  int n = 0, last = 0;
  Must(EVP_DecryptInit_ex(context, Gcm(), nullptr, In(key32), In(sealed)) == 1 &&
           EVP_DecryptUpdate(context, nullptr, &n, In(associated), static_cast<int>(associated.size())) == 1 &&
           EVP_DecryptUpdate(context, Out(out), &n, In(body), static_cast<int>(body.size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1,
       "open");
  if (EVP_DecryptFinal_ex(context, Out(out) + n, &last) != 1) {
    OPENSSL_cleanse(out.data(), out.size());
    return absl::DataLossError("not authentic");
  }
  return out;
}

absl::StatusOr<Key> ReadKeyFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const bool hex = text.size() == 2 * kKeySize && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!hex) return absl::FailedPreconditionError(absl::StrCat(path, ": want ", 2 * kKeySize, " hex characters and nothing else"));
  Key key(absl::HexStringToBytes(text));
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

absl::StatusOr<StatementSigner> StatementSigner::FromPemFile(const std::string& path) {
  absl::StatusOr<std::shared_ptr<EVP_PKEY>> key = ReadPem(path, true);
  if (!key.ok()) return key.status();
  return StatementSigner(*std::move(key));
}

std::string StatementSigner::Sign(absl::string_view bytes) const {
  std::string out(64, '\0');
  std::size_t size = out.size();
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Must(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestSign(context.get(), Out(out), &size, In(bytes), bytes.size()) == 1 && size == out.size(),
       "sign");
  return out;
}

absl::StatusOr<StatementVerifier> StatementVerifier::FromPemFile(const std::string& path) {
  absl::StatusOr<std::shared_ptr<EVP_PKEY>> key = ReadPem(path, false);
  if (!key.ok()) return key.status();
  return StatementVerifier(*std::move(key));
}

bool StatementVerifier::Verify(absl::string_view bytes, absl::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Must(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1, "verify");
  return EVP_DigestVerify(context.get(), In(signature), signature.size(), In(bytes), bytes.size()) == 1;
}

std::string SlowHash(absl::string_view secret, absl::string_view salt) {
  std::string out(32, '\0');
  constexpr std::uint64_t kN = 1 << 14, kR = 8, kP = 1, kMemory = 64 << 20;
  Must(EVP_PBE_scrypt(secret.data(), secret.size(), In(salt), salt.size(), kN, kR, kP, kMemory, Out(out), out.size()) == 1, "scrypt");
  return out;
}

bool ConstantTimeEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace brobygger::crypto
