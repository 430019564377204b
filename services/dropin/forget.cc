#include "services/dropin/forget.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dropin/forget_together.h"
#include "services/dropin/meal_plan.h"
#include "services/dropin/network_records.h"

namespace brobygger::dropin {
namespace {

// One area's part: `id` is the participant's, without "participants/". It reads what it needs and writes each record at most once.
using Area = absl::Status (*)(const Call& call, const std::string& id, View& view, Decision* decision);

const std::vector<Area>& Areas() {
  static const std::vector<Area>* const areas = new std::vector<Area>{
      ForgetTogether,
      ForgetMeals,
      ForgetNetwork,
  };
  return *areas;
}

}  // namespace

absl::Status Forget(const Call& call, const std::string& id, View& view, Decision* decision) {
  // Every area asks for its records before anybody gives up: one round for all.
  absl::Status status;
  for (Area area : Areas()) status.Update(area(call, id, view, decision));
  BB_RETURN_IF_ERROR(status);
  decision->Delete("participant", id);
  decision->DestroyKey(absl::StrCat("participants/", id));
  return absl::OkStatus();
}

}  // namespace brobygger::dropin
