// Super-users' budgets. The super-user decides alone: there is no state of approval, only receipts, and the amount as the limit.
// A month after the period it is settled: the sums stay, whose it was and what for goes.
#pragma once

#include <string>

#include "brobygger/dropin/v1/budget.pb.h"
#include "services/dropin/stored_activity.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

absl::StatusOr<Decision> OpenBudget(const Call& call, const v1::OpenBudgetRequest& request, View& view);
absl::StatusOr<Decision> AddReceipt(const Call& call, const v1::AddReceiptRequest& request, View& view);
absl::StatusOr<Decision> RemoveReceipt(const Call& call, const v1::RemoveReceiptRequest& request, View& view);
absl::StatusOr<Decision> ListBudgets(const Call& call, const v1::ListBudgetsRequest& request, View& view);
// OnDue.
absl::StatusOr<Decision> SettleBudget(const Call& call, const std::string& id, View& view);

// Adds the receipt, under a number of its own, and puts the budget and its super-user, who used it; the budget as it then stands.
// Refusals: NOT_FOUND, WRONG_STATE if settled, INVALID_ARGUMENT if the day is not in the period, FAILED_PRECONDITION BUDGET_OVERSPENT.
absl::StatusOr<stored::BudgetRecord> Spend(const Call& call, const std::string& id, stored::ReceiptRecord receipt, View& view, Decision* decision);

}  // namespace brobygger::dropin
