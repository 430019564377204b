// The server's side of one bidirectional stream, as gRPC sees it. For rpc_server.cc only: this header brings gRPC's with it.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "services/runtime/incoming.h"

namespace brobygger {

class RpcStream;

// The streams of a server that are open. Outlives all of them. Threads: any.
class OpenStreams {
 public:
  void FinishAll(const absl::Status& status);

 private:
  friend class RpcStream;
  std::mutex mu_;
  std::set<RpcStream*> streams_;
};

// gRPC owns it until OnDone (self_), its owner as long as it likes.
class RpcStream : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>, public ServerStream {
 public:
  explicit RpcStream(OpenStreams* open);
  // Once: starts reading.
  void Open(std::shared_ptr<RpcStream> self, StreamEars ears);

  void Write(std::string message) override;
  void Finish(absl::Status status) override;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void WriteNext();                               // mu_ held
  void End(grpc::Status status, bool at_once);    // mu_ held

  OpenStreams* const open_;  // not touched after OnDone
  std::mutex mu_;
  std::shared_ptr<RpcStream> self_;
  StreamEars ears_;
  grpc::ByteBuffer in_, out_;
  std::deque<std::string> queue_;
  bool writing_ = false, ending_ = false, finished_ = false;
  grpc::Status end_;
};

}  // namespace brobygger
