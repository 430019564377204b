#include "services/housing/screening.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/entities.h"
#include "services/housing/findings.h"
#include "services/housing/standing.h"
#include "services/runtime/civil.h"

namespace brobygger::housing {
namespace {

using Screening = v1::HomelessnessScreening;

Screening Shown(const Screening& screening, absl::string_view id, const std::string& etag) { return housing::Shown(screening, "screenings", id, etag); }

absl::Status CheckDraft(const v1::ScreeningAnswers& answers, absl::CivilDay today) {
  if (auto violations = CheckAnswers(answers, today); !violations.empty()) return Invalid(std::move(violations));
  return CheckAge(answers);
}

// The draft that a request means, or why it is none.
absl::StatusOr<const Screening*> Draft(View& view, const std::string& id, v1::ScreeningState to) {
  BB_ASSIGN_OR_RETURN(const Screening* screening, view.Get<Screening>(id));
  if (!MayBecome(screening->state(), to)) return WrongState(Word(screening->state()), "DRAFT");
  return screening;
}

}  // namespace

bool MayBecome(v1::ScreeningState from, v1::ScreeningState to) {
  switch (from) {
    case v1::SCREENING_STATE_DRAFT:
      // A draft that is saved again stays a draft.
      return to == v1::SCREENING_STATE_DRAFT || to == v1::SCREENING_STATE_COMPLETED || to == v1::SCREENING_STATE_CANCELLED;
    case v1::SCREENING_STATE_COMPLETED: return to == v1::SCREENING_STATE_SUPERSEDED;
    default: return false;
  }
}

absl::StatusOr<Decision> CreateScreening(const Call& call, const v1::CreateScreeningRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckDraft(request.answers(), CopenhagenDay(call.now)));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  const std::string id = call.NewId();
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Screening>(id));
  Screening screening;
  screening.set_citizen(request.citizen());
  screening.set_state(v1::SCREENING_STATE_DRAFT);
  *screening.mutable_answers() = request.answers();
  *screening.mutable_findings() = FindingsOf(request.answers());
  screening.set_presence_method(call.presence->method());
  *screening.mutable_create_time() = Stamp(call.now);
  *screening.mutable_update_time() = Stamp(call.now);
  v1::CreateScreeningResponse response;
  *response.mutable_screening() = Shown(screening, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, screening);
  return decision;
}

absl::StatusOr<Decision> UpdateScreening(const Call& call, const v1::UpdateScreeningRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckDraft(request.answers(), CopenhagenDay(call.now)));
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Screening* before, Draft(view, id, v1::SCREENING_STATE_DRAFT));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Screening>(id));
  if (request.etag() != etag) return EtagMismatch();
  Screening screening = *before;
  *screening.mutable_answers() = request.answers();
  *screening.mutable_findings() = FindingsOf(request.answers());
  *screening.mutable_update_time() = Stamp(call.now);
  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<Screening>(id));
  v1::UpdateScreeningResponse response;
  *response.mutable_screening() = Shown(screening, id, next);
  Decision decision(response);
  decision.Put(Entities(), id, screening);
  return decision;
}

