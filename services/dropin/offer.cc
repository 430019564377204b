#include "services/dropin/offer.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/opening.h"
#include "services/dropin/shift.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::CentreRecord;
using Offers = google::protobuf::RepeatedPtrField<v1::Offer>;

constexpr int kAheadDays = 366;

bool Has(const google::protobuf::RepeatedField<int>& days, v1::Weekday day) { return std::find(days.begin(), days.end(), day) != days.end(); }

// Without the dates that have passed.
Offers Current(const Offers& offers, absl::CivilDay today) {
  Offers out = offers;
  for (v1::Offer& offer : out) {
    auto* dates = offer.mutable_dates();
    dates->erase(std::remove_if(dates->begin(), dates->end(), [&](const v1::OfferDate& d) { return ToDay(d.date()) < today; }), dates->end());
  }
  return out;
}

void CheckDates(const v1::Offer& offer, const std::string& path, absl::CivilDay today, std::vector<Violation>* out) {
  std::set<absl::CivilDay> seen;
  for (int i = 0; i < offer.dates_size(); ++i) {
    const std::string at = absl::StrCat(path, ".dates[", i, "]");
    const absl::CivilDay day = ToDay(offer.dates(i).date());
    if (day > today + kAheadDays) out->push_back({at + ".date", absl::StrCat("want a day at most ", kAheadDays, " days ahead")});
    if (!seen.insert(day).second) out->push_back({at + ".date", "want each date once", "DUPLICATE_ITEM"});
    if (offer.dates(i).to_minute() <= offer.dates(i).from_minute()) out->push_back({at + ".to_minute", "want a time after from_minute"});
  }
}

}  // namespace

std::vector<v1::OfferToday> OfferedToday(const Record& record, const v1::Opening& opening) {
  const absl::CivilDay today = ToDay(opening.date());
  const v1::Weekday weekday = WeekdayOf(today);
  std::vector<v1::OfferToday> out;
  const auto add = [&](const v1::Offer& offer, int from, int to) {
    v1::OfferToday stretch;
    stretch.set_kind(offer.kind());
    stretch.set_from_minute(from);
    stretch.set_to_minute(to);
    out.push_back(stretch);
  };
  for (const v1::Offer& offer : record.offers()) {
    const bool always = offer.days().empty() && offer.times().empty() && offer.dates().empty();
    if (always || Has(offer.days(), weekday)) {
      for (const v1::OpeningHours& hours : opening.today()) add(offer, hours.from_minute(), hours.to_minute());
    }
    for (const v1::OpeningHours& time : offer.times()) {
      if (time.weekday() == weekday) add(offer, time.from_minute(), time.to_minute());
    }
    for (const v1::OfferDate& date : offer.dates()) {
      if (ToDay(date.date()) == today) add(offer, date.from_minute(), date.to_minute());
    }
  }
  std::sort(out.begin(), out.end(), [](const v1::OfferToday& a, const v1::OfferToday& b) {
    return std::make_tuple(a.from_minute(), a.to_minute(), a.kind()) < std::make_tuple(b.from_minute(), b.to_minute(), b.kind());
  });
  return out;
}

std::vector<Violation> CheckOffers(const Offers& offers, absl::CivilDay today) {
  std::vector<Violation> out;
  std::set<int> kinds;
  for (int i = 0; i < offers.size(); ++i) {
    const v1::Offer& offer = offers[i];
    const std::string path = absl::StrCat("offers[", i, "]");
    if (!kinds.insert(offer.kind()).second) out.push_back({path + ".kind", "want each kind once", "DUPLICATE_ITEM"});
    CheckStretches(offer.times(), path + ".times", &out);
    for (int j = 0; j < offer.times_size(); ++j) {
      if (Has(offer.days(), offer.times(j).weekday())) {
        out.push_back({absl::StrCat(path, ".times[", j, "].weekday"), "want a weekday that is not among `days`"});
      }
    }
    CheckDates(offer, path, today, &out);
  }
  return out;
}

absl::StatusOr<Decision> ListOffers(const Call& call, const v1::ListOffersRequest&, View& view) {
  // Asked for before giving up: one round.
  const absl::StatusOr<DayShifts> shifts = ShiftsOn(CopenhagenDay(call.now), view);
  BB_ASSIGN_OR_RETURN(const Record* record, view.Get<Record>(kCentreId));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(kCentreId));
  BB_RETURN_IF_ERROR(shifts.status());
  v1::ListOffersResponse response;
  *response.mutable_offers() = Current(record->offers(), CopenhagenDay(call.now));
  response.set_etag(etag);
  for (const v1::OfferToday& stretch : OfferedToday(*record, OpeningWith(*shifts, *record, call.now))) *response.add_today() = stretch;
  return Decision(std::move(response));
}

absl::StatusOr<Decision> UpdateOffers(const Call& call, const v1::UpdateOffersRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (auto violations = CheckOffers(request.offers(), today); !violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(kCentreId));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(kCentreId));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  Record record = *before;
  *record.mutable_offers() = Current(request.offers(), today);

  v1::UpdateOffersResponse response;
  *response.mutable_offers() = record.offers();
  BB_ASSIGN_OR_RETURN(*response.mutable_etag(), view.NextEtag<Record>(kCentreId));
  Decision decision(response);
  decision.Put(Entities(), kCentreId, record);
  return decision;
}

}  // namespace brobygger::dropin
