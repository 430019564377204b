#include "services/runtime/tls.h"

#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "openssl/bio.h"
#include "openssl/pem.h"
#include "openssl/x509v3.h"

namespace brobygger {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertPtr = std::unique_ptr<X509, decltype(&X509_free)>;

CertPtr ReadCertificate(const std::string& path) {
  BioPtr file(BIO_new_file(path.c_str(), "r"), BIO_free);
  return CertPtr(file == nullptr ? nullptr : PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
}

std::vector<std::string> Uris(X509* certificate) {
  std::vector<std::string> uris;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)), ASN1_STRING_length(uri));
  }
  GENERAL_NAMES_free(names);
  return uris;
}

absl::Status Bad(const std::string& path, absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat(path, ": ", what)); }

}  // namespace

std::string PeerName(absl::string_view spiffe_id, absl::string_view trust_domain) {
  if (trust_domain.empty() || !absl::ConsumePrefix(&spiffe_id, "spiffe://") || !absl::ConsumePrefix(&spiffe_id, trust_domain) ||
      !absl::ConsumePrefix(&spiffe_id, "/") || spiffe_id.size() > 100) {
    return "";
  }
  for (char c : spiffe_id) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/')) return "";
  }
  return std::string(spiffe_id);
}

absl::StatusOr<std::string> CheckTlsFiles(const runtime::Tls& tls) {
  const CertPtr certificate = ReadCertificate(tls.certificate());
  if (certificate == nullptr) return Bad(tls.certificate(), "no certificate can be read");
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0) return Bad(tls.certificate(), "the certificate has expired");
  BioPtr key_file(BIO_new_file(tls.key().c_str(), "r"), BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      key_file == nullptr ? nullptr : PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (key == nullptr) return Bad(tls.key(), "no private key can be read");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) return Bad(tls.key(), "the key does not belong to the certificate");
  if (ReadCertificate(tls.ca()) == nullptr) return Bad(tls.ca(), "no CA certificate can be read");
  const std::vector<std::string> uris = Uris(certificate.get());
  std::string name = uris.size() == 1 ? PeerName(uris.front(), tls.trust_domain()) : "";
  if (name.empty()) return Bad(tls.certificate(), absl::StrCat("want exactly one URI, spiffe://", tls.trust_domain(), "/<name>"));
  return name;
}

}  // namespace brobygger
