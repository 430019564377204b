// One decided call after it was admitted: Decide in rounds, commit, reading log, answer.
#pragma once

#include <memory>
#include <string>

#include "services/runtime/dispatch.h"
#include "services/runtime/incoming.h"
#include "services/runtime/slow_pool.h"
#include "services/runtime/spec.h"
#include "services/runtime/store.h"

namespace brobygger {

// Decide runs again at most this often after a lost commit.
inline constexpr int kMaxConflicts = 3;

// What every run of a method shares. Outlives the runs.
struct DecidedMethod {
  const google::protobuf::MethodDescriptor* method = nullptr;
  const Module* module = nullptr;
  Store* store = nullptr;  // null for Scope::kNone
  const Handler* handler = nullptr;
  Dispatcher::Finish finish;
  bool read_only = false, slow = false;
  const google::protobuf::FieldDescriptor *request_id = nullptr, *page_token = nullptr;  // of the request; null if it has none
  const google::protobuf::FieldDescriptor* next_page_token = nullptr;                    // of the response
};
struct RunTools {
  SlowPool* slow = nullptr;
  const crypto::Key* page_key = nullptr;
  Telemetry* telemetry = nullptr;
};

// Runs it to its reply. `request` has passed the rules; its page_token, if any, is still as received. Any thread.
void RunDecided(const DecidedMethod* method, const RunTools* tools, Incoming incoming, Call call, std::unique_ptr<Message> request);

}  // namespace brobygger
