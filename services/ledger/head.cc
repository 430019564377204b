#include "services/ledger/head.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "services/ledger/merkle.h"

namespace brobygger::ledger {
namespace {

constexpr size_t kSignatureSize = 64;
constexpr size_t kKeyIdSize = 8;

const unsigned char* In(absl::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string BigEndian(std::uint64_t value) {
  std::string out(8, '\0');
  for (size_t i = 8; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 255);
  return out;
}

absl::StatusOr<std::shared_ptr<EVP_PKEY>> ReadPem(const std::string& path, bool secret) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), [](FILE* f) { return f == nullptr ? 0 : std::fclose(f); });
  if (file == nullptr) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  EVP_PKEY* read = secret ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : PEM_read_PUBKEY(file.get(), nullptr, nullptr, nullptr);
  std::shared_ptr<EVP_PKEY> key(read, EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_ED25519) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": want the Ed25519 ", secret ? "private" : "public", " key that heads are ",
                                                      secret ? "" : "to be ", "signed with, PEM"));
  }
  return key;
}

std::string IdOf(EVP_PKEY* key) {
  std::string raw(32, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1 || size != raw.size()) std::abort();
  return std::string(Bytes(Sha256(raw)).substr(0, kKeyIdSize));
}

}  // namespace

std::string SignedBytes(const v1::LedgerHead& head) {
  return absl::StrCat("brobygger ledger head 1\n", BigEndian(head.size()), BigEndian(static_cast<std::uint64_t>(head.time_ms())), head.root());
}

absl::StatusOr<HeadSigner> HeadSigner::FromPemFile(const std::string& path) {
  auto key = ReadPem(path, true);
  if (!key.ok()) return key.status();
  std::string id = IdOf(key->get());
  return HeadSigner(HeadKey(*std::move(key), std::move(id)));
}

void HeadSigner::Sign(v1::LedgerHead* head) const {
  const std::string bytes = SignedBytes(*head);
  std::string signature(kSignatureSize, '\0');
  size_t size = signature.size();
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool done = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.key_.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, In(bytes), bytes.size()) == 1;
  if (!done || size != kSignatureSize) {
    std::fprintf(stderr, "ledger: a head could not be signed\n");
    std::abort();
  }
  head->set_key(key_.id());
  head->set_signature(signature);
}

absl::StatusOr<HeadKey> HeadKey::FromPemFile(const std::string& path) {
  auto key = ReadPem(path, false);
  if (!key.ok()) return key.status();
  std::string id = IdOf(key->get());
  return HeadKey(*std::move(key), std::move(id));
}

HeadVerdict HeadKey::Check(const v1::LedgerHead& head) const {
  if (head.key() != id_) return HeadVerdict::kOtherKey;
  if (head.root().size() != sizeof(Hash) || head.signature().size() != kSignatureSize) return HeadVerdict::kNotSigned;
  const std::string bytes = SignedBytes(head);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1) return HeadVerdict::kNotSigned;
  const bool good = EVP_DigestVerify(context.get(), In(head.signature()), kSignatureSize, In(bytes), bytes.size()) == 1;
  return good ? HeadVerdict::kGood : HeadVerdict::kNotSigned;
}

}  // namespace brobygger::ledger
