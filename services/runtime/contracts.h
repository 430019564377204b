// What a contract must carry before anything is compiled from it. Used by check_contracts (a step of the build) and its test.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace brobygger {

// One line per fault, "<full name>: <what is wrong>", in the order of the files; empty if the contracts are sound. Looks at
// the packages brobygger.* only; brobygger.type and brobygger.policy need no categories.
std::vector<std::string> ContractFaults(const std::vector<const google::protobuf::FileDescriptor*>& files);

}  // namespace brobygger
