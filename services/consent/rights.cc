#include "services/consent/rights.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/common.h"
#include "services/consent/names.h"
#include "services/consent/phrases.h"
#include "services/consent/word.h"
#include "services/runtime/ticket.h"

namespace brobygger::consent {
namespace {

constexpr int kNonceSize = 16;
constexpr int kFirstNonce = 100;  // the numbers of a decision's secrets (common.cc)

// Tickets for each reference that the agency has of the subject, for who calls.
void AddTickets(const ConsentRules& rules, const Call& call, const records::Subject& subject, const std::string& agency, rights::v1::Right right,
                google::protobuf::RepeatedPtrField<registry::v1::AgencyTicket>* out) {
  const auto refs = subject.references().find(agency);
  const runtime::Agency* listed = rules.directory->FindAgency(agency);
  if (refs == subject.references().end() || listed == nullptr) return;
  for (const std::string& ref : refs->second.ids()) {
    rights::v1::Ticket ticket;
    ticket.set_agency(agency);
    ticket.set_citizen(CitizenName(ref));
    ticket.set_right(right);
    ticket.set_person(call.person.value());
    ticket.set_word(WordOf(call).word);
    *ticket.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(Millis(call.now));
    ticket.set_nonce(call.NewSecret(kFirstNonce + out->size(), kNonceSize));
    registry::v1::AgencyTicket* given = out->Add();
    given->set_agency(agency);
    given->set_name_da(listed->display_name_da());
    given->set_name_en(listed->display_name_en());
    for (const runtime::Door& door : listed->doors()) given->add_services(RightsServiceOf(door.service()));
    given->mutable_ticket()->set_statement(ticket.SerializeAsString());
    given->mutable_ticket()->set_signature(rules.sign(absl::StrCat(kTicketContext, given->ticket().statement())));
  }
}

// A statement of the citizen for the own agency's records takes what help takes.
bool IsOwnStatement(const Call& call, const registry::v1::IssueActTicketsRequest& request) {
  return !call.OwnLogin() && request.right() == rights::v1::RIGHT_ADD_STATEMENT && request.agency() == call.agency.value();
}

absl::Status CheckActWord(const Call& call, const registry::v1::IssueActTicketsRequest& request) {
  if (IsOwnStatement(call, request)) return Enough(MissingToWithdraw(WordOf(call)));
  if (request.right() == rights::v1::RIGHT_ERASE) {
    BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_ERASE));
    if (call.presence.has_value() && call.presence_signed && call.presence->holder() != request.agency()) return OtherUse();
    BB_RETURN_IF_ERROR(Enough(MissingToGive(WordOf(call), request.agency(), 0)));
  } else {
    BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_REGISTRY));
  }
  return Enough(MissingToLook(WordOf(call), call.agency.value()));
}

// Whoever asks sees more than any consent shows.
absl::Status CheckRecordsWord(const Call& call) {
  BB_RETURN_IF_ERROR(CheckUse(call, type::v1::PRESENCE_USE_RECORDS));
  return Enough(MissingToGive(WordOf(call), call.agency.value(), SensitiveCategories()));
}

bool IsStatement(const Call& call) { return call.presence.has_value() && call.presence_signed; }

}  // namespace

std::string RightsServiceOf(absl::string_view door) { return absl::StrCat(absl::StripSuffix(door, "Service"), "RightsService"); }

absl::StatusOr<Decision> IssueAccessTickets(const ConsentRules& rules, const Call& call, const registry::v1::IssueAccessTicketsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, request.citizen(), view));
  BB_RETURN_IF_ERROR(CheckRecordsWord(call));
  if (IsStatement(call)) BB_RETURN_IF_ERROR(CheckUnused(*call.presence, view));
  registry::v1::IssueAccessTicketsResponse response;
  std::set<std::string> holders;
  if (who.subject != nullptr) {
    std::vector<std::string> agencies;
    for (const auto& [agency, refs] : who.subject->references()) agencies.push_back(agency);
    std::sort(agencies.begin(), agencies.end());  // a map has no order
    for (const std::string& agency : agencies) AddTickets(rules, call, *who.subject, agency, rights::v1::RIGHT_SEE, response.mutable_tickets());
  }
  for (const auto& ticket : response.tickets()) holders.insert(ticket.agency());
  Decision decision(response);
  if (IsStatement(call)) UseUp(decision, rules, *call.presence);
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_RECORDS_ASKED);
  if (call.OwnLogin() || holders.empty()) {
    Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CITIZEN_VIEW, details);
  } else {
    for (const std::string& holder : holders) {  // each has to tell the agency that was shown its records
      details.set_holder(holder);
      Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CITIZEN_VIEW, details);
    }
  }
  return decision;
}

