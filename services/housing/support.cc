#include "services/housing/support.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/file_sections.h"
#include "services/housing/standing.h"

namespace brobygger::housing {
namespace {

using Episode = v1::SupportEpisode;

constexpr char kPlural[] = "supportEpisodes";
constexpr int kStartBackDays = 31;
constexpr int kStartAheadDays = 92;
constexpr int kLongestYears = 10;
constexpr int kPhaseMonths = 3;

std::vector<Violation> CheckStart(const v1::StartSupportEpisodeRequest& request, absl::CivilDay today) {
  std::vector<Violation> out;
  const v1::SupportMethod method = request.method();
  const absl::CivilDay start = ToDay(request.start());
  const bool act = method == v1::SUPPORT_METHOD_ACT, cti = method == v1::SUPPORT_METHOD_CTI, icm = method == v1::SUPPORT_METHOD_ICM;
  if (start < today - kStartBackDays || start > today + kStartAheadDays) {
    out.push_back({"start", absl::StrCat("want a day from ", kStartBackDays, " days back to ", kStartAheadDays, " days ahead")});
  }
  if (request.housing_first() && !act && !cti && !icm) out.push_back({"housing_first", "want it with CTI, ICM and ACT alone"});
  if ((cti || icm) && request.has_planned_end()) {
    out.push_back({"planned_end", "want none: CTI ends 9 months after its start, ICM has no fixed end"});
  } else if (request.has_planned_end()) {
    const absl::CivilDay end = ToDay(request.planned_end());
    if (end <= start) out.push_back({"planned_end", "want a day after the start", "BAD_DATE_ORDER"});
    else if (end > AddMonths(start, 12 * kLongestYears)) out.push_back({"planned_end", absl::StrCat("want at most ", kLongestYears, " years")});
  }
  const v1::SupportTeam& team = request.team();
  const bool somebody = team.social() || team.psychiatry() || team.substances() || team.job() || team.nurse();
  if (act && !somebody) out.push_back({"team", "want who takes part in the team", "FIELD_REQUIRED"});
  if (!act && somebody) out.push_back({"team", "want none without ACT"});
  return out;
}

// What comes next: the next phase of a CTI, or the end. Nothing while it is paused: nobody has to do anything.
std::optional<DueThing> DueOf(const Episode& episode) {
  if (episode.state() != v1::SUPPORT_STATE_ACTIVE) return std::nullopt;
  if (const type::v1::Date* next = NextPhaseOn(episode)) return DueThing{v1::DUTY_REASON_CTI_NEXT_PHASE, ToDay(*next)};
  if (episode.has_planned_end()) return DueThing{v1::DUTY_REASON_SUPPORT_ENDS, ToDay(episode.planned_end())};
  return std::nullopt;
}

// Writes the episode with its duty, and the standing with the file.
void PutEpisode(const Call& call, const std::string& id, Episode* episode, Dossier* dossier, Decision* decision) {
  *episode->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *episode);
  SetDuty("support", absl::StrCat(kPlural, "/", id), episode->citizen(), episode->adviser(), DueOf(*episode), decision);
  auto* open = dossier->standing.mutable_support();
  auto it = std::find_if(open->begin(), open->end(), [&](const stored::OpenSupport& s) { return s.id() == id; });
  if (auto section = InFile(*episode)) {
    stored::OpenSupport* entry = it == open->end() ? open->Add() : &*it;
    entry->set_id(id);
    entry->set_method(episode->method());
    *entry->mutable_in_file() = *std::move(section);
  } else if (it != open->end()) {
    open->erase(it);
  }
  dossier->Write(CopenhagenDay(call.now), decision);
}

// A change of one episode. `change` checks and changes it.
template <class Response, class Change>
absl::StatusOr<Decision> ChangeEpisode(const Call& call, const std::string& name, View& view, Change change) {
  const std::string id = IdOf(name);
  BB_ASSIGN_OR_RETURN(const Episode* before, view.Get<Episode>(id));
  Episode episode = *before;
  BB_RETURN_IF_ERROR(change(&episode));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(episode.citizen())));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Episode>(id));
  Response response;
  Decision decision;
  PutEpisode(call, id, &episode, &dossier, &decision);
  if (episode.phase() != before->phase()) {
    Announce(call, v1::HOUSING_EVENT_TYPE_CTI_PHASE_CHANGED, absl::StrCat(kPlural, "/", id), episode.citizen(), &decision);
  }
  *response.mutable_episode() = Shown(episode, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::Status Move(v1::SupportState to, Episode* episode) {
  BB_RETURN_IF_ERROR(CheckMove(episode->state(), to));
  episode->set_state(to);
  return absl::OkStatus();
}

}  // namespace

absl::Time BeginsAt(const Episode& episode) {
  return episode.state() == v1::SUPPORT_STATE_PLANNED ? StartOfDay(ToDay(episode.start())) : absl::InfiniteFuture();
}

void PlanCti(Episode* episode) {
  const absl::CivilDay start = ToDay(episode->start());
  episode->set_phase(v1::CTI_PHASE_TRANSITION);
  *episode->mutable_try_out_from() = ToDate(AddMonths(start, kPhaseMonths));
  *episode->mutable_transfer_from() = ToDate(AddMonths(start, 2 * kPhaseMonths));
  *episode->mutable_planned_end() = ToDate(AddMonths(start, 3 * kPhaseMonths));
}

