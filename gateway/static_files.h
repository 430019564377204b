// The web pages: an allow-list read once at start. A request names a file of the list or nothing; no path is ever opened.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http.h"

namespace brobygger::gateway {

// Immutable after loading: any thread.
class StaticFiles {
 public:
  // Reads every file of a known kind under `root` (symbolic links are left out), with its "<name>.gz" if there is one; text
  // without one is compressed here. INVALID_ARGUMENT without an index.html, for an unknown kind of file, or over 64 MB.
  static absl::StatusOr<StaticFiles> Load(const std::string& root);
  StaticFiles() = default;  // no pages: everything is 404

  // GET or HEAD. A path that looks like a page of the application (no dot) gets index.html.
  HttpResponse Answer(const HttpRequest& request) const;
  size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string type, etag;
    std::shared_ptr<const std::string> plain, gzip;  // gzip null: not worth it
    bool hashed = false;
  };
  std::map<std::string, File, std::less<>> files_;  // by request path, "/assets/app-1a2b3c4d.js"
};

// True for "/assets/<name>-<8 or more of A-Za-z0-9_->.<ending>": what the bundler names by content.
bool IsHashedPath(absl::string_view path);
// True for "/", "/consents", "/citizen/abc": letters, digits, dash, underscore and slashes only, no empty part.
bool IsAppRoute(absl::string_view path);

}  // namespace brobygger::gateway