absl::StatusOr<Decision> CompleteScreening(const Call& call, const v1::CompleteScreeningRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Screening* before, Draft(view, id, v1::SCREENING_STATE_COMPLETED));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Screening>(id));
  if (request.etag() != etag) return EtagMismatch();
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, before->citizen()));
  if (auto violations = CheckComplete(before->answers()); !violations.empty()) return Invalid(std::move(violations));
  BB_RETURN_IF_ERROR(CheckDraft(before->answers(), today));

  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(before->citizen())));
  stored::Standing& standing = dossier.standing;
  const std::string former_id = standing.current_screening();
  const Screening* former = nullptr;
  if (!former_id.empty()) {
    BB_ASSIGN_OR_RETURN(former, view.Get<Screening>(former_id));
    if (ToDay(before->answers().screened_on()) < ToDay(former->answers().screened_on())) {
      return Invalid({{"answers.screened_on", "want a day not before the citizen's current screening", "BAD_DATE_ORDER"}});
    }
    if (!MayBecome(former->state(), v1::SCREENING_STATE_SUPERSEDED)) return WrongState(Word(former->state()), "COMPLETED");
  }

  Screening screening = *before;
  screening.set_state(v1::SCREENING_STATE_COMPLETED);
  *screening.mutable_findings() = FindingsOf(screening.answers());
  screening.mutable_answers()->clear_birth_date();  // served its purpose: the band is derived
  screening.set_presence_method(call.presence->method());
  *screening.mutable_update_time() = Stamp(call.now);
  *screening.mutable_complete_time() = Stamp(call.now);
  standing.set_current_screening(id);
  standing.set_result(screening.findings().result());
  *standing.mutable_complete_time() = Stamp(call.now);
  standing.clear_leaving_on();
  std::optional<DueThing> due;
  if (screening.answers().has_leaving_on() && ToDay(screening.answers().leaving_on()) >= today) {
    *standing.mutable_leaving_on() = screening.answers().leaving_on();
    due = DueThing{v1::DUTY_REASON_HOME_BEFORE_LEAVING, ToDay(screening.answers().leaving_on())};
  }

  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<Screening>(id));
  v1::CompleteScreeningResponse response;
  *response.mutable_screening() = Shown(screening, id, next);
  if (former != nullptr) response.set_superseded(absl::StrCat("screenings/", former_id));
  Decision decision(response);
  decision.Put(Entities(), id, screening);
  if (former != nullptr) {
    Screening superseded = *former;
    superseded.set_state(v1::SCREENING_STATE_SUPERSEDED);
    *superseded.mutable_update_time() = Stamp(call.now);
    decision.Put(Entities(), former_id, superseded);
  }
  dossier.SetScreening(screening);
  dossier.Write(today, &decision);
  SetDuty("leaving", screening.citizen(), screening.citizen(), call.person.value(), due, &decision);
  Announce(call, v1::HOUSING_EVENT_TYPE_SCREENING_COMPLETED, absl::StrCat("screenings/", id), screening.citizen(), &decision);
  return decision;
}

absl::StatusOr<Decision> CancelScreening(const Call& call, const v1::CancelScreeningRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Screening* before, Draft(view, id, v1::SCREENING_STATE_CANCELLED));
  Screening screening = *before;
  screening.set_state(v1::SCREENING_STATE_CANCELLED);
  screening.clear_answers();
  screening.clear_findings();
  *screening.mutable_update_time() = Stamp(call.now);
  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<Screening>(id));
  v1::CancelScreeningResponse response;
  *response.mutable_screening() = Shown(screening, id, next);
  Decision decision(response);
  decision.Put(Entities(), id, screening);
  return decision;
}

absl::StatusOr<Decision> GetScreening(const Call&, const v1::GetScreeningRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Screening* screening, view.Get<Screening>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Screening>(id));
  v1::GetScreeningResponse response;
  *response.mutable_screening() = Shown(*screening, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListScreenings(const Call&, const v1::ListScreeningsRequest& request, View& view) {
  const bool by_age = request.age_band() != v1::AGE_BAND_UNSPECIFIED;
  const bool leaving = request.leaving_within_a_month();
  if ((request.citizen().empty() ? 0 : 1) + (by_age ? 1 : 0) + (request.needs_follow_up() ? 1 : 0) + (leaving ? 1 : 0) != 1) {
    return Invalid({{"citizen", "want exactly one of citizen, age_band, needs_follow_up and leaving_within_a_month"}});
  }
  const int limit = PageSize(request.page_size());
  v1::ListScreeningsResponse response;
  std::vector<std::string> ids;
  if (request.needs_follow_up() || leaving) {
    BB_ASSIGN_OR_RETURN(const Listed<stored::Standing> page,
                        view.Page<stored::Standing>(leaving ? "leaving" : "follow-up", "", limit, request.page_token()));
    for (const auto& entry : page.records) ids.push_back(entry.second->current_screening());
    response.set_next_page_token(page.next);
  } else {
    BB_ASSIGN_OR_RETURN(const Listed<Screening> page,
                        view.Page<Screening>(by_age ? "current-by-age" : "by-citizen",
                                             by_age ? v1::AgeBand_Name(request.age_band()) : IdOf(request.citizen()), limit,
                                             request.page_token()));
    for (const auto& entry : page.records) ids.push_back(entry.first);
    response.set_next_page_token(page.next);
  }
  absl::Status missing;
  for (const std::string& id : ids) {
    const absl::StatusOr<const Screening*> screening = view.Find<Screening>(id);  // ask for all of them before giving up
    if (!screening.ok()) {
      missing = screening.status();
    } else if (*screening != nullptr) {
      BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Screening>(id));
      *response.add_screenings() = Shown(**screening, id, etag);
    }
  }
  if (!missing.ok()) return missing;
  return Decision(std::move(response));
}

}  // namespace brobygger::housing
