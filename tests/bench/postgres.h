// The same look as a team would otherwise build it: PostgreSQL with row-level security, the consent and the audit entry in
// one function and so in one transaction (postgres.sql). One connection for each client, all driven by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/table.h"

struct pg_conn;

namespace brobygger::bench {

class Postgres {
 public:
  // `socket_dir`: where the cluster of the script listens; its data directory holds postmaster.pid.
  Postgres(const std::string& socket_dir, const std::string& data_dir, const std::string& schema, uint32_t citizens, int connections);
  ~Postgres();
  Observed Run(int clients, absl::Duration measured);
  int postmaster() const { return postmaster_; }

 private:
  struct Client;
  void Ask(Client* client);
  void Check(Client* client);
  absl::Duration Cpu() const;

  const uint32_t citizens_;
  const std::string wanted_appointments_;
  std::vector<Client> clients_;
  int postmaster_ = 0;
};

}  // namespace brobygger::bench
