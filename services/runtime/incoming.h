// A call as it comes from the wire, without gRPC in sight: what the server hands to the dispatcher.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "services/runtime/telemetry.h"

namespace brobygger {

// One unary call. Moved along the road; whoever holds it answers.
struct Incoming {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string body;          // serialised request
  std::string peer;          // SPIFFE name after the trust domain: "gateway", "system/perron-4"
  std::string token;         // bearer token without the word Bearer, "" if none
  std::string on_behalf_of;  // brobygger-on-behalf-of, "" if none
  Traceparent trace;
  absl::Time deadline;
  // Exactly once, on any thread. An error travels with its details and a request id; past the deadline, or if the caller
  // has gone, nothing of the response leaves.
  std::function<void(absl::Status, std::string response)> reply;
};
using RawMethod = std::function<void(Incoming)>;

// The server's side of one open bidirectional stream. Threads: any.
class ServerStream {
 public:
  virtual ~ServerStream() = default;
  // Queued in order; silently dropped once the stream has ended.
  virtual void Write(std::string message) = 0;
  // Ends the stream after what is queued. Later calls do nothing.
  virtual void Finish(absl::Status status) = 0;
};

// What a stream's owner wants to hear. on_message is called for one message at a time: the next is read when it returns,
// which is the back-pressure. on_done is the last call.
struct StreamEars {
  std::function<void(std::string message)> on_message;
  std::function<void()> on_done;
  // Optional: the queue of writes has run empty after a Write. The moment to send what has gathered meanwhile as one message.
  // Never called from inside Write.
  std::function<void()> on_writable;
};

struct IncomingStream {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string peer;
  Traceparent trace;
  std::shared_ptr<ServerStream> stream;
};
using RawStream = std::function<StreamEars(IncomingStream)>;

}  // namespace brobygger
