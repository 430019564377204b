// The citizen's card: a code on paper, 4 groups of 4 characters, kept as a slow hash. Pure (but slow).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consent/stored.pb.h"

namespace brobygger::consent {

inline constexpr int kWrongCodesPerHour = 5;

// "ABCD-EFGH-JKLM-NPQR" from 10 or more random bytes: 80 bits in an alphabet without 0, 1, I and O.
std::string CodeFrom(absl::string_view random);
// Upper case, without dashes and spaces.
std::string NormalCode(absl::string_view typed);

// `salt`: 16 random bytes.
records::Subject::CodeCard MakeCard(absl::string_view code, absl::string_view salt, const std::string& agency, absl::Time now);
// False also if there is no card; takes the same time then.
bool CodeMatches(const records::Subject& subject, absl::string_view typed);

// Whether as many wrong codes as are allowed were typed within the last hour.
bool TooManyWrongCodes(const records::Subject& subject, absl::Time now);
// Adds one, forgets those older than an hour.
void CountWrongCode(records::Subject& subject, absl::Time now);

}  // namespace brobygger::consent
