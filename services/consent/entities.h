// The kinds of the trust store and of the agencies' cards, with everything the store derives from a record.
#pragma once

#include "services/runtime/decide.h"

namespace brobygger::consent {

// Kinds: subject, reference, identity, consent, arrow, used-statement, linked-alias, quota.
// Indexes of consents (order: when it last changed hands, newest first):
//   "subject"  <subject id>                                   all but requests
//   "requests" <subject id>                                   open requests
//   "active"   <subject id>                                   state ACTIVE
//   "party"    <subject id>.<agency slug>                     what staff of that agency may see (consent_view.h)
//   "incoming" <recipient slug>                               state ACTIVE
//   "peace"    <subject id>.<recipient>.<holder>.<purpose>    what absorbs a request: an open request, a no
EntitySet TrustEntities();

// Kind: card (registry.v1.CitizenCard), the door's file.
EntitySet CardEntities();

}  // namespace brobygger::consent
