#include "services/consent/word.h"

#include <tuple>

#include "gtest/gtest.h"

namespace brobygger::consent {
namespace {

using type::v1::Word;

constexpr char kOutside[] = "agencies/perron-4", kOther[] = "agencies/jobcenter", kRecipient[] = "agencies/boligenhed";
const CategoryMask kPlain = Bit(type::v1::DATA_CATEGORY_CONTACT) | Bit(type::v1::DATA_CATEGORY_APPOINTMENTS);

CitizenWord Make(Word word, bool signature, const std::vector<std::string>& agencies, bool same_person = false) {
  CitizenWord w;
  w.word = word;
  w.written_signature = signature;
  for (size_t i = 0; i < agencies.size(); ++i) w.persons.push_back({same_person ? "p" : "p" + std::to_string(i), agencies[i]});
  return w;
}

// Every word x who recorded it x signature x category. What design 4 allows is written out again here, in other words.
TEST(Word, EveryCombination) {
  const std::vector<std::vector<std::string>> people = {
      {}, {kOutside}, {kRecipient}, {kOutside, kOutside}, {kOutside, kRecipient}, {kRecipient, kOutside}, {kRecipient, kRecipient}, {kOutside, kOther}};
  int allowed = 0;
  for (Word word : {type::v1::WORD_UNSPECIFIED, type::v1::WORD_PRESENT, type::v1::WORD_CODE_CARD, type::v1::WORD_TWO_PERSONS, type::v1::WORD_OWN_LOGIN}) {
    for (const auto& agencies : people) {
      for (bool same_person : {false, true}) {
        for (bool signature : {false, true}) {
          for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
            const auto category = static_cast<type::v1::DataCategory>(c);
            const bool sensitive = c == type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT || c == type::v1::DATA_CATEGORY_HEALTH ||
                                   c == type::v1::DATA_CATEGORY_MENTAL_HEALTH || c == type::v1::DATA_CATEGORY_JUSTICE;
            int outside = 0;
            for (const auto& a : agencies) outside += a != kRecipient ? 1 : 0;
            bool enough = false;
            if (word == type::v1::WORD_OWN_LOGIN) enough = true;
            if (word == type::v1::WORD_CODE_CARD) enough = !agencies.empty() && agencies.front() != kRecipient && (!sensitive || signature);
            if (word == type::v1::WORD_TWO_PERSONS) enough = agencies.size() >= 2 && !same_person && outside >= 1;
            const Missing missing = MissingToGive(Make(word, signature, agencies, same_person), kRecipient, Bit(category));
            EXPECT_EQ(missing == Missing::kNothing, enough) << word << " " << agencies.size() << " " << same_person << signature << " " << c;
            allowed += enough ? 1 : 0;
          }
        }
      }
    }
  }
  EXPECT_GT(allowed, 0);
}

TEST(Word, SaysWhatIsMissing) {
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_UNSPECIFIED, false, {}), kRecipient, kPlain), Missing::kPresence);
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_PRESENT, true, {kOutside}), kRecipient, kPlain), Missing::kStrongerWord);
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_TWO_PERSONS, true, {kRecipient, kRecipient}), kRecipient, kPlain), Missing::kOutsider);
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_CODE_CARD, true, {kRecipient}), kRecipient, kPlain), Missing::kOutsider);
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_CODE_CARD, false, {kOutside}), kRecipient, Bit(type::v1::DATA_CATEGORY_HEALTH)), Missing::kWrittenSignature);
  // An agency that is not named is not outside anything.
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_CODE_CARD, true, {""}), kRecipient, kPlain), Missing::kOutsider);
  EXPECT_EQ(MissingToGive(Make(type::v1::WORD_TWO_PERSONS, true, {kRecipient, ""}), kRecipient, kPlain), Missing::kOutsider);
  for (Missing m : {Missing::kStrongerWord, Missing::kOutsider, Missing::kWrittenSignature}) {
    EXPECT_EQ(Enough(m).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(Enough(m)), "WORD_NOT_ENOUGH");
  }
  EXPECT_EQ(ReasonOf(Enough(Missing::kPresence)), "PRESENCE_REQUIRED");
  EXPECT_TRUE(Enough(Missing::kNothing).ok());
}

TEST(Word, WithdrawingNeedsLeast) {
  EXPECT_EQ(MissingToWithdraw(Make(type::v1::WORD_UNSPECIFIED, false, {})), Missing::kPresence);
  for (Word word : {type::v1::WORD_PRESENT, type::v1::WORD_CODE_CARD, type::v1::WORD_TWO_PERSONS, type::v1::WORD_OWN_LOGIN}) {
    EXPECT_EQ(MissingToWithdraw(Make(word, false, {kRecipient})), Missing::kNothing) << word;
  }
}

