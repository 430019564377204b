#include "services/dropin/outreach.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/food_round.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/network_records.h"
#include "services/dropin/opening.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr char kPlan[] = "plan";
constexpr int kEvening = 16 * 60;
constexpr int kBackDays = 31;
constexpr int kMostCalls = 999;
constexpr int kMostGreetings = 9999;
constexpr int kMostWeeks = 13;
// Rounds closed in one week; nobody drives more.
constexpr int kRoundsAWeek = 200;

std::string GreetingsId(int year, v1::Season season) { return absl::StrCat(year, ".", Word(season)); }

std::vector<Violation> CheckHours(const v1::OutreachPlan& plan) {
  std::vector<Violation> out;
  const auto& hours = plan.phone_hours();
  for (int i = 0; i < hours.size(); ++i) {
    const std::string path = absl::StrCat("plan.phone_hours[", i, "]");
    if (hours[i].from_minute() < kEvening) {
      out.push_back({absl::StrCat(path, ".from_minute"), "want an evening: minute 960 (16.00) or later"});
    } else if (hours[i].to_minute() <= hours[i].from_minute()) {
      out.push_back({absl::StrCat(path, ".to_minute"), "want a time after from_minute", "BAD_DATE_ORDER"});
    }
    for (int j = 0; j < i; ++j) {
      if (hours[i].weekday() == hours[j].weekday()) out.push_back({absl::StrCat(path, ".weekday"), "want each weekday once", "DUPLICATE_ITEM"});
    }
  }
  return out;
}

absl::StatusOr<v1::OutreachPlan> PlanOf(View& view) {
  BB_ASSIGN_OR_RETURN(const v1::OutreachPlan* plan, view.Find<v1::OutreachPlan>(kPlan));
  return plan == nullptr ? v1::OutreachPlan() : *plan;
}

absl::StatusOr<v1::OutreachWeek> Week(absl::CivilDay monday, View& view) {
  v1::OutreachWeek week;
  *week.mutable_monday() = ToDate(monday);
  absl::Status missing;
  for (int i = 0; i < 7; ++i) {
    // Ask for all of them before giving up: one round.
    const absl::StatusOr<stored::OutreachDay> day = NumbersOf(monday + i, view);
    missing.Update(day.status());
    if (!day.ok()) continue;
    week.set_calls_talked(week.calls_talked() + day->calls_talked());
    week.set_calls_unanswered(week.calls_unanswered() + day->calls_unanswered());
    week.set_phone_hour_calls(week.phone_hour_calls() + day->phone_hour_calls());
    week.set_outdoor_check_ins(week.outdoor_check_ins() + day->outdoor_check_ins());
  }
  const auto rounds = view.Page<v1::FoodRound>("closed-by-week", DayId(monday), kRoundsAWeek);
  missing.Update(rounds.status());
  if (!missing.ok()) return missing;
  for (const auto& [id, round] : rounds->records) week.set_portions(week.portions() + round->portions_given());
  week.set_rounds(static_cast<int>(rounds->records.size()));
  return week;
}

}  // namespace

absl::StatusOr<stored::OutreachDay> NumbersOf(absl::CivilDay day, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::OutreachDay* numbers, view.Find<stored::OutreachDay>(DayId(day)));
  return numbers == nullptr ? stored::OutreachDay() : *numbers;
}

absl::StatusOr<Decision> SetOutreachPlan(const Call&, const v1::SetOutreachPlanRequest& request, View& view) {
  if (auto violations = CheckHours(request.plan()); !violations.empty()) return Invalid(std::move(violations));
  BB_RETURN_IF_ERROR(PlanOf(view).status());
  v1::SetOutreachPlanResponse response;
  *response.mutable_plan() = request.plan();
  Decision decision(response);
  decision.Put(Entities(), kPlan, request.plan());
  return decision;
}

