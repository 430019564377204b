// Forgetting a participant: every area that knows participants takes its part in one decision, so that nobody is forgotten by halves.
//
// A record about one participant alone stands under the participant's id and is sealed under the participant's key. What several
// share (an activity, a group) is the agency's record and names them by reference; it is found by an index of what is current, never by
// an index of the person: an index leaves its revision behind.
#pragma once

#include <string>

#include "services/runtime/decide.h"

namespace brobygger::dropin {

// Deletes the participant, destroys the key and takes the reference out of every record. The participant has to be there.
absl::Status Forget(const Call& call, const std::string& id, View& view, Decision* decision);

}  // namespace brobygger::dropin
