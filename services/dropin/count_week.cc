#include "services/dropin/count_week.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/tally.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kDays = 7;
constexpr int kOpenBackDays = 31;
constexpr int kOpenAheadDays = 62;

absl::string_view Word(v1::CountWeekState state) {
  return state == v1::COUNT_WEEK_STATE_OPEN ? "OPEN" : state == v1::COUNT_WEEK_STATE_CLOSED ? "CLOSED" : "UNSPECIFIED";
}

// Fills in the numbers of a week from the tallies.
absl::Status Count(View& view, v1::CountWeek* week) {
  const absl::CivilDay first = ToDay(week->first_day());
  BB_ASSIGN_OR_RETURN(const std::vector<v1::VisitTally> tallies, ReadTallies(view, first, kDays));
  std::vector<int> visitors(kDays, 0);
  std::vector<bool> counted(kDays, false);
  int total = 0;
  for (const v1::VisitTally& t : tallies) {
    const size_t day = static_cast<size_t>(ToDay(t.date()) - first);
    visitors[day] += t.visitors_estimate();
    counted[day] = true;
    total += t.visitors_estimate();
  }
  week->clear_visitors_by_day();
  week->set_days_counted(0);
  for (size_t i = 0; i < kDays; ++i) {
    week->add_visitors_by_day(visitors[i]);
    week->set_days_counted(week->days_counted() + (counted[i] ? 1 : 0));
  }
  week->set_average_per_day(AveragePerDay(total));
  return absl::OkStatus();
}

v1::CountWeek Shown(v1::CountWeek week, const std::string& etag) {
  week.set_name(absl::StrCat("countWeeks/", DayId(ToDay(week.first_day()))));
  week.set_etag(etag);
  return week;
}

}  // namespace

bool MayBecome(v1::CountWeekState from, v1::CountWeekState to) {
  return from == v1::COUNT_WEEK_STATE_OPEN && to == v1::COUNT_WEEK_STATE_CLOSED;
}

int AveragePerDay(int total) { return (2 * total + kDays) / (2 * kDays); }

absl::StatusOr<Decision> OpenCountWeek(const Call& call, const v1::OpenCountWeekRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  const absl::CivilDay first = ToDay(request.first_day());
  if (first < today - kOpenBackDays || first > today + kOpenAheadDays) {
    return Invalid({{"first_day", absl::StrCat("want a day from ", kOpenBackDays, " days back to ", kOpenAheadDays, " days ahead")}});
  }
  const std::string id = DayId(first);
  BB_ASSIGN_OR_RETURN(const v1::CountWeek* before, view.Find<v1::CountWeek>(id));
  if (before != nullptr) return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "there is a count week with this day");
  v1::CountWeek week;
  *week.mutable_first_day() = request.first_day();
  *week.mutable_last_day() = ToDate(first + (kDays - 1));
  week.set_state(v1::COUNT_WEEK_STATE_OPEN);

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::CountWeek>(id));
  v1::CountWeek shown = week;
  BB_RETURN_IF_ERROR(Count(view, &shown));
  v1::OpenCountWeekResponse response;
  *response.mutable_week() = Shown(std::move(shown), etag);
  Decision decision(response);
  decision.Put(Entities(), id, week);
  return decision;
}

absl::StatusOr<Decision> CloseCountWeek(const Call& call, const v1::CloseCountWeekRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::CountWeek* before, view.Get<v1::CountWeek>(id));
  if (!MayBecome(before->state(), v1::COUNT_WEEK_STATE_CLOSED)) return WrongState(Word(before->state()), "OPEN");
  if (CopenhagenDay(call.now) < ToDay(before->last_day())) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "the seventh day has not come");
  }
  v1::CountWeek week = *before;
  BB_RETURN_IF_ERROR(Count(view, &week));
  week.set_state(v1::COUNT_WEEK_STATE_CLOSED);

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::CountWeek>(id));
  v1::CloseCountWeekResponse response;
  *response.mutable_week() = Shown(week, etag);
  Decision decision(response);
  decision.Put(Entities(), id, week);
  return decision;
}

absl::StatusOr<Decision> GetCountWeek(const Call&, const v1::GetCountWeekRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::CountWeek* stored, view.Get<v1::CountWeek>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::CountWeek>(id));
  v1::CountWeek week = *stored;
  if (week.state() == v1::COUNT_WEEK_STATE_OPEN) BB_RETURN_IF_ERROR(Count(view, &week));
  v1::GetCountWeekResponse response;
  *response.mutable_week() = Shown(std::move(week), etag);
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