absl::StatusOr<Decision> IssueActTickets(const ConsentRules& rules, const Call& call, const registry::v1::IssueActTicketsRequest& request, View& view) {
  const bool erase = request.right() == rights::v1::RIGHT_ERASE;
  if (!erase && request.right() != rights::v1::RIGHT_ADD_STATEMENT) return Invalid({{"right", "want ADD_STATEMENT or ERASE"}});
  const runtime::Agency* agency = rules.directory->FindAgency(request.agency());
  if (agency == nullptr) return Invalid({{"agency", "want an agency of the directory"}});
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, request.citizen(), view));
  BB_RETURN_IF_ERROR(CheckActWord(call, request));  // before anything tells which agencies know the citizen
  const bool spends = IsStatement(call) && !IsOwnStatement(call, request);
  if (spends) BB_RETURN_IF_ERROR(CheckUnused(*call.presence, view));

  registry::v1::IssueActTicketsResponse response;
  if (who.subject != nullptr) AddTickets(rules, call, *who.subject, request.agency(), request.right(), response.mutable_tickets());
  const bool known = !response.tickets().empty();
  if (known && erase) {
    const std::string &da = agency->display_name_da(), &en = agency->display_name_en();
    response.set_stays_da(absl::StrCat(
        "Det her bliver stående: adgangsloggen, der viser, hvem der har kigget, men ikke hvad der stod; hvem hos ", da, " der har læst om dig; dine samtykker, som du "
        "trækker tilbage for sig; at du er registreret hos ", da, "; og det, som ", da, " efter loven skal gemme i egne systemer. Det, du har sagt under et dæknavn uden at "
        "blive kendt, glemmer huset, når du beder om det der. Ordene forsvinder fra filerne samme nat. I ældre sikkerhedskopier står de låst, til kopierne bliver slettet, "
        "og bliver en kopi lagt tilbage, bliver de slettet igen."));
    response.set_stays_en(absl::StrCat(
        "This stays: the access log, which shows who has looked but not what it said; who at ", en, " has read about you; your consents, which you take back "
        "separately; that you are registered with ", en, "; and what a law makes ", en, " keep in systems of its own. What you said under an alias without becoming known "
        "is forgotten by the house when you ask there. The words leave the files the same night. In older backups they stand locked until the copies are deleted, and if a "
        "copy is put back they are erased again."));
  }
  // Also if the agency does not know the citizen: whoever asks for one agency after the other spends a word on each, and it is written down.
  Decision decision(response);
  if (!known) decision.RefuseAfterCommit(NotFound("citizen"));
  if (spends) UseUp(decision, rules, *call.presence);
  ledger::v1::EntryDetails details;
  details.set_act(erase ? ledger::v1::ACT_ERASURE_ASKED : ledger::v1::ACT_STATEMENT_ASKED);
  details.set_holder(request.agency());
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_REGISTRY, details);
  if (known && !IsOwnStatement(call, request) && MissingToLook(WordOf(call), call.agency.value()) == Missing::kNothing) {
    records::ActReading reading;
    reading.mutable_subject()->set_subject(who.id);
    *reading.mutable_subject()->mutable_absorbed() = who.subject->absorbed();
    reading.set_holder(request.agency());
    reading.set_since_ms(Millis(call.now - kTellWithin));
    decision.HandOver(reading.SerializeAsString());
  }
  return decision;
}

}  // namespace brobygger::consent
