#include "gateway/config.h"

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gateway/http_text.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/runtime/config.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat(":", line + 1, ":", column + 1, ": ", message);
  }
  std::string text;
};

absl::Status Required(std::initializer_list<std::pair<const char*, const std::string*>> settings) {
  for (const auto& [name, value] : settings) {
    if (value->empty()) return absl::InvalidArgumentError(absl::StrCat(": ", name, " is required"));
  }
  return absl::OkStatus();
}

absl::Status Check(const GatewayConfig& c) {
  BB_RETURN_IF_ERROR(Required({{"listen", &c.listen()},
                               {"public_origin", &c.public_origin()},
                               {"https_certificate", &c.https_certificate()},
                               {"https_key", &c.https_key()},
                               {"descriptors", &c.descriptors()}}));
  if (!IsOrigin(c.public_origin())) {
    return absl::InvalidArgumentError(": public_origin wants https://host or https://host:port, lower case, nothing after it");
  }
  if (c.routes().empty()) return absl::InvalidArgumentError(": routes is required");
  std::set<std::string> packages;
  for (const Route& r : c.routes()) {
    BB_RETURN_IF_ERROR(Required({{"routes.package", &r.package()}, {"routes.service.target", &r.service().target()}, {"routes.service.name", &r.service().name()}}));
    if (!packages.insert(r.package()).second) return absl::InvalidArgumentError(absl::StrCat(": routes has ", r.package(), " twice"));
    if (c.insecure_loopback() && !IsLoopback(r.service().target())) {
      return absl::InvalidArgumentError(absl::StrCat(": insecure_loopback wants loopback targets, not ", r.service().target()));
    }
  }
  if (!c.insecure_loopback()) {
    BB_RETURN_IF_ERROR(Required({{"tls.certificate", &c.tls().certificate()},
                                 {"tls.key", &c.tls().key()},
                                 {"tls.ca", &c.tls().ca()},
                                 {"tls.trust_domain", &c.tls().trust_domain()}}));
  }
  if (c.has_oidc()) {
    BB_RETURN_IF_ERROR(Required({{"session_key", &c.session_key()}, {"oidc.client_file", &c.oidc().client_file()}}));
    if (c.sessions().socket().empty() == (c.sessions().host().empty() || c.sessions().port() == 0)) {
      return absl::InvalidArgumentError(": sessions wants either socket, or host and port");
    }
  }
  const Limits& l = c.limits();
  for (int v : {l.connections(), l.handshake_ms(), l.header_ms(), l.body_ms(), l.idle_ms(), l.write_ms()}) {
    if (v < 0) return absl::InvalidArgumentError(": limits: want 0 or more");
  }
  if (l.threads() < 0 || l.threads() > 64) return absl::InvalidArgumentError(": limits.threads wants 0 to 64");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GatewayConfig> LoadConfig(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  GatewayConfig c;
  if (!parser.ParseFromString(text.str(), &c)) return absl::InvalidArgumentError(absl::StrCat(path, errors.text));
  if (absl::Status s = Check(c); !s.ok()) return absl::InvalidArgumentError(absl::StrCat(path, s.message()));

  const std::string dir = path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  const auto anchor = [&dir](std::string* p) {
    if (!p->empty() && p->front() != '/') *p = absl::StrCat(dir, *p);
  };
  for (std::string* p : {c.mutable_https_certificate(), c.mutable_https_key(), c.mutable_web_root(), c.mutable_descriptors(),
                         c.mutable_tls()->mutable_certificate(), c.mutable_tls()->mutable_key(), c.mutable_tls()->mutable_ca(),
                         c.mutable_session_key(), c.mutable_directory()}) {
    anchor(p);
  }
  if (c.has_oidc()) {
    for (std::string* p : {c.mutable_oidc()->mutable_ca(), c.mutable_oidc()->mutable_client_file(), c.mutable_sessions()->mutable_socket(),
                           c.mutable_sessions()->mutable_password_file()}) {
      anchor(p);
    }
  }
  return c;
}

}  // namespace brobygger::gateway
