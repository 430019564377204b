// The rules of the notebook service: small, but every way through Decide.
#pragma once

#include "services/runtime/spec.h"

namespace brobygger::testing {

// Two modules, NotebookService (own agency) and WordService (no store). Lives as long as the process.
const ServiceSpec& Notebook();
const google::protobuf::MethodDescriptor* NotebookMethod(const std::string& name);

}  // namespace brobygger::testing
