#include "services/housing/eviction.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/file_sections.h"
#include "services/housing/standing.h"
#include "services/housing/tenancy.h"

namespace brobygger::housing {
namespace {

using Case = v1::EvictionPreventionCase;

constexpr char kPlural[] = "evictionCases";
constexpr int kNextStepAheadDays = 366;

// The dates that a stage wants, of a request that says what comes next.
template <class Request>
std::vector<Violation> CheckDates(const Request& request, v1::EvictionStage stage, absl::CivilDay today) {
  std::vector<Violation> out;
  const bool set = stage == v1::EVICTION_STAGE_BAILIFF_DATE_SET;
  if (set && !request.has_bailiff_date()) out.push_back({"bailiff_date", "want the bailiff's date", "FIELD_REQUIRED"});
  if (!set && request.has_bailiff_date()) out.push_back({"bailiff_date", "want none unless the stage is BAILIFF_DATE_SET"});
  if (set && request.has_bailiff_date() && ToDay(request.bailiff_date()) < today) {
    out.push_back({"bailiff_date", "want a day from today on", "BAD_DATE_ORDER"});
  }
  if (!IsOpen(stage)) {
    if (request.has_next_step_on()) out.push_back({"next_step_on", "want none once the case is decided"});
  } else if (!request.has_next_step_on()) {
    out.push_back({"next_step_on", "want the day of the next step", "FIELD_REQUIRED"});
  } else if (const absl::CivilDay next = ToDay(request.next_step_on()); next < today || next > today + kNextStepAheadDays) {
    out.push_back({"next_step_on", absl::StrCat("want a day from today to ", kNextStepAheadDays, " days ahead")});
  }
  return out;
}

// The dates and the debt as the request has them.
template <class Request>
void TakeOver(const Request& request, Case* eviction) {
  if (request.has_arrears_dkk()) eviction->set_arrears_dkk(request.arrears_dkk());
  eviction->clear_next_step_on();
  if (request.has_next_step_on()) *eviction->mutable_next_step_on() = request.next_step_on();
  eviction->clear_bailiff_date();
  if (request.has_bailiff_date()) *eviction->mutable_bailiff_date() = request.bailiff_date();
}

// Writes the case with its duty, and the standing with the file.
void PutCase(const Call& call, const std::string& id, Case* eviction, Dossier* dossier, Decision* decision) {
  *eviction->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *eviction);
  std::optional<DueThing> due;
  if (const auto next = NextDate(*eviction)) due = DueThing{v1::DUTY_REASON_EVICTION_NEXT_STEP, *next};
  SetDuty("eviction", absl::StrCat(kPlural, "/", id), eviction->citizen(), eviction->adviser(), due, decision);
  stored::Standing& standing = dossier->standing;
  standing.set_open_eviction_case(eviction->stage() == v1::EVICTION_STAGE_CLOSED ? "" : id);
  standing.clear_eviction();
  if (auto section = InFile(*eviction)) *standing.mutable_eviction() = *std::move(section);
  dossier->Write(CopenhagenDay(call.now), decision);
}

// What a change of the case means for the tenancy that it is about.
absl::Status FollowTenancy(const Call& call, v1::EvictionStage stage, TenancyParts* parts, Dossier* dossier, Decision* decision) {
  if (parts->id.empty() || parts->tenancy.status() == v1::TENANCY_STATUS_ENDED) return absl::OkStatus();
  if (stage == v1::EVICTION_STAGE_EVICTED) {
    return EndTenancyNow(call, CopenhagenDay(call.now), v1::TENANCY_END_EVICTED, parts, dossier, decision);
  }
  // Notice that was given stands, whatever becomes of the case.
  if (parts->tenancy.status() == v1::TENANCY_STATUS_NOTICE) return absl::OkStatus();
  const v1::TenancyStatus to = IsOpen(stage) ? v1::TENANCY_STATUS_AT_RISK : v1::TENANCY_STATUS_ACTIVE;
  if (parts->tenancy.status() == to) return absl::OkStatus();
  BB_RETURN_IF_ERROR(CheckMove(parts->tenancy.status(), to));
  parts->tenancy.set_status(to);
  PutTenancy(call, parts->id, &parts->tenancy, dossier, decision);
  return absl::OkStatus();
}

// The tenancy of a case, its house, and the citizen's dossier: asked for together.
struct Around {
  TenancyParts tenancy;
  Dossier dossier;
};
absl::StatusOr<Around> ReadAround(View& view, const std::string& tenancy, const std::string& citizen) {
  absl::StatusOr<Dossier> dossier = Dossier::Read(view, IdOf(citizen));
  Around around;
  if (!tenancy.empty()) {
    absl::StatusOr<TenancyParts> parts = TenancyParts::Read(view, IdOf(tenancy));
    BB_RETURN_IF_ERROR(parts.status());
    around.tenancy = *std::move(parts);
  }
  BB_RETURN_IF_ERROR(dossier.status());
  around.dossier = *std::move(dossier);
  return around;
}

template <class Response>
absl::StatusOr<Decision> Answer(View& view, const std::string& id, const Case& eviction, Decision decision) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Case>(id));
  Response response;
  *response.mutable_eviction_case() = Shown(eviction, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

}  // namespace

