#include "services/runtime/telemetry.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "services/runtime/crypto.h"

namespace brobygger {
namespace {

constexpr int kLinesPerSecond = 200;

bool IsHex(absl::string_view text, size_t size) {
  if (text.size() != size) return false;
  bool zero = true;
  for (char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    zero &= c == '0';
  }
  return !zero;  // all zeros mean "none" in the standard
}

// Names in a trace have to differ and need no secrecy: a generator of each thread's own, seeded once.
std::uint64_t Differing() {
  thread_local std::mt19937_64 generator = [] {
    std::uint64_t seed[4];
    std::memcpy(seed, crypto::Random(sizeof(seed)).data(), sizeof(seed));
    std::seed_seq sequence(seed, seed + 4);
    return std::mt19937_64(sequence);
  }();
  return generator() | 1;  // never all zeros, which means "none"
}
std::string Hex16(std::uint64_t n) { return absl::StrCat(absl::Hex(n, absl::kZeroPad16)); }

// Fields come from closed sets, but a log line has to stay one line of JSON whatever happens.
void AppendJson(std::string* out, absl::string_view name, absl::string_view value) {
  absl::StrAppend(out, ",\"", name, "\":\"");
  for (char c : value.substr(0, 500)) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      out->push_back('?');
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// google.rpc codes in their canonical spelling, bounded like every label.
std::string CodeName(absl::StatusCode code) { return absl::StatusCodeToString(code); }

class PrometheusTelemetry : public Telemetry {
 public:
  explicit PrometheusTelemetry(std::string service)
      : service_(std::move(service)),
        registry_(std::make_shared<prometheus::Registry>()),
        calls_(prometheus::BuildCounter().Name("brobygger_calls_total").Help("Finished calls").Labels({{"service", service_}}).Register(*registry_)),
        seconds_(prometheus::BuildHistogram()
                     .Name("brobygger_call_seconds")
                     .Help("Duration of calls in seconds")
                     .Labels({{"service", service_}})
                     .Register(*registry_)) {}

  absl::Status Expose(const std::string& listen) override {
    // civetweb reports a taken port by an exception; it ends here.
    try {
      exposer_ = std::make_unique<prometheus::Exposer>(listen, 1);
    } catch (const std::exception&) {
      return absl::UnavailableError(absl::StrCat("metrics_listen: cannot listen on ", listen));
    }
    exposer_->RegisterCollectable(registry_);
    return absl::OkStatus();
  }

  void Called(const FinishedCall& call) override {
    MethodMetrics& metrics = Of(call.method);
    metrics.seconds->Observe(absl::ToDoubleSeconds(call.took));
    if (call.code == absl::StatusCode::kOk) {
      metrics.ok->Increment();
      return;
    }
    calls_.Add({{"method", std::string(call.method)}, {"code", CodeName(call.code)}, {"reason", std::string(call.reason)}}).Increment();
    if (!MayLog()) return;
    const bool ours = call.code == absl::StatusCode::kInternal || call.code == absl::StatusCode::kUnavailable || call.code == absl::StatusCode::kDataLoss;
    Log(ours ? "ERROR" : "INFO", "refused",
        {{"method", call.method},
         {"code", CodeName(call.code)},
         {"reason", call.reason},
         {"request_id", call.request_id},
         {"peer", call.peer},
         {"trace_id", call.trace_id},
         {"ms", absl::StrCat(absl::ToInt64Milliseconds(call.took))}});
  }

  void Log(absl::string_view severity, absl::string_view event,
           std::initializer_list<std::pair<absl::string_view, absl::string_view>> fields) override {
    std::string line = absl::StrCat("{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()), "\"");
    AppendJson(&line, "severity", severity);
    AppendJson(&line, "service", service_);
    AppendJson(&line, "event", event);
    for (const auto& [name, value] : fields) {
      if (!value.empty()) AppendJson(&line, name, value);
    }
    line += "}\n";
    // One write: lines of several threads do not mix.
    [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
  }

  void Count(absl::string_view name, double by) override {
    std::lock_guard<std::mutex> lock(mu_);
    auto it = counters_.find(name);
    if (it == counters_.end()) {
      auto& family = prometheus::BuildCounter().Name(absl::StrCat("brobygger_", name, "_total")).Labels({{"service", service_}}).Register(*registry_);
      it = counters_.emplace(std::string(name), &family.Add({})).first;
    }
    it->second->Increment(by);
  }

  void Gauge(absl::string_view name, double value) override {
    std::lock_guard<std::mutex> lock(mu_);
    auto it = gauges_.find(name);
    if (it == gauges_.end()) {
      auto& family = prometheus::BuildGauge().Name(absl::StrCat("brobygger_", name)).Labels({{"service", service_}}).Register(*registry_);
      it = gauges_.emplace(std::string(name), &family.Add({})).first;
    }
    it->second->Set(value);
  }

  void Observe(absl::string_view name, absl::Duration took) override {
    std::lock_guard<std::mutex> lock(mu_);
    auto it = histograms_.find(name);
    if (it == histograms_.end()) {
      auto& family = prometheus::BuildHistogram().Name(absl::StrCat("brobygger_", name, "_seconds")).Labels({{"service", service_}}).Register(*registry_);
      it = histograms_.emplace(std::string(name), &family.Add({}, Buckets())).first;
    }
    it->second->Observe(absl::ToDoubleSeconds(took));
  }

  std::string Text() const override { return prometheus::TextSerializer().Serialize(registry_->Collect()); }

 private:
  struct MethodMetrics {
    prometheus::Counter* ok;
    prometheus::Histogram* seconds;
  };

  static prometheus::Histogram::BucketBoundaries Buckets() {
    return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  }

  MethodMetrics& Of(absl::string_view method) {
    std::lock_guard<std::mutex> lock(mu_);
    auto it = methods_.find(method);
    if (it == methods_.end()) {
      const std::string name(method);
      it = methods_.emplace(name, MethodMetrics{&calls_.Add({{"method", name}, {"code", "OK"}, {"reason", ""}}), &seconds_.Add({{"method", name}}, Buckets())}).first;
    }
    return it->second;
  }

  // A flood of refusals must not become a flood of lines.
  bool MayLog() {
    const int64_t second = absl::ToUnixSeconds(absl::Now());
    int suppressed = 0;
    bool may = false;
    {
      std::lock_guard<std::mutex> lock(mu_);
      if (second != log_second_) {
        suppressed = std::max(0, log_lines_ - kLinesPerSecond);
        log_second_ = second;
        log_lines_ = 0;
      }
      may = ++log_lines_ <= kLinesPerSecond;
    }
    if (suppressed > 0) Log("WARNING", "log_lines_suppressed", {{"count", absl::StrCat(suppressed)}});
    return may;
  }

  const std::string service_;
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::mutex mu_;
  std::map<std::string, MethodMetrics, std::less<>> methods_;
  std::map<std::string, prometheus::Counter*, std::less<>> counters_;
  std::map<std::string, prometheus::Gauge*, std::less<>> gauges_;
  std::map<std::string, prometheus::Histogram*, std::less<>> histograms_;
  int64_t log_second_ = 0;
  int log_lines_ = 0;
};

}  // namespace

Traceparent Traceparent::Continue(absl::string_view header) {
  Traceparent t;
  t.span_id = Hex16(Differing());
  // version "-" trace "-" parent "-" flags; later versions may be longer but begin like this one.
  const bool shape = header.size() >= 55 && header[2] == '-' && header[35] == '-' && header[52] == '-' && header.substr(0, 2) != "ff" &&
                     (header.size() == 55 || (header[55] == '-' && header.substr(0, 2) != "00"));
  if (shape && IsHex(header.substr(3, 32), 32) && IsHex(header.substr(36, 16), 16)) {
    t.trace_id = std::string(header.substr(3, 32));
    // The flags' last hex digit: its lowest bit.
    t.sampled = header[54] == '1' || header[54] == '3' || header[54] == '5' || header[54] == '7' || header[54] == '9' || header[54] == 'b' ||
                header[54] == 'd' || header[54] == 'f';
  } else {
    t.trace_id = Hex16(Differing()) + Hex16(Differing());
  }
  return t;
}

std::string Traceparent::Header() const { return absl::StrCat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00"); }

std::unique_ptr<Telemetry> Telemetry::Create(std::string service) { return std::make_unique<PrometheusTelemetry>(std::move(service)); }

}  // namespace brobygger
