// gRPC's buffers as strings, for rpc_server.cc and rpc_client.cc only: this header brings gRPC's with it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "grpcpp/support/byte_buffer.h"

namespace brobygger {

inline std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  grpc::Slice one;
  if (buffer.TrySingleSlice(&one).ok()) {
    bytes.assign(reinterpret_cast<const char*>(one.begin()), one.size());
    return bytes;
  }
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& s : slices) bytes.append(reinterpret_cast<const char*>(s.begin()), s.size());
  return bytes;
}

inline grpc::ByteBuffer BufferOf(std::string bytes) {
  if (bytes.size() < 4096) {  // copying is cheaper than owning
    grpc::Slice slice(bytes.data(), bytes.size());
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(bytes));
  grpc::Slice slice(owned->data(), owned->size(), [](void* s) { delete static_cast<std::string*>(s); }, owned);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace brobygger
