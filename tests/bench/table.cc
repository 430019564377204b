#include "tests/bench/table.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace brobygger::bench {

Sample SampleOf(Observed observed) {
  Sample s;
  if (observed.ms.empty()) return s;
  const double calls = static_cast<double>(observed.ms.size());
  const auto at = [&](double share) {
    const auto nth = observed.ms.begin() + static_cast<std::ptrdiff_t>(share * (calls - 1));
    std::nth_element(observed.ms.begin(), nth, observed.ms.end());
    return static_cast<double>(*nth);
  };
  s.per_second = calls / absl::ToDoubleSeconds(observed.took);
  s.p50_ms = at(0.5);
  s.p99_ms = at(0.99);
  s.cpu_us = absl::ToDoubleMicroseconds(observed.cpu) / calls;
  return s;
}

void Table::Add(const std::string& row, int clients, Sample sample) {
  const Key key(row, clients);
  auto [it, added] = samples_.try_emplace(key);
  if (added) order_.push_back(key);
  it->second.push_back(sample);
}

void Table::AddRatio(std::string name, std::string above, std::string below, Of of) {
  wanted_.push_back({std::move(name), std::move(above), std::move(below), of});
}

Table::Spread Table::SpreadOf(std::vector<double> values) {
  if (values.empty()) return {0, 0, 0};
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2, values.front(), values.back()};
}

Table::Spread Table::SpreadOf(const Key& key, double Sample::*what) const {
  std::vector<double> values;
  for (const Sample& s : samples_.at(key)) values.push_back(s.*what);
  return SpreadOf(std::move(values));
}

std::vector<Table::Ratio> Table::Ratios() const {
  std::vector<Ratio> out;
  for (const Wanted& w : wanted_) {
    const auto what = w.of == Of::kCpu ? &Sample::cpu_us : &Sample::per_second;
    for (const Key& key : order_) {
      const auto below = samples_.find({w.below, key.second});
      if (key.first != w.above || below == samples_.end()) continue;
      const std::vector<Sample>& above = samples_.at(key);
      std::vector<double> ratios;
      for (size_t i = 0; i < std::min(above.size(), below->second.size()); ++i) {
        if (below->second[i].*what > 0) ratios.push_back(above[i].*what / (below->second[i].*what));
      }
      out.push_back({w.name, key.second, SpreadOf(std::move(ratios))});
    }
  }
  return out;
}

void Table::Print() const {
  std::printf("\n%-34s %7s %28s %9s %9s %8s\n", "", "clients", "per second (min..max)", "p50 ms", "p99 ms", "CPU us");
  for (const Key& key : order_) {
    const Spread rate = SpreadOf(key, &Sample::per_second);
    const std::string range = absl::StrFormat("%.0f (%.0f..%.0f)", rate.median, rate.min, rate.max);
    std::printf("%-34s %7d %28s %9.3f %9.3f %8.1f\n", key.first.c_str(), key.second, range.c_str(), SpreadOf(key, &Sample::p50_ms).median,
                SpreadOf(key, &Sample::p99_ms).median, SpreadOf(key, &Sample::cpu_us).median);
  }
  std::printf("\n%-34s %7s %28s\n", "ratio, round by round", "clients", "median (min..max)");
  for (const Ratio& r : Ratios()) {
    std::printf("%-34s %7d %28s\n", r.name.c_str(), r.clients, absl::StrFormat("%.2f (%.2f..%.2f)", r.spread.median, r.spread.min, r.spread.max).c_str());
  }
}

std::string Table::Json() const {
  std::vector<std::string> rows, ratios;
  for (const Key& key : order_) {
    rows.push_back(absl::StrFormat("{\"name\": \"%s\", \"clients\": %d, \"per_second\": %.1f, \"p50_ms\": %.6f, \"p99_ms\": %.6f, \"cpu_us\": %.3f}", key.first,
                                   key.second, SpreadOf(key, &Sample::per_second).median, SpreadOf(key, &Sample::p50_ms).median,
                                   SpreadOf(key, &Sample::p99_ms).median, SpreadOf(key, &Sample::cpu_us).median));
  }
  for (const Ratio& r : Ratios()) {
    ratios.push_back(absl::StrFormat("{\"name\": \"%s\", \"clients\": %d, \"median\": %.4f, \"min\": %.4f, \"max\": %.4f}", r.name, r.clients, r.spread.median,
                                     r.spread.min, r.spread.max));
  }
  return absl::StrCat("{\"rows\": [\n  ", absl::StrJoin(rows, ",\n  "), "\n],\n\"ratios\": [\n  ", absl::StrJoin(ratios, ",\n  "), "\n]}\n");
}

}  // namespace brobygger::bench
