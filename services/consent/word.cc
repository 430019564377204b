#include "services/consent/word.h"

#include <algorithm>

#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

absl::Status NotEnough(absl::string_view text) { return Refusal(absl::StatusCode::kFailedPrecondition, "WORD_NOT_ENOUGH", text); }

// Two different persons, whatever the statement calls itself.
bool TwoPersons(const CitizenWord& word) {
  return word.word == type::v1::WORD_TWO_PERSONS &&
         std::any_of(word.persons.begin(), word.persons.end(), [&](const CitizenWord::Person& p) { return p.person != word.persons.front().person; });
}

bool Card(const CitizenWord& word) { return word.word == type::v1::WORD_CODE_CARD && !word.persons.empty(); }

bool AnyOutside(const CitizenWord& word, const std::string& recipient) {
  return std::any_of(word.persons.begin(), word.persons.end(),
                     [&](const CitizenWord::Person& p) { return !p.agency.empty() && p.agency != recipient; });
}

}  // namespace

CitizenWord WordOf(const type::v1::PresenceStatement& statement) {
  CitizenWord word;
  word.word = statement.word();
  word.written_signature = statement.written_signature();
  for (const auto& p : statement.persons()) word.persons.push_back({p.person(), p.agency()});
  return word;
}

CitizenWord WordOf(const Call& call) {
  CitizenWord word;
  if (call.HasRole(type::v1::ROLE_SYSTEM)) return word;
  if (call.OwnLogin()) {
    word.word = type::v1::WORD_OWN_LOGIN;
    return word;
  }
  if (!call.presence.has_value()) return word;
  word = WordOf(*call.presence);
  // No statement carries an own login, and without a signature it is one person's word.
  if (!call.presence_signed || word.word == type::v1::WORD_OWN_LOGIN) word.word = type::v1::WORD_PRESENT;
  return word;
}

Missing MissingToGive(const CitizenWord& word, const std::string& recipient, CategoryMask categories) {
  if (word.word == type::v1::WORD_OWN_LOGIN) return Missing::kNothing;
  if (word.word == type::v1::WORD_UNSPECIFIED) return Missing::kPresence;
  if (!Card(word) && !TwoPersons(word)) return Missing::kStrongerWord;
  // The card counts only through the person who records it, who stands first.
  if (Card(word) ? word.persons.front().agency.empty() || word.persons.front().agency == recipient : !AnyOutside(word, recipient)) {
    return Missing::kOutsider;
  }
  if (Card(word) && (categories & SensitiveCategories()) != 0 && !word.written_signature) return Missing::kWrittenSignature;
  return Missing::kNothing;
}

Missing MissingToWithdraw(const CitizenWord& word) {
  return word.word == type::v1::WORD_UNSPECIFIED ? Missing::kPresence : Missing::kNothing;
}

Missing MissingToLook(const CitizenWord& word, const std::string& agency) {
  if (word.word == type::v1::WORD_OWN_LOGIN || Card(word)) return Missing::kNothing;
  if (word.word == type::v1::WORD_UNSPECIFIED) return Missing::kPresence;
  if (!TwoPersons(word)) return Missing::kStrongerWord;
  return AnyOutside(word, agency) ? Missing::kNothing : Missing::kOutsider;
}

absl::Status Enough(Missing missing) {
  switch (missing) {
    case Missing::kNothing: return absl::OkStatus();
    case Missing::kPresence: return PresenceRequired();
    case Missing::kStrongerWord: return NotEnough("one person's word is not enough: the citizen's own login, the code card, or a second person is missing");
    case Missing::kOutsider: return NotEnough("a person outside the agency is missing");
    case Missing::kWrittenSignature:
      return NotEnough("for these categories the card needs the citizen's written signature; or own login, or a second person");
  }
  return NotEnough("the citizen's word is not enough");
}

absl::Status OtherUse() {
  return Refusal(absl::StatusCode::kFailedPrecondition, "STATEMENT_USE", "this statement of presence is for something else: attest anew, for this");
}

absl::Status CheckUse(const type::v1::PresenceStatement& statement, type::v1::PresenceUse use) {
  return statement.use() == use ? absl::OkStatus() : OtherUse();
}

absl::Status CheckUse(const Call& call, type::v1::PresenceUse use) {
  return call.presence.has_value() && call.presence_signed ? CheckUse(*call.presence, use) : absl::OkStatus();
}

}  // namespace brobygger::consent
