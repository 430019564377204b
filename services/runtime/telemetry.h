// What operations see: JSON lines on stderr, Prometheus metrics, W3C trace context. Never personal data: nothing here takes
// a person, a citizen, a token or a message.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace brobygger {

// W3C trace context, version 00.
struct Traceparent {
  std::string trace_id;  // 32 hex digits
  std::string span_id;   // 16 hex digits: this hop's
  bool sampled = false;

  // Continues the caller's trace with a span of our own; a malformed or missing header starts a new trace.
  static Traceparent Continue(absl::string_view header);
  // The header for the next hop.
  std::string Header() const;
};

// One finished call. Views live only as long as the call to Telemetry.
struct FinishedCall {
  absl::string_view method;      // full name of the contract's method: a closed set
  absl::StatusCode code = absl::StatusCode::kOk;
  absl::string_view reason;      // ErrorInfo.reason, "" for OK
  absl::string_view request_id;  // RequestInfo.request_id of a refusal
  absl::string_view peer;        // SPIFFE name
  absl::string_view trace_id;
  absl::Duration took;
};

// Threads: any.
class Telemetry {
 public:
  static std::unique_ptr<Telemetry> Create(std::string service);
  virtual ~Telemetry() = default;

  // Serves /metrics over HTTP. UNAVAILABLE if the address cannot be bound.
  virtual absl::Status Expose(const std::string& listen) = 0;
  // Counts the call; a refusal is also logged (at most 200 lines a second, the excess as a number).
  virtual void Called(const FinishedCall& call) = 0;
  // One JSON line: {"time","severity","service","event",…fields}. For events of the process, in fixed words.
  virtual void Log(absl::string_view severity, absl::string_view event,
                   std::initializer_list<std::pair<absl::string_view, absl::string_view>> fields = {}) = 0;
  // Adds to the counter brobygger_<name>_total.
  virtual void Count(absl::string_view name, double by = 1) = 0;
  // Sets the gauge brobygger_<name>.
  virtual void Gauge(absl::string_view name, double value) = 0;
  // Records seconds in the histogram brobygger_<name>_seconds.
  virtual void Observe(absl::string_view name, absl::Duration took) = 0;
  // The metrics as text, for tests.
  virtual std::string Text() const = 0;
};

}  // namespace brobygger