absl::StatusOr<Decision> GetOutreachPlan(const Call&, const v1::GetOutreachPlanRequest&, View& view) {
  v1::GetOutreachPlanResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_plan(), PlanOf(view));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> CountPhoneCalls(const Call& call, const v1::CountPhoneCallsRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day > today || day < today - kBackDays) return Invalid({{"date", absl::StrCat("want today or one of the ", kBackDays, " days before")}});
  const absl::StatusOr<v1::OutreachPlan> plan = PlanOf(view);
  BB_ASSIGN_OR_RETURN(stored::OutreachDay numbers, NumbersOf(day, view));
  BB_RETURN_IF_ERROR(plan.status());
  const auto& hours = plan->phone_hours();
  if (std::none_of(hours.begin(), hours.end(), [&](const v1::OpeningHours& h) { return h.weekday() == WeekdayOf(day); })) {
    return Invalid({{"date", "want a day on which there are phone hours"}});
  }
  const int total = numbers.phone_hour_calls() + request.add();
  if (total > kMostCalls) return Invalid({{"add", absl::StrCat("want a sum of at most ", kMostCalls)}});
  numbers.set_phone_hour_calls(total);
  v1::CountPhoneCallsResponse response;
  response.set_total(total);
  Decision decision(response);
  decision.Put(Entities(), DayId(day), numbers);
  return decision;
}

absl::StatusOr<Decision> CountGreetings(const Call& call, const v1::CountGreetingsRequest& request, View& view) {
  const int year = static_cast<int>(CopenhagenDay(call.now).year());
  if (request.year() != year && request.year() != year - 1) return Invalid({{"year", "want this year or the last"}});
  const std::string id = GreetingsId(request.year(), request.season());
  BB_ASSIGN_OR_RETURN(const stored::Greetings* before, view.Find<stored::Greetings>(id));
  stored::Greetings greetings;
  greetings.set_count((before == nullptr ? 0 : before->count()) + request.add());
  if (greetings.count() > kMostGreetings) return Invalid({{"add", absl::StrCat("want a sum of at most ", kMostGreetings)}});
  v1::CountGreetingsResponse response;
  response.set_total(greetings.count());
  Decision decision(response);
  decision.Put(Entities(), id, greetings);
  return decision;
}

absl::StatusOr<Decision> GetOutreachNumbers(const Call&, const v1::GetOutreachNumbersRequest& request, View& view) {
  const absl::CivilDay first = ToDay(request.first_day()), last = ToDay(request.last_day());
  if (last < first) return WrongDay("last_day", "want a day not before first_day");
  const absl::CivilDay monday = MondayOf(first);
  if (MondayOf(last) - monday >= 7 * kMostWeeks) return Invalid({{"last_day", absl::StrCat("want at most ", kMostWeeks, " weeks in all")}});
  v1::GetOutreachNumbersResponse response;
  absl::Status missing;
  for (absl::CivilDay week = monday; week <= last; week += 7) {
    const absl::StatusOr<v1::OutreachWeek> numbers = Week(week, view);
    missing.Update(numbers.status());
    if (numbers.ok()) *response.add_weeks() = *numbers;
  }
  for (int year = static_cast<int>(first.year()); year <= static_cast<int>(last.year()); ++year) {
    for (v1::Season season : {v1::SEASON_EASTER, v1::SEASON_SUMMER, v1::SEASON_CHRISTMAS}) {
      const absl::StatusOr<const stored::Greetings*> greetings = view.Find<stored::Greetings>(GreetingsId(year, season));
      missing.Update(greetings.status());
      if (!greetings.ok() || *greetings == nullptr) continue;
      v1::GreetingCount* count = response.add_greetings();
      count->set_season(season);
      count->set_year(year);
      count->set_count((*greetings)->count());
    }
  }
  const absl::StatusOr<v1::OutreachPlan> plan = PlanOf(view);
  missing.Update(plan.status());
  if (!missing.ok()) return missing;
  response.set_usual_portions_a_week(plan->usual_portions_a_week());
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
