#include "services/consent/story.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/common.h"
#include "services/consent/ledger_reader.h"

namespace brobygger::consent {
namespace {

using Row = ::brobygger::stored::LedgerRow;
using Details = ledger::v1::EntryDetails;

bool IsLook(const Row& row) { return row.kind() == ledger::v1::ENTRY_KIND_LOOK; }
bool IsAllowed(const Row& row, const Details& d) { return IsLook(row) && d.rule() == ledger::v1::RULE_CONSENT && d.given_mask() != 0; }

struct Phrases {
  std::string day, asker, holder, recipient, given, asked, rest, purpose;
};

Phrases PhrasesOf(Language language, const Row& row, const Details& d, const Directory& directory) {
  Phrases w;
  w.day = DayPhrase(language, absl::FromUnixMillis(row.time_ms()));
  w.asker = AgencyPhrase(language, directory, d.agency());
  w.holder = AgencyPhrase(language, directory, d.holder());
  w.recipient = AgencyPhrase(language, directory, d.recipient());
  w.given = CategoriesPhrase(language, d.given_mask());
  w.asked = CategoriesPhrase(language, d.asked_mask());
  w.rest = CategoriesPhrase(language, d.asked_mask() & ~d.given_mask());
  w.purpose = PurposePhrase(language, d.purpose());
  return w;
}

// Who sat between the person and the door. Plain words: the citizen knows no "fagsystem".
std::string BySystem(Language language, const Details& d) {
  if (d.system().empty()) return "";
  return language == Language::kDanish ? " De spurgte gennem deres eget it-system." : " They asked through their own IT system.";
}

std::string Look(Language language, bool allowed, const Phrases& w) {
  if (language == Language::kDanish) {
    if (!allowed) return absl::StrCat("Den ", w.day, " spurgte ", w.asker, " om ", w.asked, ". De fik nej.");
    return absl::StrCat("Den ", w.day, " fik ", w.asker, " lov at se ", w.given, ". Formål: ", w.purpose, ".",
                        w.rest.empty() ? "" : absl::StrCat(" De spurgte også om ", w.rest, ". Det fik de ikke."));
  }
  if (!allowed) return absl::StrCat("On ", w.day, " ", w.asker, " asked about ", w.asked, ". They got a no.");
  return absl::StrCat("On ", w.day, " ", w.asker, " was allowed to see ", w.given, ". Purpose: ", w.purpose, ".",
                      w.rest.empty() ? "" : absl::StrCat(" They also asked about ", w.rest, ". That they did not get."));
}

std::string ActDa(const Details& d, const Phrases& w) {
  const std::string den = absl::StrCat("Den ", w.day, " ");
  const std::string hos = d.agency().empty() ? "" : absl::StrCat(" hos ", w.asker);
  switch (d.act()) {
    case ledger::v1::ACT_CONSENT_GIVEN:
      return absl::StrCat(den, "sagde du ja til, at ", w.holder, " må dele ", w.given, " med ", w.recipient, ". Formål: ", w.purpose, ".");
    case ledger::v1::ACT_CONSENT_DECLINED: return absl::StrCat(den, "sagde du nej til, at ", w.holder, " deler ", w.given, " med ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_WITHDRAWN:
      if (d.holder().empty()) return absl::StrCat(den, "trak du alt tilbage", d.recipient().empty() ? "" : absl::StrCat(" fra ", w.recipient), ". Der var ikke noget ja at trække tilbage.");
      return absl::StrCat(den, "trak du dit ja tilbage. ", w.holder, " må ikke længere dele ", w.given, " med ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_NARROWED:
      return absl::StrCat(den, "gjorde du dit ja mindre. ", w.holder, " må nu kun dele ", w.given, " med ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_RENEWED: return absl::StrCat(den, "fornyede du dit ja. ", w.holder, " må dele ", w.given, " med ", w.recipient, ".");
    case ledger::v1::ACT_CITIZEN_ENSURED: return absl::StrCat(den, "blev du skrevet op", hos, ".");
    case ledger::v1::ACT_ALIAS_LINKED: return absl::StrCat(den, "blev dit kaldenavn", hos, " til dig.");
    case ledger::v1::ACT_CITIZENS_MERGED: return absl::StrCat(den, "blev to registreringer af dig til én", hos, ".");
    case ledger::v1::ACT_RESTRICTED: return absl::StrCat(den, "lukkede du for alle adgange.");
    case ledger::v1::ACT_RESTRICTION_LIFTED: return absl::StrCat(den, "åbnede du for adgangene igen.");
    case ledger::v1::ACT_CODE_CARD_ISSUED: return absl::StrCat(den, "fik du et nyt kodekort", hos, ".");
    case ledger::v1::ACT_CONSENTS_LISTED: return absl::StrCat(den, "så du dine samtykker", hos, ".");
    case ledger::v1::ACT_STORY_READ: return absl::StrCat(den, "så du, hvem der har kigget", hos, ".");
    case ledger::v1::ACT_DATA_EXPORTED: return absl::StrCat(den, "fik du dine oplysninger udskrevet", hos, ".");
    case ledger::v1::ACT_DECISION_EXPLAINED: return absl::StrCat(den, "fik du forklaret en afgørelse", hos, ".");
    case ledger::v1::ACT_RECORDS_ASKED:
      if (!d.holder().empty()) return absl::StrCat(den, "bad du", hos, " om at se alt, hvad der står om dig hos ", w.holder, ".");
      return absl::StrCat(den, "bad du om at se alt, hvad der står om dig alle steder", hos, ".");
    case ledger::v1::ACT_STATEMENT_ASKED: return absl::StrCat(den, "tilføjede du noget til det, der står om dig hos ", w.holder, ".");
    case ledger::v1::ACT_ERASURE_ASKED: return absl::StrCat(den, "bad du om, at det, der står om dig hos ", w.holder, ", bliver slettet.");
    default: return absl::StrCat(den, "skete der noget", hos, ".");
  }
}

std::string ActEn(const Details& d, const Phrases& w) {
  const std::string on = absl::StrCat("On ", w.day, " ");
  const std::string at = d.agency().empty() ? "" : absl::StrCat(" at ", w.asker);
  switch (d.act()) {
    case ledger::v1::ACT_CONSENT_GIVEN:
      return absl::StrCat(on, "you said yes: ", w.holder, " may share ", w.given, " with ", w.recipient, ". Purpose: ", w.purpose, ".");
    case ledger::v1::ACT_CONSENT_DECLINED: return absl::StrCat(on, "you said no: ", w.holder, " may not share ", w.given, " with ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_WITHDRAWN:
      if (d.holder().empty()) return absl::StrCat(on, "you took everything back", d.recipient().empty() ? "" : absl::StrCat(" from ", w.recipient), ". There was no yes to take back.");
      return absl::StrCat(on, "you took your yes back. ", w.holder, " may no longer share ", w.given, " with ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_NARROWED:
      return absl::StrCat(on, "you made your yes smaller. ", w.holder, " may now share only ", w.given, " with ", w.recipient, ".");
    case ledger::v1::ACT_CONSENT_RENEWED: return absl::StrCat(on, "you renewed your yes. ", w.holder, " may share ", w.given, " with ", w.recipient, ".");
    case ledger::v1::ACT_CITIZEN_ENSURED: return absl::StrCat(on, "you were written down", at, ".");
    case ledger::v1::ACT_ALIAS_LINKED: return absl::StrCat(on, "your alias", at, " became you.");
    case ledger::v1::ACT_CITIZENS_MERGED: return absl::StrCat(on, "two registrations of you became one", at, ".");
    case ledger::v1::ACT_RESTRICTED: return absl::StrCat(on, "you closed every access.");
    case ledger::v1::ACT_RESTRICTION_LIFTED: return absl::StrCat(on, "you opened the accesses again.");
    case ledger::v1::ACT_CODE_CARD_ISSUED: return absl::StrCat(on, "you got a new code card", at, ".");
    case ledger::v1::ACT_CONSENTS_LISTED: return absl::StrCat(on, "you saw your consents", at, ".");
    case ledger::v1::ACT_STORY_READ: return absl::StrCat(on, "you saw who has looked", at, ".");
    case ledger::v1::ACT_DATA_EXPORTED: return absl::StrCat(on, "you got your information printed", at, ".");
    case ledger::v1::ACT_DECISION_EXPLAINED: return absl::StrCat(on, "you had a decision explained", at, ".");
    case ledger::v1::ACT_RECORDS_ASKED:
      if (!d.holder().empty()) return absl::StrCat(on, "you asked", at, " to see everything that is kept about you by ", w.holder, ".");
      return absl::StrCat(on, "you asked to see everything that is kept about you anywhere", at, ".");
    case ledger::v1::ACT_STATEMENT_ASKED: return absl::StrCat(on, "you added something to what is kept about you by ", w.holder, ".");
    case ledger::v1::ACT_ERASURE_ASKED: return absl::StrCat(on, "you asked for what is kept about you by ", w.holder, " to be erased.");
    default: return absl::StrCat(on, "something happened", at, ".");
  }
}

std::string RuleDa(const Details& d, const Phrases& w) {
  switch (d.rule()) {
    case ledger::v1::RULE_CONSENT:
      return absl::StrCat("Du havde sagt ja til, at ", w.holder, " må dele ", w.given, " med ", w.asker, ". Formål: ", w.purpose, ".");
    case ledger::v1::RULE_NO_CONSENT: return absl::StrCat("Der var ikke noget ja fra dig til, at ", w.holder, " deler oplysninger med ", w.asker, ".");
    case ledger::v1::RULE_EXPIRED: return "Dit ja var udløbet.";
    case ledger::v1::RULE_WITHDRAWN: return "Du havde trukket dit ja tilbage.";
    case ledger::v1::RULE_WRONG_PURPOSE: return absl::StrCat("Du havde sagt ja, men til et andet formål end: ", w.purpose, ".");
    case ledger::v1::RULE_WRONG_CATEGORY: return absl::StrCat("Du havde sagt ja, men ikke til ", w.asked, ".");
    case ledger::v1::RULE_RESTRICTED: return "Du havde lukket for alle adgange.";
    case ledger::v1::RULE_NOT_AUTHENTIC: return "Det gemte samtykke kunne ikke bekræftes som ægte. Derfor blev intet vist.";
    case ledger::v1::RULE_PURPOSE_NOT_ALLOWED: return absl::StrCat("Den, der spurgte, må ikke spørge til dette formål: ", w.purpose, ".");
    case ledger::v1::RULE_CATEGORY_NOT_RELEVANT: return absl::StrCat("Det, de spurgte om, hører ikke til formålet: ", w.purpose, ".");
    case ledger::v1::RULE_TOO_MANY_LOOKS: return "Den, der spurgte, havde spurgt for mange gange på en time.";
    default: return "Der er ikke skrevet nogen grund.";
  }
}

std::string RuleEn(const Details& d, const Phrases& w) {
  switch (d.rule()) {
    case ledger::v1::RULE_CONSENT:
      return absl::StrCat("You had said yes: ", w.holder, " may share ", w.given, " with ", w.asker, ". Purpose: ", w.purpose, ".");
    case ledger::v1::RULE_NO_CONSENT: return absl::StrCat("There was no yes from you for ", w.holder, " to share information with ", w.asker, ".");
    case ledger::v1::RULE_EXPIRED: return "Your yes had ended.";
    case ledger::v1::RULE_WITHDRAWN: return "You had taken your yes back.";
    case ledger::v1::RULE_WRONG_PURPOSE: return absl::StrCat("You had said yes, but for another purpose than: ", w.purpose, ".");
    case ledger::v1::RULE_WRONG_CATEGORY: return absl::StrCat("You had said yes, but not to ", w.asked, ".");
    case ledger::v1::RULE_RESTRICTED: return "You had closed every access.";
    case ledger::v1::RULE_NOT_AUTHENTIC: return "The stored consent could not be confirmed as genuine. So nothing was shown.";
    case ledger::v1::RULE_PURPOSE_NOT_ALLOWED: return absl::StrCat("The person who asked may not ask for this purpose: ", w.purpose, ".");
    case ledger::v1::RULE_CATEGORY_NOT_RELEVANT: return absl::StrCat("What they asked about does not belong to the purpose: ", w.purpose, ".");
    case ledger::v1::RULE_TOO_MANY_LOOKS: return "The person who asked had asked too many times within an hour.";
    default: return "No reason was written.";
  }
}

std::string WordPhrase(Language language, type::v1::Word word) {
  const bool da = language == Language::kDanish;
  switch (word) {
    case type::v1::WORD_OWN_LOGIN: return da ? "Du gjorde det selv med dit eget login." : "You did it yourself with your own login.";
    case type::v1::WORD_CODE_CARD: return da ? "Du gav dit ord med dit kodekort." : "You gave your word with your code card.";
    case type::v1::WORD_TWO_PERSONS: return da ? "To medarbejdere hørte dit ord." : "Two members of staff heard your word.";
    case type::v1::WORD_PRESENT: return da ? "En medarbejder hørte dit ord." : "A member of staff heard your word.";
    default: return da ? "Der er ikke skrevet, hvordan dit ord blev givet." : "It was not written how your word was given.";
  }
}

// Which system asked, and that it asked for a person.
std::string OnBehalf(Language language, const Details& d) {
  if (d.system().empty()) return "";
  return language == Language::kDanish ? absl::StrCat(" Deres it-system (", d.system(), ") spurgte på vegne af en medarbejder.")
                                       : absl::StrCat(" Their IT system (", d.system(), ") asked on behalf of a member of staff.");
}

template <class Response>
absl::StatusOr<Decision> Prepare(const ConsentRules& rules, const Call& call, const std::string& citizen, ledger::v1::Act act, View& view) {
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, citizen, view));
  BB_RETURN_IF_ERROR(CheckLook(call));
  records::StorySubject subject;
  subject.set_subject(who.id);
  if (who.subject != nullptr) *subject.mutable_absorbed() = who.subject->absorbed();
  Decision decision{Response()};
  subject.set_own_login(!who.id.empty() && call.OwnLogin());
  decision.HandOver(subject.SerializeAsString());
  Details details;
  details.set_act(act);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CITIZEN_VIEW, details);
  return decision;
}

}  // namespace

std::string Sentence(Language language, const Row& row, const Directory& directory) {
  const Details details = DetailsOf(row);
  const Phrases words = PhrasesOf(language, row, details, directory);
  if (IsLook(row)) return absl::StrCat(Look(language, IsAllowed(row, details), words), BySystem(language, details));
  return language == Language::kDanish ? ActDa(details, words) : ActEn(details, words);
}

std::string Why(Language language, const Row& row, const Directory& directory) {
  const Details details = DetailsOf(row);
  if (!IsLook(row)) return WordPhrase(language, details.word());
  const Phrases words = PhrasesOf(language, row, details, directory);
  return absl::StrCat(language == Language::kDanish ? RuleDa(details, words) : RuleEn(details, words), OnBehalf(language, details));
}

ledger::v1::StoryEntry ToStory(const Row& row, const Directory& directory) {
  ledger::v1::StoryEntry entry;
  *entry.mutable_details() = DetailsOf(row);
  entry.set_number(row.number());
  *entry.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(row.time_ms());
  entry.set_text_da(Sentence(Language::kDanish, row, directory));
  entry.set_text_en(Sentence(Language::kEnglish, row, directory));
  entry.set_allowed(IsAllowed(row, entry.details()));
  entry.set_look(IsLook(row));
  entry.set_subject_salt(row.subject_salt());
  entry.set_details_salt(row.details_salt());
  entry.set_kind(row.kind());
  return entry;
}

bool Concerns(const Row& row, const records::StorySubject& subject) {
  const std::string& whose = row.chain().subject();
  if (whose.empty()) return false;
  return whose == subject.subject() || std::find(subject.absorbed().begin(), subject.absorbed().end(), whose) != subject.absorbed().end();
}

absl::StatusOr<Decision> GetCitizenAccessStory(const ConsentRules& rules, const Call& call, const ledger::v1::GetCitizenAccessStoryRequest& request,
                                               View& view) {
  return Prepare<ledger::v1::GetCitizenAccessStoryResponse>(rules, call, request.citizen(), ledger::v1::ACT_STORY_READ, view);
}

absl::StatusOr<Decision> ExplainDecision(const ConsentRules& rules, const Call& call, const ledger::v1::ExplainDecisionRequest& request, View& view) {
  return Prepare<ledger::v1::ExplainDecisionResponse>(rules, call, request.citizen(), ledger::v1::ACT_DECISION_EXPLAINED, view);
}

}  // namespace brobygger::consent
