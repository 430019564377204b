// Certificates and tokens for tests, made by OpenSSL as they are needed: a CA with service certificates, and an issuer
// that signs tokens and serves its keys over HTTP on loopback.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/testing/temp_dir.h"

struct evp_pkey_st;
struct x509_st;

namespace brobygger::testing {

// A CA. Trust domain "brobygger".
class Pki {
 public:
  Pki();
  // Identity of spiffe://brobygger/<name>.
  runtime::Tls Issue(const std::string& name) const { return IssueFor({"spiffe://brobygger/" + name}); }
  // A certificate with these URIs; empty: none.
  runtime::Tls IssueFor(const std::vector<std::string>& uris, int days = 30) const;
  // Ed25519 key pair of presence statements: paths of private and public PEM.
  std::pair<std::string, std::string> StatementKeys() const;
  const std::string& dir() const { return dir_.path(); }

 private:
  TempDir dir_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

enum class KeyKind { kEs256, kRs256, kEdDsa };

// An OIDC issuer: signs whatever it is asked to, right or wrong.
class TokenIssuer {
 public:
  explicit TokenIssuer(KeyKind kind = KeyKind::kEs256);
  ~TokenIssuer();

  // For a ServiceConfig: issuer, keys, audience "brobygger".
  runtime::Tokens config() const;

  struct Claims {
    std::string person = "staff-1";
    std::string agency = "agencies/perron-4";  // "": no claim
    std::vector<std::string> roles = {"DROPIN_STAFF"};
    std::string cpr;                           // not "": the identifier claim
    std::string issuer, audience = "brobygger";  // issuer "": the right one
    absl::Time expires = absl::Now() + absl::Minutes(10);
    absl::Time not_before = absl::InfinitePast();  // InfinitePast: no claim
    std::string extra;                         // raw JSON members, "\"x\":1"
  };
  std::string Token(const Claims& claims) const { return Sign(Header(), Payload(claims)); }
  std::string Staff(const std::string& agency, const std::string& role, const std::string& person = "staff-1") const;
  std::string Citizen(const std::string& cpr) const;
  std::string System(const std::string& agency) const;

  // Parts, for forging.
  std::string Header() const;                     // {"alg":…,"kid":…}
  std::string Payload(const Claims& claims) const;
  std::string Sign(const std::string& header, const std::string& payload) const;
  std::string PublicPem() const;
  std::string Jwk() const;

  // A new key with a new id; the old one goes.
  void Rotate();
  void SetUp(bool up) { up_ = up; }  // down: 503
  void Serve(std::string document);  // instead of the JWKS; "": the JWKS again
  int requests() const { return requests_; }

 private:
  void Loop();
  std::string Answer();

  const KeyKind kind_;
  mutable std::mutex mu_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string kid_, document_;
  int serial_ = 0;
  std::atomic<bool> up_{true}, stopping_{false};
  std::atomic<int> requests_{0};
  int listener_ = -1, port_ = 0;
  std::thread thread_;
};

std::string Base64Url(absl::string_view bytes);

}  // namespace brobygger::testing
