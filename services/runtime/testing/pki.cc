#include "services/runtime/testing/pki.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "openssl/bn.h"
#include "openssl/core_names.h"
#include "openssl/ec.h"
#include "openssl/ecdsa.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "openssl/rsa.h"
#include "openssl/x509v3.h"

namespace brobygger::testing {
namespace {

using PkeyPtr = std::shared_ptr<EVP_PKEY>;

void Want(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

PkeyPtr NewKey(KeyKind kind) {
  EVP_PKEY* key = kind == KeyKind::kEs256   ? EVP_EC_gen("P-256")
                  : kind == KeyKind::kRs256 ? EVP_RSA_gen(2048)
                                            : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  Want(key != nullptr, "key");
  return PkeyPtr(key, EVP_PKEY_free);
}

template <class Write>
std::string Pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  Want(write(bio) == 1, "pem");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, size);
  BIO_free(bio);
  return text;
}
std::string PrivatePem(EVP_PKEY* key) {
  return Pem([&](BIO* b) { return PEM_write_bio_PrivateKey(b, key, nullptr, nullptr, 0, nullptr, nullptr); });
}
std::string PublicPemOf(EVP_PKEY* key) {
  return Pem([&](BIO* b) { return PEM_write_bio_PUBKEY(b, key); });
}
std::string CertificatePem(X509* certificate) {
  return Pem([&](BIO* b) { return PEM_write_bio_X509(b, certificate); });
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str());
  Want(extension != nullptr, "extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> NewCertificate(EVP_PKEY* key, const char* name, int days, X509* issuer, EVP_PKEY* issuer_key,
                                     const std::vector<std::pair<int, std::string>>& extensions) {
  static std::atomic<long> serial{1};
  std::shared_ptr<X509> c(X509_new(), X509_free);
  X509_set_version(c.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c.get()), -3600 * 48);
  X509_gmtime_adj(X509_getm_notAfter(c.get()), 3600L * 24 * days);
  X509_set_pubkey(c.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c.get()), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* by = issuer == nullptr ? c.get() : issuer;
  X509_set_issuer_name(c.get(), X509_get_subject_name(by));
  for (const auto& [nid, value] : extensions) AddExtension(c.get(), by, nid, value);
  Want(X509_sign(c.get(), issuer_key, EVP_sha256()) > 0, "sign");
  return c;
}

std::string Parameter(EVP_PKEY* key, const char* name) {
  BIGNUM* n = nullptr;
  Want(EVP_PKEY_get_bn_param(key, name, &n) == 1, name);
  std::string bytes(BN_num_bytes(n), '\0');
  BN_bn2bin(n, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(n);
  return bytes;
}

// r|s, 32 bytes each, from DER.
std::string RawEcdsa(const std::string& der) {
  const auto* p = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* sig = d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size()));
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(sig), reinterpret_cast<unsigned char*>(raw.data()), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(sig), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
  ECDSA_SIG_free(sig);
  return raw;
}

}  // namespace

std::string Base64Url(absl::string_view bytes) {
  std::string out;
  absl::WebSafeBase64Escape(bytes, &out);
  return out;
}

Pki::Pki() : key_(NewKey(KeyKind::kEs256)) {
  certificate_ = NewCertificate(key_.get(), "Test CA", 365, nullptr, key_.get(),
                                {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}});
  dir_.File("ca.pem", CertificatePem(certificate_.get()));
}

runtime::Tls Pki::IssueFor(const std::vector<std::string>& uris, int days) const {
  static std::atomic<int> count{0};
  const std::string base = absl::StrCat("leaf-", ++count);
  PkeyPtr key = NewKey(KeyKind::kEs256);
  std::vector<std::pair<int, std::string>> extensions = {{NID_basic_constraints, "critical,CA:FALSE"}, {NID_ext_key_usage, "serverAuth,clientAuth"}};
  if (!uris.empty()) extensions.emplace_back(NID_subject_alt_name, absl::StrCat("URI:", absl::StrJoin(uris, ",URI:")));
  auto certificate = NewCertificate(key.get(), "leaf", days, certificate_.get(), key_.get(), extensions);
  runtime::Tls tls;
  tls.set_certificate(dir_.File(base + ".pem", CertificatePem(certificate.get())));
  tls.set_key(dir_.File(base + ".key", PrivatePem(key.get())));
  tls.set_ca(dir_.path() + "/ca.pem");
  tls.set_trust_domain("brobygger");
  return tls;
}

std::pair<std::string, std::string> Pki::StatementKeys() const {
  PkeyPtr key = NewKey(KeyKind::kEdDsa);
  return {dir_.File("statement.key", PrivatePem(key.get())), dir_.File("statement.pub", PublicPemOf(key.get()))};
}

TokenIssuer::TokenIssuer(KeyKind kind) : kind_(kind) {
  Rotate();
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Want(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 && listen(listener_, 16) == 0, "listen");
  socklen_t size = sizeof(address);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Loop(); });
}

TokenIssuer::~TokenIssuer() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

void TokenIssuer::Loop() {
  while (!stopping_) {
    pollfd p{listener_, POLLIN, 0};
    if (poll(&p, 1, 50) <= 0) continue;
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    std::string request;
    char buffer[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = read(connection, buffer, sizeof(buffer));
      if (n <= 0) break;
      request.append(buffer, n);
    }
    ++requests_;
    const std::string body = Answer();
    const std::string reply = absl::StrCat(up_ ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 Unavailable", "\r\nContent-Type: application/json\r\nContent-Length: ",
                                           body.size(), "\r\nConnection: close\r\n\r\n", body);
    [[maybe_unused]] auto written = send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
    close(connection);
  }
}

