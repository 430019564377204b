// The citizen's card: a code on paper, 4 groups of 4 characters, kept as a slow hash. Pure (but slow).
//
// Wrong codes. A whole code is 16 characters of 32, 2^80. At 10 a day from each of 40 agencies, 2^17 a year, half of them take
// 2^62 years: who knows nothing needs no more limit. Limits are for who knows a part (a card seen over a shoulder) and for what
// slow hashes cost. They must not be a weapon either: one agency that types wrong codes must not take the card away from
// the citizen everywhere. So:
//   an agency   5 in an hour and 10 in a day, then this agency waits; all others go on
//   one card    50 in a day over all agencies, then no code of this card is looked at until the first is a day old, or until
//               a new card is handed out. One agency reaches 10, so it takes five agencies. Who lacks 4 of the characters (2^20)
//               needs 28 years for half of them at that pace; who lacks 3 (2^15), a year.
// A card is never void for good: the citizen would have to come for a new one because of what others typed, while waiting a
// day, or a new card at once, guards just as well.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consent/stored.pb.h"

namespace brobygger::consent {

inline constexpr int kWrongCodesPerHour = 5;     // from one agency
inline constexpr int kWrongCodesPerDay = 10;     // from one agency
inline constexpr int kWrongCodesOfOneCard = 50;  // in a day, from all agencies
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

// Whether as many wrong codes were typed as are allowed: from this agency, or of this card. Asked before the slow hash.
bool TooManyWrongCodes(const records::Subject& subject, absl::string_view agency, absl::Time now);
// Adds one, forgets those older than a day.
void CountWrongCode(records::Subject& subject, const std::string& agency, absl::Time now);

}  // namespace brobygger::consent
