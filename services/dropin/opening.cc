#include "services/dropin/opening.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {

v1::Weekday WeekdayOf(absl::CivilDay day) {
  // absl counts from Monday 0, the contract from Monday 1.
  return static_cast<v1::Weekday>(static_cast<int>(absl::GetWeekday(day)) + 1);
}

bool IsConditional(const v1::Centre& centre, absl::CivilDay day) {
  const auto& days = centre.conditional_days();
  return std::find(days.begin(), days.end(), WeekdayOf(day)) != days.end();
}

v1::Opening OpeningAt(const stored::CentreRecord& record, absl::Time now) {
  const absl::CivilSecond wall = CopenhagenTime(now);
  const absl::CivilDay day(wall);
  const int minute = wall.hour() * 60 + wall.minute();
  const bool conditional = IsConditional(record.centre(), day);
  const bool confirmed = std::any_of(record.confirmed_days().begin(), record.confirmed_days().end(),
                                     [&](const type::v1::Date& d) { return ToDay(d) == day; });

  v1::Opening out;
  *out.mutable_date() = ToDate(day);
  out.set_state(v1::OPENING_STATE_CLOSED);
  if (!conditional || confirmed) {
    for (const v1::OpeningHours& hours : record.centre().opening_hours()) {
      if (hours.weekday() != WeekdayOf(day)) continue;
      *out.add_today() = hours;
      if (hours.from_minute() <= minute && minute < hours.to_minute()) {
        out.set_state(conditional ? v1::OPENING_STATE_OPEN_BY_USER_SHIFT : v1::OPENING_STATE_OPEN);
      }
    }
  }
  switch (out.state()) {
    case v1::OPENING_STATE_OPEN:
      out.set_label_da("Åbent");
      out.set_label_en("Open");
      break;
    case v1::OPENING_STATE_OPEN_BY_USER_SHIFT:
      out.set_label_da("Åbent (brugervagt)");
      out.set_label_en("Open (user shift)");
      break;
    default:
      out.set_label_da("Lukket");
      out.set_label_en("Closed");
  }
  return out;
}

void CheckStretches(const google::protobuf::RepeatedPtrField<v1::OpeningHours>& all, absl::string_view field, std::vector<Violation>* out) {
  for (int i = 0; i < all.size(); ++i) {
    const std::string path = absl::StrCat(field, "[", i, "]");
    if (all[i].to_minute() <= all[i].from_minute()) {
      out->push_back({absl::StrCat(path, ".to_minute"), "want a time after from_minute"});
      continue;
    }
    for (int j = 0; j < i; ++j) {
      if (all[i].weekday() == all[j].weekday() && all[i].from_minute() < all[j].to_minute() && all[j].from_minute() < all[i].to_minute()) {
        out->push_back({path, "want stretches of one day that do not overlap"});
        break;
      }
    }
  }
}

std::vector<Violation> CheckHours(const v1::Centre& centre) {
  std::vector<Violation> out;
  const auto& all = centre.opening_hours();
  CheckStretches(all, "centre.opening_hours", &out);
  for (int i = 0; i < centre.conditional_days_size(); ++i) {
    const bool has_hours = std::any_of(all.begin(), all.end(),
                                       [&](const v1::OpeningHours& h) { return h.weekday() == centre.conditional_days(i); });
    if (!has_hours) out.push_back({absl::StrCat("centre.conditional_days[", i, "]"), "want a day that has opening hours"});
  }
  return out;
}

}  // namespace brobygger::dropin
