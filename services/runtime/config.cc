#include "services/runtime/config.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

// Keeps the first error with its place; later ones are usually its consequence.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstError(const std::string& path) : path_(path) {}
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(path_, ":", line + 1, ":", column + 1, ": ", message);
  }
  absl::Status status() const { return absl::InvalidArgumentError(text_.empty() ? absl::StrCat(path_, ": malformed") : text_); }

 private:
  const std::string& path_;
  std::string text_;
};

absl::Status LoadText(const std::string& path, google::protobuf::Message* into) {
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  FirstError errors(path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(text.str(), into)) return errors.status();
  return absl::OkStatus();
}

// Paths in a file are meant from where the file lies, whatever the working directory is.
void Anchor(const std::string& dir, std::string* path) {
  if (!path->empty() && path->front() != '/') *path = absl::StrCat(dir, *path);
}

absl::Status Require(const std::string& path, std::initializer_list<std::pair<const char*, const std::string*>> settings) {
  for (const auto& [name, value] : settings) {
    if (value->empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", name, " is required"));
  }
  return absl::OkStatus();
}

absl::Status CheckRedis(const std::string& path, const char* name, const runtime::Redis& redis) {
  if (redis.socket().empty() == (redis.host().empty() || redis.port() == 0)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", name, " wants either socket, or host and port"));
  }
  return absl::OkStatus();
}

// What is printed into the sentences of a consent page.
bool OneLine(absl::string_view text) {
  return text.size() <= 200 && std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

bool IsLoopback(absl::string_view listen) {
  if (absl::StartsWith(listen, "unix:")) return true;
  absl::string_view host = listen.substr(0, listen.find('/'));
  host = host.substr(0, host.rfind(':'));
  // A name that only begins like an address ("127.0.0.1.example.org") is none.
  const bool numeric = std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return host == "localhost" || host == "[::1]" || (numeric && absl::StartsWith(host, "127."));
}

absl::string_view SlugOf(const AgencyId& agency) {
  absl::string_view name = agency.value();
  return name.size() > 9 ? name.substr(9) : absl::string_view();
}

absl::StatusOr<runtime::ServiceConfig> LoadServiceConfig(const std::string& path) {
  runtime::ServiceConfig config;
  BB_RETURN_IF_ERROR(LoadText(path, &config));
  BB_RETURN_IF_ERROR(Require(path, {{"listen", &config.listen()},
                                    {"keys_dir", &config.keys_dir()},
                                    {"directory", &config.directory()},
                                    {"tokens.issuer", &config.tokens().issuer()},
                                    {"tokens.jwks_uri", &config.tokens().jwks_uri()},
                                    {"tokens.audience", &config.tokens().audience()}}));
  if (config.insecure_loopback()) {
    if (!IsLoopback(config.listen())) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": insecure_loopback wants a loopback address to listen on"));
    }
  } else {
    if (config.no_journal()) return absl::InvalidArgumentError(absl::StrCat(path, ": no_journal wants insecure_loopback"));
    BB_RETURN_IF_ERROR(Require(path, {{"tls.certificate", &config.tls().certificate()},
                                      {"tls.key", &config.tls().key()},
                                      {"tls.ca", &config.tls().ca()},
                                      {"tls.trust_domain", &config.tls().trust_domain()}}));
  }
  if (config.has_records()) BB_RETURN_IF_ERROR(CheckRedis(path, "records", config.records()));
  if (config.has_trust()) BB_RETURN_IF_ERROR(CheckRedis(path, "trust", config.trust()));
  if (config.has_consent()) {
    BB_RETURN_IF_ERROR(Require(path, {{"consent.target", &config.consent().target()}, {"consent.name", &config.consent().name()}}));
  }
  if (config.no_journal() && !config.journal_dir().empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": no_journal and journal_dir contradict each other"));
  if (config.ledger_keep() != 0 && config.ledger_dir().empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": ledger_keep wants a ledger_dir"));
  if (config.slow_threads() < 0 || config.slow_threads() > 64) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": slow_threads wants 0 to 64"));
  }
  const size_t slash = path.rfind('/');
  const std::string dir = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  auto* tls = config.mutable_tls();
  for (std::string* p : {tls->mutable_certificate(), tls->mutable_key(), tls->mutable_ca(), config.mutable_keys_dir(), config.mutable_journal_dir(), config.mutable_ledger_dir(),
                         config.mutable_directory(), config.mutable_statement_public_key(), config.mutable_statement_private_key(),
                         config.mutable_ledger_private_key(), config.mutable_ledger_public_key(), config.mutable_consent_texts(), config.mutable_tokens()->mutable_ca(),
                         config.mutable_looks()->mutable_trust_data_dir()}) {
    Anchor(dir, p);
  }
  if (config.has_records()) {
    Anchor(dir, config.mutable_records()->mutable_socket());
    Anchor(dir, config.mutable_records()->mutable_password_file());
  }
  if (config.has_trust()) {
    Anchor(dir, config.mutable_trust()->mutable_socket());
    Anchor(dir, config.mutable_trust()->mutable_password_file());
  }
  return config;
}

