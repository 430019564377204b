#include "tests/fuzz/contracts.h"

#include <string>

#include "google/protobuf/descriptor.h"

#include "tests/fuzz/contract_files.inc"  // kContracts: the paths of all contracts

namespace brobygger::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

template <class Work>
void EachMethod(Work work) {
  for (const char* path : kContracts) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(path);
    if (file == nullptr) continue;
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) work(file->service(s)->method(m));
    }
  }
}

const Message* Prototype(const Descriptor* type) { return google::protobuf::MessageFactory::generated_factory()->GetPrototype(type); }

}  // namespace

std::vector<const Message*> Requests() {
  std::vector<const Message*> out;
  EachMethod([&](const auto* method) { out.push_back(Prototype(method->input_type())); });
  return out;
}

std::vector<const Message*> Files() {
  std::vector<const Message*> out;
  EachMethod([&](const auto* method) {
    if (method->name() == "GetCitizenFile") out.push_back(Prototype(method->output_type()->FindFieldByName("file")->message_type()));
  });
  return out;
}

}  // namespace brobygger::fuzz
