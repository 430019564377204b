// What the filter costs: {"bytes": …, "fields": …, "filter_ns": …, "reflection_ns": …, "rules_ns": …}: CPU time, medians of
// nine rounds. The file is serialised, as the door gets it; the reflection version has to parse and serialise around its work.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>

#include "services/runtime/filter.h"
#include "services/runtime/policy_test.pb.h"
#include "services/runtime/rules.h"

namespace {

using brobygger::Bit;
using brobygger::Filter;
using brobygger::probe::BenchFile;

constexpr std::size_t kBytes = 551;

BenchFile File() {
  BenchFile f;
  f.set_name("Kaffe");
  f.set_phone("+4512345678");
  f.set_call_hours("efter klokken ti, ikke om onsdagen");
  f.set_sms_ok(true);
  f.set_cpr("010170-1234");
  f.set_note("sover hos en ven, som snart skal flytte");
  f.set_wish("et sted med egen nøgle, gerne i stueetagen");
  f.set_situation(5);
  f.set_nights(41);
  f.mutable_since()->set_year(2026), f.mutable_since()->set_month(8), f.mutable_since()->set_day(14);
  f.set_debt(1234500);
  f.set_debt_note("aftale om afdrag med boligforeningen");
  f.set_goal("et sted at bo, og at hunden må være med");
  f.set_next_step("se lejligheden sammen på tirsdag");
  f.mutable_meeting()->set_seconds(1'800'000'000);
  f.set_place("i køkkenet på værestedet");
  f.set_health("");
  f.set_record("screenings/abcdefghijklmnopqrstuvwxyz");
  const std::size_t room = kBytes - f.ByteSizeLong() - 4;  // tag and length of the last field
  f.set_health(std::string(room, 'h'));
  f.set_health(std::string(room + kBytes - f.ByteSizeLong(), 'h'));
  return f;
}

// Of this thread: what else runs on the machine does not count.
double CpuNs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

double MedianNs(const std::function<void()>& work) {
  constexpr int kTimes = 20000;
  std::array<double, 9> rounds{};
  for (double& ns : rounds) {
    const double start = CpuNs();
    for (int i = 0; i < kTimes; ++i) work();
    ns = (CpuNs() - start) / kTimes;
  }
  std::sort(rounds.begin(), rounds.end());
  return rounds[rounds.size() / 2];
}

}  // namespace

int main() {
  const std::string wire = File().SerializeAsString();
  const auto purpose = brobygger::type::v1::PURPOSE_FIND_AND_KEEP_HOME;
  const auto mask = Bit(brobygger::type::v1::DATA_CATEGORY_CONTACT) | Bit(brobygger::type::v1::DATA_CATEGORY_HOUSING) |
                    Bit(brobygger::type::v1::DATA_CATEGORY_SUPPORT_PLAN);
  std::size_t shown = 0;
  const auto* type = BenchFile::descriptor();
  const double filter = MedianNs([&] { shown += Filter::For(type, purpose, mask, false).Apply(wire)->size(); });
  const double reflection = MedianNs([&] {
    BenchFile file;
    file.ParseFromString(wire);
    if (brobygger::FilterByReflection(&file, purpose, mask, false).ok()) shown += file.SerializeAsString().size();
  });
  brobygger::probe::SmallRequest request;
  request.set_citizen("citizens/abcdefghijklmnopqrstuvwxyz");
  request.mutable_presence()->mutable_stated()->set_method(brobygger::type::v1::PRESENCE_METHOD_PHONE);
  request.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(1'800'000'000);
  request.add_categories(brobygger::type::v1::DATA_CATEGORY_CONTACT);
  request.set_request_id("abcdefgh-1234");
  std::size_t violations = 0;
  const double rules = MedianNs([&] { violations += brobygger::CheckRules(request).size(); });
  std::printf("{\"bytes\": %zu, \"fields\": 20, \"filter_ns\": %.1f, \"reflection_ns\": %.1f, \"rules_ns\": %.1f}\n", wire.size(), filter, reflection, rules);
  return shown == 0 || violations != 0 || wire.size() != kBytes ? 1 : 0;
}