bool IsOpen(v1::EvictionStage stage) { return stage >= v1::EVICTION_STAGE_ARREARS && stage <= v1::EVICTION_STAGE_BAILIFF_DATE_SET; }

std::optional<absl::CivilDay> NextDate(const Case& eviction) {
  if (!IsOpen(eviction.stage()) || !eviction.has_next_step_on()) return std::nullopt;
  const absl::CivilDay step = ToDay(eviction.next_step_on());
  return eviction.has_bailiff_date() ? std::min(step, ToDay(eviction.bailiff_date())) : step;
}

absl::StatusOr<Decision> OpenEvictionCase(const Call& call, const v1::OpenEvictionCaseRequest& request, View& view) {
  std::vector<Violation> violations;
  if (!IsOpen(request.stage())) {
    violations.push_back({"stage", "want a stage in which the home can still be kept"});
  } else {
    violations = CheckDates(request, request.stage(), CopenhagenDay(call.now));
  }
  if (!violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(Around around, ReadAround(view, request.tenancy(), request.citizen()));
  if (!around.dossier.standing.open_eviction_case().empty()) {
    return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "the citizen has an open eviction case: work on that one, or close it");
  }
  if (!around.tenancy.id.empty()) {
    // Somebody else's tenancy is not to be found out.
    if (around.tenancy.tenancy.citizen() != request.citizen()) return NotFound("tenancy");
    if (around.tenancy.tenancy.status() == v1::TENANCY_STATUS_ENDED) return WrongState("ENDED", "ACTIVE or AT_RISK or NOTICE");
  }
  const std::string id = call.NewId();
  Case eviction;
  Begin(call, request.citizen(), &eviction);
  eviction.set_tenancy(request.tenancy());
  eviction.set_received_from(request.received_from());
  eviction.set_stage(request.stage());
  TakeOver(request, &eviction);
  Decision decision;
  BB_RETURN_IF_ERROR(FollowTenancy(call, eviction.stage(), &around.tenancy, &around.dossier, &decision));
  PutCase(call, id, &eviction, &around.dossier, &decision);
  Announce(call, v1::HOUSING_EVENT_TYPE_EVICTION_RISK_RAISED, absl::StrCat(kPlural, "/", id), eviction.citizen(), &decision);
  return Answer<v1::OpenEvictionCaseResponse>(view, id, eviction, std::move(decision));
}

