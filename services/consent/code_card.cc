#include "services/consent/code_card.h"

#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/crypto.h"

namespace brobygger::consent {
namespace {

constexpr char kAlphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32 characters
constexpr absl::Duration kDay = absl::Hours(24);
constexpr int kGroups = 4, kGroupSize = 4;

bool Within(absl::Duration duration, std::int64_t ms, absl::Time now) { return absl::FromUnixMillis(ms) + duration > now; }

// With the card's salt: two cards of one issuer have nothing in common.
std::string IssuerDigest(absl::string_view key, absl::string_view salt, absl::string_view person) {
  return crypto::HmacSha256(key, absl::StrCat("card issuer|", salt, "|", person));
}

}  // namespace

std::string CodeFrom(absl::string_view random) {
  std::string code;
  unsigned int buffer = 0;
  int bits = 0;
  size_t at = 0;
  for (int i = 0; i < kGroups * kGroupSize; ++i) {
    if (bits < 5) {
      buffer = (buffer << 8) | static_cast<unsigned char>(random[at++]);
      bits += 8;
    }
    if (i > 0 && i % kGroupSize == 0) code += '-';
    bits -= 5;
    code += kAlphabet[(buffer >> bits) & 31];
  }
  return code;
}

std::string NormalCode(absl::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c != '-' && c != ' ') out += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return out;
}

records::Subject::CodeCard MakeCard(absl::string_view code, absl::string_view salt, const CardIssuer& issuer, absl::Time now) {
  records::Subject::CodeCard card;
  card.set_salt(std::string(salt));
  card.set_hash(crypto::SlowHash(NormalCode(code), salt));
  card.set_issued_ms(absl::ToUnixMillis(now));
  card.set_agency(issuer.agency);
  card.set_issuer(IssuerDigest(issuer.key, salt, issuer.person));
  return card;
}

bool IsIssuer(const records::Subject& subject, absl::string_view key, absl::string_view person) {
  return subject.has_card() && crypto::ConstantTimeEqual(subject.card().issuer(), IssuerDigest(key, subject.card().salt(), person));
}

bool CodeMatches(const records::Subject& subject, absl::string_view typed) {
  const std::string salt = subject.has_card() ? subject.card().salt() : std::string(16, '\0');
  const std::string hash = crypto::SlowHash(NormalCode(typed), salt);
  return subject.has_card() && crypto::ConstantTimeEqual(hash, subject.card().hash());
}

bool TooManyWrongCodes(const records::Subject& subject, absl::string_view agency, absl::Time now) {
  int hour = 0, day = 0, card = 0;
  for (const records::Subject::WrongCode& wrong : subject.wrong_codes()) {
    if (!Within(kDay, wrong.time_ms(), now)) continue;
    // Guesses at an earlier card say nothing about this one. (An agency's own stay counted: a new card is no way round that.)
    if (wrong.time_ms() >= subject.card().issued_ms()) ++card;
    if (wrong.agency() != agency) continue;
    ++day;
    if (Within(absl::Hours(1), wrong.time_ms(), now)) ++hour;
  }
  return hour >= kWrongCodesPerHour || day >= kWrongCodesPerDay || card >= kWrongCodesOfOneCard;
}

void CountWrongCode(records::Subject& subject, const std::string& agency, absl::Time now) {
  std::vector<records::Subject::WrongCode> kept;
  for (const records::Subject::WrongCode& wrong : subject.wrong_codes()) {
    if (Within(kDay, wrong.time_ms(), now)) kept.push_back(wrong);
  }
  subject.mutable_wrong_codes()->Assign(kept.begin(), kept.end());
  records::Subject::WrongCode* wrong = subject.add_wrong_codes();
  wrong->set_time_ms(absl::ToUnixMillis(now));
  wrong->set_agency(agency);
}

}  // namespace brobygger::consent
