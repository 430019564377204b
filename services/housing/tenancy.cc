#include "services/housing/tenancy.h"

#include <optional>
#include <utility>

#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/file_sections.h"
#include "services/housing/unit.h"

namespace brobygger::housing {
namespace {

constexpr char kPlural[] = "tenancies";
constexpr int kEndAheadDays = 366;

std::optional<DueThing> DueOf(const v1::Tenancy& tenancy) {
  if (tenancy.status() != v1::TENANCY_STATUS_NOTICE) return std::nullopt;
  return DueThing{v1::DUTY_REASON_TENANCY_ENDS, ToDay(tenancy.last_day())};
}

// The answer to a change, once everything is written but the standing.
template <class Response>
absl::StatusOr<Decision> Answer(const Call& call, View& view, const TenancyParts& parts, const Dossier& dossier, Decision decision) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::Tenancy>(parts.id));
  dossier.Write(CopenhagenDay(call.now), &decision);
  Response response;
  *response.mutable_tenancy() = Shown(parts.tenancy, kPlural, parts.id, etag);
  decision.Answer(response);
  return decision;
}

}  // namespace

absl::Time EndsAt(const v1::Tenancy& tenancy) {
  if (tenancy.status() != v1::TENANCY_STATUS_NOTICE) return absl::InfiniteFuture();
  return StartOfDay(ToDay(tenancy.last_day()) + 1);
}

absl::Status CheckTenancy(const stored::Standing& standing, absl::CivilDay start) {
  // A new one goes on, so it overlaps every one that has not ended before it begins.
  if (standing.open_tenancy().empty() && !Overlaps(standing.tenancies(), start, absl::CivilDay::max())) return absl::OkStatus();
  return DoubleBooked("another tenancy of the citizen has not ended before this day");
}

void PutTenancy(const Call& call, const std::string& id, v1::Tenancy* tenancy, Dossier* dossier, Decision* decision) {
  *tenancy->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *tenancy);
  SetDuty("tenancy", absl::StrCat(kPlural, "/", id), tenancy->citizen(), tenancy->adviser(), DueOf(*tenancy), decision);
  stored::Standing& standing = dossier->standing;
  standing.set_open_tenancy(tenancy->status() == v1::TENANCY_STATUS_ENDED ? "" : id);
  SetPeriod(standing.mutable_tenancies(), id, tenancy->start(), tenancy->has_last_day() ? &tenancy->last_day() : nullptr);
  standing.clear_home();
  if (auto section = InFile(*tenancy)) *standing.mutable_home() = *std::move(section);
}

absl::StatusOr<TenancyParts> TenancyParts::Read(View& view, const std::string& tenancy_id) {
  TenancyParts parts;
  parts.id = tenancy_id;
  BB_ASSIGN_OR_RETURN(const v1::Tenancy* tenancy, view.Get<v1::Tenancy>(tenancy_id));
  parts.tenancy = *tenancy;
  if (!tenancy->unit().empty()) {
    parts.house_id = UnitName(tenancy->unit()).house;
    BB_ASSIGN_OR_RETURN(const stored::HouseRecord* house, view.Get<stored::HouseRecord>(parts.house_id));
    parts.house = *house;
  }
  return parts;
}

stored::Unit* TenancyParts::unit() {
  if (house_id.empty()) return nullptr;
  stored::Unit* found = FindUnit(&house, UnitName(tenancy.unit()).code);
  return found != nullptr && found->tenancy() == id ? found : nullptr;
}

absl::Status EndTenancyNow(const Call& call, absl::CivilDay last_day, v1::TenancyEnd reason, TenancyParts* parts, Dossier* dossier,
                           Decision* decision) {
  v1::Tenancy& tenancy = parts->tenancy;
  BB_RETURN_IF_ERROR(CheckMove(tenancy.status(), v1::TENANCY_STATUS_ENDED));
  tenancy.set_status(v1::TENANCY_STATUS_ENDED);
  *tenancy.mutable_last_day() = ToDate(last_day);
  tenancy.set_end_reason(reason);
  if (stored::Unit* unit = parts->unit()) {
    BB_RETURN_IF_ERROR(VacateUnit(unit, tenancy.last_day()));
    decision->Put(Entities(), parts->house_id, parts->house);
    // About the home, and about nobody.
    Announce(call, v1::HOUSING_EVENT_TYPE_UNIT_VACATED, tenancy.unit(), "", decision);
  }
  PutTenancy(call, parts->id, &tenancy, dossier, decision);
  return absl::OkStatus();
}