absl::StatusOr<Decision> StartSupportEpisode(const Call& call, const v1::StartSupportEpisodeRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, request.citizen()));
  if (auto violations = CheckStart(request, today); !violations.empty()) return Invalid(std::move(violations));
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(request.citizen())));
  for (const stored::OpenSupport& open : dossier.standing.support()) {
    if (open.method() == request.method()) {
      return Refusal(absl::StatusCode::kAlreadyExists, "DUPLICATE", "the citizen has an open episode of this method");
    }
  }
  const std::string id = call.NewId();
  Episode episode;
  Begin(call, request.citizen(), &episode);
  episode.set_method(request.method());
  episode.set_housing_first(request.housing_first());
  episode.set_state(ToDay(request.start()) > today ? v1::SUPPORT_STATE_PLANNED : v1::SUPPORT_STATE_ACTIVE);
  *episode.mutable_start() = request.start();
  if (request.has_planned_end()) *episode.mutable_planned_end() = request.planned_end();
  if (request.method() == v1::SUPPORT_METHOD_CTI) PlanCti(&episode);
  if (request.method() == v1::SUPPORT_METHOD_ACT) *episode.mutable_team() = request.team();
  if (request.has_focus()) *episode.mutable_focus() = request.focus();
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Episode>(id));
  Decision decision;
  PutEpisode(call, id, &episode, &dossier, &decision);
  v1::StartSupportEpisodeResponse response;
  *response.mutable_episode() = Shown(episode, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> AdvanceCtiPhase(const Call& call, const v1::AdvanceCtiPhaseRequest& request, View& view) {
  return ChangeEpisode<v1::AdvanceCtiPhaseResponse>(call, request.name(), view, [&](Episode* episode) -> absl::Status {
    if (episode->state() != v1::SUPPORT_STATE_ACTIVE) return WrongState(Word(episode->state()), "ACTIVE");
    BB_RETURN_IF_ERROR(CheckMove(episode->phase(), request.phase()));
    const absl::CivilDay today = CopenhagenDay(call.now);
    if (today < ToDay(*NextPhaseOn(*episode)) && request.note().empty()) {
      return Invalid({{"note", "want why the phase begins before its planned day", "FIELD_REQUIRED"}});
    }
    if (!request.note().empty()) episode->set_note(request.note());
    // When it did begin; what is planned after it stays where it was.
    *(request.phase() == v1::CTI_PHASE_TRY_OUT ? episode->mutable_try_out_from() : episode->mutable_transfer_from()) = ToDate(today);
    episode->set_phase(request.phase());
    return absl::OkStatus();
  });
}

absl::StatusOr<Decision> PauseSupportEpisode(const Call& call, const v1::PauseSupportEpisodeRequest& request, View& view) {
  return ChangeEpisode<v1::PauseSupportEpisodeResponse>(call, request.name(), view,
                                                        [](Episode* episode) { return Move(v1::SUPPORT_STATE_PAUSED, episode); });
}

absl::StatusOr<Decision> ResumeSupportEpisode(const Call& call, const v1::ResumeSupportEpisodeRequest& request, View& view) {
  return ChangeEpisode<v1::ResumeSupportEpisodeResponse>(call, request.name(), view, [](Episode* episode) -> absl::Status {
    // PLANNED becomes ACTIVE too, on its day and by itself.
    if (episode->state() != v1::SUPPORT_STATE_PAUSED) return WrongState(Word(episode->state()), "PAUSED");
    return Move(v1::SUPPORT_STATE_ACTIVE, episode);
  });
}

absl::StatusOr<Decision> EndSupportEpisode(const Call& call, const v1::EndSupportEpisodeRequest& request, View& view) {
  return ChangeEpisode<v1::EndSupportEpisodeResponse>(call, request.name(), view, [&](Episode* episode) -> absl::Status {
    BB_RETURN_IF_ERROR(Move(v1::SUPPORT_STATE_ENDED, episode));
    *episode->mutable_ended_on() = ToDate(CopenhagenDay(call.now));
    return absl::OkStatus();
  });
}

absl::StatusOr<Decision> GetSupportEpisode(const Call&, const v1::GetSupportEpisodeRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Episode* episode, view.Get<Episode>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Episode>(id));
  v1::GetSupportEpisodeResponse response;
  *response.mutable_episode() = Shown(*episode, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListSupportEpisodes(const Call&, const v1::ListSupportEpisodesRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Episode> page, PageByCitizenOrState<Episode>(view, request, request.state(), "state"));
  v1::ListSupportEpisodesResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_episodes()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> BeginPlanned(const Call& call, const std::string& id, View& view) {
  Decision decision;
  BB_ASSIGN_OR_RETURN(const Episode* before, view.Find<Episode>(id));
  if (before == nullptr || BeginsAt(*before) > call.now) return decision;
  BB_ASSIGN_OR_RETURN(Dossier dossier, Dossier::Read(view, IdOf(before->citizen())));
  Episode episode = *before;
  BB_RETURN_IF_ERROR(Move(v1::SUPPORT_STATE_ACTIVE, &episode));
  PutEpisode(call, id, &episode, &dossier, &decision);
  return decision;
}

}  // namespace brobygger::housing
