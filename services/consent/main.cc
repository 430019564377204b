#include "brobygger/consent/v1/authorize.pb.h"
#include "services/consent/entities.h"
#include "services/consent/modules.h"
#include "services/consent/serve.h"
#include "services/consent/serve_rights.h"
#include "services/runtime/main.h"

int main(int argc, char** argv) {
  using namespace brobygger;
  consent::ConsentRules rules;
  const EntitySet cards = consent::CardEntities();
  ServiceSpec spec = consent::MakeSpec(&rules, &cards);
  Module gate;
  gate.service = consent::v1::Question::descriptor()->file()->FindServiceByName("AuthorizeService");
  gate.scope = Module::Scope::kNone;
  spec.modules.push_back(gate);
  return RunService(argc, argv, spec, [&rules](Runtime& runtime) -> absl::Status {
    BB_RETURN_IF_ERROR(consent::FillRules(runtime, &rules));
    BB_RETURN_IF_ERROR(consent::AttachGate(runtime));
    consent::AttachArrowCheck(runtime, &rules);
    BB_ASSIGN_OR_RETURN(const std::shared_ptr<consent::LedgerFiles> files, consent::OpenLedgerFiles(runtime));
    BB_ASSIGN_OR_RETURN(const std::shared_ptr<consent::LedgerReader> reader, consent::OpenStories(runtime, files));
    consent::AttachLedger(runtime, &rules, reader);
    consent::AttachRights(runtime, reader);
    return consent::AttachProofs(runtime, files);
  });
}
