// The messages of the contracts that are linked.
#pragma once

#include <vector>

#include "google/protobuf/message.h"

namespace brobygger::fuzz {

// A prototype of the request of every method, in the order of their names.
std::vector<const google::protobuf::Message*> Requests();
// A prototype of the file behind every door.
std::vector<const google::protobuf::Message*> Files();

}  // namespace brobygger::fuzz
