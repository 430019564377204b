// The kinds of the trust store and of the agencies' cards, with everything the store derives from a record.
#pragma once

#include "services/runtime/decide.h"

namespace brobygger::consent {

// Kinds: subject, reference, identity, consent, arrow, spent, linked-alias, quota.
// Indexes of consents (order: when it last changed hands, newest first):
//   "subject"  <subject id>                                   all but requests
//   "requests" <subject id>                                   open requests
//   "refused"  <subject id>                                   requests that were answered with no
//   "active"   <subject id>                                   state ACTIVE
//   "party"    <subject id>.<agency slug>                     what staff of that agency may see (consent_view.h)
//   "incoming" <recipient slug>                               state ACTIVE
//   "peace"    <subject id>.<recipient>.<holder>.<purpose>    what absorbs a request: an open request, a no
EntitySet TrustEntities();

// Kinds, both by the agency's reference and sealed for the citizen:
//   card       registry.v1.CitizenCard   the door's file
//   card-line  CardLine                  what the list shows of it
// Indexes of lines (order: when the card was last changed, newest first):
//   "all"      ""                        every card
//   "name"     <hex HMAC of a word>      card_name.h
EntitySet CardEntities();

}  // namespace brobygger::consent