absl::StatusOr<Decision> AddMeasure(const Call& call, const v1::AddMeasureRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Case* before, view.Get<Case>(id));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, before->citizen()));
  if (!IsOpen(before->stage())) return WrongState(Word(before->stage()), "ARREARS or REMINDER or TERMINATION or BAILIFF_DATE_SET");
  for (const v1::Measure& m : before->measures()) {
    if (m.kind() == request.kind()) return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "this was agreed before");
  }
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(before->citizen())));
  Case eviction = *before;
  v1::Measure* measure = eviction.add_measures();
  measure->set_kind(request.kind());
  *measure->mutable_agreed_on() = ToDate(CopenhagenDay(call.now));
  Decision decision;
  PutCase(call, id, &eviction, &dossier, &decision);
  return Answer<v1::AddMeasureResponse>(view, id, eviction, std::move(decision));
}

absl::StatusOr<Decision> AdvanceEvictionStage(const Call& call, const v1::AdvanceEvictionStageRequest& request, View& view) {
  const v1::EvictionStage to = request.stage();
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Case* before, view.Get<Case>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Case>(id));
  if (request.etag() != etag) return EtagMismatch();
  // Closing has a reason, and a method of its own.
  if (to == v1::EVICTION_STAGE_CLOSED) return Invalid({{"stage", "want another stage: CloseEvictionCase closes"}});
  BB_RETURN_IF_ERROR(CheckMove(before->stage(), to));
  if (auto violations = CheckDates(request, to, CopenhagenDay(call.now)); !violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(Around around, ReadAround(view, before->tenancy(), before->citizen()));
  Case eviction = *before;
  eviction.set_stage(to);
  TakeOver(request, &eviction);
  Decision decision;
  BB_RETURN_IF_ERROR(FollowTenancy(call, to, &around.tenancy, &around.dossier, &decision));
  PutCase(call, id, &eviction, &around.dossier, &decision);
  const std::string about = absl::StrCat(kPlural, "/", id);
  if (to == v1::EVICTION_STAGE_AVERTED) {
    Announce(call, v1::HOUSING_EVENT_TYPE_EVICTION_AVERTED, about, eviction.citizen(), &decision);
  } else if (to != before->stage() && IsOpen(to)) {
    Announce(call, v1::HOUSING_EVENT_TYPE_EVICTION_RISK_RAISED, about, eviction.citizen(), &decision);
  }
  return Answer<v1::AdvanceEvictionStageResponse>(view, id, eviction, std::move(decision));
}

absl::StatusOr<Decision> CloseEvictionCase(const Call& call, const v1::CloseEvictionCaseRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Case* before, view.Get<Case>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->stage(), v1::EVICTION_STAGE_CLOSED));
  if ((request.reason() == v1::EVICTION_CLOSE_OUTCOME_REACHED) == IsOpen(before->stage())) {
    return Invalid({{"reason", "want OUTCOME_REACHED after AVERTED or EVICTED, and only there"}});
  }
  BB_ASSIGN_OR_RETURN(Around around, ReadAround(view, before->tenancy(), before->citizen()));
  Case eviction = *before;
  eviction.set_stage(v1::EVICTION_STAGE_CLOSED);
  eviction.set_close_reason(request.reason());
  Decision decision;
  BB_RETURN_IF_ERROR(FollowTenancy(call, v1::EVICTION_STAGE_CLOSED, &around.tenancy, &around.dossier, &decision));
  PutCase(call, id, &eviction, &around.dossier, &decision);
  return Answer<v1::CloseEvictionCaseResponse>(view, id, eviction, std::move(decision));
}

absl::StatusOr<Decision> GetEvictionCase(const Call&, const v1::GetEvictionCaseRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Case* eviction, view.Get<Case>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Case>(id));
  v1::GetEvictionCaseResponse response;
  *response.mutable_eviction_case() = Shown(*eviction, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListEvictionCases(const Call&, const v1::ListEvictionCasesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Case> page, PageByCitizenOrState<Case>(view, request, request.stage(), "stage"));
  v1::ListEvictionCasesResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_eviction_cases()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::housing