std::string TokenIssuer::Answer() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    if (!document_.empty()) return document_;
  }
  return absl::StrCat("{\"keys\":[", Jwk(), "]}");
}

void TokenIssuer::Serve(std::string document) {
  std::lock_guard<std::mutex> lock(mu_);
  document_ = std::move(document);
}

void TokenIssuer::Rotate() {
  PkeyPtr key = NewKey(kind_);
  std::lock_guard<std::mutex> lock(mu_);
  key_ = std::move(key);
  kid_ = absl::StrCat("key-", ++serial_);
}

runtime::Tokens TokenIssuer::config() const {
  runtime::Tokens t;
  t.set_issuer("https://login.test");
  t.set_jwks_uri(absl::StrCat("http://127.0.0.1:", port_, "/jwks"));
  t.set_audience("brobygger");
  return t;
}

std::string TokenIssuer::Header() const {
  std::lock_guard<std::mutex> lock(mu_);
  const char* alg = kind_ == KeyKind::kEs256 ? "ES256" : kind_ == KeyKind::kRs256 ? "RS256" : "EdDSA";
  return absl::StrCat("{\"alg\":\"", alg, "\",\"typ\":\"JWT\",\"kid\":\"", kid_, "\"}");
}

std::string TokenIssuer::Payload(const Claims& c) const {
  static std::atomic<int> tokens{0};  // two tokens of one second are two
  std::string json = absl::StrCat("{\"iss\":\"", c.issuer.empty() ? "https://login.test" : c.issuer, "\",\"aud\":\"", c.audience, "\",\"sub\":\"", c.person,
                                  "\",\"jti\":\"", ++tokens, "\",\"iat\":", absl::ToUnixSeconds(absl::Now()), ",\"exp\":", absl::ToUnixSeconds(c.expires));
  if (c.not_before != absl::InfinitePast()) absl::StrAppend(&json, ",\"nbf\":", absl::ToUnixSeconds(c.not_before));
  if (!c.agency.empty()) absl::StrAppend(&json, ",\"agency\":\"", c.agency, "\"");
  if (!c.cpr.empty()) absl::StrAppend(&json, ",\"identifier\":{\"scheme\":\"CPR\",\"issuer\":\"\",\"value\":\"", c.cpr, "\"}");
  if (!c.extra.empty()) absl::StrAppend(&json, ",", c.extra);
  std::vector<std::string> roles;
  for (const std::string& r : c.roles) roles.push_back(absl::StrCat("\"", r, "\""));
  absl::StrAppend(&json, ",\"roles\":[", absl::StrJoin(roles, ","), "]}");
  return json;
}

std::string TokenIssuer::Sign(const std::string& header, const std::string& payload) const {
  const std::string input = absl::StrCat(Base64Url(header), ".", Base64Url(payload));
  PkeyPtr key;
  {
    std::lock_guard<std::mutex> lock(mu_);
    key = key_;
  }
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  const auto* in = reinterpret_cast<const unsigned char*>(input.data());
  size_t size = 0;
  Want(EVP_DigestSignInit(ctx, nullptr, kind_ == KeyKind::kEdDsa ? nullptr : EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestSign(ctx, nullptr, &size, in, input.size()) == 1,
       "sign");
  std::string signature(size, '\0');
  Want(EVP_DigestSign(ctx, reinterpret_cast<unsigned char*>(signature.data()), &size, in, input.size()) == 1, "sign");
  signature.resize(size);
  EVP_MD_CTX_free(ctx);
  if (kind_ == KeyKind::kEs256) signature = RawEcdsa(signature);
  return absl::StrCat(input, ".", Base64Url(signature));
}

std::string TokenIssuer::PublicPem() const {
  std::lock_guard<std::mutex> lock(mu_);
  return PublicPemOf(key_.get());
}

std::string TokenIssuer::Jwk() const {
  std::lock_guard<std::mutex> lock(mu_);
  const std::string head = absl::StrCat("{\"kid\":\"", kid_, "\",\"use\":\"sig\",");
  if (kind_ == KeyKind::kEdDsa) {
    std::string x(32, '\0');
    size_t size = x.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
    return absl::StrCat(head, "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"", Base64Url(x), "\"}");
  }
  if (kind_ == KeyKind::kRs256) {
    return absl::StrCat(head, "\"kty\":\"RSA\",\"n\":\"", Base64Url(Parameter(key_.get(), OSSL_PKEY_PARAM_RSA_N)), "\",\"e\":\"",
                        Base64Url(Parameter(key_.get(), OSSL_PKEY_PARAM_RSA_E)), "\"}");
  }
  const auto pad = [](std::string s) { return std::string(32 - s.size(), '\0') + s; };
  return absl::StrCat(head, "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"", Base64Url(pad(Parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X))), "\",\"y\":\"",
                      Base64Url(pad(Parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y))), "\"}");
}

std::string TokenIssuer::Staff(const std::string& agency, const std::string& role, const std::string& person) const {
  Claims c;
  c.agency = agency;
  c.roles = {role};
  c.person = person;
  return Token(c);
}
std::string TokenIssuer::Citizen(const std::string& cpr) const {
  Claims c;
  c.agency = "";
  c.roles = {"CITIZEN"};
  c.cpr = cpr;
  c.person = "citizen-login";
  return Token(c);
}
std::string TokenIssuer::System(const std::string& agency) const {
  Claims c;
  c.agency = agency;
  c.roles = {"SYSTEM"};
  c.person = "system-client";
  return Token(c);
}

}  // namespace brobygger::testing
