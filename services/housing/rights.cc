#include "services/housing/rights.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "brobygger/housing/v1/duty.pb.h"
#include "brobygger/housing/v1/eviction.pb.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/offer.pb.h"
#include "brobygger/housing/v1/referral.pb.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "brobygger/housing/v1/shelter.pb.h"
#include "brobygger/housing/v1/support.pb.h"
#include "brobygger/housing/v1/tenancy.pb.h"
#include "services/housing/entities.h"
#include "services/housing/standing.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

constexpr char kNoMore[] = "-";  // no cursor is

// A duty stands under the id of what it is about (duties.h): its pages go along the pages of those records. `after`: their cursor; the
// cursor of the next page is added to `next`.
template <class Record>
absl::Status AddDuties(absl::string_view prefix, const std::string& citizen, const std::string& after, View& view, KeptPage* page,
                       std::vector<std::string>* next) {
  if (after == kNoMore) {
    next->push_back(kNoMore);
    return absl::OkStatus();
  }
  BB_ASSIGN_OR_RETURN(const Listed<Record> about, view.Page<Record>("by-citizen", citizen, kExportPage, after));
  next->push_back(about.next.empty() ? kNoMore : about.next);
  absl::Status missing;
  for (const auto& [id, _] : about.records) {
    const absl::StatusOr<const v1::Duty*> duty = view.Find<v1::Duty>(absl::StrCat(prefix, "-", id));
    if (!duty.ok()) missing = duty.status();
    else if (*duty != nullptr) page->records.push_back(std::make_shared<v1::Duty>(**duty));
  }
  return missing;
}

// The cursor joins those of the five kinds of records, so that one page usually brings all.
absl::StatusOr<KeptPage> Duties(View& view, const std::string& citizen, const std::string& after) {
  std::vector<std::string> from = absl::StrSplit(after, '|'), next;
  if (after.empty()) from.assign(5, "");
  if (from.size() != 5) return absl::InternalError("a cursor of duties");
  KeptPage page;
  absl::Status missing;
  if (after.empty()) {
    const absl::StatusOr<const v1::Duty*> leaving = view.Find<v1::Duty>(absl::StrCat("leaving-", citizen));
    missing = leaving.status();
    if (leaving.ok() && *leaving != nullptr) page.records.push_back(std::make_shared<v1::Duty>(**leaving));
  }
  for (const absl::Status& s : {AddDuties<v1::HousingReferral>("referral", citizen, from[0], view, &page, &next),
                                AddDuties<v1::HousingOffer>("offer", citizen, from[1], view, &page, &next),
                                AddDuties<v1::Tenancy>("tenancy", citizen, from[2], view, &page, &next),
                                AddDuties<v1::EvictionPreventionCase>("eviction", citizen, from[3], view, &page, &next),
                                AddDuties<v1::SupportEpisode>("support", citizen, from[4], view, &page, &next)}) {
    if (!s.ok()) missing = s;
  }
  if (!missing.ok()) return missing;
  if (std::any_of(next.begin(), next.end(), [](const std::string& cursor) { return cursor != kNoMore; })) page.next = absl::StrJoin(next, "|");
  return page;
}

// A home that somebody lives in, or may lose, is not forgotten behind their back: who lives there would be told by no record.
absl::Status MayErase(View& view, const std::string& citizen) {
  BB_ASSIGN_OR_RETURN(const stored::Standing* standing, view.Find<stored::Standing>(citizen));
  if (standing == nullptr) return absl::OkStatus();
  std::vector<std::string> open;
  if (!standing->open_tenancy().empty()) open.push_back("tenancy");
  if (!standing->open_eviction_case().empty()) open.push_back("eviction case");
  if (open.empty()) return absl::OkStatus();
  return WrongState(absl::StrCat("open: ", open.front(), open.size() > 1 ? absl::StrCat(", ", open.back()) : ""), "tenancy ended and eviction case closed");
}

}  // namespace

RightsRules HousingRights() {
  const EntitySet& all = Entities();
  RightsRules rules;
  rules.entities = &all;
  rules.kinds = {
      KeptOne<v1::HousingFile>(all, "Det andre kan få at se, hvis du siger ja", "What others can be shown if you say yes"),
      KeptByCitizen<v1::HomelessnessScreening>(all, "Samtaler om din boligsituation", "Screenings for homelessness"),
      KeptByCitizen<v1::HousingReferral>(all, "Ønsker om bolig", "Referrals to housing"),
      KeptByCitizen<v1::HousingOffer>(all, "Tilbud om bolig", "Offers of a home"),
      KeptByCitizen<v1::Tenancy>(all, "Lejemål", "Tenancies"),
      KeptByCitizen<v1::EvictionPreventionCase>(all, "Hjælp mod udsættelse", "Help against eviction"),
      KeptByCitizen<v1::SupportEpisode>(all, "Støtte i hjemmet", "Support in the home"),
      KeptByCitizen<v1::ShelterStay>(all, "Ophold på herberg", "Shelter stays"),
      {all.For(v1::Duty::descriptor()).kind, "Det skal medarbejderen huske", "What the staff have to remember", Duties},
      KeptOne<stored::Standing>(all, "Overblik", "Overview"),
  };
  rules.about = {type::v1::DATA_CATEGORY_HOUSING, type::v1::DATA_CATEGORY_APPOINTMENTS, type::v1::DATA_CATEGORY_FINANCES,
                 type::v1::DATA_CATEGORY_HEALTH,  type::v1::DATA_CATEGORY_JUSTICE,      type::v1::DATA_CATEGORY_SUPPORT_PLAN};
  rules.may_erase = MayErase;
  rules.put_in_file = [](const Call& call, View& view, const std::string& citizen, const rights::v1::StatementsInFile& statements,
                         Decision* decision) -> absl::Status {
    BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, citizen));
    *dossier.standing.mutable_statements() = statements;
    dossier.Write(CopenhagenDay(call.now), decision);
    return absl::OkStatus();
  };
  return rules;
}

}  // namespace brobygger::housing
