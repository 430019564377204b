// Rounds of rows, what comes out of them, and how it is shown: as a table for people and as JSON for machines.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace brobygger::bench {

// One row in one round.
struct Sample {
  double per_second = 0, p50_ms = 0, p99_ms = 0, cpu_us = 0;
};

// What a closed loop saw.
struct Observed {
  std::vector<float> ms;   // one for each call that ended within the measured time
  absl::Duration took, cpu;
};
Sample SampleOf(Observed observed);

class Table {
 public:
  void Add(const std::string& row, int clients, Sample sample);  // in the order of the rounds

  // A ratio of two rows of the same round, for each number of clients that both have.
  enum class Of { kPerSecond, kCpu };
  void AddRatio(std::string name, std::string above, std::string below, Of of = Of::kPerSecond);

  void Print() const;
  std::string Json() const;

 private:
  struct Spread {
    double median, min, max;
  };
  struct Ratio {
    std::string name;
    int clients;
    Spread spread;
  };
  using Key = std::pair<std::string, int>;
  static Spread SpreadOf(std::vector<double> values);
  Spread SpreadOf(const Key& key, double Sample::*what) const;
  std::vector<Ratio> Ratios() const;

  std::vector<Key> order_;
  std::map<Key, std::vector<Sample>> samples_;
  struct Wanted {
    std::string name, above, below;
    Of of;
  };
  std::vector<Wanted> wanted_;
};

}  // namespace brobygger::bench
