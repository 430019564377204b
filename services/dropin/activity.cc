#include "services/dropin/activity.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::ActivityRecord;

constexpr int kAheadDays = 366;
constexpr int kLongestDays = 30;

bool Same(const type::v1::Date& a, const type::v1::Date& b) { return ToDay(a) == ToDay(b); }

// `before` is the plan that it replaces, or null: what was planned already need not be in the future.
std::vector<Violation> CheckPlan(const v1::ActivityPlan& plan, const v1::ActivityPlan* before, absl::CivilDay today) {
  std::vector<Violation> out;
  const absl::CivilDay first = ToDay(plan.date()), last = LastDay(plan);
  const bool kept = before != nullptr && Same(plan.date(), before->date());
  if (!kept && (first < today || first > today + kAheadDays)) {
    out.push_back({"plan.date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")});
  }
  if (last < first || last > first + kLongestDays) {
    out.push_back({"plan.last_day", absl::StrCat("want a day from the first to ", kLongestDays, " days after it"), "BAD_DATE_ORDER"});
  }
  if (plan.fee_waiver_allowed() && plan.fee_dkk() == 0) out.push_back({"plan.fee_waiver_allowed", "want a fee that can be waived"});
  if ((plan.planned_by() == v1::PLANNED_BY_ACTIVITY_GROUP) == plan.activity_group().empty()) {
    out.push_back({"plan.activity_group", "want the group with planned_by ACTIVITY_GROUP, and nothing otherwise"});
  }
  return out;
}

absl::Status CheckGroup(const v1::ActivityPlan& plan, const v1::ActivityPlan* before, View& view) {
  const std::string& group = plan.activity_group();
  if (group.empty() || (before != nullptr && before->activity_group() == group)) return absl::OkStatus();
  return view.Get<stored::GroupRecord>(IdOf(group)).status();
}

// What waived the fees of the places comes back to the budgets it came from.
absl::Status GiveAllBack(const std::string& id, const Record& record, View& view, Decision* decision) {
  std::map<std::string, stored::BudgetRecord> budgets;
  absl::Status missing;
  for (const stored::PlaceRecord& p : record.places()) {
    if (p.budget().empty() || budgets.count(p.budget()) > 0) continue;
    absl::StatusOr<const stored::BudgetRecord*> budget = view.Find<stored::BudgetRecord>(p.budget());
    missing.Update(budget.status());
    if (budget.ok() && *budget != nullptr) budgets.emplace(p.budget(), **budget);
  }
  BB_RETURN_IF_ERROR(missing);
  std::set<std::string> changed;
  for (const stored::PlaceRecord& p : record.places()) {
    const auto it = budgets.find(p.budget());
    if (it != budgets.end() && GiveBack(id, p.ticket(), &it->second)) changed.insert(it->first);
  }
  for (const std::string& budget : changed) decision->Put(Entities(), budget, budgets.at(budget));
  return absl::OkStatus();
}

template <class Response>
absl::StatusOr<Decision> Stored(const std::string& id, const Record& record, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  Response response;
  *response.mutable_activity() = ShownActivity(record, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> CreateActivity(const Call& call, const v1::CreateActivityRequest& request, View& view) {
  if (auto violations = CheckPlan(request.plan(), nullptr, CopenhagenDay(call.now)); !violations.empty()) return Invalid(std::move(violations));
  BB_RETURN_IF_ERROR(CheckGroup(request.plan(), nullptr, view));
  Record record;
  *record.mutable_plan() = request.plan();
  record.set_state(v1::ACTIVITY_STATE_OPEN);
  const std::string id = call.NewId();
  BB_ASSIGN_OR_RETURN(Decision decision, Stored<v1::CreateActivityResponse>(id, record, view));
  Announce(call, v1::HOUSE_EVENT_TYPE_ACTIVITY_PUBLISHED, absl::StrCat("activities/", id), &decision);
  return decision;
}

absl::StatusOr<Decision> UpdateActivity(const Call& call, const v1::UpdateActivityRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  if (!TakesPlaces(*before)) return WrongState(Word(before->state()), "OPEN or FULL");
  const v1::ActivityPlan& plan = request.plan();
  if (auto violations = CheckPlan(plan, &before->plan(), today); !violations.empty()) return Invalid(std::move(violations));
  BB_RETURN_IF_ERROR(CheckGroup(plan, &before->plan(), view));
  if (plan.capacity() < Taken(*before)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", "more places are taken than that: cancel places first");
  }
  const bool waived = std::any_of(before->places().begin(), before->places().end(),
                                  [](const stored::PlaceRecord& p) { return p.waiver() != v1::FEE_WAIVER_UNSPECIFIED; });
  if (waived && (plan.fee_dkk() != before->plan().fee_dkk() || !plan.fee_waiver_allowed())) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "FEE_WAIVED", "a fee was waived already: it cannot change any more");
  }
  Record record = *before;
  *record.mutable_plan() = plan;
  MoveUp(today, &record);
  return Stored<v1::UpdateActivityResponse>(id, record, view);
}

absl::StatusOr<Decision> GetActivity(const Call&, const v1::GetActivityRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
  v1::GetActivityResponse response;
  *response.mutable_activity() = ShownActivity(*record, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListActivities(const Call&, const v1::ListActivitiesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>("by-phase", request.over() ? kOver : kComing, PageSize(request.page_size()),
                                                                   request.page_token()));
  v1::ListActivitiesResponse response;
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    *response.add_activities() = ShownActivity(*record, id, etag);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> HoldActivity(const Call& call, const v1::HoldActivityRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::ACTIVITY_STATE_HELD));
  if (CopenhagenDay(call.now) < ToDay(before->plan().date())) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "TOO_EARLY", "its day has not come: cancel it if it is called off");
  }
  Record record = *before;
  Hold(request.came(), &record);
  return Stored<v1::HoldActivityResponse>(id, record, view);
}

absl::StatusOr<Decision> CancelActivity(const Call& call, const v1::CancelActivityRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::ACTIVITY_STATE_CANCELLED));
  Record record = *before;
  record.set_state(v1::ACTIVITY_STATE_CANCELLED);
  for (stored::PlaceRecord& p : *record.mutable_places()) {
    p.clear_waiver();
    p.clear_budget();
  }
  // Whoever cancels it afterwards has nobody left to tell.
  if (LastDay(record.plan()) < CopenhagenDay(call.now)) {
    record.clear_places();
    record.set_past(true);
  }
  BB_ASSIGN_OR_RETURN(Decision decision, Stored<v1::CancelActivityResponse>(id, record, view));
  BB_RETURN_IF_ERROR(GiveAllBack(id, *before, view, &decision));
  return decision;
}

absl::StatusOr<Decision> CloseActivity(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  Decision decision;
  if (before == nullptr || OverAt(*before) > call.now) return decision;
  Record record = *before;
  if (TakesPlaces(record)) {
    Hold(Taken(record), &record);
    record.set_closed_by_itself(true);
  } else {
    record.clear_places();
    record.set_past(true);
  }
  decision.Put(Entities(), id, record);
  return decision;
}

}  // namespace brobygger::dropin
