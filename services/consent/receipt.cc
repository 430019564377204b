#include "services/consent/receipt.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/phrases.h"

namespace brobygger::consent {
namespace {

std::string FirstLine(Language language, ledger::v1::Act act, absl::Time now) {
  const std::string day = DatePhrase(language, now);
  const bool da = language == Language::kDanish;
  switch (act) {
    case ledger::v1::ACT_CONSENT_GIVEN: return da ? absl::StrCat("Den ", day, " sagde du ja.") : absl::StrCat("On ", day, " you said yes.");
    case ledger::v1::ACT_CONSENT_DECLINED: return da ? absl::StrCat("Den ", day, " sagde du nej.") : absl::StrCat("On ", day, " you said no.");
    case ledger::v1::ACT_CONSENT_NARROWED:
      return da ? absl::StrCat("Den ", day, " gjorde du dit ja mindre.") : absl::StrCat("On ", day, " you made your yes smaller.");
    case ledger::v1::ACT_CONSENT_RENEWED:
      return da ? absl::StrCat("Den ", day, " fornyede du dit ja.") : absl::StrCat("On ", day, " you renewed your yes.");
    default: return da ? absl::StrCat("Den ", day, " trak du dit ja tilbage.") : absl::StrCat("On ", day, " you took your yes back.");
  }
}

std::string ArrowLine(Language language, ledger::v1::Act act, const records::ConsentRecord& r, const Directory& directory) {
  const std::string holder = AgencyPhrase(language, directory, r.holder());
  const std::string recipient = AgencyPhrase(language, directory, r.recipient());
  const std::string what = CategoriesPhrase(language, r.mask());
  const std::string purpose = PurposePhrase(language, r.purpose());
  const bool no = act == ledger::v1::ACT_CONSENT_DECLINED;
  const bool stop = act == ledger::v1::ACT_CONSENT_WITHDRAWN;
  if (language == Language::kDanish) {
    if (no) return absl::StrCat(holder, " må ikke dele ", what, " med ", recipient, ".");
    if (stop) return absl::StrCat(holder, " må ikke længere dele ", what, " med ", recipient, ".");
    return absl::StrCat(holder, " må dele ", what, " med ", recipient, ". Formål: ", purpose, ". Til og med den ",
                        DatePhrase(language, absl::FromUnixMillis(r.end_ms() - 1)), ".");
  }
  if (no) return absl::StrCat(holder, " may not share ", what, " with ", recipient, ".");
  if (stop) return absl::StrCat(holder, " may no longer share ", what, " with ", recipient, ".");
  return absl::StrCat(holder, " may share ", what, " with ", recipient, ". Purpose: ", purpose, ". Until ",
                      DatePhrase(language, absl::FromUnixMillis(r.end_ms() - 1)), ".");
}

// The same whether there was anything else or not.
std::string UnnamedLine(Language language) {
  if (language == Language::kDanish) {
    return "Alt, hvad du bad om at stoppe, er stoppet, også det, der ikke står her. Hele listen kan du se med dit eget login, med dit kodekort, eller når to "
           "medarbejdere er med.";
  }
  return "All that you asked to stop has stopped, also what does not stand here. You can see the whole list with your own login, with your code card, or "
         "together with two members of staff.";
}

std::string LastLine(Language language, ledger::v1::Act act, bool nothing) {
  const bool da = language == Language::kDanish;
  switch (act) {
    case ledger::v1::ACT_CONSENT_DECLINED:
      return da ? "Du får hjælp, selv om du siger nej." : "You get help even if you say no.";
    case ledger::v1::ACT_CONSENT_WITHDRAWN:
      if (nothing) return da ? "Der var ikke noget ja at trække tilbage." : "There was no yes to take back.";
      return da ? "Adgangen er lukket. Det, som allerede er læst, kan vi ikke gøre ulæst." : "The access is closed. What has been read already cannot be unread.";
    default:
      return da ? "Du kan altid sige stop. Du skal ikke forklare hvorfor." : "You can always say stop. You need not explain why.";
  }
}

}  // namespace

v1::Receipt MakeReceipt(ledger::v1::Act act, absl::string_view id, const std::vector<const records::ConsentRecord*>& consents,
                        const Directory& directory, absl::Time now, bool unnamed) {
  v1::Receipt receipt;
  receipt.set_name(absl::StrCat("receipts/", id));
  *receipt.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(now));
  for (auto [language, lines] : {std::pair(Language::kDanish, receipt.mutable_lines_da()), std::pair(Language::kEnglish, receipt.mutable_lines_en())}) {
    const bool nothing = consents.empty() && !unnamed;
    if (!nothing) lines->Add(FirstLine(language, act, now));
    for (const records::ConsentRecord* r : consents) lines->Add(ArrowLine(language, act, *r, directory));
    if (unnamed) lines->Add(UnnamedLine(language));
    lines->Add(LastLine(language, act, nothing));
  }
  return receipt;
}

}  // namespace brobygger::consent
