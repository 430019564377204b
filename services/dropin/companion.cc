#include "services/dropin/companion.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/network_records.h"
#include "services/dropin/participant.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kAheadDays = 184;
constexpr int kKeptDays = 31;
constexpr int kMost = 20;

absl::Time GoesAt(const stored::CompanionRecord& record) { return StartOfDay(ToDay(record.request().date()) + kKeptDays); }

v1::CompanionRequest Shown(const stored::CompanionRecord& record, const stored::Companions& of, const std::string& etag) {
  v1::CompanionRequest request = record.request();
  request.set_name(absl::StrCat("companionRequests/", IdOf(of.person()), ".", record.ticket()));
  if (absl::StartsWith(of.person(), "citizens/")) request.set_citizen(of.person());
  else request.set_participant(of.person());
  request.set_etag(etag);
  return request;
}

// Earliest meeting first.
template <class Requests>
void Sort(Requests* requests) {
  std::stable_sort(requests->begin(), requests->end(), [](const v1::CompanionRequest& a, const v1::CompanionRequest& b) {
    return std::make_pair(ToDay(a.date()), a.start_minute()) < std::make_pair(ToDay(b.date()), b.start_minute());
  });
}

struct Found {
  stored::Companions companions;
  int at = 0;
  // Set if a participant asked: used today.
  std::optional<v1::Participant> participant;
};
absl::StatusOr<Found> Find(const Call& call, const TicketName& name, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Companions* companions, view.Find<stored::Companions>(name.person));
  for (int i = 0; companions != nullptr && i < companions->requests_size(); ++i) {
    if (companions->requests(i).ticket() != name.ticket) continue;
    Found found{*companions, i, std::nullopt};
    if (absl::StartsWith(companions->person(), "participants/")) {
      BB_ASSIGN_OR_RETURN(found.participant, UseKnown(call, name.person, view));
    }
    return found;
  }
  return NotFound("companion request");
}

void PutOrDelete(const std::string& id, const stored::Companions& companions, Decision* decision) {
  if (companions.requests().empty()) decision->Delete("companions", id);
  else decision->Put(Entities(), id, companions);
}

// Who asks takes part themselves. What was signed for a citizen counts for that citizen alone, and for no alias.
absl::Status CheckPresence(const Call& call, const std::string& citizen) {
  if (call.presence && (call.presence->citizen().empty() || call.presence->citizen() == citizen)) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "PRESENCE_REQUIRED",
                 "whoever asks has to take part (present, on the phone, or by an own written wish)");
}

std::vector<Violation> CheckHear(const v1::RequestCompanionRequest& request) {
  std::vector<Violation> out;
  for (int i = 0; i < request.may_hear_size(); ++i) {
    const type::v1::DataCategory category = request.may_hear(i);
    if (category == type::v1::DATA_CATEGORY_NON_PERSONAL || category == type::v1::DATA_CATEGORY_UNSPECIFIED) {
      out.push_back({absl::StrCat("may_hear[", i, "]"), "want a category of what is somebody's"});
    }
  }
  return out;
}

absl::Status CheckAnswer(const v1::AnswerCompanionRequest& request) {
  const v1::CompanionState to = request.to();
  if (to == v1::COMPANION_STATE_ASKED) return Invalid({{"to", "want PROMISED, DONE or NOT_POSSIBLE"}});
  const bool not_possible = to == v1::COMPANION_STATE_NOT_POSSIBLE;
  if (not_possible && request.alternative().empty()) {
    return Invalid({{"alternative", "want what there is instead: nobody is left with a no alone", "FIELD_REQUIRED"}});
  }
  if (!not_possible && !request.alternative().empty()) return Invalid({{"alternative", "want one with NOT_POSSIBLE only"}});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Decision> RequestCompanion(const Call& call, const v1::RequestCompanionRequest& request, View& view) {
  const bool citizen = !request.citizen().empty();
  if (citizen == !request.participant().empty()) return Invalid({{"participant", "want exactly one of participant and citizen"}});
  if (auto violations = CheckHear(request); !violations.empty()) return Invalid(std::move(violations));
  BB_RETURN_IF_ERROR(CheckPresence(call, request.citizen()));
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kAheadDays) return Invalid({{"date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});

  const std::string person = citizen ? request.citizen() : request.participant(), id = IdOf(person);
  std::optional<v1::Participant> participant;
  if (!citizen) {
    BB_ASSIGN_OR_RETURN(participant, UseAlias(call, id, view));
  }
  BB_ASSIGN_OR_RETURN(const stored::Companions* before, view.Find<stored::Companions>(id));
  stored::Companions companions;
  if (before != nullptr) companions = *before;
  if (companions.requests_size() >= kMost) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "CAPACITY_FULL", absl::StrCat("nobody has more than ", kMost, " meetings here at once"));
  }
  companions.set_person(person);
  stored::CompanionRecord* record = companions.add_requests();
  record->set_ticket(Slip(call, 0));
  v1::CompanionRequest* asked = record->mutable_request();
  *asked->mutable_date() = request.date();
  asked->set_start_minute(request.start_minute());
  asked->set_place(request.place());
  *asked->mutable_may_hear() = request.may_hear();
  asked->set_state(v1::COMPANION_STATE_ASKED);

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<stored::Companions>(id));
  v1::RequestCompanionResponse response;
  *response.mutable_request() = Shown(*record, companions, etag);
  Decision decision(response);
  if (participant) decision.Put(Entities(), id, *participant);
  decision.Put(Entities(), id, companions);
  // The event names nobody: an outbox is not forgotten with a person.
  Announce(call, v1::HOUSE_EVENT_TYPE_COMPANION_REQUESTED, "", &decision);
  return decision;
}

