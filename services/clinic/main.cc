#include "services/clinic/consent_check.h"
#include "services/clinic/service.h"
#include "services/runtime/main.h"

int main(int argc, char** argv) {
  brobygger::ServiceSpec spec;
  spec.name = "clinic";
  spec.modules = brobygger::clinic::ClinicModules();
  return brobygger::RunService(argc, argv, spec, brobygger::clinic::AttachConsentCheck);
}
