#include "services/runtime/ticket.h"

#include "absl/strings/str_cat.h"
#include "services/runtime/crypto.h"
#include "services/runtime/presence.h"
#include "services/runtime/status.h"

namespace brobygger {

rights::v1::Right RightOf(const google::protobuf::Descriptor* request) {
  if (request == rights::v1::ExportRecordsRequest::descriptor()) return rights::v1::RIGHT_SEE;
  if (request == rights::v1::AddStatementRequest::descriptor()) return rights::v1::RIGHT_ADD_STATEMENT;
  if (request == rights::v1::EraseRecordsRequest::descriptor()) return rights::v1::RIGHT_ERASE;
  return rights::v1::RIGHT_UNSPECIFIED;
}

absl::StatusOr<rights::v1::Ticket> CheckTicket(const type::v1::SignedStatement& ticket, rights::v1::Right right, const PersonId& person, absl::Time now,
                                               const crypto::StatementVerifier* verifier) {
  if (verifier == nullptr || !verifier->Verify(absl::StrCat(kTicketContext, ticket.statement()), ticket.signature())) return TicketRefused();
  rights::v1::Ticket out;
  if (!out.ParseFromString(ticket.statement())) return TicketRefused();
  const absl::Time given = absl::FromUnixSeconds(out.time().seconds()) + absl::Nanoseconds(out.time().nanos());
  const bool fresh = out.has_time() && given <= now + kPresenceSkew && now < given + kTicketLifetime;
  const bool named = AgencyId::Parse(out.agency()).ok() && CitizenRef::Parse(out.citizen()).ok();
  if (!fresh || !named || right == rights::v1::RIGHT_UNSPECIFIED || out.right() != right) return TicketRefused();
  if (person.empty() || out.person() != person.value()) return TicketRefused();
  return out;
}

}  // namespace brobygger