absl::StatusOr<Directory> Directory::Load(const std::string& path) {
  runtime::Directory directory;
  BB_RETURN_IF_ERROR(LoadText(path, &directory));
  auto made = Make(std::move(directory));
  if (!made.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", made.status().message()));
  return made;
}

absl::StatusOr<Directory> Directory::Make(runtime::Directory directory) {
  Directory made;
  made.directory_ = std::make_unique<runtime::Directory>(std::move(directory));
  if (!OneLine(made.directory_->data_protection_da()) || !OneLine(made.directory_->data_protection_en())) {
    return absl::InvalidArgumentError("data_protection wants one line");
  }
  for (const runtime::Agency& agency : made.directory_->agencies()) {
    if (auto id = AgencyId::Parse(agency.name()); !id.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("agency \"", agency.name(), "\": ", id.status().message()));
    }
    if (agency.kind() == type::v1::AGENCY_KIND_UNSPECIFIED || !type::v1::AgencyKind_IsValid(agency.kind())) {
      return absl::InvalidArgumentError(absl::StrCat(agency.name(), " has no kind"));
    }
    if (!OneLine(agency.place())) return absl::InvalidArgumentError(absl::StrCat(agency.name(), ": place wants one line"));
    if (agency.phone().size() > 20 || agency.phone().find_first_not_of("+0123456789 ") != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(agency.name(), ": phone wants digits, spaces and a plus"));
    }
    std::set<std::string> doors;
    for (const runtime::Door& door : agency.doors()) {
      if (door.service().empty() || door.peer().empty()) return absl::InvalidArgumentError(absl::StrCat(agency.name(), ": a door wants service and peer"));
      if (!doors.insert(door.service()).second) return absl::InvalidArgumentError(absl::StrCat(agency.name(), " lists ", door.service(), " twice"));
    }
    if (!made.agencies_.emplace(agency.name(), &agency).second) return absl::InvalidArgumentError(absl::StrCat(agency.name(), " is listed twice"));
  }
  for (const runtime::Practitioner& p : made.directory_->practitioners()) {
    // The person's name is personal data: it stays out of the error.
    if (!PersonId::Parse(p.person()).ok()) return absl::InvalidArgumentError(absl::StrCat("a practitioner of ", p.agency(), " has a malformed name"));
    if (made.FindAgency(p.agency()) == nullptr) return absl::InvalidArgumentError(absl::StrCat("practitioners of an unlisted agency: \"", p.agency(), "\""));
    for (int role : p.roles()) {
      if (role == type::v1::ROLE_UNSPECIFIED || role == type::v1::ROLE_CITIZEN || role == type::v1::ROLE_SYSTEM || !type::v1::Role_IsValid(role)) {
        return absl::InvalidArgumentError(absl::StrCat("a practitioner of ", p.agency(), " has a role that no practitioner has"));
      }
    }
    if (!made.practitioners_.emplace(std::pair(p.agency(), p.person()), &p).second) {
      return absl::InvalidArgumentError(absl::StrCat("a practitioner of ", p.agency(), " is listed twice"));
    }
  }
  return made;
}

const runtime::Agency* Directory::FindAgency(absl::string_view agency) const {
  auto it = agencies_.find(agency);
  return it == agencies_.end() ? nullptr : it->second;
}

absl::string_view Directory::DoorPeer(absl::string_view agency, absl::string_view service) const {
  const runtime::Agency* found = FindAgency(agency);
  if (found == nullptr) return "";
  for (const runtime::Door& door : found->doors()) {
    if (door.service() == service) return door.peer();
  }
  return "";
}

const runtime::Practitioner* Directory::FindPractitioner(absl::string_view agency, absl::string_view person) const {
  auto it = practitioners_.find(std::pair(std::string(agency), std::string(person)));
  return it == practitioners_.end() ? nullptr : it->second;
}

std::vector<AgencyId> Directory::AgenciesServedBy(absl::string_view peer) const {
  std::vector<AgencyId> served;
  for (const runtime::Agency& agency : directory_->agencies()) {
    const bool serves = std::any_of(agency.doors().begin(), agency.doors().end(), [&](const runtime::Door& d) { return d.peer() == peer; });
    if (serves) served.push_back(*AgencyId::Parse(agency.name()));
  }
  return served;
}

absl::string_view Directory::DisplayNameDa(absl::string_view agency) const {
  const runtime::Agency* found = FindAgency(agency);
  return found == nullptr ? absl::string_view() : absl::string_view(found->display_name_da());
}
absl::string_view Directory::DisplayNameEn(absl::string_view agency) const {
  const runtime::Agency* found = FindAgency(agency);
  return found == nullptr ? absl::string_view() : absl::string_view(found->display_name_en());
}

}  // namespace brobygger
