#include "services/dropin/participant.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "brobygger/registry/v1/registry.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/forget.h"
#include "services/dropin/regular.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kMonthsUnused = 12;
constexpr absl::Duration kLinkLifetime = absl::Hours(24);
// How far the consent service's clock may run ahead of ours.
constexpr absl::Duration kLinkSkew = absl::Minutes(5);

std::string NameOf(absl::string_view id) { return absl::StrCat("participants/", id); }

v1::Participant Shown(v1::Participant participant, absl::string_view id, const std::string& etag) {
  *participant.mutable_forgotten_on() = ToDate(ForgottenOn(participant));
  participant.set_name(NameOf(id));
  participant.set_etag(etag);
  return participant;
}

// The house does not keep whom it forgot: never here and forgotten are one answer.
absl::Status Forgotten() {
  return Refusal(absl::StatusCode::kNotFound, "ALIAS_FORGOTTEN",
                 "nobody is known here by this name of a record: the alias was forgotten, or never was here. A new alias begins anew");
}

// The citizen's id, if the link is the consent service's word for this agency and this alias, and fresh.
absl::StatusOr<std::string> Linked(const LinkCheck& check, const Call& call, const v1::LinkParticipantRequest& request) {
  const absl::Status invalid =
      Refusal(absl::StatusCode::kFailedPrecondition, "LINK_INVALID", "the link is not one that the citizen made for this alias");
  const std::string& bytes = request.link().statement();
  registry::v1::AliasLink link;
  if (!check.verify || !check.verify(absl::StrCat(kLinkContext, bytes), request.link().signature())) return invalid;
  if (!link.ParseFromString(bytes) || link.agency() != call.agency.value() || link.alias() != request.name()) return invalid;
  if (!CitizenRef::Parse(link.citizen()).ok()) return invalid;
  const absl::Time at = absl::FromUnixSeconds(link.time().seconds()) + absl::Nanoseconds(link.time().nanos());
  if (at > call.now + kLinkSkew) return invalid;
  if (at <= call.now - kLinkLifetime) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "LINK_EXPIRED", "the link is older than 24 hours");
  }
  return IdOf(link.citizen());
}

}  // namespace

absl::CivilDay ForgottenOn(const v1::Participant& participant) { return AddMonths(ToDay(participant.last_use()), kMonthsUnused); }

absl::Time ForgottenAt(const v1::Participant& participant) { return StartOfDay(ForgottenOn(participant)); }

absl::StatusOr<const v1::Participant*> KnownParticipant(const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, view.Find<v1::Participant>(id));
  if (participant == nullptr) return Forgotten();
  return participant;
}

absl::StatusOr<std::string> AliasOf(const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, view.Find<v1::Participant>(id));
  return participant == nullptr ? std::string() : participant->alias();
}

absl::StatusOr<v1::Participant> UseKnown(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Participant* before, KnownParticipant(id, view));
  v1::Participant participant = *before;
  *participant.mutable_last_use() = ToDate(CopenhagenDay(call.now));
  return participant;
}

absl::StatusOr<v1::Participant> UseAlias(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(v1::Participant participant, UseKnown(call, id, view));
  if (participant.state() != v1::PARTICIPANT_STATE_ALIAS) return WrongState(Word(participant.state()), "ALIAS");
  return participant;
}

