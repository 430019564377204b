// A record as a person can read it: a line for each thing that it says, in Danish where the contract's word has one. For exports.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace brobygger {

// "Oprettet: 3. marts 2026 kl. 10:04\nTilstand: venter\n…". What is not set is left out; what is inside another thing is indented.
std::string ReadableDa(const google::protobuf::Message& message);

// The Danish word for a field of a record ("screened_on"), or for an enum value ("RENT_ARREARS"); the contract's own, with spaces, if
// there is none.
std::string FieldWordDa(absl::string_view field);
std::string ValueWordDa(absl::string_view value);

}  // namespace brobygger
