#include "services/dropin/budget.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/dropin/participant.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::BudgetRecord;

constexpr int kLongestDays = 366;
constexpr int kMostReceipts = 200;
// The n of the call's ids that number a receipt: 0 is the record's, places count from 0 in another record.
constexpr int kNumberId = 100;

v1::SuperUserBudget Shown(const Record& record, absl::string_view id, absl::string_view alias, const std::string& etag) {
  v1::SuperUserBudget shown;
  shown.set_name(absl::StrCat("budgets/", id));
  if (!record.super_user().empty()) shown.set_super_user(absl::StrCat("participants/", record.super_user()));
  shown.set_alias(std::string(alias));
  *shown.mutable_first_day() = record.first_day();
  *shown.mutable_last_day() = record.last_day();
  shown.set_amount_ore(record.amount_ore());
  shown.set_spent_ore(Spent(record));
  shown.set_left_ore(record.amount_ore() - Spent(record));
  for (const stored::ReceiptRecord& r : record.receipts()) {
    v1::Receipt* receipt = shown.add_receipts();
    receipt->set_number(r.number());
    *receipt->mutable_date() = r.date();
    receipt->set_amount_ore(r.amount_ore());
    receipt->set_text(r.text());
    if (!r.activity().empty()) receipt->set_activity(absl::StrCat("activities/", r.activity()));
  }
  shown.set_settled(record.settled());
  shown.set_etag(etag);
  return shown;
}

absl::StatusOr<const Record*> InUse(const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(id));
  if (record->settled()) return WrongState("SETTLED", "OPEN");
  return record;
}

}  // namespace

absl::StatusOr<Decision> OpenBudget(const Call& call, const v1::OpenBudgetRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), first = ToDay(request.first_day()), last = ToDay(request.last_day());
  std::vector<Violation> violations;
  if (first < today - kLongestDays || first > today + kLongestDays) {
    violations.push_back({"first_day", absl::StrCat("want a day at most ", kLongestDays, " days from today")});
  }
  if (last < first || last < today || last > first + kLongestDays) {
    violations.push_back({"last_day", absl::StrCat("want a day not before the first, not before today, at most ", kLongestDays, " days after the first"),
                          "BAD_DATE_ORDER"});
  }
  if (!violations.empty()) return Invalid(std::move(violations));
  const std::string who = IdOf(request.super_user()), id = call.NewId();
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, who, view));
  Record record;
  record.set_super_user(who);
  *record.mutable_first_day() = request.first_day();
  *record.mutable_last_day() = request.last_day();
  record.set_amount_ore(request.amount_ore());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  v1::OpenBudgetResponse response;
  *response.mutable_budget() = Shown(record, id, participant.alias(), etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  decision.Put(Entities(), who, participant);
  return decision;
}

absl::StatusOr<Record> Spend(const Call& call, const std::string& id, stored::ReceiptRecord receipt, View& view, Decision* decision) {
  BB_ASSIGN_OR_RETURN(const Record* before, InUse(id, view));
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, before->super_user(), view));
  const absl::CivilDay day = ToDay(receipt.date());
  if (day < ToDay(before->first_day()) || day > ToDay(before->last_day()) || day > CopenhagenDay(call.now)) {
    return Invalid({{"date", "want a day of the budget's period, not after today"}});
  }
  if (before->receipts_size() >= kMostReceipts) return Invalid({{"budget", "want a budget with fewer than 200 receipts", "TOO_MANY"}});
  if (receipt.amount_ore() > before->amount_ore() - Spent(*before)) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "BUDGET_OVERSPENT", "the receipt is larger than what is left of the budget");
  }
  receipt.set_number(Slip(call, kNumberId));
  Record record = *before;
  *record.add_receipts() = receipt;
  decision->Put(Entities(), id, record);
  decision->Put(Entities(), record.super_user(), participant);
  return record;
}

absl::StatusOr<Decision> AddReceipt(const Call& call, const v1::AddReceiptRequest& request, View& view) {
  const std::string id = IdOf(request.budget());
  stored::ReceiptRecord receipt;
  *receipt.mutable_date() = request.date();
  receipt.set_amount_ore(request.amount_ore());
  receipt.set_text(request.text());
  Decision decision;
  BB_ASSIGN_OR_RETURN(const Record record, Spend(call, id, receipt, view, &decision));
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, KnownParticipant(record.super_user(), view));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  v1::AddReceiptResponse response;
  *response.mutable_budget() = Shown(record, id, participant->alias(), etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> RemoveReceipt(const Call& call, const v1::RemoveReceiptRequest& request, View& view) {
  const std::string id = IdOf(request.budget());
  BB_ASSIGN_OR_RETURN(const Record* before, InUse(id, view));
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, before->super_user(), view));
  Record record = *before;
  auto* receipts = record.mutable_receipts();
  const auto it = std::find_if(receipts->begin(), receipts->end(), [&](const auto& r) { return r.number() == request.number(); });
  if (it == receipts->end()) return NotFound("receipt");
  if (!it->activity().empty()) return WrongState("WAIVES A FEE", "BOUGHT");
  receipts->erase(it);
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  v1::RemoveReceiptResponse response;
  *response.mutable_budget() = Shown(record, id, participant.alias(), etag);
  Decision decision(response);
  decision.Put(Entities(), id, record);
  decision.Put(Entities(), record.super_user(), participant);
  return decision;
}

absl::StatusOr<Decision> ListBudgets(const Call&, const v1::ListBudgetsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>("by-phase", request.settled() ? kSettled : kOpen, PageSize(request.page_size()),
                                                                   request.page_token()));
  v1::ListBudgetsResponse response;
  absl::Status missing;
  for (const auto& [id, record] : page.records) {
    std::string alias;
    if (!record->super_user().empty()) {
      absl::StatusOr<std::string> found = AliasOf(record->super_user(), view);
      missing.Update(found.status());
      if (found.ok()) alias = *std::move(found);
    }
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    *response.add_budgets() = Shown(*record, id, alias, etag);
  }
  BB_RETURN_IF_ERROR(missing);
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> SettleBudget(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const Record* before, view.Find<Record>(id));
  Decision decision;
  if (before == nullptr || SettledAt(*before) > call.now) return decision;
  Record record = *before;
  Settle(&record);
  decision.Put(Entities(), id, record);
  return decision;
}

}  // namespace brobygger::dropin