absl::StatusOr<Decision> CreateParticipant(const Call& call, const v1::CreateParticipantRequest& request, View& view) {
  const std::string id = call.NewId();
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::Participant>(id));
  v1::Participant participant;
  participant.set_alias(request.alias());
  *participant.mutable_wishes() = request.wishes();
  participant.set_state(v1::PARTICIPANT_STATE_ALIAS);
  *participant.mutable_last_use() = ToDate(CopenhagenDay(call.now));
  v1::CreateParticipantResponse response;
  *response.mutable_participant() = Shown(participant, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> GetParticipant(const Call&, const v1::GetParticipantRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, KnownParticipant(id, view));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Participant>(id));
  v1::GetParticipantResponse response;
  *response.mutable_participant() = Shown(*participant, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> UpdateParticipant(const Call& call, const v1::UpdateParticipantRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant* before, KnownParticipant(id, view));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Participant>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  // What is linked is past: it can be read and forgotten.
  if (before->state() != v1::PARTICIPANT_STATE_ALIAS) return WrongState(Word(before->state()), "ALIAS");
  v1::Participant participant = *before;
  participant.set_alias(request.alias());
  *participant.mutable_wishes() = request.wishes();
  *participant.mutable_last_use() = ToDate(CopenhagenDay(call.now));
  BB_ASSIGN_OR_RETURN(const std::string next, view.NextEtag<v1::Participant>(id));
  v1::UpdateParticipantResponse response;
  *response.mutable_participant() = Shown(participant, id, next);
  Decision decision(response);
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> ListParticipants(const Call&, const v1::ListParticipantsRequest& request, View& view) {
  const bool all = request.state() == v1::PARTICIPANT_STATE_UNSPECIFIED;
  const std::string value = all ? "" : v1::ParticipantState_Name(request.state());
  BB_ASSIGN_OR_RETURN(const Listed<v1::Participant> page,
                      view.Page<v1::Participant>(all ? "all" : "by-state", value,
                                                 PageSize(request.page_size()), request.page_token()));
  v1::ListParticipantsResponse response;
  for (const auto& [id, participant] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Participant>(id));
    *response.add_participants() = Shown(*participant, id, etag);
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ForgetParticipant(const Call& call, const v1::ForgetParticipantRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, KnownParticipant(id, view));
  BB_RETURN_IF_ERROR(CheckMove(participant->state(), v1::PARTICIPANT_STATE_FORGOTTEN));
  Decision decision{v1::ForgetParticipantResponse()};
  BB_RETURN_IF_ERROR(Forget(call, id, view, &decision));
  return decision;
}

absl::StatusOr<Decision> LinkParticipant(const LinkCheck& check, const Call& call, const v1::LinkParticipantRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string citizen, Linked(check, call, request));
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Participant* before, KnownParticipant(id, view));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), v1::PARTICIPANT_STATE_LINKED));
  BB_ASSIGN_OR_RETURN(const v1::Regular* known, view.Find<v1::Regular>(citizen));

  const absl::CivilDay today = CopenhagenDay(call.now);
  v1::Participant participant = *before;
  participant.set_state(v1::PARTICIPANT_STATE_LINKED);
  *participant.mutable_last_use() = ToDate(today);
  v1::Regular regular = known == nullptr ? v1::Regular() : *known;
  if (request.bring_past()) {
    // Moved, not copied: what came along stands in one place, under the citizen's key.
    for (const std::string& wish : before->wishes()) {
      const auto& has = regular.wishes();
      if (std::find(has.begin(), has.end(), wish) == has.end()) regular.add_wishes(wish);
    }
    participant.clear_wishes();
  }

  BB_ASSIGN_OR_RETURN(const std::string participant_etag, view.NextEtag<v1::Participant>(id));
  BB_ASSIGN_OR_RETURN(const std::string regular_etag, view.NextEtag<v1::Regular>(citizen));
  v1::LinkParticipantResponse response;
  *response.mutable_participant() = Shown(participant, id, participant_etag);
  *response.mutable_regular() = ShownRegular(regular, citizen, regular_etag, today);
  Decision decision(response);
  decision.Put(Entities(), id, participant);
  PutRegular(citizen, regular, today, &decision);
  return decision;
}

absl::StatusOr<Decision> ForgetUnused(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Participant* participant, view.Find<v1::Participant>(id));
  Decision decision;
  if (participant != nullptr && ForgottenAt(*participant) <= call.now) BB_RETURN_IF_ERROR(Forget(call, id, view, &decision));
  return decision;
}

}  // namespace brobygger::dropin
