#include "gateway/static_files.h"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/runtime/crypto.h"

namespace brobygger::gateway {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxTotal = 64u << 20;
constexpr size_t kWorthCompressing = 1024;

struct Kind {
  const char* ending;
  const char* type;
  bool text;
};
constexpr Kind kKinds[] = {
    {".html", "text/html; charset=utf-8", true},   {".js", "text/javascript; charset=utf-8", true},
    {".css", "text/css; charset=utf-8", true},     {".svg", "image/svg+xml", true},
    {".json", "application/json", true},           {".webmanifest", "application/manifest+json", true},
    {".txt", "text/plain; charset=utf-8", true},   {".png", "image/png", false},
    {".jpg", "image/jpeg", false},                 {".ico", "image/x-icon", false},
    {".woff2", "font/woff2", false},               {".woff", "font/woff", false},
    {".map", "application/json", true},            {".pdf", "application/pdf", false},
    {".ttf", "font/ttf", true},                    {".eot", "application/vnd.ms-fontobject", true},
};

const Kind* KindOf(absl::string_view path) {
  for (const Kind& k : kKinds) {
    if (absl::EndsWith(path, k.ending)) return &k;
  }
  return nullptr;
}

absl::StatusOr<std::string> ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  if (!in.good()) return absl::NotFoundError(absl::StrCat(path.string(), ": cannot be read"));
  return content.str();
}

std::string Gzip(const std::string& plain) {
  z_stream z = {};
  if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return "";
  std::string out(deflateBound(&z, plain.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return result == Z_STREAM_END ? out : "";
}

bool AcceptsGzip(absl::string_view accept) {
  for (absl::string_view part : absl::StrSplit(accept, ',')) {
    const std::vector<absl::string_view> words = absl::StrSplit(part, ';');
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(words[0]), "gzip")) continue;
    for (absl::string_view word : words) {  // "gzip;q=0" means: not gzip
      word = absl::StripAsciiWhitespace(word);
      double q = 1;
      if (absl::StartsWithIgnoreCase(word, "q=") && absl::SimpleAtod(word.substr(2), &q) && q <= 0) return false;
    }
    return true;
  }
  return false;
}

bool NameMatches(absl::string_view if_none_match, absl::string_view etag) {
  for (absl::string_view part : absl::StrSplit(if_none_match, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part == "*") return true;
    if (absl::StartsWith(part, "W/")) part.remove_prefix(2);
    if (part == etag) return true;
  }
  return false;
}

}  // namespace

bool IsHashedPath(absl::string_view path) {
  if (!absl::StartsWith(path, "/assets/")) return false;
  const absl::string_view file = path.substr(path.rfind('/') + 1);
  const size_t dot = file.rfind('.');
  if (dot == absl::string_view::npos || dot < 10) return false;
  // The bundler's hash is eight characters of base64url, so it may itself hold a dash: count from the end.
  const absl::string_view hash = file.substr(dot - 8, 8);
  for (char c : hash) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-') return false;
  }
  return file[dot - 9] == '-';
}

bool IsAppRoute(absl::string_view path) {
  if (path.empty() || path[0] != '/' || path.size() > 200 || absl::StrContains(path, "//")) return false;
  for (char c : path) {
    if (!absl::ascii_isalnum(c) && c != '/' && c != '-' && c != '_') return false;
  }
  return true;
}

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& root) {
  StaticFiles out;
  size_t total = 0;
  std::error_code ec;
  for (fs::recursive_directory_iterator it(root, ec), end; it != end; it.increment(ec)) {
    if (ec) break;
    if (it->is_symlink() || !it->is_regular_file()) continue;
    const std::string path = absl::StrCat("/", it->path().lexically_relative(root).generic_string());
    if (absl::EndsWith(path, ".gz")) continue;
    const Kind* kind = KindOf(path);
    if (kind == nullptr) return absl::InvalidArgumentError(absl::StrCat(it->path().string(), ": a kind of file that is not served"));
    absl::StatusOr<std::string> content = ReadAll(it->path());
    if (!content.ok()) return content.status();
    if ((total += content->size()) > kMaxTotal) return absl::InvalidArgumentError(absl::StrCat(root, ": more than 64 MB of pages"));

    File file;
    file.type = kind->type;
    file.etag = absl::BytesToHexString(crypto::Sha256(*content)).substr(0, 32);
    file.hashed = IsHashedPath(path);
    std::string gzip;
    const fs::path beside = it->path().string() + ".gz";
    if (fs::is_regular_file(fs::symlink_status(beside))) {
      absl::StatusOr<std::string> made = ReadAll(beside);
      if (!made.ok()) return made.status();
      gzip = *std::move(made);
    } else if (kind->text && content->size() >= kWorthCompressing) {
      gzip = Gzip(*content);
    }
    if (!gzip.empty() && gzip.size() < content->size()) file.gzip = std::make_shared<const std::string>(std::move(gzip));
    file.plain = std::make_shared<const std::string>(*std::move(content));
    out.files_.emplace(path, std::move(file));
  }
  if (ec) return absl::NotFoundError(absl::StrCat(root, ": ", ec.message()));
  if (out.files_.count("/index.html") == 0) return absl::InvalidArgumentError(absl::StrCat(root, ": no index.html"));
  return out;
}

HttpResponse StaticFiles::Answer(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse r = Respond(405, "text/plain; charset=utf-8", "GET and HEAD only\n");
    r.headers.emplace_back("Allow", "GET, HEAD");
    return r;
  }
  auto it = files_.find(request.path);
  if (it == files_.end() && IsAppRoute(request.path)) it = files_.find("/index.html");
  if (it == files_.end()) return Respond(404, "text/plain; charset=utf-8", "there is nothing here\n");

  const File& file = it->second;
  const bool gzip = file.gzip != nullptr && AcceptsGzip(request.Header("accept-encoding"));
  const std::string etag = absl::StrCat("\"", file.etag, gzip ? "-gz\"" : "\"");
  HttpResponse r;
  r.immutable = file.hashed;
  r.headers.emplace_back("ETag", etag);
  if (file.gzip != nullptr) r.headers.emplace_back("Vary", "Accept-Encoding");
  if (NameMatches(request.Header("if-none-match"), etag)) {
    r.status = 304;
    return r;
  }
  r.headers.emplace_back("Content-Type", file.type);
  if (gzip) r.headers.emplace_back("Content-Encoding", "gzip");
  r.body = gzip ? file.gzip : file.plain;
  return r;
}

}  // namespace brobygger::gateway
