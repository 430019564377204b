#include "services/dropin/tally.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Counts = google::protobuf::RepeatedPtrField<v1::OfferCount>;

constexpr v1::PartOfDay kParts[] = {v1::PART_OF_DAY_MORNING, v1::PART_OF_DAY_AFTERNOON, v1::PART_OF_DAY_EVENING};

void CheckDay(const Call& call, const type::v1::Date& date, std::vector<Violation>* out) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  const absl::CivilDay day = ToDay(date);
  if (day > today || day < today - kCountBackDays) {
    out->push_back({"date", absl::StrCat("want today or one of the ", kCountBackDays, " days before")});
  }
}

void CheckOnce(const Counts& counts, absl::string_view field, std::vector<Violation>* out) {
  std::set<int> seen;
  for (int i = 0; i < counts.size(); ++i) {
    if (!seen.insert(counts[i].offer()).second) {
      out->push_back({absl::StrCat(field, "[", i, "].offer"), "want each offer once", "DUPLICATE_ITEM"});
    }
  }
}

void SetCounts(const std::map<v1::OfferKind, int>& counts, v1::VisitTally* tally) {
  tally->clear_offer_counts();
  for (const auto& [offer, count] : counts) {
    if (count == 0) continue;
    v1::OfferCount* c = tally->add_offer_counts();
    c->set_offer(offer);
    c->set_count(count);
  }
}

v1::VisitTally Shown(v1::VisitTally tally, const std::string& etag) {
  tally.set_name(absl::StrCat("tallies/", TallyId(ToDay(tally.date()), tally.part_of_day())));
  tally.set_etag(etag);
  return tally;
}

}  // namespace

std::string TallyId(absl::CivilDay day, v1::PartOfDay part) {
  constexpr absl::string_view kPrefix = "PART_OF_DAY_";
  return absl::StrCat(DayId(day), ".", absl::AsciiStrToLower(v1::PartOfDay_Name(part).substr(kPrefix.size())));
}

absl::StatusOr<Decision> RecordVisitTally(const Call& call, const v1::RecordVisitTallyRequest& request, View& view) {
  std::vector<Violation> violations;
  CheckDay(call, request.date(), &violations);
  CheckOnce(request.add_offers(), "add_offers", &violations);
  if (!violations.empty()) return Invalid(std::move(violations));

  const std::string id = TallyId(ToDay(request.date()), request.part_of_day());
  BB_ASSIGN_OR_RETURN(const v1::VisitTally* before, view.Find<v1::VisitTally>(id));
  v1::VisitTally tally;
  if (before != nullptr) tally = *before;
  *tally.mutable_date() = request.date();
  tally.set_part_of_day(request.part_of_day());

  const std::string want = absl::StrCat("want a sum of at most ", kMostCounted);
  if (tally.visitors_estimate() + request.add_visitors() > kMostCounted) violations.push_back({"add_visitors", want});
  tally.set_visitors_estimate(tally.visitors_estimate() + request.add_visitors());
  std::map<v1::OfferKind, int> counts;
  for (const v1::OfferCount& c : tally.offer_counts()) counts[c.offer()] = c.count();
  for (int i = 0; i < request.add_offers_size(); ++i) {
    int& count = counts[request.add_offers(i).offer()];
    count += request.add_offers(i).count();
    if (count > kMostCounted) violations.push_back({absl::StrCat("add_offers[", i, "].count"), want});
  }
  if (!violations.empty()) return Invalid(std::move(violations));
  SetCounts(counts, &tally);

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::VisitTally>(id));
  v1::RecordVisitTallyResponse response;
  *response.mutable_tally() = Shown(tally, etag);
  Decision decision(response);
  decision.Put(Entities(), id, tally);
  return decision;
}

absl::StatusOr<Decision> CorrectVisitTally(const Call& call, const v1::CorrectVisitTallyRequest& request, View& view) {
  std::vector<Violation> violations;
  CheckDay(call, request.date(), &violations);
  CheckOnce(request.offer_counts(), "offer_counts", &violations);
  if (!violations.empty()) return Invalid(std::move(violations));

  const std::string id = TallyId(ToDay(request.date()), request.part_of_day());
  BB_ASSIGN_OR_RETURN(const v1::VisitTally* before, view.Get<v1::VisitTally>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::VisitTally>(id));
  if (etag != request.etag()) return EtagMismatch();
  v1::VisitTally tally = *before;
  tally.set_visitors_estimate(request.visitors_estimate());
  std::map<v1::OfferKind, int> counts;
  for (const v1::OfferCount& c : request.offer_counts()) counts[c.offer()] = c.count();
  SetCounts(counts, &tally);

  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<v1::VisitTally>(id));
  v1::CorrectVisitTallyResponse response;
  *response.mutable_tally() = Shown(tally, next);
  Decision decision(response);
  decision.Put(Entities(), id, tally);
  return decision;
}

absl::StatusOr<std::vector<v1::VisitTally>> ReadTallies(View& view, absl::CivilDay first, int days) {
  std::vector<v1::VisitTally> out;
  absl::Status missing;
  for (int i = 0; i < days; ++i) {
    for (v1::PartOfDay part : kParts) {
      const std::string id = TallyId(first + i, part);
      // Ask for all of them before giving up: one round.
      absl::StatusOr<const v1::VisitTally*> tally = view.Find<v1::VisitTally>(id);
      if (!tally.ok()) {
        missing = tally.status();
      } else if (*tally != nullptr) {
        BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::VisitTally>(id));
        out.push_back(Shown(**tally, etag));
      }
    }
  }
  if (!missing.ok()) return missing;
  return out;
}

absl::StatusOr<Decision> GetVisitTallies(const Call&, const v1::GetVisitTalliesRequest& request, View& view) {
  const absl::CivilDay first = ToDay(request.first_day());
  const absl::CivilDay last = ToDay(request.last_day());
  if (last < first) return Invalid({{"last_day", "want a day not before first_day", "BAD_DATE_ORDER"}});
  if (last - first + 1 > kLongestRange) return Invalid({{"last_day", absl::StrCat("want at most ", kLongestRange, " days in all")}});
  BB_ASSIGN_OR_RETURN(const std::vector<v1::VisitTally> tallies, ReadTallies(view, first, static_cast<int>(last - first) + 1));
  v1::GetVisitTalliesResponse response;
  int total = 0;
  for (const v1::VisitTally& t : tallies) {
    *response.add_tallies() = t;
    total += t.visitors_estimate();
  }
  response.set_visitors_total(total);
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
