#include "services/housing/service.h"
#include "services/runtime/main.h"

int main(int argc, char** argv) {
  brobygger::ServiceSpec spec;
  spec.name = "housing";
  spec.modules = brobygger::housing::HousingModules();
  return brobygger::RunService(argc, argv, spec);
}
