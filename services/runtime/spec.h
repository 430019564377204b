// What a service gives the runtime: lists, no code. Each service's main.cc composes one ServiceSpec and calls RunService.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/runtime/decide.h"

namespace brobygger {

// What the runtime calls when a record's due time has come; `id` is the record's. Runs once: the commit decides who wins.
using OnDue = std::function<absl::StatusOr<Decision>(const Call&, const std::string& id, View&)>;

// What the runtime calls for a note of the journal that the store has forgotten (it was restored from an older copy), before
// anything is served. It only closes: doing it twice, or for what is no more, changes nothing.
using OnReplay = std::function<absl::StatusOr<Decision>(const Call&, const std::string& id, const std::string& note, View&)>;

// A module is one gRPC service with its records.
struct Module {
  // The gRPC service; every unary method needs a handler, or is its door GetCitizenFile, or is served by a RawService.
  const google::protobuf::ServiceDescriptor* service = nullptr;
  // Key prefix, "dropin": keys are "<prefix>:{<agency slug>}:…", or "<prefix>:{trust}:…".
  std::string prefix;
  enum class Scope {
    kOwnAgency,  // the store is opened for the caller's agency; records Redis
    kTrust,      // one scope; trust Redis; the consent service only
    kNone,       // no store: PUBLIC methods only
  } scope = Scope::kOwnAgency;
  const EntitySet* entities = nullptr;
  std::map<std::string, Handler> handlers;  // by method name, "RecordVisitTally"
  std::map<std::string, OnDue> on_due;      // by kind
  std::map<std::string, OnReplay> on_replay;  // by kind: those whose entity has `closes`
  // The kind of the record that is the citizen file (the door's `file`); "" if the service has no door.
  std::string file_kind;
};

struct ServiceSpec {
  std::string name;  // "dropin": the SPIFFE name, the metrics' and logs' service
  std::vector<Module> modules;
};

}  // namespace brobygger
