#include "services/dropin/activity_records.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using stored::ActivityRecord;
using stored::BudgetRecord;
using stored::GroupRecord;
using stored::PlaceRecord;

constexpr size_t kSlipLength = 8;
constexpr int kUnclosedDays = 7;

bool Over(const ActivityRecord& record) { return record.state() == v1::ACTIVITY_STATE_HELD || record.past(); }

void CountRoles(const ActivityRecord& record, google::protobuf::RepeatedPtrField<v1::RoleCount>* out) {
  std::map<v1::ActivityRole, int> counts;
  for (const PlaceRecord& p : record.places()) counts[p.role()] += p.waiting() ? 0 : 1;
  for (const auto& [role, count] : counts) {
    if (count == 0) continue;
    v1::RoleCount* c = out->Add();
    c->set_role(role);
    c->set_count(count);
  }
}

}  // namespace

std::vector<EntityType> ActivityEntities() {
  return {
      EntityOf<ActivityRecord>("activity",
                               {.indexes =
                                    [](absl::string_view, const ActivityRecord& a) {
                                      const std::int64_t day = DayNumber(a.plan().date());
                                      return std::vector<IndexEntry>{{"by-phase", Over(a) ? kOver : kComing, Over(a) ? day : -day}};
                                    },
                                .due = [](absl::string_view, const ActivityRecord& a) { return OverAt(a); }}),
      EntityOf<GroupRecord>("activity-group",
                            {.indexes =
                                 [](absl::string_view, const GroupRecord& g) {
                                   return std::vector<IndexEntry>{{"all", "", DayNumber(g.started_on())}};
                                 }}),
      EntityOf<BudgetRecord>("budget",
                             {.indexes =
                                  [](absl::string_view, const BudgetRecord& b) {
                                    return std::vector<IndexEntry>{{"by-phase", b.settled() ? kSettled : kOpen, DayNumber(b.last_day())}};
                                  },
                              .due = [](absl::string_view, const BudgetRecord& b) { return SettledAt(b); }}),
  };
}

std::string Slip(const Call& call, int n) { return call.NewId(n).substr(0, kSlipLength); }

absl::CivilDay LastDay(const v1::ActivityPlan& plan) { return ToDay(plan.has_last_day() ? plan.last_day() : plan.date()); }

bool TakesPlaces(const ActivityRecord& record) {
  return record.state() == v1::ACTIVITY_STATE_OPEN || record.state() == v1::ACTIVITY_STATE_FULL;
}

int Taken(const ActivityRecord& record) {
  return static_cast<int>(std::count_if(record.places().begin(), record.places().end(), [](const PlaceRecord& p) { return !p.waiting(); }));
}

int Waiting(const ActivityRecord& record) { return record.places_size() - Taken(record); }

void MoveUp(absl::CivilDay today, ActivityRecord* record) {
  int free = record->plan().capacity() - Taken(*record);
  for (PlaceRecord& p : *record->mutable_places()) {
    if (free <= 0) break;
    if (!p.waiting()) continue;
    p.set_waiting(false);
    *p.mutable_moved_up_on() = ToDate(today);
    --free;
  }
  record->set_state(free > 0 ? v1::ACTIVITY_STATE_OPEN : v1::ACTIVITY_STATE_FULL);
}

void Hold(int came, ActivityRecord* record) {
  record->set_state(v1::ACTIVITY_STATE_HELD);
  record->set_came(came);
  CountRoles(*record, record->mutable_roles());
  record->clear_places();
}

absl::Time OverAt(const ActivityRecord& record) {
  if (Over(record)) return absl::InfiniteFuture();
  const absl::CivilDay after = LastDay(record.plan()) + 1;
  return StartOfDay(TakesPlaces(record) ? after + kUnclosedDays : after);
}

v1::Activity ShownActivity(const ActivityRecord& record, absl::string_view id, const std::string& etag) {
  v1::Activity shown;
  shown.set_name(absl::StrCat("activities/", id));
  *shown.mutable_plan() = record.plan();
  shown.set_state(record.state());
  if (record.state() == v1::ACTIVITY_STATE_HELD) {
    *shown.mutable_roles() = record.roles();
    for (const v1::RoleCount& c : record.roles()) shown.set_taken(shown.taken() + c.count());
  } else {
    CountRoles(record, shown.mutable_roles());
    shown.set_taken(Taken(record));
    shown.set_waiting(Waiting(record));
  }
  shown.set_came(record.came());
  shown.set_closed_by_itself(record.closed_by_itself());
  shown.set_etag(etag);
  return shown;
}

std::int64_t Spent(const BudgetRecord& record) {
  std::int64_t sum = 0;
  for (const stored::ReceiptRecord& r : record.receipts()) sum += r.amount_ore();
  return sum;
}

void Settle(BudgetRecord* record) {
  record->set_settled(true);
  record->clear_super_user();
  for (stored::ReceiptRecord& r : *record->mutable_receipts()) {
    r.clear_text();
    r.clear_activity();
    r.clear_ticket();
  }
}

absl::Time SettledAt(const BudgetRecord& record) {
  return record.settled() ? absl::InfiniteFuture() : StartOfDay(AddMonths(ToDay(record.last_day()), 1));
}

bool GiveBack(absl::string_view activity, absl::string_view ticket, BudgetRecord* record) {
  auto* receipts = record->mutable_receipts();
  const auto it = std::find_if(receipts->begin(), receipts->end(),
                               [&](const stored::ReceiptRecord& r) { return r.activity() == activity && r.ticket() == ticket; });
  if (it == receipts->end()) return false;
  receipts->erase(it);
  return true;
}

}  // namespace brobygger::dropin