absl::StatusOr<Decision> AnswerCompanion(const Call& call, const v1::AnswerCompanionRequest& request, View& view) {
  BB_RETURN_IF_ERROR(CheckAnswer(request));
  const TicketName name(request.name());
  BB_ASSIGN_OR_RETURN(Found found, Find(call, name, view));
  stored::CompanionRecord* record = found.companions.mutable_requests(found.at);
  v1::CompanionRequest* asked = record->mutable_request();
  BB_RETURN_IF_ERROR(CheckMove(asked->state(), request.to()));
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(asked->date());
  if (request.to() == v1::COMPANION_STATE_PROMISED && today > day) return WrongDay("to", "want a meeting that is still to come");
  if (request.to() == v1::COMPANION_STATE_DONE && today < day) return WrongDay("to", "want it once the day of the meeting has come");
  asked->set_state(request.to());
  asked->set_alternative(request.alternative());
  if (request.to() != v1::COMPANION_STATE_PROMISED) asked->clear_may_hear();  // the permission was for the meeting

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<stored::Companions>(name.person));
  v1::AnswerCompanionResponse response;
  *response.mutable_request() = Shown(*record, found.companions, etag);
  Decision decision(response);
  if (found.participant) decision.Put(Entities(), name.person, *found.participant);
  decision.Put(Entities(), name.person, found.companions);
  return decision;
}

absl::StatusOr<Decision> TakeBackCompanionRequest(const Call& call, const v1::TakeBackCompanionRequestRequest& request, View& view) {
  const TicketName name(request.name());
  BB_ASSIGN_OR_RETURN(Found found, Find(call, name, view));
  found.companions.mutable_requests()->DeleteSubrange(found.at, 1);
  Decision decision{v1::TakeBackCompanionRequestResponse()};
  if (found.participant) decision.Put(Entities(), name.person, *found.participant);
  PutOrDelete(name.person, found.companions, &decision);
  return decision;
}

absl::StatusOr<Decision> ListCompanionRequests(const Call& call, const v1::ListCompanionRequestsRequest& request, View& view) {
  const bool by_state = request.state() != v1::COMPANION_STATE_UNSPECIFIED;
  const int filters = by_state + !request.participant().empty() + !request.citizen().empty();
  if (filters != 1) return Invalid({{"state", "want exactly one of state, participant and citizen"}});
  v1::ListCompanionRequestsResponse response;
  if (by_state) {
    BB_ASSIGN_OR_RETURN(const Listed<stored::Companions> page,
                        AskedPage<stored::Companions>(view, "by-state", Word(request.state()), request));
    for (const auto& [id, companions] : page.records) {
      BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<stored::Companions>(id));
      for (const stored::CompanionRecord& record : companions->requests()) {
        if (record.request().state() == request.state()) *response.add_requests() = Shown(record, *companions, etag);
      }
    }
    response.set_next_page_token(page.next);
  } else {
    const std::string id = IdOf(request.participant().empty() ? request.citizen() : request.participant());
    if (!request.participant().empty()) BB_RETURN_IF_ERROR(UseKnown(call, id, view).status());  // a forgotten one has an answer of its own
    BB_ASSIGN_OR_RETURN(const stored::Companions* companions, view.Find<stored::Companions>(id));
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<stored::Companions>(id));
    for (int i = 0; companions != nullptr && i < companions->requests_size(); ++i) {
      *response.add_requests() = Shown(companions->requests(i), *companions, etag);
    }
  }
  Sort(response.mutable_requests());
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropPastMeetings(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const stored::Companions* before, view.Find<stored::Companions>(id));
  Decision decision;
  if (before == nullptr || NextPast(*before) > call.now) return decision;
  stored::Companions companions;
  companions.set_person(before->person());
  for (const stored::CompanionRecord& record : before->requests()) {
    if (GoesAt(record) > call.now) *companions.add_requests() = record;
  }
  PutOrDelete(id, companions, &decision);
  return decision;
}

absl::Time NextPast(const stored::Companions& companions) {
  absl::Time next = absl::InfiniteFuture();
  for (const stored::CompanionRecord& record : companions.requests()) next = std::min(next, GoesAt(record));
  return next;
}

}  // namespace brobygger::dropin
