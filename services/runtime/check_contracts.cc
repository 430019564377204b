// check_contracts <descriptor set>: a step of the build, before anything is compiled from the contracts. Prints one line per
// fault and fails if there is any. It is linked with the policy alone, whose extensions it knows as generated code.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "services/runtime/contracts.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: check_contracts <descriptor set>" << std::endl;
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!in || !set.ParseFromIstream(&in)) {
    std::cerr << argv[1] << ": want a serialised FileDescriptorSet" << std::endl;
    return 2;
  }
  google::protobuf::SimpleDescriptorDatabase database;
  for (const auto& file : set.file()) database.Add(file);
  google::protobuf::DescriptorPool pool(&database);
  std::vector<const google::protobuf::FileDescriptor*> files;
  for (const auto& file : set.file()) {
    const auto* descriptor = pool.FindFileByName(file.name());
    if (descriptor == nullptr) {
      std::cerr << file.name() << ": cannot be built" << std::endl;
      return 2;
    }
    files.push_back(descriptor);
  }
  const std::vector<std::string> faults = brobygger::ContractFaults(files);
  for (const std::string& fault : faults) std::cerr << fault << std::endl;
  if (!faults.empty()) std::cerr << faults.size() << " faults in the contracts" << std::endl;
  return faults.empty() ? 0 : 1;
}
