// Signed heads (Ed25519): what is signed, and whether a signature is that of a key. Values; share them freely.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brobygger/ledger/v1/proof.pb.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace brobygger::ledger {

// What the signature of a head is over.
std::string SignedBytes(const v1::LedgerHead& head);
enum class HeadVerdict {
  kGood,
  kOtherKey,   // names another key
  kNotSigned,  // names this key, and is not signed by it, or is malformed
};

class HeadKey {
 public:
  // PEM of the public key. NOT_FOUND if it cannot be read, FAILED_PRECONDITION if it is no Ed25519 key; both name the file.
  static absl::StatusOr<HeadKey> FromPemFile(const std::string& path);
  HeadVerdict Check(const v1::LedgerHead& head) const;
  const std::string& id() const { return id_; }  // 8 bytes

 private:
  friend class HeadSigner;
  HeadKey(std::shared_ptr<EVP_PKEY> key, std::string id) : key_(std::move(key)), id_(std::move(id)) {}
  std::shared_ptr<EVP_PKEY> key_;
  std::string id_;
};

class HeadSigner {
 public:
  // PEM of the private key. NOT_FOUND if it cannot be read, FAILED_PRECONDITION if it is no Ed25519 key; both name the file.
  static absl::StatusOr<HeadSigner> FromPemFile(const std::string& path);
  // Fills `key` and `signature` of a head whose other fields are there.
  void Sign(v1::LedgerHead* head) const;
  const HeadKey& key() const { return key_; }

 private:
  explicit HeadSigner(HeadKey key) : key_(std::move(key)) {}
  HeadKey key_;  // the private key, which can do both
};

}  // namespace brobygger::ledger
