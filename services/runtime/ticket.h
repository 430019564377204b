// Tickets (rights.proto): what the consent service gives by the citizen's word, and the agency's own service honours. No service asks
// another; nothing but the ticket joins an agency's reference to the person who came with it, and only for its ten minutes.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/rights/v1/rights.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/runtime/ids.h"
#include "services/runtime/status.h"

namespace brobygger {

namespace crypto {
class StatementVerifier;
}

// What is signed: this, and the serialised Ticket. Another context than presence: a ticket is nobody's statement, and no statement is
// a ticket.
inline constexpr absl::string_view kTicketContext = "brobygger ticket 1\n";
inline constexpr absl::Duration kTicketLifetime = absl::Minutes(10);

// Who makes a call by ticket, for the agency that keeps the records: the citizen, by no name. A login's or another agency's person would
// stand in the stores of all agencies at the same moment, and join them.
inline constexpr absl::string_view kTicketReader = "by-the-citizens-own-word";

// The right that a method is done by, told by its request; RIGHT_UNSPECIFIED if it is done by none.
rights::v1::Right RightOf(const google::protobuf::Descriptor* request);

// PERMISSION_DENIED TICKET_REFUSED: the one answer to a ticket that is forged, stale, another person's, or for another right or agency.
inline absl::Status TicketRefused() {
  return Refusal(absl::StatusCode::kPermissionDenied, "TICKET_REFUSED", "this is no ticket for this, or it has run out: ask for a new one");
}

// The ticket, checked: signed by the consent service, for this right and this person, not older than its lifetime. Whether its agency is
// served here is for the caller to say. `verifier` is null where no key is configured: no ticket is then accepted.
absl::StatusOr<rights::v1::Ticket> CheckTicket(const type::v1::SignedStatement& ticket, rights::v1::Right right, const PersonId& person, absl::Time now,
                                               const crypto::StatementVerifier* verifier);

}  // namespace brobygger
