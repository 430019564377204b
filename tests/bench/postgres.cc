#include "tests/bench/postgres.h"

#include <libpq-fe.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/citizens.h"
#include "tests/bench/process.h"

namespace brobygger::bench {
namespace {

constexpr absl::Duration kWarmUp = absl::Milliseconds(300);
constexpr char kLook[] = "look";

PGconn* Connect(const std::string& socket_dir, const char* user) {
  PGconn* connection = PQconnectdb(absl::StrCat("host=", socket_dir, " dbname=postgres user=", user).c_str());
  if (PQstatus(connection) != CONNECTION_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(connection)));
  return connection;
}

void Execute(PGconn* connection, const std::string& sql) {
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(connection)));
  PQclear(result);
}

void Copy(PGconn* connection, const std::string& table, uint32_t citizens, const std::function<std::string(uint32_t)>& line) {
  PQclear(PQexec(connection, absl::StrCat("copy ", table, " from stdin").c_str()));
  for (uint32_t i = 0; i < citizens; ++i) {
    const std::string text = line(i);
    if (PQputCopyData(connection, text.data(), static_cast<int>(text.size())) != 1) Die("PostgreSQL: copy");
  }
  PQputCopyEnd(connection, nullptr);
  for (PGresult* r; (r = PQgetResult(connection)) != nullptr;) {
    if (PQresultStatus(r) != PGRES_COMMAND_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(connection)));
    PQclear(r);
  }
}

std::string IdOf(const std::string& reference) { return reference.substr(sizeof("citizens/") - 1); }

}  // namespace

struct Postgres::Client {
  PGconn* connection = nullptr;
  std::string person;
  std::minstd_rand random;
  uint32_t citizen = 0;
  absl::Time sent;
};

Postgres::Postgres(const std::string& socket_dir, const std::string& data_dir, const std::string& schema, uint32_t citizens, int connections)
    : citizens_(citizens), wanted_appointments_(AppointmentsWire()), clients_(connections) {
  std::ifstream(data_dir + "/postmaster.pid") >> postmaster_;
  if (postmaster_ <= 0) Die("PostgreSQL: no postmaster.pid in " + data_dir);
  std::ifstream in(schema);
  PGconn* admin = Connect(socket_dir, "postgres");
  Execute(admin, std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  const std::string appointments = absl::BytesToHexString(wanted_appointments_), daily_life = absl::BytesToHexString(DailyLifeWire());
  Copy(admin, "consents", citizens, [](uint32_t i) {
    return absl::StrCat("consent-", i, "\tagencies/perron-4\t", IdOf(HoldersReference(i)), "\tagencies/boligenhed\t", IdOf(RecipientsReference(i)),
                        "\t3\t514\tA\t2020-01-01\t2100-01-01\t2\n");
  });
  Copy(admin, "records", citizens, [&](uint32_t i) {
    return absl::StrCat("agencies/perron-4\t", IdOf(HoldersReference(i)), "\t", HowToMeet(i), "\t", Goals(), "\t\\\\x", appointments, "\t\\\\x", daily_life, "\n");
  });
  Execute(admin, "analyze");
  Execute(admin, "checkpoint");
  PQfinish(admin);
  for (size_t i = 0; i < clients_.size(); ++i) {
    Client& c = clients_[i];
    c.connection = Connect(socket_dir, "service");
    c.person = absl::StrCat("staff-", i % 8);
    c.random.seed(static_cast<unsigned>(absl::ToUnixNanos(absl::Now())) + static_cast<unsigned>(i) * 7919);
    PGresult* prepared = PQprepare(c.connection, kLook, "select * from look($1, 'HOUSING_ADVISER', 'agencies/boligenhed', $2, 'agencies/perron-4', 3, 514)", 2, nullptr);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(c.connection)));
    PQclear(prepared);
    PQsetnonblocking(c.connection, 1);
  }
}

Postgres::~Postgres() {
  for (Client& c : clients_) PQfinish(c.connection);
}

absl::Duration Postgres::Cpu() const { return CpuOf({getpid()}, {postmaster_}); }

void Postgres::Ask(Client* client) {
  client->citizen = client->random() % citizens_;
  const std::string reference = IdOf(RecipientsReference(client->citizen));
  const char* values[] = {client->person.c_str(), reference.c_str()};
  client->sent = absl::Now();
  if (PQsendQueryPrepared(client->connection, kLook, 2, values, nullptr, nullptr, 1) != 1 || PQflush(client->connection) != 0) {
    Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(client->connection)));
  }
}

void Postgres::Check(Client* client) {
  PGresult* r = PQgetResult(client->connection);
  const auto text = [&](int column) { return std::string(PQgetvalue(r, 0, column), static_cast<size_t>(PQgetlength(r, 0, column))); };
  const bool right = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 && text(1) == HowToMeet(client->citizen) && PQgetisnull(r, 0, 2) == 1 &&
                     text(3) == wanted_appointments_ && PQgetisnull(r, 0, 4) == 1;
  if (!right) Die(absl::StrCat("PostgreSQL: wrong answer for citizen ", client->citizen, " ", PQerrorMessage(client->connection)));
  PQclear(r);
  while ((r = PQgetResult(client->connection)) != nullptr) PQclear(r);
}

Observed Postgres::Run(int clients, absl::Duration measured) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < clients; ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &clients_[i];
    epoll_ctl(poll, EPOLL_CTL_ADD, PQsocket(clients_[i].connection), &event);
    Ask(&clients_[i]);
  }
  Observed out;
  const absl::Time start = absl::Now();
  absl::Time from = absl::InfiniteFuture(), until = absl::InfiniteFuture();
  absl::Duration cpu;
  int under_way = clients;
  bool ending = false;
  while (under_way > 0) {
    epoll_event events[64];
    const int n = epoll_wait(poll, events, 64, 1000);
    for (int i = 0; i < n; ++i) {
      auto* client = static_cast<Client*>(events[i].data.ptr);
      if (PQconsumeInput(client->connection) != 1) Die(absl::StrCat("PostgreSQL: ", PQerrorMessage(client->connection)));
      if (PQisBusy(client->connection) != 0) continue;
      const absl::Time now = absl::Now();
      Check(client);
      if (now >= from && !ending) out.ms.push_back(static_cast<float>(absl::ToDoubleMilliseconds(now - client->sent)));
      if (ending) --under_way;
      else Ask(client);
    }
    const absl::Time now = absl::Now();
    if (from == absl::InfiniteFuture() && now - start >= kWarmUp) {
      cpu = Cpu();
      from = absl::Now();
      until = from + measured;
    } else if (!ending && now >= until) {
      ending = true;
      out.took = now - from;
      out.cpu = Cpu() - cpu;
    }
  }
  close(poll);
  return out;
}

}  // namespace brobygger::bench
