#include <memory>

#include "services/dropin/service.h"
#include "services/runtime/crypto.h"
#include "services/runtime/main.h"

int main(int argc, char** argv) {
  auto links = std::make_shared<brobygger::dropin::LinkCheck>();
  brobygger::ServiceSpec spec;
  spec.name = "dropin";
  spec.modules = brobygger::dropin::DropinModules(links);
  return brobygger::RunService(argc, argv, spec, [links](brobygger::Runtime& runtime) -> absl::Status {
    const brobygger::crypto::StatementVerifier* statements = runtime.statements();
    if (statements == nullptr) return absl::FailedPreconditionError("statement_public_key is required: links are verified with it");
    links->verify = [statements](absl::string_view bytes, absl::string_view signature) { return statements->Verify(bytes, signature); };
    return absl::OkStatus();
  });
}
