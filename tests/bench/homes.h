// The housing service under measurement: a Redis server, and for each transport a process of its own on the same data: 100,000
// people in the line for a home.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/runtime/testing/redis_server.h"
#include "tests/bench/suite.h"

namespace brobygger::bench {

class Homes {
 public:
  Homes(const Shared& shared, uint32_t referrals);

  uint32_t referrals() const { return referrals_; }
  RpcClient* client(Transport t) { return of(t).client.get(); }
  absl::Duration Cpu(Transport t) const;
  void DieIfGone();

  // One referral by its name, of those that have been read before: no row of the reading log is written any more.
  Work One() const;
  // A page of 25 of the line, somewhere in its first thousand.
  Work List() const;

  // So many advisers at once, each with a house of fifteen homes of its own: all offer their homes one after the other, then all
  // record the yes, then the moves. Each act is one call and one commit.
  struct Acts {
    Observed offer, accept, move_in;
  };
  Acts MoveIn(Transport t, int advisers);

 private:
  struct Service {
    std::unique_ptr<Process> process;
    std::unique_ptr<RpcClient> client;
  };
  struct Page {
    std::string token, first;  // what it is asked with, and who stands first on it
  };
  Service& of(Transport t) { return services_[static_cast<size_t>(t)]; }
  const Service& of(Transport t) const { return services_[static_cast<size_t>(t)]; }
  void Fill(const Shared& shared);
  void WalkTheLine();
  void ReadAll();
  std::string CallAndWait(Transport t, const std::string& method, const std::string& request);
  // One call for each adviser and home, an adviser's one after the other; `took(adviser, home, response)` has to be true.
  using Request = std::function<std::string(int adviser, int home)>;
  using Took = std::function<bool(int adviser, int home, const std::string& response)>;
  Observed Phase(Transport t, int advisers, const std::string& method, const Request& request, const Took& took);

  const uint32_t referrals_;
  testing::RedisServer records_;
  const std::vector<Metadata> staff_;
  std::vector<Service> services_;
  std::vector<Page> pages_;
  uint32_t used_ = 0;  // referrals that have left the line, from its end
  uint32_t houses_ = 0;
};

}  // namespace brobygger::bench