absl::StatusOr<Decision> OpenTenancy(const Call& call, const v1::OpenTenancyRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  if (ToDay(request.start()) > CopenhagenDay(call.now)) return Invalid({{"start", "want a day not after today", "BAD_DATE_ORDER"}});
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(request.citizen())));
  BB_RETURN_IF_ERROR(CheckTenancy(dossier.standing, ToDay(request.start())));
  TenancyParts parts;
  parts.id = call.NewId();
  Begin(call, request.citizen(), &parts.tenancy);
  parts.tenancy.set_address(request.address());
  parts.tenancy.set_landlord(request.landlord());
  *parts.tenancy.mutable_start() = request.start();
  parts.tenancy.set_status(v1::TENANCY_STATUS_ACTIVE);
  parts.tenancy.set_rent_admin_agreement(request.rent_admin_agreement());
  Decision decision;
  PutTenancy(call, parts.id, &parts.tenancy, &dossier, &decision);
  return Answer<v1::OpenTenancyResponse>(call, view, parts, dossier, std::move(decision));
}

absl::StatusOr<Decision> EndTenancy(const Call& call, const v1::EndTenancyRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), last = ToDay(request.last_day());
  BB_ASSIGN_OR_RETURN(TenancyParts parts, TenancyParts::Read(view, IdOf(request.name())));
  v1::Tenancy& tenancy = parts.tenancy;
  const bool past = last < today;
  BB_RETURN_IF_ERROR(CheckMove(tenancy.status(), past ? v1::TENANCY_STATUS_ENDED : v1::TENANCY_STATUS_NOTICE));
  if (last < ToDay(tenancy.start())) return Invalid({{"last_day", "want a day not before the first", "BAD_DATE_ORDER"}});
  if (last > today + kEndAheadDays) return Invalid({{"last_day", absl::StrCat("want a day at most ", kEndAheadDays, " days ahead")}});
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(tenancy.citizen())));
  Decision decision;
  if (past) {
    BB_RETURN_IF_ERROR(EndTenancyNow(call, last, request.reason(), &parts, &dossier, &decision));
  } else {
    tenancy.set_status(v1::TENANCY_STATUS_NOTICE);
    *tenancy.mutable_last_day() = request.last_day();
    tenancy.set_end_reason(request.reason());
    if (stored::Unit* unit = parts.unit()) {
      BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_VACATING));
      *unit->mutable_last_day() = request.last_day();
      decision.Put(Entities(), parts.house_id, parts.house);
    }
    PutTenancy(call, parts.id, &tenancy, &dossier, &decision);
  }
  return Answer<v1::EndTenancyResponse>(call, view, parts, dossier, std::move(decision));
}

absl::StatusOr<Decision> TakeBackNotice(const Call& call, const v1::TakeBackNoticeRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(TenancyParts parts, TenancyParts::Read(view, IdOf(request.name())));
  v1::Tenancy& tenancy = parts.tenancy;
  // AT_RISK may become ACTIVE too, when an eviction is averted. By the clock it has ended before the timer comes round.
  if (tenancy.status() != v1::TENANCY_STATUS_NOTICE) return WrongState(Word(tenancy.status()), "NOTICE");
  if (EndsAt(tenancy) <= call.now) return WrongState("ENDED", "NOTICE");
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(tenancy.citizen())));
  Decision decision;
  tenancy.set_status(v1::TENANCY_STATUS_ACTIVE);
  tenancy.clear_last_day();
  tenancy.clear_end_reason();
  if (stored::Unit* unit = parts.unit()) {
    BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_OCCUPIED));
    unit->clear_last_day();
    decision.Put(Entities(), parts.house_id, parts.house);
  }
  PutTenancy(call, parts.id, &tenancy, &dossier, &decision);
  return Answer<v1::TakeBackNoticeResponse>(call, view, parts, dossier, std::move(decision));
}

absl::StatusOr<Decision> GetTenancy(const Call&, const v1::GetTenancyRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Tenancy* tenancy, view.Get<v1::Tenancy>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Tenancy>(id));
  v1::GetTenancyResponse response;
  *response.mutable_tenancy() = Shown(*tenancy, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListTenancies(const Call&, const v1::ListTenanciesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::Tenancy> page, PageByCitizenOrState<v1::Tenancy>(view, request, request.status(), "status"));
  v1::ListTenanciesResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_tenancies()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> EndNoticed(const Call& call, const std::string& id, View& view) {
  Decision decision;
  BB_ASSIGN_OR_RETURN(const v1::Tenancy* tenancy, view.Find<v1::Tenancy>(id));
  if (tenancy == nullptr || EndsAt(*tenancy) > call.now) return decision;
  BB_ASSIGN_OR_RETURN(TenancyParts parts, TenancyParts::Read(view, id));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(tenancy->citizen())));
  BB_RETURN_IF_ERROR(EndTenancyNow(call, ToDay(parts.tenancy.last_day()), parts.tenancy.end_reason(), &parts, &dossier, &decision));
  dossier.Write(CopenhagenDay(call.now), &decision);
  return decision;
}

}  // namespace brobygger::housing
