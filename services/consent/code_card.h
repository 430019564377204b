// The citizen's card: a code on paper, 4 groups of 4 characters, kept as a slow hash. Pure (but slow).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consent/stored.pb.h"

namespace brobygger::consent {

inline constexpr int kWrongCodesPerHour = 5;
// Cards handed out, and codes typed, by one person in an hour: slow hashes are dear.
inline constexpr int kMaxCardsPerHour = 30;
inline constexpr int kMaxCodesPerHour = 60;

// "ABCD-EFGH-JKLM-NPQR" from 10 or more random bytes: 80 bits in an alphabet without 0, 1, I and O.
std::string CodeFrom(absl::string_view random);
// Upper case, without dashes and spaces.
std::string NormalCode(absl::string_view typed);

// Who makes a card: `key` for the digest of the person.
struct CardIssuer {
  absl::string_view key, person;
  std::string agency;
};
// `salt`: 16 random bytes.
records::Subject::CodeCard MakeCard(absl::string_view code, absl::string_view salt, const CardIssuer& issuer, absl::Time now);
// Whether this person handed the card out: nobody makes a card and then speaks with it for the citizen.
bool IsIssuer(const records::Subject& subject, absl::string_view key, absl::string_view person);
// False also if there is no card; takes the same time then.
bool CodeMatches(const records::Subject& subject, absl::string_view typed);

// Whether as many wrong codes as are allowed were typed within the last hour.
bool TooManyWrongCodes(const records::Subject& subject, absl::Time now);
// Adds one, forgets those older than an hour.
void CountWrongCode(records::Subject& subject, absl::Time now);

}  // namespace brobygger::consent
