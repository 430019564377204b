#include "services/runtime/rpc_stream.h"

#include <utility>

#include "services/runtime/crypto.h"
#include "services/runtime/rpc_bytes.h"
#include "services/runtime/rpc_refusal.h"

namespace brobygger {
namespace {

constexpr size_t kMaxQueuedWrites = 10'000;

}  // namespace

void OpenStreams::FinishAll(const absl::Status& status) {
  std::lock_guard<std::mutex> lock(mu_);
  for (RpcStream* s : streams_) s->Finish(status);
}

RpcStream::RpcStream(OpenStreams* open) : open_(open) {
  std::lock_guard<std::mutex> lock(open_->mu_);
  open_->streams_.insert(this);
}

void RpcStream::Open(std::shared_ptr<RpcStream> self, StreamEars ears) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    self_ = std::move(self);
    ears_ = std::move(ears);
  }
  StartRead(&in_);
}

void RpcStream::Write(std::string message) {
  std::lock_guard<std::mutex> lock(mu_);
  if (ending_) return;
  if (queue_.size() >= kMaxQueuedWrites) {
    End(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "answers are not read"), /*at_once=*/true);
    return;
  }
  queue_.push_back(std::move(message));
  if (!writing_) WriteNext();
}

void RpcStream::Finish(absl::Status status) {
  std::string reason;
  const grpc::Status end = status.ok() ? grpc::Status::OK : Travelling(status, crypto::NewId(), &reason);
  std::lock_guard<std::mutex> lock(mu_);
  End(end, /*at_once=*/false);
}

void RpcStream::OnReadDone(bool ok) {
  if (!ok) {  // the other side has said all it wanted to
    std::lock_guard<std::mutex> lock(mu_);
    End(grpc::Status::OK, /*at_once=*/false);
    return;
  }
  std::string message = BytesOf(in_);
  in_.Clear();
  if (ears_.on_message) ears_.on_message(std::move(message));
  StartRead(&in_);
}

void RpcStream::OnWriteDone(bool ok) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    writing_ = false;
    if (!ok) {
      End(grpc::Status(grpc::StatusCode::CANCELLED, ""), /*at_once=*/true);
      return;
    }
    if (!queue_.empty()) {
      WriteNext();
      return;
    }
    if (ending_) {
      if (!finished_) ServerBidiReactor::Finish(end_);
      finished_ = true;
      return;
    }
  }
  if (ears_.on_writable) ears_.on_writable();
}

void RpcStream::OnCancel() {
  std::lock_guard<std::mutex> lock(mu_);
  End(grpc::Status(grpc::StatusCode::CANCELLED, ""), /*at_once=*/true);
}

void RpcStream::OnDone() {
  {
    std::lock_guard<std::mutex> lock(open_->mu_);
    open_->streams_.erase(this);
  }
  std::shared_ptr<RpcStream> last;
  StreamEars ears;
  {
    std::lock_guard<std::mutex> lock(mu_);
    last = std::move(self_);
    ears = std::move(ears_);
  }
  if (ears.on_done) ears.on_done();
}

void RpcStream::WriteNext() {
  out_ = BufferOf(std::move(queue_.front()));
  queue_.pop_front();
  writing_ = true;
  StartWrite(&out_);
}

void RpcStream::End(grpc::Status status, bool at_once) {
  if (!ending_) end_ = std::move(status);
  ending_ = true;
  if (at_once) queue_.clear();
  if (finished_ || writing_ || !queue_.empty()) return;  // OnWriteDone goes on from here
  finished_ = true;
  ServerBidiReactor::Finish(end_);
}

}  // namespace brobygger
