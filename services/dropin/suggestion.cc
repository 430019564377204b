#include "services/dropin/suggestion.h"

#include "brobygger/dropin/v1/house_meeting.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr char kPlural[] = "suggestions";

// Writes it and answers with it.
template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const v1::Suggestion& suggestion, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::Suggestion>(id));
  Response response;
  *response.mutable_suggestion() = Named(suggestion, kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, suggestion);
  return decision;
}

// Only what hangs on the board is talked about.
absl::StatusOr<v1::Suggestion> Hanging(const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::Suggestion* suggestion, view.Get<v1::Suggestion>(id));
  if (!suggestion->screened()) return WrongState("UNSCREENED", "SCREENED");
  return *suggestion;
}

bool AtItsMeeting(v1::SuggestionState to) {
  return to == v1::SUGGESTION_STATE_DECIDED_AT_MEETING || to == v1::SUGGESTION_STATE_NEEDS_STAFF_AND_MANAGEMENT;
}

absl::Status CheckDecision(const v1::DecideSuggestionRequest& request) {
  const v1::SuggestionState to = request.to();
  const bool known = AtItsMeeting(to) || to == v1::SUGGESTION_STATE_ACCEPTED || to == v1::SUGGESTION_STATE_NOT_NOW || to == v1::SUGGESTION_STATE_DONE;
  if (!known) return Invalid({{"to", "want DECIDED_AT_MEETING, NEEDS_STAFF_AND_MANAGEMENT, ACCEPTED, NOT_NOW or DONE"}});
  if (to == v1::SUGGESTION_STATE_NOT_NOW && request.reason().empty()) {
    return Invalid({{"reason", "want why not now: whoever asked is owed it", "FIELD_REQUIRED"}});
  }
  if (to != v1::SUGGESTION_STATE_NOT_NOW && !request.reason().empty()) return Invalid({{"reason", "want a reason with NOT_NOW only"}});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Decision> PostSuggestion(const Call& call, const v1::PostSuggestionRequest& request, View& view) {
  const std::string id = call.NewId();
  BB_ASSIGN_OR_RETURN(const v1::Suggestion* before, view.Find<v1::Suggestion>(id));
  (void)before;  // that there is none is what the commit checks
  v1::Suggestion suggestion;
  suggestion.set_text(request.text());
  suggestion.set_state(v1::SUGGESTION_STATE_POSTED);
  *suggestion.mutable_posted_on() = ToDate(CopenhagenDay(call.now));
  v1::PostSuggestionResponse response;
  response.set_name(absl::StrCat(kPlural, "/", id));
  Decision decision(response);
  decision.Put(Entities(), id, suggestion);
  return decision;
}

absl::StatusOr<Decision> ScreenSuggestion(const Call&, const v1::ScreenSuggestionRequest& request, View& view) {
  if (request.discard() && !request.text().empty()) return Invalid({{"text", "want no text for what is thrown away"}});
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::Suggestion* before, view.Get<v1::Suggestion>(id));
  if (before->screened()) return WrongState("SCREENED", "UNSCREENED");
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::Suggestion>(id));
  if (!request.etag().empty() && etag != request.etag()) return EtagMismatch();
  if (request.discard()) {
    Decision decision{v1::ScreenSuggestionResponse()};
    decision.Delete("suggestion", id);
    return decision;
  }
  v1::Suggestion suggestion = *before;
  suggestion.set_screened(true);
  if (!request.text().empty()) suggestion.set_text(request.text());
  return Put<v1::ScreenSuggestionResponse>(id, suggestion, view);
}

absl::StatusOr<Decision> PutOnAgenda(const Call& call, const v1::PutOnAgendaRequest& request, View& view) {
  const std::string id = IdOf(request.suggestion()), meeting_id = IdOf(request.meeting());
  BB_ASSIGN_OR_RETURN(v1::Suggestion suggestion, Hanging(id, view));
  BB_RETURN_IF_ERROR(CheckMove(suggestion.state(), v1::SUGGESTION_STATE_ON_AGENDA));
  BB_ASSIGN_OR_RETURN(const v1::HouseMeeting* meeting, view.Get<v1::HouseMeeting>(meeting_id));
  // What may still have an agenda posted.
  BB_RETURN_IF_ERROR(CheckMove(meeting->state(), v1::HOUSE_MEETING_STATE_AGENDA_POSTED));
  if (ToDay(meeting->date()) < CopenhagenDay(call.now)) return WrongDay("meeting", "want a meeting whose day is not past");
  BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> there, view.Page<v1::Suggestion>("by-meeting", meeting_id, kMostOnAgenda));
  if (there.records.size() >= kMostOnAgenda) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", "there are 100 suggestions on this agenda");
  }
  suggestion.set_state(v1::SUGGESTION_STATE_ON_AGENDA);
  suggestion.set_meeting(request.meeting());
  suggestion.clear_reason();
  return Put<v1::PutOnAgendaResponse>(id, suggestion, view);
}

absl::StatusOr<Decision> DecideSuggestion(const Call& call, const v1::DecideSuggestionRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckDecision(request));
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(v1::Suggestion suggestion, Hanging(id, view));
  BB_RETURN_IF_ERROR(CheckMove(suggestion.state(), request.to()));
  if (AtItsMeeting(request.to())) {
    BB_ASSIGN_OR_RETURN(const v1::HouseMeeting* meeting, view.Get<v1::HouseMeeting>(IdOf(suggestion.meeting())));
    if (CopenhagenDay(call.now) < ToDay(meeting->date())) return WrongDay("to", "want it once the day of its meeting has come");
  }
  suggestion.set_state(request.to());
  suggestion.set_reason(request.reason());
  BB_ASSIGN_OR_RETURN(Decision decision, Put<v1::DecideSuggestionResponse>(id, suggestion, view));
  Announce(call, v1::HOUSE_EVENT_TYPE_SUGGESTION_DECIDED, request.name(), &decision);
  return decision;
}

absl::StatusOr<Decision> ListSuggestions(const Call&, const v1::ListSuggestionsRequest& request, View& view) {
  const bool all = request.state() == v1::SUGGESTION_STATE_UNSPECIFIED;
  BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> page,
                      AskedPage<v1::Suggestion>(view, all ? "board" : "by-state", all ? "" : Word(request.state()), request));
  v1::ListSuggestionsResponse response;
  BB_RETURN_IF_ERROR(NameAll(view, page, kPlural, response.mutable_suggestions()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListUnscreenedSuggestions(const Call&, const v1::ListUnscreenedSuggestionsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> page, AskedPage<v1::Suggestion>(view, "unscreened", "", request));
  v1::ListUnscreenedSuggestionsResponse response;
  BB_RETURN_IF_ERROR(NameAll(view, page, kPlural, response.mutable_suggestions()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::Status BackIntoTheBox(const std::string& meeting_id, View& view, Decision* decision) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::Suggestion> page, view.Page<v1::Suggestion>("by-meeting", meeting_id, kMostOnAgenda));
  for (const auto& [id, before] : page.records) {
    if (!MayBecome(before->state(), v1::SUGGESTION_STATE_POSTED)) continue;
    v1::Suggestion suggestion = *before;
    suggestion.set_state(v1::SUGGESTION_STATE_POSTED);
    suggestion.clear_meeting();
    decision->Put(Entities(), id, suggestion);
  }
  return absl::OkStatus();
}

}  // namespace brobygger::dropin
