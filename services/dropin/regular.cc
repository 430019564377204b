#include "services/dropin/regular.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/file.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kAheadDays = 366;

std::vector<Violation> CheckAppointments(const v1::DropinFile& file, absl::CivilDay today) {
  std::vector<Violation> out;
  std::set<std::pair<absl::CivilDay, int>> seen;
  for (int i = 0; i < file.appointments_size(); ++i) {
    const v1::CentreAppointment& a = file.appointments(i);
    const absl::CivilDay day = ToDay(a.date());
    const std::string path = absl::StrCat("shared.appointments[", i, "]");
    if (day < today || day > today + kAheadDays) {
      out.push_back({path + ".date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")});
    } else if (!seen.insert({day, a.part_of_day()}).second) {
      out.push_back({path, "want each day and part of day once", "DUPLICATE_ITEM"});
    }
  }
  return out;
}

}  // namespace

v1::Regular ShownRegular(const v1::Regular& regular, absl::string_view id, const std::string& etag, absl::CivilDay today) {
  v1::Regular shown = regular;
  shown.set_name(absl::StrCat("regulars/", id));
  shown.set_citizen(absl::StrCat("citizens/", id));
  *shown.mutable_shared() = BuildFile(regular, today);
  shown.set_etag(etag);
  return shown;
}

void PutRegular(absl::string_view id, const v1::Regular& regular, absl::CivilDay today, Decision* decision) {
  const v1::DropinFile file = BuildFile(regular, today);
  v1::Regular record = regular;
  *record.mutable_shared() = file;
  decision->Put(Entities(), id, record);
  decision->Put(Entities(), id, file);
}

absl::Time NextPassing(const v1::Regular& regular) {
  absl::Time next = absl::InfiniteFuture();
  for (const v1::CentreAppointment& a : regular.shared().appointments()) next = std::min(next, StartOfDay(ToDay(a.date()) + 1));
  return next;
}

absl::StatusOr<Decision> UpdateRegular(const Call& call, const v1::UpdateRegularRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  if (auto violations = CheckAppointments(request.shared(), today); !violations.empty()) return Invalid(std::move(violations));
  const std::string id = IdOf(request.citizen());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Regular>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  v1::Regular regular;
  *regular.mutable_wishes() = request.wishes();
  *regular.mutable_shared() = request.shared();
  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<v1::Regular>(id));
  v1::UpdateRegularResponse response;
  *response.mutable_regular() = ShownRegular(regular, id, next, today);
  Decision decision(response);
  PutRegular(id, regular, today, &decision);
  return decision;
}

absl::StatusOr<Decision> GetRegular(const Call& call, const v1::GetRegularRequest& request, View& view) {
  const std::string id = IdOf(request.citizen());
  BB_ASSIGN_OR_RETURN(const v1::Regular* regular, view.Get<v1::Regular>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Regular>(id));
  v1::GetRegularResponse response;
  *response.mutable_regular() = ShownRegular(*regular, id, etag, CopenhagenDay(call.now));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListRegulars(const Call& call, const v1::ListRegularsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::Regular> page,
                      view.Page<v1::Regular>("all", "", PageSize(request.page_size()), request.page_token()));
  v1::ListRegularsResponse response;
  for (const auto& [id, regular] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Regular>(id));
    *response.add_regulars() = ShownRegular(*regular, id, etag, CopenhagenDay(call.now));
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropPassed(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Regular* regular, view.Find<v1::Regular>(id));
  Decision decision;
  if (regular != nullptr && NextPassing(*regular) <= call.now) PutRegular(id, *regular, CopenhagenDay(call.now), &decision);
  return decision;
}

}  // namespace brobygger::dropin
