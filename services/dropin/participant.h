// Participants: aliases. Linking is the citizen's own act, one way; forgetting destroys the key under which the record is
// sealed, so that no copy of it can be read again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "services/dropin/states.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// Whether the consent service signed these bytes. Pure in its arguments: the key never changes while the process lives.
// Filled in before serving; an empty function accepts nothing.
struct LinkCheck {
  std::function<bool(absl::string_view bytes, absl::string_view signature)> verify;
};
// What is signed: this, and the serialised AliasLink.
inline constexpr absl::string_view kLinkContext = "brobygger link 1\n";

// 12 months after the last use.
absl::Time ForgottenAt(const v1::Participant& participant);

// The participant, used today: every record about somebody is a use. The caller puts it with what it is used for.
// UseAlias is for something new, and wants the state ALIAS; UseKnown is for a change of what is there already.
// Refusals: NOT_FOUND ALIAS_FORGOTTEN, WRONG_STATE.
absl::StatusOr<v1::Participant> UseAlias(const Call& call, const std::string& id, View& view);
absl::StatusOr<v1::Participant> UseKnown(const Call& call, const std::string& id, View& view);
// Read, not used.
absl::StatusOr<const v1::Participant*> KnownParticipant(const std::string& id, View& view);
// What they are called, for a list that names them by reference. "" if they are forgotten: a store that was put back from an older copy
// may name whom nobody can read any more.
absl::StatusOr<std::string> AliasOf(const std::string& id, View& view);
// The day on which the participant is forgotten if nothing happens.
absl::CivilDay ForgottenOn(const v1::Participant& participant);

absl::StatusOr<Decision> CreateParticipant(const Call& call, const v1::CreateParticipantRequest& request, View& view);
absl::StatusOr<Decision> GetParticipant(const Call& call, const v1::GetParticipantRequest& request, View& view);
absl::StatusOr<Decision> UpdateParticipant(const Call& call, const v1::UpdateParticipantRequest& request, View& view);
absl::StatusOr<Decision> ListParticipants(const Call& call, const v1::ListParticipantsRequest& request, View& view);
absl::StatusOr<Decision> ForgetParticipant(const Call& call, const v1::ForgetParticipantRequest& request, View& view);
absl::StatusOr<Decision> LinkParticipant(const LinkCheck& check, const Call& call, const v1::LinkParticipantRequest& request, View& view);
// OnDue.
absl::StatusOr<Decision> ForgetUnused(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::dropin
