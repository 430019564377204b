// A service as a process: what it refuses to start with, and how it stops.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/runtime/testing/world.h"

namespace brobygger {
namespace {

constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.testing.notebook.NotebookService" peer: "dropin" } }
)pb";

class MainTest : public ::testing::Test {
 protected:
  // Starts the service on a configuration text; its pid.
  pid_t Start(const std::vector<std::string>& arguments) {
    const pid_t pid = fork();
    if (pid == 0) {
      const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(log, STDERR_FILENO);
      std::vector<char*> argv = {const_cast<char*>("notebook")};
      for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
      argv.push_back(nullptr);
      execv(BROBYGGER_NOTEBOOK, argv.data());
      _exit(99);
    }
    return pid;
  }
  int Wait(pid_t pid) {
    int status = 0;
    const absl::Time limit = absl::Now() + absl::Seconds(120);
    while (waitpid(pid, &status, WNOHANG) == 0) {
      if (absl::Now() > limit) kill(pid, SIGKILL);
      absl::SleepFor(absl::Milliseconds(5));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  std::string Log() {
    std::ifstream file(log_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  runtime::ServiceConfig Good() {
    runtime::ServiceConfig c = world_.Config("dropin");
    runtime::Peer* consent = c.mutable_consent();
    consent->set_target("127.0.0.1:1");
    consent->set_name("consent");
    return c;
  }
  std::string Write(const runtime::ServiceConfig& config, const std::string& more = "") {
    std::string text;
    google::protobuf::TextFormat::PrintToString(config, &text);
    return world_.dir.File("service.txtpb", text + more);
  }
  // The refusal to start, one line; the exit code is 2.
  std::string Refusal(const std::string& path) {
    EXPECT_EQ(Wait(Start({path})), 2) << Log();
    std::string line;
    std::istringstream lines(Log());
    while (std::getline(lines, line)) {
      if (absl::StrContains(line, "does not start: ")) return line.substr(line.find(": ") + 2);
    }
    return "";
  }

  testing::World world_{kDirectory};
  std::string log_ = world_.dir.path() + "/log";
};

TEST_F(MainTest, ServesUntilSigtermAndEndsWell) {
  const pid_t pid = Start({Write(Good())});
  for (int i = 0; i < 1200 && !absl::StrContains(Log(), "\"serving\""); ++i) absl::SleepFor(absl::Milliseconds(50));
  ASSERT_TRUE(absl::StrContains(Log(), "\"serving\"")) << Log();
  kill(pid, SIGTERM);
  EXPECT_EQ(Wait(pid), 0) << Log();
  EXPECT_TRUE(absl::StrContains(Log(), "\"stopped\"")) << Log();
}

TEST_F(MainTest, RefusesToStartWithOneReason) {
  EXPECT_EQ(Wait(Start({})), 2);
  EXPECT_EQ(Wait(Start({"a", "b"})), 2);
  EXPECT_TRUE(absl::StrContains(Refusal("/nowhere.txtpb"), "cannot be read"));
  EXPECT_TRUE(absl::StrContains(Refusal(Write(Good(), "lisen: 'x'")), "lisen"));

  struct Case {
    const char* want;
    std::function<void(runtime::ServiceConfig*)> change;
  };
  const std::string wrong_directory = world_.dir.File("wrong.txtpb", "agencies { name: 'agencies/a' kind: AGENCY_KIND_JOB_CENTRE size: 3 }");
  const std::string more = world_.dir.File("more.txtpb", absl::StrCat(kDirectory, "agencies { name: 'agencies/new' kind: AGENCY_KIND_JOB_CENTRE doors "
                                                                                  "{ service: 's' peer: 'dropin' } }"));
  const std::string bad_key = world_.dir.File("bad-keys/service.key", "abc");
  std::string taken = world_.issuer.config().jwks_uri().substr(sizeof("http://") - 1);
  taken.resize(taken.find('/'));
  const Case cases[] = {
      {"certificate of housing, want dropin", [&](auto* c) { *c->mutable_tls() = world_.pki.Issue("housing"); }},
      {"does not belong", [&](auto* c) { c->mutable_tls()->set_key(world_.pki.Issue("dropin").key()); }},
      {"no CA certificate", [&](auto* c) { c->mutable_tls()->set_ca("/nowhere"); }},
      {"want exactly one URI", [&](auto* c) { *c->mutable_tls() = world_.pki.IssueFor({}); }},
      {"has expired", [&](auto* c) { *c->mutable_tls() = world_.pki.IssueFor({"spiffe://brobygger/dropin"}, -1); }},
      {"size", [&](auto* c) { c->set_directory(wrong_directory); }},
      {"new.key", [&](auto* c) { c->set_directory(more); }},
      {"service.key", [&](auto* c) { c->set_keys_dir(world_.dir.path() + "/bad-keys"); }},
      {"statement", [&](auto* c) { c->set_statement_public_key(world_.dir.path() + "/statement.pub.missing"); }},
      {"records", [&](auto* c) { c->clear_records(); }},
      {"records", [&](auto* c) { c->mutable_records()->set_socket("/nowhere.sock"); }},
      {"jwks_uri", [&](auto* c) { c->mutable_tokens()->set_jwks_uri("http://login.example/jwks"); }},
      {"listen", [&](auto* c) { c->set_listen(taken); }},
      {"journal_dir: is required by a service with a store", [&](auto* c) { c->clear_journal_dir(); }},
      {"no_journal wants insecure_loopback", [&](auto* c) { c->clear_journal_dir(), c->set_no_journal(true); }},
  };
  for (const Case& c : cases) {
    runtime::ServiceConfig config = Good();
    c.change(&config);
    const std::string reason = Refusal(Write(config));
    EXPECT_TRUE(absl::StrContains(reason, c.want)) << c.want << ": " << Log();
  }
}

TEST_F(MainTest, RefusesARedisThatMayForget) {
  testing::RedisServer::Options options;
  options.settings = {{"appendfsync", "everysec"}};
  testing::RedisServer forgetful(options);
  runtime::ServiceConfig config = Good();
  *config.mutable_records() = forgetful.config();
  EXPECT_TRUE(absl::StrContains(Refusal(Write(config)), "appendfsync")) << Log();
  world_.redis.Admin({"FUNCTION", "FLUSH"});
  EXPECT_TRUE(absl::StrContains(Refusal(Write(Good())), "FUNCTION LOAD")) << Log();
}

}  // namespace
}  // namespace brobygger
