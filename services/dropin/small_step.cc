#include "services/dropin/small_step.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/dropin/network_records.h"
#include "services/dropin/participant.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kBackDays = 31;
constexpr int kShownWithinDays = 14;
constexpr int kKept = 200;

absl::Time ShownBy(const stored::StepRecord& record) { return StartOfDay(ToDay(record.written_on()) + kShownWithinDays); }

v1::SmallStep Shown(const stored::StepRecord& record, absl::string_view person, const std::string& etag) {
  v1::SmallStep step = record.step();
  step.set_name(absl::StrCat("smallSteps/", person, ".", record.ticket()));
  step.set_participant(absl::StrCat("participants/", person));
  step.set_etag(etag);
  return step;
}

// Whether it is there for the caller: others do not see what was not shown yet.
bool Visible(const Call& call, const stored::StepRecord& record) {
  return record.step().state() == v1::SMALL_STEP_STATE_SHOWN || record.writer() == call.person.value();
}

// The steps of a participant, and the place of the one that is named.
struct Found {
  stored::Steps steps;
  int at = 0;
  stored::StepRecord* record() { return steps.mutable_steps(at); }
};
absl::StatusOr<Found> Find(const Call& call, const TicketName& name, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Steps* steps, view.Find<stored::Steps>(name.person));
  for (int i = 0; steps != nullptr && i < steps->steps_size(); ++i) {
    if (steps->steps(i).ticket() == name.ticket && Visible(call, steps->steps(i))) return Found{*steps, i};
  }
  return NotFound("small step");
}

void PutOrDelete(const std::string& person, const stored::Steps& steps, Decision* decision) {
  if (steps.steps().empty()) decision->Delete("steps", person);
  else decision->Put(Entities(), person, steps);
}

}  // namespace

absl::StatusOr<Decision> RecordSmallStep(const Call& call, const v1::RecordSmallStepRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.done_on());
  if (day > today || day < today - kBackDays) return Invalid({{"done_on", absl::StrCat("want today or one of the ", kBackDays, " days before")}});
  if (request.kind() == v1::SMALL_STEP_KIND_OTHER && request.text().empty()) {
    return Invalid({{"text", "want words for what no kind says", "FIELD_REQUIRED"}});
  }
  const std::string person = IdOf(request.participant());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, person, view));
  BB_ASSIGN_OR_RETURN(const stored::Steps* before, view.Find<stored::Steps>(person));
  stored::Steps steps;
  if (before != nullptr) steps = *before;
  if (steps.steps_size() >= kKept) steps.mutable_steps()->DeleteSubrange(0, steps.steps_size() - kKept + 1);
  stored::StepRecord* record = steps.add_steps();
  record->set_ticket(Slip(call, 0));
  v1::SmallStep* step = record->mutable_step();
  step->set_kind(request.kind());
  step->set_text(request.text());
  step->set_stance(request.stance());
  *step->mutable_done_on() = request.done_on();
  step->set_state(request.written_together() ? v1::SMALL_STEP_STATE_SHOWN : v1::SMALL_STEP_STATE_WRITTEN);
  if (!request.written_together()) {
    record->set_writer(call.person.value());
    *record->mutable_written_on() = ToDate(today);
  }
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<stored::Steps>(person));
  v1::RecordSmallStepResponse response;
  *response.mutable_step() = Shown(*record, person, etag);
  Decision decision(response);
  decision.Put(Entities(), person, participant);
  decision.Put(Entities(), person, steps);
  return decision;
}

absl::StatusOr<Decision> ShowSmallStep(const Call& call, const v1::ShowSmallStepRequest& request, View& view) {
  const TicketName name(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, name.person, view));
  BB_ASSIGN_OR_RETURN(Found found, Find(call, name, view));
  stored::StepRecord* record = found.record();
  BB_RETURN_IF_ERROR(CheckMove(record->step().state(), v1::SMALL_STEP_STATE_SHOWN));
  v1::ShowSmallStepResponse response;
  if (request.may_stay()) {
    record->mutable_step()->set_state(v1::SMALL_STEP_STATE_SHOWN);
    record->clear_writer();
    record->clear_written_on();
    BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<stored::Steps>(name.person));
    *response.mutable_step() = Shown(*record, name.person, etag);
  } else {
    found.steps.mutable_steps()->DeleteSubrange(found.at, 1);
  }
  Decision decision(response);
  decision.Put(Entities(), name.person, participant);
  PutOrDelete(name.person, found.steps, &decision);
  return decision;
}

absl::StatusOr<Decision> RemoveSmallStep(const Call& call, const v1::RemoveSmallStepRequest& request, View& view) {
  const TicketName name(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, name.person, view));
  BB_ASSIGN_OR_RETURN(Found found, Find(call, name, view));
  found.steps.mutable_steps()->DeleteSubrange(found.at, 1);
  Decision decision{v1::RemoveSmallStepResponse()};
  decision.Put(Entities(), name.person, participant);
  PutOrDelete(name.person, found.steps, &decision);
  return decision;
}

absl::StatusOr<Decision> ListSmallSteps(const Call& call, const v1::ListSmallStepsRequest& request, View& view) {
  const std::string person = IdOf(request.participant());
  // Somebody who was forgotten has an answer of their own.
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, person, view));
  BB_ASSIGN_OR_RETURN(const stored::Steps* steps, view.Find<stored::Steps>(person));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<stored::Steps>(person));
  v1::ListSmallStepsResponse response;
  for (int i = steps == nullptr ? 0 : steps->steps_size(); i-- > 0;) {
    if (Visible(call, steps->steps(i))) *response.add_steps() = Shown(steps->steps(i), person, etag);
  }
  std::stable_sort(response.mutable_steps()->begin(), response.mutable_steps()->end(),
                   [](const v1::SmallStep& a, const v1::SmallStep& b) { return ToDay(a.done_on()) > ToDay(b.done_on()); });
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropUnshown(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Steps* before, view.Find<stored::Steps>(id));
  Decision decision;
  if (before == nullptr || NextUnshown(*before) > call.now) return decision;
  stored::Steps steps;
  for (const stored::StepRecord& record : before->steps()) {
    if (record.step().state() == v1::SMALL_STEP_STATE_SHOWN || ShownBy(record) > call.now) *steps.add_steps() = record;
  }
  PutOrDelete(id, steps, &decision);
  return decision;
}

absl::Time NextUnshown(const stored::Steps& steps) {
  absl::Time next = absl::InfiniteFuture();
  for (const stored::StepRecord& record : steps.steps()) {
    if (record.step().state() == v1::SMALL_STEP_STATE_WRITTEN) next = std::min(next, ShownBy(record));
  }
  return next;
}

}  // namespace brobygger::dropin
