// Configuration files: one ServiceConfig per process, one Directory for all. Protobuf text format; what the schema does not
// know refuses to start, with file, line and column.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/runtime/config.pb.h"
#include "services/runtime/ids.h"

namespace brobygger {

// INVALID_ARGUMENT "<path>:<line>:<column>: …" for an unknown, repeated or malformed setting; NOT_FOUND if unreadable;
// "<path>: … is required" for a missing required one; relative paths inside it are taken from the file's own directory.
absl::StatusOr<runtime::ServiceConfig> LoadServiceConfig(const std::string& path);

// The agencies and practitioners, indexed. Immutable after loading: any thread.
class Directory {
 public:
  static absl::StatusOr<Directory> Load(const std::string& path);
  // Refuses malformed and repeated names, unknown kinds, a practitioner of an unlisted agency.
  static absl::StatusOr<Directory> Make(runtime::Directory directory);

  Directory(Directory&&) = default;
  Directory& operator=(Directory&&) = default;

  // null if it is not listed. `agency` is "agencies/…".
  const runtime::Agency* FindAgency(absl::string_view agency) const;
  // The SPIFFE name of the process that serves this agency's door of this gRPC service; "" if it has none.
  absl::string_view DoorPeer(absl::string_view agency, absl::string_view service) const;
  // null unless the person is listed for exactly this agency.
  const runtime::Practitioner* FindPractitioner(absl::string_view agency, absl::string_view person) const;
  // Agencies with a door that `peer` serves: those whose records that process holds.
  std::vector<AgencyId> AgenciesServedBy(absl::string_view peer) const;
  // "" if the agency is not listed.
  absl::string_view DisplayNameDa(absl::string_view agency) const;
  absl::string_view DisplayNameEn(absl::string_view agency) const;
  const runtime::Directory& all() const { return *directory_; }

 private:
  Directory() = default;
  std::unique_ptr<runtime::Directory> directory_;  // on the heap: the maps point into it
  std::map<std::string, const runtime::Agency*, std::less<>> agencies_;
  std::map<std::pair<std::string, std::string>, const runtime::Practitioner*> practitioners_;
};

// "perron-4" of "agencies/perron-4": the part that stands in keys, key files and SPIFFE names.
absl::string_view SlugOf(const AgencyId& agency);

// True for 127.0.0.0/8, [::1] and localhost with a port (and a path, as in a URL without its scheme), and Unix sockets.
bool IsLoopback(absl::string_view listen);

}  // namespace brobygger
