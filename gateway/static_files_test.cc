#include "gateway/static_files.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "services/runtime/testing/temp_dir.h"

namespace brobygger::gateway {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put("index.html", "<!doctype html>");
    Put("assets/app-1a2B_3-d.js", std::string(5000, 'x'));
    Put("assets/app-1a2B_3-d.js.gz", "made by the bundler");
    Put("assets/style-12345678.css", std::string(5000, 'y'));
    Put("icon.png", "\x89PNG");
    fs::create_symlink(outside_.File("secret.txt", "outside"), root_ / "link.txt");
  }
  void Put(const std::string& name, const std::string& content) { dir_.File(name, content); }
  HttpResponse Get(const std::string& path, HttpHeaders headers = {}, const std::string& method = "GET") {
    HttpRequest r;
    r.method = method;
    r.path = path;
    r.headers = std::move(headers);
    auto files = StaticFiles::Load(root_.string());
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? files->Answer(r) : HttpResponse();
  }
  static std::string HeaderOf(const HttpResponse& r, const std::string& name) {
    for (const auto& [n, v] : r.headers) {
      if (n == name) return v;
    }
    return "";
  }
  brobygger::testing::TempDir dir_, outside_;
  const fs::path root_ = dir_.path();
};

TEST_F(StaticFilesTest, ServesWhatIsOnTheList) {
  const HttpResponse js = Get("/assets/app-1a2B_3-d.js");
  EXPECT_EQ(js.status, 200);
  EXPECT_EQ(*js.body, std::string(5000, 'x'));
  EXPECT_TRUE(js.immutable);
  EXPECT_EQ(HeaderOf(js, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(js, "Vary"), "Accept-Encoding");
  const HttpResponse index = Get("/index.html");
  EXPECT_FALSE(index.immutable);
  EXPECT_EQ(HeaderOf(index, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(HeaderOf(Get("/icon.png"), "Content-Type"), "image/png");
}

TEST_F(StaticFilesTest, AppRoutesGetTheIndexAndNothingElseIsFound) {
  for (const char* path : {"/", "/borger/abcd", "/mit", "/session-x"}) EXPECT_EQ(*Get(path).body, "<!doctype html>") << path;
  for (const char* path : {"/link.txt", "/../secret.txt", "/assets/../index.html", "/%2e%2e/etc/passwd", "/assets/app-1a2B_3-d.js.gz", "/assets/none-12345678.js",
                           "/a.b", "/a//b", "//", "/.env", "/index.html/", "/assets/app-1a2B_3-d.js%00"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  EXPECT_EQ(Get("/", {}, "POST").status, 405);
}

TEST_F(StaticFilesTest, CompressesAndKnowsEtags) {
  const HttpResponse made = Get("/assets/app-1a2B_3-d.js", {{"accept-encoding", "br, gzip;q=0.8"}});
  EXPECT_EQ(*made.body, "made by the bundler");
  EXPECT_EQ(HeaderOf(made, "Content-Encoding"), "gzip");
  const HttpResponse css = Get("/assets/style-12345678.css", {{"accept-encoding", "gzip"}});
  EXPECT_LT(css.body->size(), 100u);
  EXPECT_EQ(HeaderOf(Get("/assets/style-12345678.css", {{"accept-encoding", "gzip;q=0"}}), "Content-Encoding"), "");
  const std::string etag = HeaderOf(css, "ETag");
  EXPECT_NE(etag, HeaderOf(Get("/assets/style-12345678.css"), "ETag")) << "other bytes, other name";
  const HttpResponse again = Get("/assets/style-12345678.css", {{"accept-encoding", "gzip"}, {"if-none-match", "\"x\", W/" + etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, nullptr);
}

TEST_F(StaticFilesTest, RefusesAnUnusableRoot) {
  EXPECT_FALSE(StaticFiles::Load(root_.string() + "/none").ok());
  Put("program.exe", "x");
  EXPECT_TRUE(absl::IsInvalidArgument(StaticFiles::Load(root_.string()).status()));
  fs::remove(root_ / "program.exe");
  fs::remove(root_ / "index.html");
  EXPECT_TRUE(absl::IsInvalidArgument(StaticFiles::Load(root_.string()).status()));
}

TEST(StaticPaths, KnowsHashedNames) {
  for (const char* yes : {"/assets/index-DfG4_x-9.js", "/assets/a/font-abcdefgh.woff2"}) EXPECT_TRUE(IsHashedPath(yes)) << yes;
  for (const char* no : {"/index-abcdefgh.js", "/assets/index.js", "/assets/index-abc.js", "/assets/abcdefgh.js", "/assets/indexabcdefgh.js"}) EXPECT_FALSE(IsHashedPath(no)) << no;
}

}  // namespace
}  // namespace brobygger::gateway
