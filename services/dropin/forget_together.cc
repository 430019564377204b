#include "services/dropin/forget_together.h"

#include <algorithm>
#include <map>
#include <set>

#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using stored::ActivityRecord;
using stored::BudgetRecord;
using stored::GroupRecord;
using stored::PlaceRecord;

// All of what is current, however much: a page at a time.
template <class Record>
absl::StatusOr<std::map<std::string, Record>> All(View& view, absl::string_view index, absl::string_view value) {
  std::map<std::string, Record> all;
  std::string after;
  do {
    BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>(index, value, kMaxPage, after));
    for (const auto& [id, record] : page.records) all.emplace(id, *record);
    after = page.next;
  } while (!after.empty());
  return all;
}

}  // namespace

absl::Status ForgetTogether(const Call& call, const std::string& id, View& view, Decision* decision) {
  auto activities = All<ActivityRecord>(view, "by-phase", kComing);
  auto groups = All<GroupRecord>(view, "all", "");
  auto budgets = All<BudgetRecord>(view, "by-phase", kOpen);
  absl::Status status = activities.status();
  status.Update(groups.status());
  status.Update(budgets.status());
  BB_RETURN_IF_ERROR(status);

  std::set<std::string> changed;  // budgets, each written once whatever happened to it
  for (auto& [name, activity] : *activities) {
    auto* places = activity.mutable_places();
    const auto gone = std::stable_partition(places->pointer_begin(), places->pointer_end(), [&](const PlaceRecord* p) { return p->participant() != id; });
    const int kept = static_cast<int>(gone - places->pointer_begin());
    if (kept == places->size()) continue;
    for (int i = kept; i < places->size(); ++i) {
      const auto budget = budgets->find(places->Get(i).budget());
      if (budget != budgets->end() && GiveBack(name, places->Get(i).ticket(), &budget->second)) changed.insert(budget->first);
    }
    places->DeleteSubrange(kept, places->size() - kept);
    if (TakesPlaces(activity)) MoveUp(CopenhagenDay(call.now), &activity);
    decision->Put(Entities(), name, activity);
  }
  for (auto& [name, group] : *groups) {
    auto* members = group.mutable_members();
    const auto gone = std::remove(members->begin(), members->end(), id);
    if (gone == members->end()) continue;
    members->erase(gone, members->end());
    decision->Put(Entities(), name, group);
  }
  for (auto& [name, budget] : *budgets) {
    if (budget.super_user() == id) {
      Settle(&budget);
      changed.insert(name);
    }
    if (changed.count(name) > 0) decision->Put(Entities(), name, budget);
  }
  return absl::OkStatus();
}

}  // namespace brobygger::dropin
