#include "tests/bench/postgres_service.h"

#include <libpq-fe.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "services/runtime/config.h"
#include "services/runtime/policy.h"
#include "services/runtime/rpc_server.h"
#include "services/runtime/rules.h"
#include "services/runtime/status.h"
#include "services/runtime/token.h"

namespace brobygger::bench {
namespace {

constexpr char kLook[] = "look";
constexpr int kParameters = 7;

// A checked question, and where its answer goes.
struct Look {
  std::string parameters[kParameters];
  std::function<void(absl::Status, std::string)> reply;
};

// Connections that each have at most one look under way. A look goes out on the thread that brings it while a connection is
// free; one thread reads the answers.
class Pool {
 public:
  Pool(const std::string& socket_dir, int connections) : poll_(epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
    for (Connection& c : connections_) {
      c.pg = PQconnectdb(absl::StrCat("host=", socket_dir, " dbname=postgres user=service").c_str());
      if (PQstatus(c.pg) != CONNECTION_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c.pg)));
      PGresult* r = PQprepare(c.pg, kLook, "select * from look($1, $2, $3, $4, $5, $6, $7)", kParameters, nullptr);
      if (PQresultStatus(r) != PGRES_COMMAND_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c.pg)));
      PQclear(r);
      PQsetnonblocking(c.pg, 1);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &c;
      epoll_ctl(poll_, EPOLL_CTL_ADD, PQsocket(c.pg), &event);
      free_.push_back(&c);
    }
    std::thread([this] { Read(); }).detach();  // as long as the process
  }

  void Ask(Look look) {
    Connection* c = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (free_.empty()) {
        waiting_.push_back(std::move(look));
        return;
      }
      c = free_.back();  // the one used last: its backend is warm
      free_.pop_back();
    }
    Send(c, std::move(look));
  }

 private:
  struct Connection {
    PGconn* pg = nullptr;
    std::mutex mutex;  // the answer may come before sending has returned
    Look look;
  };

  static void Send(Connection* c, Look look) {
    const std::lock_guard<std::mutex> lock(c->mutex);
    c->look = std::move(look);
    const char* values[kParameters];
    for (int i = 0; i < kParameters; ++i) values[i] = c->look.parameters[i].c_str();
    if (PQsendQueryPrepared(c->pg, kLook, kParameters, values, nullptr, nullptr, 1) != 1 || PQflush(c->pg) != 0) {
      Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c->pg)));
    }
  }

  void Read() {
    for (;;) {
      epoll_event events[64];
      const int n = epoll_wait(poll_, events, 64, -1);
      for (int i = 0; i < n; ++i) Came(static_cast<Connection*>(events[i].data.ptr));
    }
  }

  void Came(Connection* c) {
    Look answered;
    std::string response;
    {
      const std::lock_guard<std::mutex> lock(c->mutex);
      if (PQconsumeInput(c->pg) != 1) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c->pg)));
      if (PQisBusy(c->pg) != 0) return;
      PGresult* r = PQgetResult(c->pg);
      if (r == nullptr) return;
      if (PQresultStatus(r) != PGRES_TUPLES_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c->pg)));
      response = Response(r);
      PQclear(r);
      while ((r = PQgetResult(c->pg)) != nullptr) PQclear(r);
      answered = std::move(c->look);
    }
    Look next;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (waiting_.empty()) {
        free_.push_back(c);
        c = nullptr;
      } else {
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (c != nullptr) Send(c, std::move(next));
    if (response.empty()) return answered.reply(ConsentRequired(), "");
    answered.reply(absl::OkStatus(), std::move(response));
  }

  // "" for a look that nobody consented to.
  static std::string Response(PGresult* r) {
    if (PQntuples(r) == 0) return "";
    const auto text = [&](int column) { return absl::string_view(PQgetvalue(r, 0, column), static_cast<size_t>(PQgetlength(r, 0, column))); };
    const auto has = [&](int column) { return PQgetisnull(r, 0, column) == 0; };
    dropin::v1::GetCitizenFileResponse response;
    dropin::v1::DropinFile* file = response.mutable_file();
    for (int column : {3, 4}) {
      if (has(column) && !file->MergeFromString(std::string(text(column)))) Die("PostgreSQL: a record does not parse");
    }
    if (has(1)) file->set_how_to_meet(std::string(text(1)));
    if (has(2)) file->set_goals(std::string(text(2)));
    CategoryMask given = 0;
    for (char c : text(0)) given = given << 8 | static_cast<unsigned char>(c);  // binary: big-endian
    for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
      const auto category = static_cast<type::v1::DataCategory>(c);
      if ((given & Bit(category)) != 0) response.add_granted_categories(category);
    }
    return response.SerializeAsString();
  }

  const int poll_;
  std::vector<Connection> connections_;
  std::mutex mutex_;
  std::vector<Connection*> free_;
  std::deque<Look> waiting_;
};

