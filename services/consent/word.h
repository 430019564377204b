// The citizen's word (design, "The citizen's word"): is it strong enough for what is about to be done? Pure.
//
//   giving       own login; or the code card, recorded by a person outside the recipient agency; or two persons, at least one
//                of them outside it. With substances, health, mental health or justice a card also needs a written signature.
//   withdrawing  the citizen's word to anyone: any presence.
//   looking      across agencies, and merging: own login; or the card; or two persons, at least one of them outside the agency
//                that asks.
//   opening      closed doors again: as giving, for each consent that is open.
//   records      everything that the agencies keep: as giving the agency that asks a consent to all of it.
//   erasing      as looking, and as giving: nobody erases what their own agency keeps without somebody from outside it.
//
// So a member of the recipient agency is never the only one, two colleagues are never enough to see or be the citizen, and a
// system token is never anybody's word. Whoever attests or witnesses a statement says yes to one use of it: CheckUse.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/runtime/decide.h"
#include "services/runtime/policy.h"

namespace brobygger::consent {

struct CitizenWord {
  type::v1::Word word = type::v1::WORD_UNSPECIFIED;
  bool written_signature = false;
  struct Person {
    std::string person, agency;
  };
  std::vector<Person> persons;  // who recorded it, the recorder first
};

// What the call says: the own login, the signed statement as it stands, a stated presence as WORD_PRESENT, else nothing.
CitizenWord WordOf(const Call& call);
// A signed statement as a word.
CitizenWord WordOf(const type::v1::PresenceStatement& statement);

enum class Missing {
  kNothing,
  kPresence,          // nobody says that the citizen took part
  kStrongerWord,      // one person alone states it
  kOutsider,          // everybody who states it works for the recipient
  kWrittenSignature,  // a card, for a sensitive category
};

// `recipient` is "agencies/…"; "": nobody is the recipient, so nobody has to be from outside.
Missing MissingToGive(const CitizenWord& word, const std::string& recipient, CategoryMask categories);
Missing MissingToWithdraw(const CitizenWord& word);
// `agency` is whose person asks, "" under own login. Merging needs the same: whoever logs in as the one is then also the other.
Missing MissingToLook(const CitizenWord& word, const std::string& agency);

// OK, PRESENCE_REQUIRED, or FAILED_PRECONDITION WORD_NOT_ENOUGH with a text that says what is missing.
absl::Status Enough(Missing missing);

// FAILED_PRECONDITION STATEMENT_USE unless the statement is for this. What needs least takes any: it is not asked there.
absl::Status CheckUse(const type::v1::PresenceStatement& statement, type::v1::PresenceUse use);
// The same of the call's signed statement. Own logins and stated presences are no statements: OK.
absl::Status CheckUse(const Call& call, type::v1::PresenceUse use);
// The refusal itself.
absl::Status OtherUse();

}  // namespace brobygger::consent
