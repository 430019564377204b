// The records of activities, groups and budgets, and what can be said of one of them without any other. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/activity.pb.h"
#include "services/dropin/stored_activity.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

//   activity        random   stored::ActivityRecord   by-phase COMING (the next first) or OVER (the latest first)
//   activity-group  random   stored::GroupRecord      all
//   budget          random   stored::BudgetRecord     by-phase OPEN or SETTLED (latest period first)
std::vector<EntityType> ActivityEntities();

inline constexpr char kComing[] = "COMING";
inline constexpr char kOver[] = "OVER";
inline constexpr char kOpen[] = "OPEN";
inline constexpr char kSettled[] = "SETTLED";

// The first 8 characters of the call's n-th id: what stands on a slip or a receipt.
std::string Slip(const Call& call, int n);

absl::CivilDay LastDay(const v1::ActivityPlan& plan);
// Whether places can be taken and given back at all.
bool TakesPlaces(const stored::ActivityRecord& record);
int Taken(const stored::ActivityRecord& record);
int Waiting(const stored::ActivityRecord& record);
// The first on the waiting list take what is free, and the state follows. Of records that take places.
void MoveUp(absl::CivilDay today, stored::ActivityRecord* record);
// HELD with numbers alone: who had a place is forgotten.
void Hold(int came, stored::ActivityRecord* record);
// When nobody closed it for a week after its last day; of a cancelled one, when its last day has passed. InfiniteFuture if over.
absl::Time OverAt(const stored::ActivityRecord& record);
v1::Activity ShownActivity(const stored::ActivityRecord& record, absl::string_view id, const std::string& etag);

std::int64_t Spent(const stored::BudgetRecord& record);
// Whose it was and what for goes; the sums stay.
void Settle(stored::BudgetRecord* record);
// A month after the last day. InfiniteFuture once settled.
absl::Time SettledAt(const stored::BudgetRecord& record);
// Takes back what was paid for a place. False if nothing was.
bool GiveBack(absl::string_view activity, absl::string_view ticket, stored::BudgetRecord* record);

}  // namespace brobygger::dropin
