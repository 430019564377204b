// The one road of a call: peer, token, access class, role, rules, presence, idempotency, Decide, commit, reply. Who may not
// call learns nothing about what would have been wrong with the request: authorisation comes before validation.
//
// A method is decided by a Module's handler, or is the door, or is a raw method or stream of access PEER.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/runtime/clock.h"
#include "services/runtime/config.h"
#include "services/runtime/crypto.h"
#include "services/runtime/incoming.h"
#include "services/runtime/spec.h"
#include "services/runtime/store.h"
#include "services/runtime/telemetry.h"
#include "services/runtime/token.h"

namespace brobygger {

// A call of a door method whose caller and request have been checked. Answer with incoming.reply. Also one of a person whose
// role the method does not list, so that the gate refuses it and writes it down (RefusedByTheGateToo): then incoming.reply gives
// that refusal, whatever is answered.
struct DoorCall {
  Incoming incoming;
  Caller caller;                             // a system's practitioner if it asks on behalf of one: person and roles are theirs
  std::shared_ptr<const Message> request;    // GetCitizenFileRequest of the module's package
  const Module* module = nullptr;
  Store* store = nullptr;
};
using DoorMethod = std::function<void(DoorCall)>;

class Dispatcher {
 public:
  // All pointers outlive the dispatcher.
  struct Wiring {
    std::string service;                               // SPIFFE name, "dropin"
    const Directory* directory = nullptr;
    TokenVerifier* tokens = nullptr;
    const crypto::StatementVerifier* statements = nullptr;  // null: signed presence is refused
    const crypto::Key* service_key = nullptr;          // page tokens, idempotency
    Telemetry* telemetry = nullptr;
    Clock clock = SystemClock();
    int slow_threads = 2;
  };
  static std::unique_ptr<Dispatcher> Create(Wiring wiring);
  virtual ~Dispatcher() = default;  // waits for its slow threads

  // --- before serving, on one thread ---
  // `store` is null for Scope::kNone.
  virtual void AddModule(const Module& module, Store* store) = 0;
  // Every method of access DOOR of every module.
  virtual void SetDoor(DoorMethod door) = 0;
  // Runs once the call was admitted, before it is decided: asks what only another service can say. `done` once; a refusal is the
  // answer then, and nothing is decided. What it is given lives until `done`.
  using Before = std::function<void(const Call& call, const Incoming& incoming, const Message& request, std::function<void(absl::Status)> done)>;
  virtual void SetBefore(const google::protobuf::MethodDescriptor* method, Before before) = 0;
  // Completes the answers of a method after their commit and before they leave: may read what the commit wrote. `done` once.
  using Finish = std::function<void(const Message& request, const std::string& handed_over, std::shared_ptr<Message> response,
                                    std::function<void(absl::Status)> done)>;
  virtual void SetFinish(const google::protobuf::MethodDescriptor* method, Finish finish) = 0;
  // A unary PEER method: gets the call with its peer authenticated and nothing else checked but the request's size.
  virtual void SetRaw(const google::protobuf::MethodDescriptor* method, RawMethod raw) = 0;
  // A bidirectional PEER method, the same.
  virtual void SetStream(const google::protobuf::MethodDescriptor* method, RawStream stream) = 0;
  // FAILED_PRECONDITION naming a method that nobody serves.
  virtual absl::Status CheckComplete() const = 0;

  // --- serving, any thread ---
  virtual void Handle(Incoming incoming) = 0;
  virtual StreamEars Open(IncomingStream stream) = 0;
};

}  // namespace brobygger