TEST(Word, LookingAcrossAgenciesNeedsCardOrTwo) {
  constexpr const char* kOwn = kRecipient;  // whose person asks
  const struct {
    Word word;
    std::vector<std::string> agencies;
    bool same_person;
    Missing missing;
  } rows[] = {
      {type::v1::WORD_UNSPECIFIED, {}, false, Missing::kPresence},
      {type::v1::WORD_OWN_LOGIN, {}, false, Missing::kNothing},
      {type::v1::WORD_PRESENT, {kOwn}, false, Missing::kStrongerWord},
      {type::v1::WORD_PRESENT, {kOutside}, false, Missing::kStrongerWord},
      {type::v1::WORD_CODE_CARD, {kOwn}, false, Missing::kNothing},
      {type::v1::WORD_CODE_CARD, {}, false, Missing::kStrongerWord},
      {type::v1::WORD_TWO_PERSONS, {kOwn, kOwn}, false, Missing::kOutsider},
      {type::v1::WORD_TWO_PERSONS, {kOwn, ""}, false, Missing::kOutsider},
      {type::v1::WORD_TWO_PERSONS, {kOwn, kOutside}, false, Missing::kNothing},
      {type::v1::WORD_TWO_PERSONS, {kOwn, kOutside}, true, Missing::kStrongerWord},
      {type::v1::WORD_TWO_PERSONS, {kOwn}, false, Missing::kStrongerWord},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(MissingToLook(Make(row.word, true, row.agencies, row.same_person), kOwn), row.missing) << row.word << " " << row.agencies.size();
  }
}

Call CallWith(type::v1::Role role, Word word, bool is_signed) {
  Call call;
  call.roles = {role};
  type::v1::PresenceStatement s;
  s.set_word(word);
  for (const char* person : {"a", "b"}) {
    auto* p = s.add_persons();
    p->set_person(person);
    p->set_agency(kOutside);
  }
  call.presence = s;
  call.presence_signed = is_signed;
  return call;
}

// Every use x what asks: a statement counts for one thing.
TEST(Word, AStatementIsForOneUse) {
  for (int made = type::v1::PresenceUse_MIN; made <= type::v1::PresenceUse_MAX; ++made) {
    Call call = CallWith(type::v1::ROLE_SKP, type::v1::WORD_TWO_PERSONS, true);
    call.presence->set_use(static_cast<type::v1::PresenceUse>(made));
    for (auto asked : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_GIVE, type::v1::PRESENCE_USE_SEE, type::v1::PRESENCE_USE_REGISTRY}) {
      const absl::Status status = CheckUse(call, asked);
      EXPECT_EQ(ReasonOf(status), made == asked ? "" : "STATEMENT_USE") << made << " " << asked;
      EXPECT_EQ(ReasonOf(CheckUse(*call.presence, asked)), ReasonOf(status));
      EXPECT_EQ(status.code(), made == asked ? absl::StatusCode::kOk : absl::StatusCode::kFailedPrecondition);
      Call stated = call;
      stated.presence_signed = false;
      EXPECT_TRUE(CheckUse(stated, asked).ok()) << "no statement: what it is worth says the word";
    }
    EXPECT_EQ(MissingToWithdraw(WordOf(call)), Missing::kNothing) << "what needs least takes any";
  }
  Call login;
  login.roles = {type::v1::ROLE_CITIZEN};
  EXPECT_TRUE(CheckUse(login, type::v1::PRESENCE_USE_GIVE).ok());
}

TEST(Word, ComesFromTheCall) {
  Call nobody;
  nobody.roles = {type::v1::ROLE_SKP};
  EXPECT_EQ(WordOf(nobody).word, type::v1::WORD_UNSPECIFIED);
  EXPECT_EQ(WordOf(CallWith(type::v1::ROLE_SKP, type::v1::WORD_TWO_PERSONS, true)).word, type::v1::WORD_TWO_PERSONS);
  // What is not signed is one person's word, whatever it says; nobody can state somebody's own login.
  EXPECT_EQ(WordOf(CallWith(type::v1::ROLE_SKP, type::v1::WORD_TWO_PERSONS, false)).word, type::v1::WORD_PRESENT);
  EXPECT_EQ(WordOf(CallWith(type::v1::ROLE_SKP, type::v1::WORD_OWN_LOGIN, true)).word, type::v1::WORD_PRESENT);
  // A system has seen nobody.
  EXPECT_EQ(WordOf(CallWith(type::v1::ROLE_SYSTEM, type::v1::WORD_TWO_PERSONS, true)).word, type::v1::WORD_UNSPECIFIED);
  Call login;
  login.roles = {type::v1::ROLE_CITIZEN};
  EXPECT_EQ(WordOf(login).word, type::v1::WORD_OWN_LOGIN);
}

}  // namespace
}  // namespace brobygger::consent