void Handle(TokenVerifier* tokens, Pool* pool, Incoming in) {
  const auto caller = tokens->Verify(in.token, absl::Now());
  if (!caller.ok()) return in.reply(caller.status(), "");
  dropin::v1::GetCitizenFileRequest request;
  if (!request.ParseFromString(in.body)) return in.reply(absl::InvalidArgumentError("malformed"), "");
  if (auto violations = CheckRules(request); !violations.empty()) return in.reply(Invalid(std::move(violations)), "");
  type::v1::Role role = type::v1::ROLE_UNSPECIFIED;
  for (type::v1::Role r : caller->roles) {
    if (RoleMayAsk(r, request.purpose())) role = r;
  }
  CategoryMask asked = 0;
  for (int c : request.categories()) asked |= Bit(static_cast<type::v1::DataCategory>(c));
  if (role == type::v1::ROLE_UNSPECIFIED || (asked & ~MaximumOf(request.purpose())) != 0) return in.reply(absl::PermissionDeniedError("not for this"), "");
  pool->Ask({{caller->person.value(), type::v1::Role_Name(role), caller->agency.value(), request.citizen().substr(sizeof("citizens/") - 1), request.holder(),
              absl::StrCat(static_cast<int>(request.purpose())), absl::StrCat(asked)},
             std::move(in.reply)});
}

}  // namespace

int ServePostgres(const std::string& path, const std::string& socket_dir, int connections) {
  auto config = LoadServiceConfig(path);
  if (!config.ok()) Die(config.status().ToString());
  const auto telemetry = Telemetry::Create("postgres");
  auto tokens = TokenVerifier::Create(config->tokens());
  if (!tokens.ok()) Die(tokens.status().ToString());
  Pool pool(socket_dir, connections);
  RpcServer::Options options;
  options.config = &*config;
  options.services = {dropin::v1::GetCitizenFileRequest::descriptor()->file()->service(0)};
  options.on_call = [verifier = tokens->get(), &pool](Incoming in) { Handle(verifier, &pool, std::move(in)); };
  options.telemetry = telemetry.get();
  auto server = RpcServer::Start(std::move(options));
  if (!server.ok()) Die(server.status().ToString());
  pause();
  return 0;
}

PostgresService::PostgresService(const Shared& shared, const std::string& self, const std::string& socket_dir, int connections, pid_t the_postmaster)
    : postmaster(the_postmaster) {
  const runtime::ServiceConfig config = Configuration(shared, "dropin", Transport::kPlain);
  process = std::make_unique<Process>(
      std::vector<std::string>{self, "--postgres-service", WriteConfiguration(shared, "postgres.txtpb", config), socket_dir, absl::StrCat(connections)},
      absl::StrCat(shared.dir.path(), "/postgres.log"));
  client = Gateway(shared, "dropin", Transport::kPlain, config.listen());
  Await(client.get(), process.get(), "/brobygger.dropin.v1.DropinService/GetCitizenFile");
}

absl::Duration PostgresService::Cpu() const { return CpuOf({getpid(), process->pid()}, {postmaster}); }

}  // namespace brobygger::bench
